// The network model `dwell`.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/network_reading.hpp"

namespace tokenlife::sim {
namespace {

constexpr double kSumTolerance = 1e-9;

// Where a stay leads to, by Network, as written. It may lead to another stay on the same network.
using Probabilities = std::array<double, kCount<Network>>;

std::optional<Probabilities> read_to(Reading& reading, Keys& stay) {
  const toml::table* table = stay.table("to", Need::required);
  if (table == nullptr) return std::nullopt;
  Keys keys = reading.keys_of(*table, "`to`");
  Probabilities to{};
  double sum = 0;
  bool is_whole = true;
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::string_view network = Names<Network>::values[i];
    const auto share = keys.share(network);
    is_whole = is_whole && (share || !keys.has(network));
    to[i] = share.value_or(0);
    sum += to[i];
  }
  is_whole = keys.finish() && is_whole;
  if (is_whole && !(sum >= 1 - kSumTolerance && sum <= 1 + kSumTolerance)) {
    stay.wrong("to", fmt::format("has probabilities that add up to {}", sum),
               "they must add up to 1");
  }
  return to;
}

// Sums up in 2^32nds. The last network that can be reached takes what rounding leaves.
std::array<std::uint64_t, kCount<Network>> cumulative(const Probabilities& to) {
  std::array<std::uint64_t, kCount<Network>> sums{};
  std::uint64_t sum = 0;
  std::size_t last = 0;
  for (std::size_t i = 0; i < to.size(); ++i) {
    sum = std::min(sum + to_share(to[i]).of_2_32, Share::kWhole);
    sums[i] = sum;
    if (to[i] > 0) last = i;
  }
  std::fill(sums.begin() + static_cast<std::ptrdiff_t>(last), sums.end(), Share::kWhole);
  return sums;
}

// Every network that the chain can get to needs an entry of its own.
void check_reachable(Keys& keys, Network start,
                     const std::array<std::optional<Probabilities>, kCount<Network>>& entries) {
  std::array<bool, kCount<Network>> reached{};
  std::vector<std::pair<Network, std::string>> open{{start, "`start`"}};
  while (!open.empty()) {
    const auto [network, by] = open.back();
    open.pop_back();
    const auto index = static_cast<std::size_t>(network);
    if (reached[index]) continue;
    reached[index] = true;
    if (!keys.has(name(network))) {
      keys.missing(name(network), fmt::format("{} leads there: say how long it stays and where it "
                                              "goes next",
                                              by));
    }
    if (!entries[index]) continue;
    for (std::size_t to = 0; to < reached.size(); ++to) {
      if ((*entries[index])[to] > 0) {
        open.emplace_back(static_cast<Network>(to), fmt::format("`{}`", name(network)));
      }
    }
  }
}

// How long a stay is: `mean` or `quantiles`.
void read_length(Keys& keys, DwellNetwork::Stay& stay) {
  if (!keys.has("quantiles")) {
    keys.any("quantiles");
    const bool is_misspelt = keys.may_be_misspelt("quantiles");
    if (!keys.has("mean") && !is_misspelt) keys.missing("mean", "or give `quantiles`");
    stay.mean = keys.duration("mean", Sign::positive).value_or(Duration{0});
    return;
  }
  keys.forbid("mean", "`quantiles`", "leave one of them out");
  const auto quantiles = keys.durations("quantiles", Sign::not_negative);
  if (!quantiles) return;
  if (quantiles->size() < 2) {
    keys.wrong("quantiles",
               fmt::format("holds {}", quantiles->empty() ? "nothing" : "only one length"),
               "give the shortest and the longest stay at least");
  }
  const auto falls = std::is_sorted_until(quantiles->begin(), quantiles->end());
  if (falls != quantiles->end()) {
    keys.wrong("quantiles",
               fmt::format("falls from {} to {}", to_text(*std::prev(falls)), to_text(*falls)),
               "put the lengths in order, the shortest first");
  }
  stay.quantiles = *quantiles;
}

}  // namespace

std::optional<PlainNetwork> read_dwell_network(Reading& reading, Keys& keys) {
  DwellNetwork dwell;
  const auto start = keys.word<Network>("start", Need::required);
  dwell.start = start.value_or(Network::offline);
  std::array<std::optional<Probabilities>, kCount<Network>> entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto network = static_cast<Network>(i);
    const toml::table* table = keys.table(name(network));
    if (table == nullptr) continue;
    Keys stay = reading.keys_of(*table, fmt::format("the stay `{}`", name(network)));
    read_length(stay, dwell.stays[i]);
    entries[i] = read_to(reading, stay);
    if (entries[i]) dwell.stays[i].to = cumulative(*entries[i]);
    stay.finish();
  }
  if (start) check_reachable(keys, *start, entries);
  return dwell;
}

}  // namespace tokenlife::sim
