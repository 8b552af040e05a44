// Where a file is that a link may lead to.
#pragma once

#include <filesystem>

namespace tokenlife::sim {

// What a link leads to, which need not be there; any other path is its own. Whoever puts a new file
// in place of the old one does so there, as a link is to stay what it is. A circle of links is left
// in its midst: no file can be made there.
std::filesystem::path link_target(std::filesystem::path path);

}  // namespace tokenlife::sim
