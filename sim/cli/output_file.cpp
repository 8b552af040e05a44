#include "sim/cli/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "sim/text/link_target.hpp"

namespace tokenlife::sim {
namespace {

Failed<Error> cannot_write(const std::string& path, int error_number) {
  return file_error(path, "cannot be written: " + std::generic_category().message(error_number));
}

}  // namespace

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

Result<void, Error> replace_output(const std::string& path, std::string_view text) {
  std::error_code error;
  const bool is_there = std::filesystem::exists(path, error);
  // A pipe or a device has nothing that could be replaced.
  if (is_there && !std::filesystem::is_regular_file(path, error)) return write_output(path, text);
  const std::string target = link_target(path).string();
  const std::string unfinished = target + ".partial-" + std::to_string(::getpid());
  if (auto written = write_output(unfinished, text); !written) return written;
  std::filesystem::rename(unfinished, target, error);
  if (!error) return {};
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  return cannot_write(path, error.value());
}

}  // namespace tokenlife::sim
