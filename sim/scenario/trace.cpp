#include "sim/scenario/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/token/sha256.hpp"
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
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct RawRow {
  sys_seconds time;
  std::uint32_t device;
  Network on;
};

// The rows as they stand in the file.
class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : rest_(text), path_(path) {}

  std::optional<Error> read_all() {
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
    if (rest_.empty()) return wrong("the file is empty", header_advice());
    next_line();
    if (line_ != kHeader) {
      return wrong(fmt::format("the header is {}, not `{}`", in_quotes(line_), kHeader),
                   header_advice());
    }
    while (!rest_.empty()) {
      next_line();
      if (auto error = read_row()) return error;
    }
    if (rows.empty()) return wrong("the file has no rows", "add a row for each device at least");
    return std::nullopt;
  }

  std::vector<RawRow> rows;
  std::vector<std::string_view> devices;  // in the order of first appearance

 private:
  static std::string header_advice() { return fmt::format("begin with the line `{}`", kHeader); }

  // `part` is of the line.
  Error wrong_at(std::string_view part, std::string what, std::string advice) const {
    SourceLine source = line_of(line_, 1, 1);
    source.line = std::max(line_number_, 1U);
    std::string_view before = line_.substr(0, static_cast<std::size_t>(part.data() - line_.data()));
    for (; !before.empty(); ++source.column) take_plain(before);
    return error_at(path_, std::move(source), std::move(what), std::move(advice));
  }
  Error wrong(std::string what, std::string advice) const {
    return wrong_at(line_, std::move(what), std::move(advice));
  }

  void next_line() {
    ++line_number_;
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line_.ends_with('\r')) line_.remove_suffix(1);
  }

  // Takes the next field, with or without quotes, off the line. Nothing if its quotes are odd.
  static std::optional<std::string_view> take_field(std::string_view& line) {
    if (!line.starts_with('"')) {
      const std::size_t end = std::min(line.find(','), line.size());
      const std::string_view field = line.substr(0, end);
      line.remove_prefix(end);
      return field.find('"') == std::string_view::npos ? std::optional(field) : std::nullopt;
    }
    const std::size_t end = line.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view field = line.substr(1, end - 1);
    line.remove_prefix(end + 1);
    return line.empty() || line[0] == ',' ? std::optional(field) : std::nullopt;
  }

  std::optional<Error> read_row() {
    if (rows.size() == kRowsMax) {
      return wrong(fmt::format("there are more than {} rows", kRowsMax), "split the trace");
    }
    std::string_view fields[3];
    std::string_view line = line_;
    for (std::string_view& field : fields) {
      const bool is_first = &field == &fields[0];
      if (!is_first && line.empty()) return wrong_fields();
      if (!is_first) line.remove_prefix(1);
      const std::string_view begin = line;
      const auto taken = take_field(line);
      if (!taken) {
        return wrong_at(begin,
                        "quotes are only understood around a whole field, without quotes inside",
                        "leave the quotes out");
      }
      field = *taken;
    }
    if (!line.empty()) return wrong_fields();
    return add_row(fields[0], fields[1], fields[2]);
  }

  Error wrong_fields() const {
    return wrong(line_.empty() ? "the line is empty" : "the row does not have three fields",
                 "write a device, a time and a network, as in `7,2026-01-01T00:00:00Z,intranet`");
  }

  std::optional<Error> add_row(std::string_view device, std::string_view time,
                               std::string_view network) {
    if (device.empty()) return wrong("the device is empty", "name it");
    const Result<sys_seconds, std::string> moment = parse_rfc3339(time);
    if (!moment) {
      return wrong_at(time, "the time " + moment.error(), "write it as in 2026-01-01T00:00:00Z");
    }
    const std::optional<Network> on = from_name<Network>(network);
    if (!on) {
      return wrong_at(network, fmt::format("the network cannot be {}", in_quotes(network)),
                      did_you_mean("network", network, Names<Network>::values));
    }
    const auto [known, is_new] =
        index_.try_emplace(device, static_cast<std::uint32_t>(devices.size()));
    if (is_new) {
      devices.push_back(device);
      last_.push_back(*moment);
    }
    if (*moment < last_[known->second]) {
      return wrong_at(time, fmt::format("the time of device {} goes back", in_quotes(device)),
                      "put the rows of a device in order of time");
    }
    last_[known->second] = *moment;
    rows.push_back({*moment, known->second, *on});
    return std::nullopt;
  }

  std::string_view rest_;
  const std::string& path_;
  std::string_view line_;
  std::uint32_t line_number_ = 0;
  // Ordered, so that no choice of names makes it slow.
  std::map<std::string_view, std::uint32_t> index_;
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

Trace on_ticks(const Reader& read, TraceAlign align, Duration tick) {
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
    const sys_seconds start = align == TraceAlign::file ? file_start : rows[i].time;
    const std::size_t first = trace.rows.size();
    if (round_up(rows[i].time - start, tick) > Duration{0}) {
      trace.rows.push_back({Duration{0}, Network::offline});
    }
    sys_seconds end = align == TraceAlign::file ? file_end : start;
    for (; i < rows.size() && rows[i].device == device; ++i) {
      append(trace.rows, first, {round_up(rows[i].time - start, tick), rows[i].on});
      end = std::max(end, rows[i].time);
    }
    trace.devices.push_back({std::string(read.devices[device]), static_cast<std::uint32_t>(first),
                             static_cast<std::uint32_t>(trace.rows.size() - first),
                             round_up(end - start, tick)});
  }
  return trace;
}

}  // namespace

Result<Trace, Error> parse_trace(std::string_view text, const std::string& path, TraceAlign align,
                                 Duration tick) {
  Reader read(text, path);
  if (auto error = read.read_all()) return Failed<Error>(std::move(*error));
  Trace trace = on_ticks(read, align, tick);
  trace.digest = {sha256(text)};
  for (const Trace::Device& device : trace.devices) {
    if (device.period < kDurationLimit) continue;
    return input_error(
        path, fmt::format("device {} spans {} or more", in_quotes(device.name), kDurationLimitText),
        "look for a mistaken year");
  }
  return trace;
}

Result<Trace, Error> load_trace(const std::string& path, TraceAlign align, Duration tick) {
  const Result<std::string, std::string> text = read_text_file(path, kTraceBytesMax);
  if (text) return parse_trace(*text, path, align, tick);
  return input_error(path, "the trace cannot be read: " + text.error(),
                     "give the path of a trace file");
}

}  // namespace tokenlife::sim
