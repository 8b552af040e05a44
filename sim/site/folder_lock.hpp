// Holds a folder for one program, as sites and clients on disk need it to change.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Until it goes. By flock(), which the kernel ends with the process: a crash leaves nothing behind.
class FolderLock {
 public:
  // How long take() waits for another program to be done. Of the whole process: its command line
  // says it.
  static inline unsigned timeout_seconds = 0;
  static constexpr unsigned kUsualTimeoutSeconds = 10;

  // `whose` is for the error: "another program is changing this site". `advice` is on where there
  // is no such folder.
  static Result<FolderLock, Error> take(const std::string& folder, const char* whose,
                                        const char* advice);
  // Neither waits. Of a folder that may be gone at any moment: holds it together with others that
  // only read, or alone; nothing if it is gone or held otherwise.
  static std::optional<FolderLock> share(const std::string& folder);
  static std::optional<FolderLock> take_if_free(const std::string& folder);

  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FolderLock();

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  static std::optional<FolderLock> at_once(const std::string& folder, int operation);
  int descriptor_;
};

}  // namespace tokenlife::sim
