// How much longer something takes of which some is done.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>

namespace tokenlife::sim {

class TimeLeft {
 public:
  // ", 2 min left"; nothing while it is too early to say.
  std::string words(std::size_t done, std::size_t all) const {
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begin_;
    if (done == 0 || gone.count() < 1) return "";
    const double left = gone.count() / static_cast<double>(done) * static_cast<double>(all - done);
    if (left < 90) return fmt::format(", {:.0f} s left", left);
    if (left < 5400) return fmt::format(", {:.0f} min left", left / 60);
    return fmt::format(", {:.1f} h left", left / 3600);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace tokenlife::sim
