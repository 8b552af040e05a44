// Reads the frames of one file in order. Nothing of a frame is looked at before its bounds and its
// digest have been checked.
//
// Frames are copied from the file, not mapped: what was checked cannot change afterwards, and a
// file that shrinks meanwhile is an error, not a signal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "events/digest.hpp"
#include "events/log_format.hpp"

namespace tokenlife::events {

class LogFiles;

struct Frame {
  std::uint32_t type = 0;                  // perhaps no FrameType
  std::uint64_t offset = 0;                // of its first byte in the file
  std::span<const std::uint64_t> payload;  // valid until the next frame is read
};

class FrameReader {
 public:
  // The last byte of the magic is the newest version of the format that is read.
  // `size` where it is known from elsewhere: then a file of another size is refused at once.
  static Result<FrameReader, LogError> open(const std::filesystem::path& path, const Magic& magic,
                                            const Digest& first_previous,
                                            std::optional<std::uint64_t> size);
  // The same, of a file of a log.
  static Result<FrameReader, LogError> open(const LogFiles& files, const std::string& name,
                                            const Magic& magic, const Digest& first_previous,
                                            std::optional<std::uint64_t> size);
  FrameReader(FrameReader&& other) noexcept;
  FrameReader& operator=(FrameReader&& other) noexcept;
  ~FrameReader();

  // The next frame. That there is none left is an error: every file says where it ends. A file that
  // ends before a frame does was interrupted, unless its size or the frame itself shows otherwise.
  Result<Frame, LogError> next();

  // The frame at that place, which the file itself names. Its digest is compared, and the one
  // before it taken for good: what hangs together with it is not looked at. next() goes on there.
  Result<Frame, LogError> frame_at(std::uint64_t offset);
  // The last frame, as the end of the file says where it is. Precondition: format 2 or later.
  Result<Frame, LogError> last_frame();

  // Whether the frame read last is the last, and nothing follows but the file's end.
  Result<void, LogError> check_end() const;

  // Gives away the memory of the frame read last, for other memory to use.
  void swap_memory(std::vector<std::uint64_t>& other) { frame_.swap(other); }

  // The bytes that follow the frame read last, or stand at an offset; not more than so many.
  Result<std::vector<std::byte>, LogError> rest(std::size_t bytes_max) const {
    return bytes_at(position_, bytes_max);
  }
  Result<std::vector<std::byte>, LogError> bytes_at(std::uint64_t offset,
                                                    std::size_t bytes_max) const;
  std::uint64_t position() const { return position_; }  // where they begin

  unsigned version() const { return version_; }     // of the format
  const Digest& digest() const { return digest_; }  // of the frame read last
  std::uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  LogError corrupt(std::uint64_t offset, std::string what) const;

 private:
  FrameReader(std::string path, int descriptor, const Digest& digest)
      : path_(std::move(path)), descriptor_(descriptor), digest_(digest), before_(digest) {}
  Result<void, LogError> start(const Magic& magic, std::optional<std::uint64_t> size);

  Result<void, LogError> find_size();
  Result<void, LogError> read_magic(const Magic& magic);
  Result<void, LogError> read_at(std::uint64_t offset, std::span<std::byte> bytes) const;
  // The same, of what was read ahead, as far as it goes. Precondition: the file has them.
  Result<void, LogError> read_ahead(std::uint64_t offset, std::span<std::byte> bytes);
  void fill_ahead(std::uint64_t offset);
  void hash_ahead(std::uint64_t offset);
  Result<bool, LogError> read_frame(std::uint64_t offset, FrameHeader header, Digest& digest);
  Result<bool, LogError> is_whole_but_for_length(std::uint64_t offset, FrameHeader header);
  LogError ends(const std::string& where) const;
  LogError cut_off(std::string what) const;
  LogError ends_before(std::uint64_t offset, FrameHeader header);
  // `why` is the errno of the call.
  LogError error(const char* doing, int why, std::optional<std::uint64_t> offset) const;

  std::string path_;
  int descriptor_ = -1;
  std::uint64_t first_ = 0;  // of the file's bytes in what is open: all others count from it
  std::uint64_t size_ = 0;
  bool has_known_size_ = false;  // and so was not interrupted
  std::uint64_t position_ = 0;
  std::uint64_t last_ = 0;    // where the frame read last begins
  bool is_in_order_ = false;  // one frame after the other is read
  unsigned version_ = 0;
  Digest digest_;
  Digest before_;  // what goes into the digest of the first frame
  ChainHasher hasher_;
  std::vector<std::uint64_t> frame_;  // header, payload and digest, aligned as messages need it
  // The digest of the frame before, and what the file has from there on.
  std::vector<std::byte> ahead_;
  std::uint64_t ahead_from_ = 0;
  std::vector<decltype(Digest::bytes)> digests_ahead_;  // of frames that are whole in it
  std::size_t next_digest_ = 0;                         // that of the next frame
};

// Whether the file's size is `expected`: the error says whether it was truncated or grew.
Result<void, LogError> check_file_size(const std::string& path, std::uint64_t size,
                                       std::uint64_t expected);

}  // namespace tokenlife::events
