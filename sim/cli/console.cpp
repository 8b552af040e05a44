#include "sim/cli/console.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace tokenlife::sim {
namespace {

// Where the program was started without standard input, output or error, their places stay taken,
// by what can be neither read nor written. Otherwise the next file that is opened, a journal say,
// would get what is printed.
void keep_places() {
  int descriptor = STDIN_FILENO;
  while (descriptor >= STDIN_FILENO && descriptor <= STDERR_FILENO) {
    descriptor = ::open("/dev/null", O_PATH);
  }
  if (descriptor > STDERR_FILENO) ::close(descriptor);
}

}  // namespace

Console Console::of_process(bool progress_wanted) {
  keep_places();
  Console console;
  const char* no_color = std::getenv("NO_COLOR");
  console.colour_ = isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
  console.progress_ = progress_wanted && isatty(STDERR_FILENO) == 1;
  return console;
}

void Console::print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) lost_output_ = true;
}

std::string Console::paint(std::string_view text, Tone tone) const {
  if (!colour_ || tone == Tone::plain) return std::string(text);
  const char* code = "";
  switch (tone) {
    case Tone::plain: break;
    case Tone::good: code = "\033[32m"; break;
    case Tone::bad: code = "\033[31m"; break;
    case Tone::dim: code = "\033[2m"; break;
    case Tone::strong: code = "\033[1m"; break;
  }
  return code + std::string(text) + "\033[0m";
}

void Console::say(std::string_view line) {
  show_progress("");
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void Console::show_progress(std::string_view line) {
  if (!progress_ || (line.empty() && !progress_shown_)) return;
  std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(line.size()), line.data());
  std::fflush(stderr);
  progress_shown_ = !line.empty();
}

Result<void, Error> Console::finish() {
  show_progress("");
  if (std::fflush(stdout) != 0) lost_output_ = true;
  if (!lost_output_) return {};
  return file_error("standard output", std::string("cannot be written: ") + std::strerror(errno));
}

}  // namespace tokenlife::sim
