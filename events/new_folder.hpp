// Makes the folder of a log. Not installed.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/result.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

// The folder must not exist or be empty: nothing that is there is ever overwritten. After an error
// no folder was made.
Result<void, LogError> make_new_folder(const std::filesystem::path& folder);

// What pack_away() makes in the folder before it has its name and place.
inline constexpr std::string_view kPackedFile = "packed.tlog";

// Removes a log's files, whole or not. What cannot be removed stays.
void remove_log_files(const std::filesystem::path& folder);

// A log that is written to a new folder, and goes again unless it is kept. Made before the folder.
class NewLog {
 public:
  explicit NewLog(const std::filesystem::path& folder);
  NewLog(const NewLog&) = delete;
  NewLog& operator=(const NewLog&) = delete;
  ~NewLog();
  void keep() { goes_ = false; }

 private:
  std::filesystem::path folder_;
  bool was_there_;  // the folder, which stays then
  bool goes_;
};

}  // namespace tokenlife::events
