#include "sim/cli/log_output.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "events/header_difference.hpp"
#include "events/log_reader.hpp"
#include "events/pack.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {

namespace fs = std::filesystem;

Error error_of_output(const events::LogError& error) {
  Error said = to_error(error);
  if (error.kind == events::LogError::Kind::exists) {
    // The folder beside a file, in which its log is written first, is not the user's to choose.
    const bool is_file = error.what == "already exists" || error.file.ends_with(".tlog.partial");
    said.advice = fmt::format("choose another {}, or remove it", is_file ? "file" : "folder");
  }
  return said;
}

Result<void, Error> LogOutput::check_new() const {
  std::error_code error;
  if (!is_packed() || !fs::exists(fs::symlink_status(place_, error))) return {};
  return file_error(place_, "already exists", "choose another file, or remove it");
}

Result<void, Error> LogOutput::prepare_resume(const events::LogHeader& header) const {
  std::error_code error;
  if (!is_packed() || !fs::exists(fs::symlink_status(place_, error))) return {};
  const auto there = events::LogReader::open(place_);
  if (!there) {
    Error damaged = to_error(there.error());
    damaged.advice = fmt::format("remove {}, and run again", in_quotes(place_));
    return Failed<Error>(std::move(damaged));
  }
  if (fs::is_directory(place_, error)) {
    return file_error(place_, "is a folder, and not a packed log", "give another name");
  }
  if (events::is_of_same_run(there->header(), header)) {
    events::remove_remains(folder());
    return {};
  }
  return file_error(place_,
                    "is the log of another run: " + events::difference(there->header(), header),
                    "give a new file");
}

Result<std::uint64_t, Error> LogOutput::finish(std::uint64_t written) const {
  if (!is_packed()) return written;
  const auto packed = events::pack_away(folder(), place_);
  if (packed) return *packed;
  Error error = to_error(packed.error());
  error.advice =
      fmt::format("the log is whole in {}: make room, and run `tokenlife log pack {} -o {}`",
                  in_quotes(folder()), folder(), place_);
  return Failed<Error>(std::move(error));
}

}  // namespace tokenlife::sim
