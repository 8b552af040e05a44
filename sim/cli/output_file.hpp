// Files that an option names and the program writes last: they are tried before the work begins.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct Scenario;  // sim/scenario/scenario.hpp

// What a command reads, or writes besides, and what a message calls it: "the log itself". "-" is
// standard input.
struct TakenPlace {
  std::string path;
  std::string what;
};

// That an output is none of these, nor in the folder of one, whatever names and links lead there:
// what is there would be lost, or would be taken for damage of a log. None of them need be there.
Result<void, Error> keep_apart(const std::string& output, const std::vector<TakenPlace>& taken);

// A scenario, and the files that it names.
std::vector<TakenPlace> inputs_of(const std::string& path, const Scenario& scenario);

// Whether replace_output() can write there. Leaves what is there as it is, and nothing where
// nothing was.
Result<void, Error> try_output(const std::string& path);

// The same, but what is there already is an error unless it may be overwritten.
Result<void, Error> try_new_output(const std::string& path, bool may_overwrite);

// In place of what is there: whoever looks there finds what was there before, or all of the text.
Result<void, Error> replace_output(const std::string& path, std::string_view text);

}  // namespace tokenlife::sim
