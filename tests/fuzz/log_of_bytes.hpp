// A log in memory, as if it came by a pipe or a file.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "events/log_reader.hpp"
#include "fuzz/target.hpp"

namespace tokenlife::test {

// Nothing, if it is refused with words.
inline std::optional<events::LogReader> log_of_bytes(const std::string& bytes) {
  const int file = ::memfd_create("log", MFD_CLOEXEC);
  require(file != -1, "there is memory for the file");
  const auto written = ::write(file, bytes.data(), bytes.size());
  require(written == static_cast<ssize_t>(bytes.size()), "the file holds the input");
  ::lseek(file, 0, SEEK_SET);
  auto log = events::LogReader::receive(file, "input");
  ::close(file);
  if (log) return std::move(*log);
  require(!log.error().what.empty(), "an error says what is wrong");
  return std::nullopt;
}

}  // namespace tokenlife::test
