#include <fmt/format.h>

#include <array>
#include <ostream>
#include <utility>

#include "sim/scenario/toml_text.hpp"

namespace tokenlife::sim {
namespace {

std::string clock_time(Duration since_midnight) {
  const std::int64_t minutes = since_midnight.count() / 60 % (24 * 60);
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
}

struct WriteNetwork {
  std::ostream& out;

  void operator()(const FixedNetwork& fixed) const {
    out << "model = \"fixed\"\non = " << word(fixed.on) << "\n";
  }
  void operator()(const TimelineNetwork& timeline) const {
    out << "model = \"timeline\"\nsteps = [\n";
    for (const auto& step : timeline.steps) {
      out << "  { at = " << toml_of(step.at) << ", on = " << word(step.on) << " },\n";
    }
    out << "]\n";
    if (timeline.repeat_every) out << "repeat-every = " << toml_of(*timeline.repeat_every) << "\n";
  }
  void operator()(const DwellNetwork& dwell) const {
    out << "model = \"dwell\"\nstart = " << word(dwell.start) << "\n";
    for (std::size_t i = 0; i < dwell.stays.size(); ++i) {
      const auto& stay = dwell.stays[i];
      if (stay.quantiles.empty() && stay.mean == Duration{0})
        continue;  // The chain never gets there.
      out << name(static_cast<Network>(i)) << " = { ";
      if (stay.quantiles.empty()) out << "mean = " << toml_of(stay.mean);
      std::string_view between = "quantiles = [";
      for (const Duration quantile : stay.quantiles) {
        out << std::exchange(between, ", ") << toml_of(quantile);
      }
      out << (stay.quantiles.empty() ? "" : "]") << ", to = { ";
      std::uint64_t before = 0;
      std::string_view comma;
      for (std::size_t to = 0; to < stay.to.size(); ++to) {
        const Share share{stay.to[to] - before};
        before = stay.to[to];
        if (share.of_2_32 == 0) continue;
        // The last takes what rounding leaves.
        const bool is_last = stay.to[to] == Share::kWhole;
        out << comma << name(static_cast<Network>(to)) << " = "
            << toml_of(share, is_last ? stay.to.size() : 0);
        comma = ", ";
      }
      out << " } }\n";
    }
  }
  void operator()(const WeekNetwork& week) const {
    constexpr std::string_view days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    out << "model = \"week\"\noffice-days = [";
    for (std::size_t i = 0; i < 7; ++i) {
      if (week.office_days[i]) out << toml_string(days[i]) << ", ";
    }
    const bool whole_day = week.opens == Duration{0} && week.closes == std::chrono::days{1};
    out << "]\nhours = \"" << clock_time(week.opens) << "-"
        << (whole_day ? "24:00" : clock_time(week.closes))
        << "\"\nattendance = " << toml_of(week.attendance)
        << "\notherwise = " << word(week.otherwise) << "\n";
    if (!week.time_zone.empty()) out << "time-zone = " << toml_string(week.time_zone) << "\n";
    if (week.holidays.empty()) return;
    out << "holidays = [";
    for (const std::chrono::sys_days day : week.holidays) out << toml_of(day) << ", ";
    out << "]\n";
  }
  void operator()(const ResampleNetwork& network) const {
    out << "model = \"resample\"\nfile = " << toml_string(network.file)
        << "\nblock = " << toml_of(network.block)
        << "\nfrom = " << toml_string(network.any_device ? "any-device" : "same-device") << "\n";
  }
  void operator()(const TraceNetwork& network) const {
    out << "model = \"trace\"\nfile = " << toml_string(network.file)
        << "\nalign = " << word(network.align) << "\nloop = " << toml_of(network.loop) << "\n";
    if (network.period) out << "period = " << toml_of(*network.period) << "\n";
    const Trace& trace = *network.trace;
    for (const Trace::Device& device : trace.devices) {
      out << "# " << device.name << ", from " << toml_of(device.begins) << " on, starts over after "
          << toml_of(device.period) << ":";
      for (std::uint32_t i = 0; i < device.row_count; ++i) {
        const TraceRow& row = trace.rows[device.first_row + i];
        out << " " << toml_of(row.at) << " " << name(row.on);
      }
      out << "\n";
    }
  }
};

}  // namespace

void write_network(std::ostream& out, const NetworkModel& network) {
  const auto* phased = std::get_if<PhasedNetwork>(&network);
  if (phased == nullptr) {
    out << "\n[cohort.network]\n";
    for_each_model(network, WriteNetwork{out});
    return;
  }
  for (const PhasedNetwork::Phase& phase : phased->phases) {
    out << "\n[[cohort.network]]\n";
    if (phase.until != kNever) out << "until = " << toml_of(phase.until) << "\n";
    std::visit(WriteNetwork{out}, phase.model);
  }
}

}  // namespace tokenlife::sim
