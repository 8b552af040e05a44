// The text of a scenario: that of its file, with what the command line puts in place of some of it.
// Tells of any place in it what the user wrote there. Part of the scenario parser only.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/mistakes.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Where in the text a place is, as the parser counts: without the mark at its beginning.
std::size_t offset_of(std::string_view text, Position at);

class ScenarioText {
 public:
  explicit ScenarioText(std::string of_file)
      : text_(std::move(of_file)), pieces_{{text_.size(), std::nullopt, 0}} {}

  const std::string& text() const { return text_; }

  // Puts `with` in place of the bytes from `begin` on and below `end`. `author` is who wrote it,
  // for messages: "--set site.leeway=5m".
  void replace(std::size_t begin, std::size_t end, std::string_view with,
               const std::string& author);

  // What is wrong at a place: in the file, or on the command line.
  Error error_at(const std::string& path, Position at, std::string what, std::string advice) const;
  // The line of the file that stands there now; of what is not the file's, the line before.
  std::uint32_t line_in_file(std::uint32_t line) const;

 private:
  struct Piece {
    std::size_t length;
    std::optional<std::size_t> author;  // absent: it is the file's
    std::size_t offset;                 // in the file
  };
  struct Origin {
    std::optional<std::size_t> author;
    std::size_t offset;
  };

  Origin origin_of(std::size_t offset) const;
  // Where the file's offset is in the file, which is put together again.
  Position place_in_file(std::size_t offset) const;

  std::string text_;
  std::string file_;  // once something has been replaced
  std::vector<Piece> pieces_;
  std::vector<std::string> authors_;
};

}  // namespace tokenlife::sim
