// Makes the digests of a log fit its bytes again, as one who forges a log would. Written from
// FORMAT.md, so it also tests that file.
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/token/sha256.hpp"
#include "events/temporary_folder.hpp"

namespace tokenlife::test {

struct FramePlace {
  std::size_t offset;
  std::uint32_t payload_bytes;
  std::uint32_t type;
  std::size_t payload() const { return offset + 8; }
  std::size_t digest() const { return payload() + payload_bytes; }
  std::size_t end() const { return digest() + 32; }
};

// Precondition: the lengths in the file are good.
inline std::vector<FramePlace> frames_of(const std::string& file) {
  std::vector<FramePlace> frames;
  const std::size_t end = file[7] == 1 ? file.size() : file.size() - 8;
  for (std::size_t offset = 8; offset < end; offset = frames.back().end()) {
    FramePlace frame{offset, 0, 0};
    std::memcpy(&frame.payload_bytes, file.data() + offset, 4);
    std::memcpy(&frame.type, file.data() + offset + 4, 4);
    frames.push_back(frame);
    REQUIRE(frame.end() <= end);
  }
  return frames;
}

inline void replace_all(std::string& in, const std::string& from, const std::string& to) {
  if (from == to) return;
  for (std::size_t at = in.find(from); at != std::string::npos; at = in.find(from, at + 1)) {
    in.replace(at, from.size(), to);
  }
}

// Returns the digest of the first frame.
inline std::string resign_file(std::string& file, std::string previous) {
  std::string first;
  for (const FramePlace& frame : frames_of(file)) {
    const auto digest = sha256(previous + file.substr(frame.offset, frame.digest() - frame.offset));
    previous.assign(digest.begin(), digest.end());
    file.replace(frame.digest(), 32, previous);
    if (first.empty()) first = previous;
  }
  return first;
}

// Precondition: as for frames_of, and all files of the log are there.
inline void resign(Files& files) {
  std::string& site = files.at("site.log");
  const std::string old_header = site.substr(frames_of(site).front().digest(), 32);
  const std::string new_header = resign_file(site, std::string(32, '\0'));
  for (auto& [name, bytes] : files) {
    if (name == "site.log") continue;
    replace_all(bytes, old_header, new_header);
    const std::size_t last = frames_of(bytes).back().digest();
    const std::string old_last = bytes.substr(last, 32);
    resign_file(bytes, new_header);
    replace_all(site, old_last, bytes.substr(last, 32));
  }
  resign_file(site, std::string(32, '\0'));
}

}  // namespace tokenlife::test
