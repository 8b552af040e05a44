#include "events/new_folder.hpp"

#include <string>
#include <system_error>

namespace tokenlife::events {

namespace fs = std::filesystem;

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

}  // namespace tokenlife::events
