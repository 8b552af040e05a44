// The table [cohort.network]: which model, and the plain ones.
#include <fmt/format.h>

#include <span>

#include "sim/scenario/network_reading.hpp"

namespace tokenlife::sim {
namespace {

enum class Model : std::uint8_t { fixed, timeline, dwell, week, trace, resample };

std::optional<PlainNetwork> read_fixed(Keys& keys) {
  const auto on = keys.word<Network>("on", Need::required);
  return on ? std::optional<PlainNetwork>(FixedNetwork{*on}) : std::nullopt;
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

std::optional<PlainNetwork> read_timeline(Reading& reading, Keys& keys) {
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

std::optional<PlainNetwork> read_model(Reading& reading, Keys& keys, Model model) {
  switch (model) {
    case Model::fixed: return read_fixed(keys);
    case Model::timeline: return read_timeline(reading, keys);
    case Model::dwell: return read_dwell_network(reading, keys);
    case Model::week: return read_week_network(reading, keys);
    case Model::trace: return read_trace_network(reading, keys);
    case Model::resample: return read_resample_network(reading, keys);
  }
  return std::nullopt;
}

// `more` takes the keys that do not belong to the model, and has a look at it.
template <class More>
std::optional<PlainNetwork> read_plain(Reading& reading, const toml::table& table,
                                       const std::string& where, const More& more) {
  static constexpr std::string_view models[] = {"fixed", "timeline", "dwell",
                                                "week",  "trace",    "resample"};
  Keys unknown = reading.keys_of(table, where);
  const auto chosen = unknown.choice("model", Need::required, models);
  // The valid keys depend on the model: without one they cannot be told from the others.
  if (!chosen) unknown.finish(Others::undecided);
  if (!chosen) return std::nullopt;
  Keys keys = reading.keys_of(table, fmt::format("a `{}` network", models[*chosen]));
  keys.choice("model", Need::required, models);
  auto model = read_model(reading, keys, static_cast<Model>(*chosen));
  more(keys, model);
  keys.finish();
  return model;
}

// ---- One after the other -----------------------------------------------------------------------

// By Network: where a client may be.
using Places = std::array<bool, kCount<Network>>;

void add_places(Places& places, const FixedNetwork& fixed) {
  places[static_cast<std::size_t>(fixed.on)] = true;
}
void add_places(Places& places, const TimelineNetwork& timeline) {
  for (const auto& step : timeline.steps) places[static_cast<std::size_t>(step.on)] = true;
}
void add_places(Places& places, const WeekNetwork& week) {
  places[static_cast<std::size_t>(Network::intranet)] = true;
  places[static_cast<std::size_t>(week.otherwise)] = true;
}
void add_places_of(Places& places, const Trace* trace) {
  places[static_cast<std::size_t>(Network::offline)] = true;
  if (trace == nullptr) return;
  for (const TraceRow& row : trace->rows) places[static_cast<std::size_t>(row.on)] = true;
}
void add_places(Places& places, const TraceNetwork& network) {
  add_places_of(places, network.trace.get());
}
void add_places(Places& places, const ResampleNetwork& network) {
  add_places_of(places, network.trace.get());
}
// From where a client is, and from `start`, everywhere that the chain leads to.
void add_places(Places& places, const DwellNetwork& dwell) {
  places[static_cast<std::size_t>(dwell.start)] = true;
  for (std::size_t round = 0; round < places.size(); ++round) {
    for (std::size_t from = 0; from < places.size(); ++from) {
      std::uint64_t before = 0;
      for (std::size_t to = 0; places[from] && to < places.size(); ++to) {
        if (dwell.stays[from].to[to] > before) places[to] = true;
        before = dwell.stays[from].to[to];
      }
    }
  }
}

// A chain takes clients over wherever they are.
void check_takeover(Keys& keys, const Places& places) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto network = static_cast<Network>(i);
    if (!places[i] || keys.has(name(network))) continue;
    keys.missing(name(network), "a client may be there when this network follows the one before");
  }
}

void read_until(Keys& keys, bool is_last, Instant before, PhasedNetwork::Phase& phase) {
  if (is_last) {
    keys.forbid("until", "the last of [[cohort.network]], which has no end", "leave it out");
    return;
  }
  if (!keys.has("until")) keys.missing("until", "only the last network has no end");
  const auto until = keys.time("until");
  if (!until) return;
  phase.until = *until;
  if (*until > before) return;
  const bool is_first = before == Instant{};
  keys.wrong("until",
             is_first ? "is the run's start"
                      : fmt::format("is {}, not after that of the network before at {}",
                                    to_text(until->time_since_epoch()),
                                    to_text(before.time_since_epoch())),
             is_first ? "leave this network out" : "put the networks in order of time");
}

std::optional<NetworkModel> read_phases(Reading& reading, const toml::array& list) {
  PhasedNetwork network;
  Places places{};
  Instant before{};
  bool is_whole = true;
  for (const toml::node& element : list) {
    const toml::table* table = element.as_table();
    if (table == nullptr) {
      reading.keys_of(element, "[[cohort.network]]");
      is_whole = false;
      continue;
    }
    PhasedNetwork::Phase phase{FixedNetwork{}, kNever};
    const bool is_first = &element == &*list.begin();
    const bool is_last = &element == &*(list.end() - 1);
    const std::size_t traces = reading.trace_uses.size();
    auto model =
        read_plain(reading, *table, "[[cohort.network]]",
                   [&](Keys& keys, const std::optional<PlainNetwork>& read) {
                     read_until(keys, is_last, before, phase);
                     const auto* dwell = read ? std::get_if<DwellNetwork>(&*read) : nullptr;
                     if (dwell == nullptr) places = {};
                     if (read)
                       std::visit([&](const auto& plain) { add_places(places, plain); }, *read);
                     if (dwell != nullptr && !is_first && is_whole) check_takeover(keys, places);
                   });
    for (TraceUse& use : std::span(reading.trace_uses).subspan(traces)) {
      if (phase.until != kNever) use.until = phase.until.time_since_epoch();
    }
    is_whole = is_whole && model;
    if (!model) continue;
    if (phase.until != kNever) before = phase.until;
    phase.model = std::move(*model);
    network.phases.push_back(std::move(phase));
  }
  return network;
}

}  // namespace

std::optional<NetworkModel> read_network(Reading& reading, Keys& cohort) {
  const toml::node* given = cohort.any("network");
  const toml::array* list = given == nullptr ? nullptr : given->as_array();
  if (list != nullptr) {
    if (list->empty()) cohort.wrong("network", "holds no network", "add one");
    return list->empty() ? std::nullopt : read_phases(reading, *list);
  }
  const toml::table* table = cohort.table("network");
  if (table == nullptr) return std::nullopt;
  auto model = read_plain(reading, *table, "[cohort.network]", [](Keys&, const auto&) {});
  if (!model) return std::nullopt;
  return std::visit([](auto& plain) { return NetworkModel(std::move(plain)); }, *model);
}

}  // namespace tokenlife::sim
