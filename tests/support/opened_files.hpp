// Which files of a folder are opened: so a test sees what is read, and when.
#pragma once

#include <sys/inotify.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>

namespace tokenlife::test {

// The files of a folder that somebody has opened since it was asked last.
class OpenedFiles {
 public:
  explicit OpenedFiles(const std::string& folder)
      : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    REQUIRE(::inotify_add_watch(descriptor_, folder.c_str(), IN_OPEN) >= 0);
  }
  OpenedFiles(const OpenedFiles&) = delete;
  OpenedFiles& operator=(const OpenedFiles&) = delete;
  ~OpenedFiles() { ::close(descriptor_); }

  std::set<std::string> names() const {
    std::set<std::string> names;
    alignas(inotify_event) char events[16 * 1024];
    const ssize_t bytes = ::read(descriptor_, events, sizeof events);
    for (ssize_t at = 0; at < bytes;) {
      const auto* event = reinterpret_cast<const inotify_event*>(events + at);
      // The folder itself has no name: the lock is on it.
      if (event->len != 0) names.insert(event->name);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
    return names;
  }

 private:
  int descriptor_;
};

}  // namespace tokenlife::test
