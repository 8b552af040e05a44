#include "sim/cli/console.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
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

std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool knows_escapes(int descriptor) {
  const std::string_view terminal = variable("TERM");
  return isatty(descriptor) == 1 && !terminal.empty() && terminal != "dumb";
}

// As POSIX has it, COLUMNS is what the user prefers to the terminal's own width.
std::size_t columns_of_terminal() {
  constexpr std::size_t kUnknown = 80;
  const std::string_view preferred = variable("COLUMNS");
  std::size_t columns = 0;
  const char* end = preferred.data() + preferred.size();
  const auto [stop, error] = std::from_chars(preferred.data(), end, columns);
  if (error == std::errc{} && stop == end && columns > 0) return columns;
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : kUnknown;
}

constexpr std::chrono::seconds kBetweenLines{5};

// Without the last column, after which some terminals begin a new line.
std::string fitted(std::string_view line, std::size_t columns) {
  constexpr std::string_view kCut = "...";  // or half a number would look like one
  if (line.size() < columns) return std::string(line);
  if (columns <= kCut.size()) return "";
  return std::string(line.substr(0, columns - 1 - kCut.size())) + std::string(kCut);
}

}  // namespace

Console Console::of_process(bool progress_wanted, Colour colour) {
  keep_places();
  // A file that may not grow is an error where it is written, which says so, and not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  Console console;
  switch (colour) {
    case Colour::automatic:
      console.colour_ = knows_escapes(STDOUT_FILENO) && variable("NO_COLOR").empty();
      break;
    case Colour::always: console.colour_ = true; break;
    case Colour::never: break;
  }
  console.progress_ = progress_wanted && knows_escapes(STDERR_FILENO);
  return console;
}

Console Console::of_ranks(bool progress_wanted, Colour colour) {
  // Open MPI gives ranks a terminal of its own, wherever their words go.
  Console console =
      of_process(progress_wanted, colour == Colour::automatic ? Colour::never : colour);
  console.in_lines_ = progress_wanted && !console.progress_;
  console.next_line_ = std::chrono::steady_clock::now() + kBetweenLines;
  return console;
}

Console Console::silent() {
  Console console = of_process(false, Colour::never);
  console.silent_ = true;
  return console;
}

void Console::print(std::string_view text) {
  if (silent_) return;
  if (!text.empty()) show_progress("");
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
  if (silent_) return;
  show_progress("");
  std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

void Console::show_progress(std::string_view line) {
  if (in_lines_ && !line.empty()) {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_line_) return;
    next_line_ = now + kBetweenLines;
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
  if (!progress_ || (line.empty() && !progress_shown_)) return;
  std::fprintf(stderr, "\r\033[K%s", fitted(line, columns_of_terminal()).c_str());
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
