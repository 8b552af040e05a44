#include "events/new_folder.hpp"

#include <string>
#include <system_error>
#include <vector>

#include "events/log_format.hpp"

namespace tokenlife::events {

namespace fs = std::filesystem;

namespace {

bool is_of_log(const std::string& name) {
  const std::string whole = name.ends_with(".partial") ? name.substr(0, name.size() - 8) : name;
  return whole == kSiteFile || whole == kPackedFile || is_partition_file(whole) ||
         is_states_file(whole);
}

}  // namespace

Result<void, LogError> make_new_folder(const fs::path& folder) {
  const auto refused = [&](LogError::Kind kind, const std::string& what) {
    return Failed<LogError>(LogError{kind, folder.string(), std::nullopt, what});
  };
  using enum LogError::Kind;
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (fs::exists(status) && !fs::is_directory(status)) {
    return refused(exists, "already exists, and is not a folder");
  }
  if (fs::exists(status)) {
    const bool empty = fs::is_empty(folder, error);
    if (error) return refused(io, "cannot list the folder: " + error.message());
    return empty ? Result<void, LogError>{} : refused(exists, "already exists, and is not empty");
  }
  fs::path top = folder;  // of those that are made
  while (top.has_parent_path() && !fs::exists(top.parent_path(), error)) top = top.parent_path();
  fs::create_directories(folder, error);
  if (!error) return {};
  std::error_code ignored;
  for (fs::path made = folder; made != top; made = made.parent_path()) {
    fs::remove(made.parent_path(), ignored);
  }
  return refused(io, "cannot create the folder: " + error.message());
}

void remove_log_files(const fs::path& folder) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (is_of_log(entry->path().filename().string())) files.push_back(entry->path());
  }
  for (const fs::path& file : files) fs::remove(file, ignored);
}

NewLog::NewLog(const fs::path& folder) : folder_(folder) {
  std::error_code error;
  was_there_ = fs::exists(fs::symlink_status(folder, error));
  goes_ = !was_there_ || (fs::is_empty(folder, error) && !error);
}

NewLog::~NewLog() {
  if (!goes_) return;
  remove_log_files(folder_);
  std::error_code ignored;
  if (!was_there_) fs::remove(folder_, ignored);
}

}  // namespace tokenlife::events
