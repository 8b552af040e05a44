#include "sim/analysis/survival.hpp"

#include <algorithm>

#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

constexpr double kRounding = 1e-9;  // of shares
constexpr Duration kDay = std::chrono::days{1};

}  // namespace

Survival::Survival(std::vector<SeenStay> stays) {
  // What was cut off at a length was there when others ended at that length.
  std::sort(stays.begin(), stays.end(), [](const SeenStay& a, const SeenStay& b) {
    return a.length != b.length ? a.length < b.length : a.ended && !b.ended;
  });
  double longer = 1;
  for (std::size_t i = 0; i < stays.size();) {
    const Duration length = stays[i].length;
    const auto there = static_cast<double>(stays.size() - i);
    std::size_t ends = 0;
    for (; i < stays.size() && stays[i].length == length; ++i) ends += stays[i].ended ? 1U : 0U;
    if (ends == 0) continue;
    longer *= 1 - static_cast<double>(ends) / there;
    steps_.push_back({length, longer});
    ended_ += ends;
  }
  cut_off_ = stays.size() - ended_;
  if (!stays.empty()) longest_ = stays.back().length;
}

double Survival::at(Duration length) const {
  const auto after = std::upper_bound(steps_.begin(), steps_.end(), length,
                                      [](Duration l, const Step& step) { return l < step.length; });
  return after == steps_.begin() ? 1 : std::prev(after)->longer;
}

Duration Survival::beyond() const {
  return std::min(kBeyond * longest_, kDurationLimit - 2 * kDay) / kDay * kDay + kDay;
}

std::vector<Duration> Survival::quantiles(Duration tick) const {
  const std::size_t count = std::clamp<std::size_t>(ended_, 1, kQuantileStepsMax);
  // So few that the last step is not of them.
  const bool nearly_all_end =
      !steps_.empty() && steps_.back().longer * static_cast<double>(2 * count) < 1;
  const Duration last = nearly_all_end ? round_up(longest_, tick) : beyond();
  std::vector<Duration> quantiles;
  auto step = steps_.begin();
  for (std::size_t k = 0; k <= count; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(count);
    while (step != steps_.end() && 1 - step->longer < share - kRounding) ++step;
    quantiles.push_back(step == steps_.end() ? last : round_up(step->length, tick));
  }
  return quantiles;
}

std::vector<Duration> Survival::rest(const std::vector<Duration>& ages) const {
  const std::size_t count =
      std::min<std::size_t>(kQuantileStepsMax, std::max<std::size_t>(2, ages.size()));
  std::vector<Duration> quantiles;
  Duration more{0};
  double over = 0;  // the share that has ended by then
  for (std::size_t k = 0; k <= count; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(count);
    while (over < share - kRounding && more <= longest_) {
      more += kDay;
      double longer = 0;
      for (const Duration age : ages) longer += at(age + more) / at(age);
      over = 1 - longer / static_cast<double>(ages.size());
    }
    quantiles.push_back(over < share - kRounding ? beyond() : more);
  }
  return quantiles;
}

}  // namespace tokenlife::sim
