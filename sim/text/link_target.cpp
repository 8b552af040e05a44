#include "sim/text/link_target.hpp"

#include <system_error>

namespace tokenlife::sim {

namespace fs = std::filesystem;

fs::path link_target(fs::path path) {
  constexpr int kLinksMax = 40;  // as Linux follows them
  for (int followed = 0; followed < kLinksMax; ++followed) {
    std::error_code error;
    const fs::path next = fs::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / next;  // `next` alone, if it begins at the root
  }
  return path;
}

}  // namespace tokenlife::sim
