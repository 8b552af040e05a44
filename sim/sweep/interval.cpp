#include "sim/sweep/interval.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace tokenlife::sim {
namespace {

constexpr double kTail = 0.025;                // on each side
constexpr double kNormal = 1.959963984540054;  // what so much of a normal distribution is beyond

}  // namespace

Mean mean_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  Mean mean{sum / count};
  if (values.size() < 2) return mean;
  double squares = 0;
  for (const double value : values) squares += (value - mean.mean) * (value - mean.mean);
  const boost::math::students_t_distribution<double> student(count - 1);
  const double t = boost::math::quantile(boost::math::complement(student, kTail));
  const double half = t * std::sqrt(squares / (count - 1) / count);
  mean.interval = Range{mean.mean - half, mean.mean + half};
  return mean;
}

Range wilson(std::uint64_t times, std::uint64_t tries) {
  const auto n = static_cast<double>(tries);
  const double share = static_cast<double>(times) / n;
  const double z2 = kNormal * kNormal;
  const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half =
      kNormal / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  // Exactly 0 and 1 at the ends, whatever rounding says.
  return {times == 0 ? 0 : std::max(0.0, centre - half),
          times == tries ? 1 : std::min(1.0, centre + half)};
}

}  // namespace tokenlife::sim
