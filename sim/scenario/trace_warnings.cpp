// What is warned of where clients replay a trace.
#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

void warn_of_uneven_trace(Reading& reading, const TraceUse& use) {
  if (reading.options.clients_scale != 1) return;
  const Cohort& cohort = reading.scenario.cohorts[use.cohort];
  const std::size_t devices = use.network.trace->devices.size();
  // The rows of an inventory say who replays which.
  if (cohort.inventory != nullptr || cohort.clients % devices == 0) return;
  reading.mistakes.warn(
      use.clients_place,
      fmt::format("{} clients replay a trace of {} devices: some devices count more than others",
                  cohort.clients, devices),
      "choose a multiple");
}

// When the device's last row is, after the run's start.
Duration last_row(const Trace& trace, const Trace::Device& device) {
  return device.begins + trace.rows[device.first_row + device.row_count - 1].at;
}

void warn_of_early_ends(Reading& reading, const TraceUse& use) {
  const Trace& trace = *use.network.trace;
  const Duration end = std::min(use.until, reading.scenario.duration);
  const Cohort& cohort = reading.scenario.cohorts[use.cohort];
  std::size_t ended = 0;
  const Trace::Device* first = nullptr;
  for (std::uint32_t i = 0; i < cohort.clients; ++i) {
    const Trace::Device& device = trace.devices[trace_device_of(cohort, i) % trace.devices.size()];
    if (last_row(trace, device) >= end) continue;
    ++ended;
    if (first == nullptr || last_row(trace, device) < last_row(trace, *first)) first = &device;
  }
  if (first == nullptr) return;
  reading.mistakes.warn(
      use.file,
      fmt::format("the trace of {} of {} clients ends early, that of device {} {}{} the run's "
                  "start: they stay on their last network from then on",
                  ended, cohort.clients, in_quotes(first->name),
                  to_text(std::chrono::abs(last_row(trace, *first))),
                  last_row(trace, *first) < Duration{0} ? " before" : " after"),
      fmt::format("shorten `{}`, which is {}, or write `loop = true`",
                  use.until < reading.scenario.duration ? "until" : "duration", to_text(end)));
}

// A row that changes the state just when the trace starts over, and not to what it starts with.
void warn_of_unseen_states(Reading& reading, const TraceUse& use) {
  if (use.network.period) return;
  const Trace& trace = *use.network.trace;
  for (const Trace::Device& device : trace.devices) {
    const TraceRow& last = trace.rows[device.first_row + device.row_count - 1];
    if (device.period == Duration{0} || last.at < device.period) continue;
    if (last.on == trace.rows[device.first_row].on) continue;
    reading.mistakes.warn(
        use.file,
        fmt::format("the last state of device {} ({}) is never seen: the trace starts over at "
                    "its last row",
                    in_quotes(device.name), name(last.on)),
        "give a `period`");
    return;
  }
}

bool has_dated_actions(Keys& top) {
  const toml::node* actions = top.any("action");
  const toml::array* list = actions == nullptr ? nullptr : actions->as_array();
  if (list == nullptr) return false;
  return std::any_of(list->begin(), list->end(), [](const toml::node& action) {
    const toml::table* table = action.as_table();
    const toml::node* at = table == nullptr ? nullptr : table->get("at");
    return at != nullptr && at->is_date_time();
  });
}

}  // namespace

void warn_of_traces(Reading& reading, Keys& top) {
  const bool has_dates = has_dated_actions(top);
  for (const TraceUse& use : reading.trace_uses) {
    warn_of_uneven_trace(reading, use);
    if (use.network.loop) {
      warn_of_unseen_states(reading, use);
    } else {
      warn_of_early_ends(reading, use);
    }
    if (!has_dates || !use.network.trace->is_moved) continue;
    reading.mistakes.warn(use.file,
                          fmt::format("the trace is moved in time, to the run's start, while "
                                      "actions have dates: `align` is \"{}\"",
                                      name(use.network.align)),
                          "write `align = \"absolute\"` if its dates mean what they say");
  }
}

}  // namespace tokenlife::sim
