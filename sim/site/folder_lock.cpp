#include "sim/site/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>
#include <thread>

namespace tokenlife::sim {
namespace {

// Asks again and again: a lock that is waited for cannot be given up after a time, without signals.
// Whether it is held; if not, errno says why.
bool lock_in_time(int descriptor, std::chrono::seconds timeout) {
  constexpr std::chrono::milliseconds kBetween{10};
  std::int64_t waits = timeout / kBetween;
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK || waits-- == 0) return false;
    std::this_thread::sleep_for(kBetween);
  }
  return true;
}

}  // namespace

Result<FolderLock, Error> FolderLock::take(const std::string& folder, const char* whose,
                                           const char* advice) {
  const auto wrong = [&](std::string what, const char* to_do) {
    return file_error(folder, std::move(what), to_do);
  };
  FolderLock lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.descriptor_ == -1 && errno == ENOENT) return wrong("there is no such folder", advice);
  if (lock.descriptor_ == -1 && errno == ENOTDIR) return wrong("is a file, not a folder", advice);
  const std::chrono::seconds timeout{timeout_seconds};
  if (lock.descriptor_ != -1 && lock_in_time(lock.descriptor_, timeout)) return lock;
  if (lock.descriptor_ != -1 && errno == EWOULDBLOCK) {
    return wrong(std::string("another program is changing ") + whose, "try again when it is done");
  }
  return wrong("cannot be locked: " + std::generic_category().message(errno), "");
}

std::optional<FolderLock> FolderLock::at_once(const std::string& folder, int operation) {
  FolderLock lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (lock.descriptor_ == -1 || ::flock(lock.descriptor_, operation | LOCK_NB) != 0) return {};
  return lock;
}

std::optional<FolderLock> FolderLock::share(const std::string& folder) {
  return at_once(folder, LOCK_SH);
}
std::optional<FolderLock> FolderLock::take_if_free(const std::string& folder) {
  return at_once(folder, LOCK_EX);
}

FolderLock::~FolderLock() {
  if (descriptor_ != -1) ::close(descriptor_);
}

}  // namespace tokenlife::sim
