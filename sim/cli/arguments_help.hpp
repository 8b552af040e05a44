// How --help is laid out.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>

namespace tokenlife::sim {

// CLI11's own, but that no description is wider than the column that is left for it, whatever
// lines it was written in, and that what may be given more than once has three dots behind it.
std::shared_ptr<CLI::FormatterBase> help_format();

}  // namespace tokenlife::sim
