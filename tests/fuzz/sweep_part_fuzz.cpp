// A part of a sweep of any bytes is refused, or read; what is read is written as the same bytes.
// The input is the line of JSON, which gets a digest that fits; or, if it begins with an `x`, what
// is behind that is the whole text.
#include <string>

#include "fuzz/target.hpp"
#include "sim/sweep/sweep_part.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife;
  const std::string input(test::text_of(data, size));
  const std::string text =
      input.starts_with('x') ? input.substr(1) : sim::with_part_digest(input + "\n");
  const auto part = sim::read_part(text, "input");
  if (!part) {
    test::require(!part.error().what.empty(), "an error says what is wrong");
    return 0;
  }
  const std::string written = sim::part_text(part->runs, part->part, part->parts);
  const auto again = sim::read_part(written, "input");
  test::require(again.has_value(), "what was read can be written and read");
  test::require(sim::part_text(again->runs, again->part, again->parts) == written,
                "it is the same part again");
  test::require(part->runs.numbers == again->runs.numbers, "its numbers are the same");
  const auto joined = sim::join_parts({{"input", written}});
  test::require(joined.has_value() == (part->parts == 1), "one part is all, or not enough");
  return 0;
}
