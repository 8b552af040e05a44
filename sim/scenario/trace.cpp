#include "sim/scenario/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/token/sha256.hpp"
#include "sim/text/csv.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;

constexpr std::size_t kRowsMax = 10'000'000;
constexpr std::string_view kHeader = "device,time,network";

struct RawRow {
  sys_seconds time;
  std::uint32_t device;
  Network on;
};

// The rows as they stand in the file.
class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : csv_(text, path) {}

  std::optional<Error> read_all() {
    if (csv_.at_end()) return csv_.wrong("the file is empty", header_advice());
    if (auto error = csv_.read_row()) return error;
    if (!is_header(csv_.fields())) {
      return csv_.wrong(fmt::format("the header is {}, not `{}`", in_quotes(csv_.row()), kHeader),
                        header_advice());
    }
    if (csv_.at_end()) {
      return csv_.wrong("the file has no rows", "add at least one row for each device");
    }
    while (!csv_.at_end()) {
      if (auto error = csv_.read_row()) return error;
      if (auto error = read_row()) return error;
    }
    return std::nullopt;
  }

  std::vector<RawRow> rows;
  std::vector<std::string> devices;  // in the order of first appearance

 private:
  static std::string header_advice() { return fmt::format("begin with the line `{}`", kHeader); }
  static bool is_header(const std::vector<CsvField>& fields) {
    return fields.size() == 3 && fields[0].text == "device" && fields[1].text == "time" &&
           fields[2].text == "network";
  }

  std::optional<Error> read_row() {
    if (rows.size() == kRowsMax) {
      return csv_.wrong(fmt::format("there are more than {} rows", kRowsMax), "split the trace");
    }
    const std::vector<CsvField>& fields = csv_.fields();
    if (fields.size() == 3) return add_row(fields[0].text, fields[1], fields[2]);
    return csv_.wrong(
        csv_.row().empty() ? "the line is empty" : "the row does not have three fields",
        "write a device, a time and a network, as in `7,2026-01-01T00:00:00Z,intranet`");
  }

  std::optional<Error> add_row(std::string_view device, const CsvField& time,
                               const CsvField& network) {
    if (device.empty()) return csv_.wrong("the device is empty", "name it");
    const Result<sys_seconds, std::string> moment = parse_rfc3339(time.text);
    if (!moment) {
      return csv_.wrong_at(time.raw, fmt::format("{} {}", in_quotes(time.text), moment.error()),
                           rfc3339_advice(time.text));
    }
    const std::optional<Network> on = from_name<Network>(network.text);
    if (!on) {
      return csv_.wrong_at(network.raw,
                           fmt::format("the network cannot be {}", in_quotes(network.text)),
                           which_of(network.text, Names<Network>::values));
    }
    const std::uint32_t index = index_of(device, *moment);
    if (*moment < last_[index]) {
      return csv_.wrong_at(time.raw,
                           fmt::format("the time of device {} goes back", in_quotes(device)),
                           "put the rows of a device in order of time");
    }
    last_[index] = *moment;
    rows.push_back({*moment, index, *on});
    return std::nullopt;
  }

  std::uint32_t index_of(std::string_view device, sys_seconds moment) {
    const auto known = index_.find(device);
    if (known != index_.end()) return known->second;
    const auto index = static_cast<std::uint32_t>(devices.size());
    devices.emplace_back(device);
    last_.push_back(moment);
    index_.emplace(device, index);
    return index;
  }

  CsvReader csv_;
  // Ordered, so that no choice of names makes it slow.
  std::map<std::string, std::uint32_t, std::less<>> index_;
  std::vector<sys_seconds> last_;  // by device: its latest row
};

// Rows device after device, each device's in the order of the file.
std::vector<RawRow> by_device(const std::vector<RawRow>& rows, std::size_t devices) {
  std::vector<std::size_t> next(devices + 1);
  for (const RawRow& row : rows) ++next[row.device + 1];
  for (std::size_t i = 1; i <= devices; ++i) next[i] += next[i - 1];
  std::vector<RawRow> sorted(rows.size());
  for (const RawRow& row : rows) sorted[next[row.device]++] = row;
  return sorted;
}

// Appends a row. The last of several in one tick counts, and one that changes nothing is left out.
void append(std::vector<TraceRow>& rows, std::size_t first, TraceRow row) {
  if (rows.size() > first && rows.back().at == row.at) rows.pop_back();
  if (rows.size() > first && rows.back().on == row.on) return;
  rows.push_back(row);
}

// The same also for what is negative.
Duration to_tick_after(Duration time, Duration tick) {
  return time < Duration{0} ? time / tick * tick : round_up(time, tick);
}
Duration to_tick_before(Duration time, Duration tick) {
  return to_tick_after(time - tick + Duration{1}, tick);
}

Trace on_ticks(const Reader& read, TraceAlign align, Duration tick, sys_seconds run_start) {
  const auto [earliest, latest] =
      std::minmax_element(read.rows.begin(), read.rows.end(),
                          [](const RawRow& a, const RawRow& b) { return a.time < b.time; });
  const sys_seconds file_start = earliest->time;
  const sys_seconds file_end = latest->time;
  const std::vector<RawRow> rows = by_device(read.rows, read.devices.size());
  Trace trace;
  trace.rows.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size();) {
    const std::uint32_t device = rows[i].device;
    const sys_seconds start = align == TraceAlign::file       ? file_start
                              : align == TraceAlign::absolute ? run_start
                                                              : rows[i].time;
    trace.is_moved = trace.is_moved || start != run_start;
    const std::size_t first = trace.rows.size();
    Duration begins{0};
    if (align == TraceAlign::absolute) {
      begins = to_tick_after(rows[i].time - start, tick);
    } else if (round_up(rows[i].time - start, tick) > Duration{0}) {
      trace.rows.push_back({Duration{0}, Network::offline});
    }
    sys_seconds end = rows[i].time;
    for (; i < rows.size() && rows[i].device == device; ++i) {
      append(trace.rows, first, {to_tick_after(rows[i].time - start, tick) - begins, rows[i].on});
      end = rows[i].time;
    }
    const sys_seconds over = align == TraceAlign::file ? file_end : end;
    trace.devices.push_back(
        {read.devices[device], static_cast<std::uint32_t>(first),
         static_cast<std::uint32_t>(trace.rows.size() - first),
         to_tick_after(over - start, tick) - begins, begins,
         align == TraceAlign::absolute ? to_tick_before(end - start, tick) : Duration{0}});
  }
  return trace;
}

}  // namespace

Result<Trace, Error> parse_trace(std::string_view text, const std::string& path, TraceAlign align,
                                 Duration tick, sys_seconds run_start) {
  Reader read(text, path);
  if (auto error = read.read_all()) return Failed<Error>(std::move(*error));
  Trace trace = on_ticks(read, align, tick, run_start);
  trace.digest = {sha256(text)};
  for (const Trace::Device& device : trace.devices) {
    if (device.period < kDurationLimit) continue;
    return input_error(
        path, fmt::format("device {} spans {} or more", in_quotes(device.name), kDurationLimitText),
        "check the year");
  }
  return trace;
}

Result<Trace, Error> load_trace(const std::string& path, TraceAlign align, Duration tick,
                                sys_seconds run_start) {
  const Result<std::string, std::string> text = read_text_file(path, kTraceBytesMax);
  if (text) return parse_trace(*text, path, align, tick, run_start);
  return input_error(path, "the trace cannot be read: " + text.error(),
                     "give the path of a trace file");
}

}  // namespace tokenlife::sim
