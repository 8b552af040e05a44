#include "sim/text/read_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace tokenlife::sim {
namespace {

bool has_nul(const std::string& path) { return path.find('\0') != std::string::npos; }

// Closes on every way out.
struct OpenFile {
  int descriptor;
  // O_NONBLOCK: a named pipe to which nobody writes must not make the reader wait for ever. It is
  // as an empty file then; from one to which somebody writes, all is read.
  explicit OpenFile(const std::string& path)
      : descriptor(has_nul(path)
                       ? -1
                       : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {
    if (descriptor >= 0) ::fcntl(descriptor, F_SETFL, O_RDONLY);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

std::string words_of(int error_number) { return std::generic_category().message(error_number); }

// Fills the text from the descriptor until that ends or the text is full. How many bytes came.
Result<std::size_t, std::string> fill(int descriptor, std::string& text, std::size_t filled) {
  while (filled < text.size()) {
    const ssize_t got = ::read(descriptor, text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Failed<std::string>(words_of(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  return filled;
}

// The file's size, which is a hint only: pipes have none, and files may grow.
Result<std::size_t, std::string> size_of(const OpenFile& file, const std::string& path) {
  if (has_nul(path)) return Failed<std::string>("its name holds a NUL");
  if (file.descriptor < 0) return Failed<std::string>(words_of(errno));
  struct stat status {};
  if (::fstat(file.descriptor, &status) != 0) return Failed<std::string>(words_of(errno));
  if (S_ISDIR(status.st_mode)) return Failed<std::string>(kIsFolder);
  return static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
}

Result<std::string, std::string> fill_from(int descriptor, std::size_t bytes_max) {
  std::string text(bytes_max, '\0');
  const auto got = fill(descriptor, text, 0);
  if (!got) return Failed<std::string>(got.error());
  text.resize(*got);
  return text;
}

}  // namespace

bool is_no_file(const std::string& why) {
  return why == std::generic_category().message(ENOENT) || why == kIsFolder;
}

Result<std::string, std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
  const OpenFile file(path);
  const auto hint = size_of(file, path);
  if (!hint) return Failed<std::string>(hint.error());
  // One byte more than the hint finds the end without another round.
  std::string text(std::min(std::max<std::size_t>(*hint, 4'096), bytes_max) + 1, '\0');
  std::size_t filled = 0;
  while (true) {
    const auto got = fill(file.descriptor, text, filled);
    if (!got) return Failed<std::string>(got.error());
    filled = *got;
    if (filled > bytes_max) {
      const bool large = bytes_max >= 1 << 20;
      return Failed<std::string>(fmt::format(
          "it is longer than {} {}", bytes_max >> (large ? 20 : 10), large ? "MiB" : "KiB"));
    }
    if (filled < text.size()) break;
    text.resize(std::min(2 * text.size(), bytes_max + 1));
  }
  text.resize(filled);
  return text;
}

Result<std::string, std::string> read_beginning(const std::string& path, std::size_t bytes_max) {
  const OpenFile file(path);
  const auto size = size_of(file, path);
  if (!size) return Failed<std::string>(size.error());
  return fill_from(file.descriptor, bytes_max);
}

Result<std::string, std::string> read_standard_input(std::size_t bytes_max) {
  return fill_from(STDIN_FILENO, bytes_max);
}

}  // namespace tokenlife::sim
