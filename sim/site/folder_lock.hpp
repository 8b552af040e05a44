// Holds a folder for one program, as sites and clients on disk need it to change.
#pragma once

#include <string>
#include <utility>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Until it goes. By flock(), which the kernel ends with the process: a crash leaves nothing behind.
class FolderLock {
 public:
  // Does not wait. `whose` is for the error: "another program is changing this site". `advice` is
  // on where there is no such folder.
  static Result<FolderLock, Error> take(const std::string& folder, const char* whose,
                                        const char* advice);
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace tokenlife::sim
