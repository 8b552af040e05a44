// Where the program's words go: results to standard output, progress and errors to standard error.
#pragma once

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
};

}  // namespace tokenlife::sim
