#include "sim/cli/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "sim/engine/simulation.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/link_target.hpp"

namespace tokenlife::sim {
namespace {

Failed<Error> cannot_write(const std::string& path, int error_number) {
  return file_error(path, "cannot be written: " + std::generic_category().message(error_number));
}

// Where the path leads, which need not be there.
std::filesystem::path place_behind(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::absolute(link_target(path), error);
  auto place = std::filesystem::weakly_canonical(target, error);
  if (error) place = target.lexically_normal();
  return place.has_filename() ? place : place.parent_path();  // without a slash at the end
}

// To a new file, a pipe or a device. After an error there is no file: half of one is worse than
// none.
Result<void, Error> write_output(const std::string& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return {};
  const int error_number = errno;
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    std::filesystem::remove(link_target(path), error);
  }
  return cannot_write(path, error_number);
}

}  // namespace

Result<void, Error> keep_apart(const std::string& output, const std::vector<TakenPlace>& taken) {
  const auto file = place_behind(output);
  for (const TakenPlace& other : taken) {
    const std::string path = other.path == "-" ? "/dev/stdin" : other.path;
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    const bool is_folder = std::filesystem::is_directory(status);
    // Of a pipe or a device nothing is lost.
    if (std::filesystem::exists(status) && !is_folder &&
        !std::filesystem::is_regular_file(status)) {
      continue;
    }
    const auto place = place_behind(path);
    const bool is_same = file == place || std::filesystem::equivalent(output, path, error);
    const bool is_within =
        !std::filesystem::is_regular_file(status) &&
        std::mismatch(place.begin(), place.end(), file.begin(), file.end()).first == place.end();
    if (!is_same && !is_within) continue;
    return usage_error(fmt::format("{} is {}", in_quotes(output),
                                   is_same ? other.what : "in the log's own folder"),
                       is_same && !is_folder ? "choose another file" : "choose a file outside it");
  }
  return {};
}

std::vector<TakenPlace> inputs_of(const std::string& path, const Scenario& scenario) {
  std::vector<TakenPlace> inputs{{path, "the scenario itself"}};
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (const events::LogInput& input : header_of(scenario).inputs) {
    inputs.push_back({(folder / input.name).string(), "a file that the scenario names"});
  }
  return inputs;
}

Result<void, Error> try_output(const std::string& path) {
  struct stat status {};
  const bool is_there = ::stat(path.c_str(), &status) == 0;
  if (is_there && S_ISDIR(status.st_mode)) return cannot_write(path, EISDIR);
  if (is_there && !S_ISREG(status.st_mode)) {
    // To open a pipe is to wait for its reader, who then takes its closing for the end.
    if (::access(path.c_str(), W_OK) != 0) return cannot_write(path, errno);
    return {};
  }
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return cannot_write(path, errno);
  ::close(descriptor);
  std::error_code error;
  // The file itself, if the path is a link to one that was not there.
  if (!is_there) std::filesystem::remove(std::filesystem::canonical(path, error), error);
  return {};
}

Result<void, Error> try_new_output(const std::string& path, bool may_overwrite) {
  struct stat status {};
  if (!may_overwrite && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
    return file_error(path, "already exists", "choose another file, or add --force");
  }
  return try_output(path);
}

Result<void, Error> replace_output(const std::string& path, std::string_view text) {
  std::error_code error;
  const bool is_there = std::filesystem::exists(path, error);
  // A pipe or a device has nothing that could be replaced.
  if (is_there && !std::filesystem::is_regular_file(path, error)) return write_output(path, text);
  const std::string target = link_target(path).string();
  const auto folder = std::filesystem::path(target).parent_path();
  // Where nothing can be put in its place, the file itself may still be written.
  if (is_there && ::access(folder.empty() ? "." : folder.c_str(), W_OK) != 0) {
    return write_output(path, text);
  }
  const std::string unfinished = target + ".partial-" + std::to_string(::getpid());
  if (auto written = write_output(unfinished, text); !written) {
    Error failure = written.error();
    failure.place = path;
    return Failed<Error>(std::move(failure));
  }
  if (is_there) {
    std::filesystem::permissions(unfinished, std::filesystem::status(target).permissions(), error);
  }
  std::filesystem::rename(unfinished, target, error);
  if (!error) return {};
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  return cannot_write(path, error.value());
}

}  // namespace tokenlife::sim
