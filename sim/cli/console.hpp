// Where the program's words go: results to standard output, progress and errors to standard error.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

enum class Tone : std::uint8_t { plain, good, bad, dim, strong };

// On a terminal that knows escape sequences, and not against NO_COLOR; or as the user says.
enum class Colour : std::uint8_t { automatic, always, never };

class Console {
 public:
  // Before any file is opened. Progress only on a terminal that knows escape sequences.
  static Console of_process(bool progress_wanted, Colour colour);

  // The same of the process that speaks for several, whose words are handed on by a pipe: where
  // there is no terminal, progress is a line of its own every few seconds.
  static Console of_ranks(bool progress_wanted, Colour colour);
  // One that says nothing, of a process that another speaks for.
  static Console silent();

  bool shows_progress() const { return progress_; }

  // Standard output, without the line of progress. What cannot be written is remembered: see
  // finish().
  void print(std::string_view text);
  // The text in a colour, if standard output has colours.
  std::string paint(std::string_view text, Tone tone) const;

  // A line to standard error.
  void say(std::string_view line);
  // Replaces the line of progress on standard error, an ASCII text that is cut to the terminal's
  // width; an empty one removes it.
  void show_progress(std::string_view line);

  // Whether all that was printed so far has arrived.
  Result<void, Error> finish();

 private:
  bool colour_ = false;
  bool progress_ = false;
  bool progress_shown_ = false;
  bool lost_output_ = false;
  bool silent_ = false;
  bool in_lines_ = false;
  std::chrono::steady_clock::time_point next_line_{};
};

}  // namespace tokenlife::sim
