// A file that is written from front to back, and that says when the world does not let it. It has
// its name once it is whole; until then ".partial" is behind it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/result.hpp"
#include "events/log.hpp"

namespace tokenlife::events {

// What a new file may be, as far as the umask leaves it.
inline constexpr mode_t kNewFileMode = 0666;

class OutputFile {
 public:
  // Makes the file, which must not exist. Without a path, bytes are counted and dropped.
  static Result<OutputFile, LogError> create(const std::optional<std::filesystem::path>& path);
  // Goes over what is there, whole or partial: what is as it would be written stays, and is not
  // written. From the first difference on the file is made anew.
  static Result<OutputFile, LogError> go_over(const std::filesystem::path& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) noexcept;
  ~OutputFile();

  Result<void, LogError> append(std::span<const std::byte> bytes);
  // The file is partial again.
  Result<void, LogError> take_name_back();
  // The disk begins with what was written so far, so that sync() has less to wait for.
  void begin_sync();
  // What was written so far outlives a power cut.
  Result<void, LogError> sync();
  // Nobody else writes the file, until it is closed; who reads it can see that it is being written.
  // False: somebody else does.
  bool lock();
  // Closes the file and gives it its name. Some file systems report a full disk only here.
  Result<void, LogError> close();
  // Gives the room of a file that cannot be written back.
  void remove();

  std::uint64_t size() const { return size_; }

 private:
  OutputFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  Result<bool, LogError> is_there(std::span<const std::byte> bytes);
  Result<void, LogError> make_anew();
  std::string name() const;  // as the file is called now
  // `why` is the errno of the call.
  LogError error(const char* doing, int why, std::optional<std::uint64_t> offset) const;

  std::string path_;     // as it is called once it is whole
  int descriptor_ = -1;  // -1: none
  std::uint64_t size_ = 0;
  bool has_name_ = false;  // is called so already
  bool is_same_ = false;   // so far it is what was there
};

}  // namespace tokenlife::events
