// The program on a terminal of some width, and what is seen there.
#pragma once

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {

struct Terminal {
  unsigned short columns = 80;
  std::string variables = "";  // for env, which has TERM=xterm from another
  std::string ctrl_c_at = "";  // pressed once that was printed; never if empty
};

struct OnTerminal {
  int status;
  std::string bytes;  // all that was sent to the terminal
};

// `line` follows the program's name, as for Desk::run().
inline OnTerminal run_on(const Terminal& terminal, const Desk& desk, const std::string& line) {
  const std::string command =
      "cd '" + desk.path("").string() +
      "' && exec env -u COLUMNS -u NO_COLOR -u GITHUB_ACTIONS TERM=xterm env " +
      terminal.variables + " '" + program() + "' " + line;
  winsize size{};
  size.ws_row = 24;
  size.ws_col = terminal.columns;
  int master = -1;
  const pid_t child = forkpty(&master, nullptr, nullptr, &size);
  REQUIRE(child >= 0);
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  OnTerminal ran{-1, ""};
  bool pressed = terminal.ctrl_c_at.empty();
  char some[4096];
  for (ssize_t got = 0; (got = read(master, some, sizeof some)) > 0;) {
    ran.bytes.append(some, static_cast<std::size_t>(got));
    if (pressed || !has(ran.bytes, terminal.ctrl_c_at)) continue;
    pressed = true;
    REQUIRE(write(master, "\003", 1) == 1);
  }
  close(master);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

// What stands on the lines of a terminal that was sent these bytes. It knows the sequences that the
// program uses: erase to the end of the line, and colours, which it does not show.
inline std::vector<std::string> seen(const std::string& bytes, std::size_t columns) {
  std::vector<std::string> lines{""};
  std::size_t column = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '\r') {
      column = 0;
    } else if (bytes[i] == '\n') {
      lines.emplace_back();
      column = 0;
    } else if (bytes[i] == '\033') {
      i = bytes.find_first_of("Km", i);
      if (bytes[i] == 'K') lines.back().resize(std::min(lines.back().size(), column));
    } else {
      if (column == columns) {
        lines.emplace_back();
        column = 0;
      }
      lines.back().resize(std::max(lines.back().size(), column + 1), ' ');
      lines.back()[column++] = bytes[i];
    }
  }
  return lines;
}

}  // namespace tokenlife::test
