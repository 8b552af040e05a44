// What endpoints can do: the table [site.capacity], and the action that changes it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// More than any machine serves, and little enough to be multiplied with the ticks of a run.
constexpr std::int64_t kPerMinuteMax = 1'000'000'000;
constexpr Endpoint kLimited[] = {Endpoint::mp, Endpoint::cmg};

// By --clients-scale.
std::uint64_t scaled(std::uint64_t number, double scale) {
  const double exact = std::round(static_cast<double>(number) * scale);
  return static_cast<std::uint64_t>(std::min(exact, 1e15));
}
Capacity scaled(const Capacity& capacity, double scale) {
  if (scale == 1) return capacity;
  const std::uint64_t least = std::min<std::uint64_t>(capacity.per_minute, 1);
  return {std::max(scaled(capacity.per_minute, scale), least), scaled(capacity.queue, scale)};
}

std::optional<std::uint64_t> read_queue(Keys& keys, Need need) {
  const auto queue = keys.whole("queue", WholeRange{}, need);
  return queue ? std::optional(static_cast<std::uint64_t>(*queue)) : std::nullopt;
}

std::optional<Capacity> read_capacity(Reading& reading, Keys& table, Endpoint endpoint) {
  const toml::table* given = table.table(name(endpoint));
  if (given == nullptr) return std::nullopt;
  Keys keys = reading.keys_of(*given, fmt::format("`{}`", name(endpoint)));
  const auto per_minute = keys.whole("per-minute", WholeRange{0, kPerMinuteMax}, Need::required);
  const auto queue = read_queue(keys, Need::required);
  keys.finish();
  if (!per_minute || !queue) return std::nullopt;
  return scaled(Capacity{static_cast<std::uint64_t>(*per_minute), *queue},
                reading.options.clients_scale);
}

void say_that_it_is_scaled(Reading& reading, Position place) {
  const double scale = reading.options.clients_scale;
  if (scale == 1) return;
  reading.mistakes.warn(place,
                        fmt::format("capacities are scaled by {}, as the clients are", scale), "");
}

}  // namespace

bool has_capacity(const Scenario& scenario) {
  return scenario.capacities.any() ||
         std::any_of(scenario.actions.begin(), scenario.actions.end(), [](const Action& action) {
           return !action.left_out && action_if<SetCapacity>(action) != nullptr;
         });
}

void read_capacities(Reading& reading, Keys& site) {
  const toml::table* given = site.table("capacity");
  if (given == nullptr) return;
  Keys keys = reading.keys_of(*given, "[site.capacity]");
  Scenario& scenario = reading.scenario;
  scenario.queue_order = keys.word<QueueOrder>("order").value_or(QueueOrder::drawn);
  for (const Endpoint endpoint : kLimited) {
    scenario.capacities.of(endpoint) = read_capacity(reading, keys, endpoint);
  }
  keys.finish();
  if (scenario.capacities.any()) say_that_it_is_scaled(reading, site.place("capacity"));
}

std::optional<SetCapacity> read_set_capacity(Keys& keys) {
  const auto endpoint =
      keys.word<Endpoint>("endpoint", Need::required, std::span(Names<Endpoint>::values).first(2));
  SetCapacity set{endpoint.value_or(Endpoint::mp), {}, false, {}};
  const toml::node* per_minute = keys.any("per-minute");
  bool is_good = true;
  if (per_minute != nullptr && per_minute->is_string()) {
    set.unlimited = per_minute->ref<std::string>() == "unlimited";
    is_good = set.unlimited;
    if (!is_good) {
      keys.wrong("per-minute", "is neither a whole number nor \"unlimited\"",
                 "write 300, or \"unlimited\"");
    }
  } else if (per_minute != nullptr) {
    const auto number = keys.whole("per-minute", WholeRange{0, kPerMinuteMax});
    is_good = number.has_value();
    if (number) set.per_minute = static_cast<std::uint64_t>(*number);
  }
  set.queue = read_queue(keys, Need::optional);
  if (per_minute == nullptr && !keys.has("queue")) {
    keys.missing("per-minute", "say what is set: `per-minute`, `queue`");
    is_good = false;
  }
  if (!endpoint || !is_good || (keys.has("queue") && !set.queue)) return std::nullopt;
  return set;
}

namespace {

// When which of these actions sets a limit, in the order of time, with all repetitions.
std::vector<std::pair<Instant, std::size_t>> moments_of(const std::vector<std::size_t>& setting,
                                                        const Scenario& scenario) {
  std::vector<std::pair<Instant, std::size_t>> moments;
  for (const std::size_t i : setting) {
    const Action& action = scenario.actions[i];
    moments.emplace_back(action.at, i);
    for (std::uint32_t n = 0; goes_on_after(action, n); ++n) {
      const Instant next = begin_of(action, n + 1);
      if (next >= at(scenario.duration)) break;
      moments.emplace_back(next, i);
    }
  }
  std::sort(moments.begin(), moments.end());
  return moments;
}

}  // namespace

// An endpoint that has no limit needs both numbers; and all are scaled.
void check_capacities(Reading& reading, const toml::array& actions) {
  if (reading.mistakes.any()) return;  // Otherwise each has become an action.
  std::vector<std::size_t> setting;
  std::vector<Action>& all = reading.scenario.actions;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (action_if<SetCapacity>(all[i]) != nullptr) setting.push_back(i);
  }
  Capacities known = reading.scenario.capacities;
  const auto moments = moments_of(setting, reading.scenario);
  if (!setting.empty() && !known.any()) {
    say_that_it_is_scaled(reading, position(actions[moments.front().second]));
  }
  for (const auto& [when, i] : moments) {
    const auto& set = std::get<SetCapacity>(std::get<SiteAction>(all[i].what));
    std::optional<Capacity>& of = known.of(set.endpoint);
    if (!of && !set.unlimited && (!set.per_minute || !set.queue)) {
      const std::string_view lacks = set.per_minute ? "queue" : "per-minute";
      Keys keys = reading.keys_of(*actions[i].as_table(), "the action `set-capacity`");
      reading.mistakes.note(
          keys.place(),
          fmt::format(
              "`{}` is missing from the action `set-capacity`: the {} has no limit before it{}",
              lacks, set.endpoint == Endpoint::mp ? "MP" : "CMG",
              when == all[i].at ? "" : ", when it is repeated"),
          "give both `per-minute` and `queue`");
      return;
    }
    const Capacity before = of.value_or(Capacity{});
    of.reset();
    if (!set.unlimited) {
      of = Capacity{set.per_minute.value_or(before.per_minute), set.queue.value_or(before.queue)};
    }
  }
  for (const std::size_t i : setting) {
    auto& set = std::get<SetCapacity>(std::get<SiteAction>(all[i].what));
    const Capacity scaled_to =
        scaled({set.per_minute.value_or(0), set.queue.value_or(0)}, reading.options.clients_scale);
    if (set.per_minute) set.per_minute = scaled_to.per_minute;
    if (set.queue) set.queue = scaled_to.queue;
  }
}

std::optional<Duration> read_request_timeout(Reading& reading, Keys& keys) {
  const auto timeout = keys.duration("request-timeout", Sign::positive);
  const Duration latency = reading.scenario.policy.latency;
  if (!timeout || *timeout > latency) return timeout;
  keys.wrong("request-timeout",
             fmt::format("is {}, but an answer takes {}", to_text(*timeout), to_text(latency)),
             "choose a longer one, or a shorter `latency`");
  return std::nullopt;
}

}  // namespace tokenlife::sim
