// The table [cohort.network], except for recorded presence.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr double kSumTolerance = 1e-9;
constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

enum class Model : std::uint8_t { fixed, timeline, dwell, week, trace };

std::optional<NetworkModel> read_fixed(Keys& keys) {
  const auto on = keys.word<Network>("on", Need::required);
  return on ? std::optional<NetworkModel>(FixedNetwork{*on}) : std::nullopt;
}

// ---- timeline ----------------------------------------------------------------------------------

std::optional<TimelineNetwork::Step> read_step(Keys& keys, std::optional<Duration> previous) {
  const auto at = keys.time("at", Need::required);
  const auto on = keys.word<Network>("on", Need::required);
  keys.finish();
  if (!at) return std::nullopt;
  const Duration after = at->time_since_epoch();
  if (!previous && after != Duration{0}) {
    keys.wrong("at", fmt::format("is {}", to_text(after)), "the first step must be at \"0d\"");
  }
  if (previous && after <= *previous) {
    keys.wrong(
        "at",
        fmt::format("is {}, not after the step before at {}", to_text(after), to_text(*previous)),
        "put the steps in order of time");
  }
  return TimelineNetwork::Step{after, on.value_or(Network::offline)};
}

std::optional<NetworkModel> read_timeline(Reading& reading, Keys& keys) {
  TimelineNetwork timeline;
  timeline.repeat_every = keys.duration("repeat-every", Sign::positive);
  const toml::array* steps = keys.list("steps", Need::required);
  if (steps == nullptr) return std::nullopt;
  if (steps->empty()) keys.wrong("steps", "holds no step", "the first is at \"0d\"");
  std::optional<Duration> previous;
  for (const toml::node& element : *steps) {
    auto step_keys = reading.keys_of(element, "a step of `steps`");
    const auto step = step_keys ? read_step(*step_keys, previous) : std::nullopt;
    if (!step && !previous) previous = Duration{-1};  // Of a first step that is wrong nothing more.
    if (!step) continue;
    if (timeline.repeat_every && step->at >= *timeline.repeat_every) {
      step_keys->wrong("at",
                       fmt::format("is {}, not before the steps start over after {}",
                                   to_text(step->at), to_text(*timeline.repeat_every)),
                       "lengthen `repeat-every` or drop the step");
    }
    previous = step->at;
    timeline.steps.push_back(*step);
  }
  return timeline;
}

// ---- dwell -------------------------------------------------------------------------------------

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
    stay.wrong("to", fmt::format("has probabilities that sum up to {}", sum),
               "they must sum up to 1");
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

std::optional<NetworkModel> read_dwell(Reading& reading, Keys& keys) {
  DwellNetwork dwell;
  const auto start = keys.word<Network>("start", Need::required);
  dwell.start = start.value_or(Network::offline);
  std::array<std::optional<Probabilities>, kCount<Network>> entries;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto network = static_cast<Network>(i);
    const toml::table* table = keys.table(name(network));
    if (table == nullptr) continue;
    Keys stay = reading.keys_of(*table, fmt::format("the stay `{}`", name(network)));
    dwell.stays[i].mean =
        stay.duration("mean", Sign::positive, Need::required).value_or(Duration{0});
    entries[i] = read_to(reading, stay);
    if (entries[i]) dwell.stays[i].to = cumulative(*entries[i]);
    stay.finish();
  }
  if (start) check_reachable(keys, *start, entries);
  return dwell;
}

// ---- week --------------------------------------------------------------------------------------

std::optional<std::array<bool, 7>> read_days(Reading& reading, Keys& keys) {
  const toml::array* list = keys.list("office-days", Need::required);
  if (list == nullptr) return std::nullopt;
  std::array<bool, 7> days{};
  for (const toml::node& element : *list) {
    const auto* word = element.as_string();
    const std::string day = word == nullptr ? std::string() : word->get();
    const auto found = std::find(kDays.begin(), kDays.end(), day);
    const auto note = [&](std::string what, std::string advice) {
      reading.mistakes.note(position(element), "`office-days` " + std::move(what),
                            std::move(advice));
    };
    if (word == nullptr) {
      note("must hold strings", "write them as in [\"mon\", \"tue\"]");
    } else if (found == kDays.end()) {
      note(fmt::format("cannot hold {}", in_quotes(day)), did_you_mean("day", day, kDays));
    } else if (std::exchange(days[static_cast<std::size_t>(found - kDays.begin())], true)) {
      note(fmt::format("holds {} twice", in_quotes(day)), "leave one out");
    }
  }
  return days;
}

// "09:00" as the time since midnight.
std::optional<Duration> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hours = (text[0] - '0') * 10 + (text[1] - '0');
  const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
  if (minutes > 59 || hours > 24 || (hours == 24 && minutes > 0)) return std::nullopt;
  return std::chrono::hours{hours} + std::chrono::minutes{minutes};
}

void read_hours(Reading& reading, Keys& keys, WeekNetwork& week) {
  const auto text = keys.text("hours", Need::required);
  if (!text) return;
  const std::string_view hours = *text;
  const bool has_both = hours.size() == 11 && hours[5] == '-';
  const auto opens = has_both ? time_of_day(hours.substr(0, 5)) : std::nullopt;
  const auto closes = has_both ? time_of_day(hours.substr(6)) : std::nullopt;
  constexpr std::chrono::days day{1};
  if (!opens || !closes || *opens == day) {
    keys.wrong("hours", fmt::format("is {}, which is no time span", in_quotes(hours)),
               "write it as in \"09:00-17:00\"");
    return;
  }
  if (*opens == *closes) {
    keys.wrong("hours", "ends when it begins", "for whole days, write \"00:00-24:00\"");
  }
  for (const Duration time : {*opens, *closes}) {
    if (const auto why = off_the_tick(time, reading.time.tick)) {
      keys.wrong(
          "hours",
          fmt::format("is {}, and {} after midnight {}", in_quotes(hours), to_text(time), *why),
          "round it, or choose a smaller `tick` in [run]");
    }
  }
  week.opens = *opens;
  week.closes = *closes > *opens ? *closes : *closes + day;
}

std::optional<NetworkModel> read_week(Reading& reading, Keys& keys) {
  WeekNetwork week;
  if (off_the_tick(std::chrono::days{1}, reading.time.tick)) {
    keys.wrong("model",
               fmt::format("is `week`, but a day {}",
                           *off_the_tick(std::chrono::days{1}, reading.time.tick)),
               "choose a `tick` in [run] that divides a day");
  }
  week.office_days = read_days(reading, keys).value_or(week.office_days);
  read_hours(reading, keys, week);
  if (const auto attendance = keys.share("attendance")) week.attendance = to_share(*attendance);
  week.otherwise = keys.word<Network>("otherwise", Need::required).value_or(week.otherwise);
  return week;
}

std::optional<NetworkModel> read_model(Reading& reading, Keys& keys, Model model) {
  switch (model) {
    case Model::fixed: return read_fixed(keys);
    case Model::timeline: return read_timeline(reading, keys);
    case Model::dwell: return read_dwell(reading, keys);
    case Model::week: return read_week(reading, keys);
    case Model::trace: return read_trace_network(reading, keys);
  }
  return std::nullopt;
}

}  // namespace

std::optional<NetworkModel> read_network(Reading& reading, const toml::table& table) {
  static constexpr std::string_view models[] = {"fixed", "timeline", "dwell", "week", "trace"};
  Keys unknown = reading.keys_of(table, "[cohort.network]");
  const auto chosen = unknown.choice("model", Need::required, models);
  // The valid keys depend on the model: without one they cannot be told from the others.
  if (!chosen) unknown.finish(Others::undecided);
  if (!chosen) return std::nullopt;
  Keys keys = reading.keys_of(table, fmt::format("a `{}` network", models[*chosen]));
  keys.choice("model", Need::required, models);
  auto model = read_model(reading, keys, static_cast<Model>(*chosen));
  keys.finish();
  return model;
}

}  // namespace tokenlife::sim
