// A file that nobody else finds, and that is gone when it is closed. Not installed.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace tokenlife::events {

// Where temporary files go.
inline std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

// Its descriptor; -1: errno says why not.
inline int make_temporary_file() {
  std::string path = temporary_folder() + "/tokenlife-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  const int why = errno;
  if (descriptor != -1) ::unlink(path.c_str());
  errno = why;
  return descriptor;
}

}  // namespace tokenlife::events
