// Which of the folders log-1, log-2, ... in a client's folder is its log, and how to read it while
// the client goes on writing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// The number in "log-7", to which the link `log` in the folder points.
Result<unsigned, Error> log_generation(const std::string& folder);
std::string log_name(unsigned generation);

// The newest log of a client, which stays as it is, and where it is, as long as this object does.
struct HeldClientLog {
  std::filesystem::path folder;
  FolderLock lock;
};

inline constexpr const char* kDamagedClientAdvice =
    "put the client's folder back from a copy, or make a new client: `tokenlife client new --dir "
    "NEW --site SITE`";
// With a key or certificate that is not there.
inline constexpr const char* kLostClientFileAdvice =
    "put it back from a copy, or make a new client: `tokenlife client new --dir NEW --site SITE`";

// What is wrong with a client's log. If that is its bytes, or they are not there: what to do.
Error error_of_client_log(const events::LogError& error);

// `place` is the client's folder or the link in it. Nothing if it is neither.
std::optional<HeldClientLog> hold_client_log(const std::filesystem::path& place);

// Removes all but the newest, and but those that somebody reads. What stays does no harm, and goes
// at the next change. Precondition: the client's folder is locked.
void remove_old_client_logs(const std::string& folder, unsigned newest);

}  // namespace tokenlife::sim
