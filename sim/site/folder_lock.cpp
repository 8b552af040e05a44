#include "sim/site/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tokenlife::sim {

Result<FolderLock, Error> FolderLock::take(const std::string& folder, const char* whose,
                                           const char* advice) {
  const auto wrong = [&](std::string what, const char* to_do) {
    return file_error(folder, std::move(what), to_do);
  };
  FolderLock lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.descriptor_ == -1 && errno == ENOENT) return wrong("there is no such folder", advice);
  if (lock.descriptor_ == -1 && errno == ENOTDIR) return wrong("is not a folder", advice);
  if (lock.descriptor_ != -1 && ::flock(lock.descriptor_, LOCK_EX | LOCK_NB) == 0) return lock;
  if (lock.descriptor_ != -1 && errno == EWOULDBLOCK) {
    return wrong(std::string("another program is changing ") + whose, "try again when it is done");
  }
  return wrong("cannot be locked: " + std::generic_category().message(errno), "");
}

FolderLock::~FolderLock() {
  if (descriptor_ != -1) ::close(descriptor_);
}

}  // namespace tokenlife::sim
