#include "sim/analysis/recording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/scenario/trace.hpp"
#include "sim/text/csv.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;

constexpr std::string_view kSpanHeader = "device,observed_from,observed_to";

// Reads the file of spans into the devices of a recording, which are there already.
class SpanReader {
 public:
  SpanReader(const NamedText& file, const NamedText& trace, Recording& recording)
      : csv_(file.text, file.path), trace_(trace.path), recording_(recording) {
    for (std::size_t i = 0; i < recording.devices.size(); ++i) {
      index_.emplace(recording.devices[i].name, i);
    }
    lines_.resize(recording.devices.size());
  }

  std::optional<Error> read_all() {
    const std::string advice = fmt::format("begin with the line `{}`", kSpanHeader);
    if (csv_.at_end()) return csv_.wrong("the file is empty", advice);
    if (auto error = csv_.read_row()) return error;
    if (csv_.row() != kSpanHeader) {
      return csv_.wrong(
          fmt::format("the header is {}, not `{}`", in_quotes(csv_.row()), kSpanHeader), advice);
    }
    while (!csv_.at_end()) {
      if (auto error = csv_.read_row()) return error;
      if (auto error = read_row()) return error;
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i] != 0) continue;
      return csv_.wrong(fmt::format("the device {} of {} has no row",
                                    in_quotes(recording_.devices[i].name), trace_),
                        "say from when to when it was observed");
    }
    return std::nullopt;
  }

 private:
  std::optional<Error> read_row() {
    const std::vector<CsvField>& fields = csv_.fields();
    if (fields.size() != 3) {
      return csv_.wrong(
          csv_.row().empty() ? "the line is empty" : "the row does not have three fields",
          "write a device and two times, as in `7,2026-01-01T00:00:00Z,2026-04-01T00:00:00Z`");
    }
    const auto known = index_.find(fields[0].text);
    if (known == index_.end()) {
      return csv_.wrong_at(fields[0].raw,
                           fmt::format("{} has no device {}", trace_, in_quotes(fields[0].text)),
                           "leave the row out, or give the trace that it belongs to");
    }
    std::size_t& line = lines_[known->second];
    if (line != 0) {
      return csv_.wrong_at(fields[0].raw,
                           fmt::format("the device {} is already there, on line {}",
                                       in_quotes(fields[0].text), line),
                           "give each device one row");
    }
    line = csv_.line_number(csv_.row().data());
    Recording::Device& device = recording_.devices[known->second];
    if (auto error = read_time(fields[1], device.from)) return error;
    if (auto error = read_time(fields[2], device.to)) return error;
    if (device.to <= device.from) {
      return csv_.wrong_at(fields[2].raw,
                           "the observation of the device does not end after it begins",
                           "put the earlier time first");
    }
    if (device.to - device.from < kDurationLimit) return std::nullopt;
    return csv_.wrong_at(
        fields[2].raw, fmt::format("the device is observed for longer than {}", kDurationLimitText),
        "give the time from which its rows are known");
  }

  std::optional<Error> read_time(const CsvField& field, sys_seconds& time) const {
    const auto moment = parse_rfc3339(field.text);
    if (!moment) {
      return csv_.wrong_at(field.raw, fmt::format("{} {}", in_quotes(field.text), moment.error()),
                           rfc3339_advice(field.text));
    }
    time = *moment;
    return std::nullopt;
  }

  CsvReader csv_;
  const std::string& trace_;
  Recording& recording_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::size_t> lines_;  // by device: that of its row, 0 if there is none yet
};

Recording as_recorded(const Trace& trace) {
  Recording recording;
  for (const Trace::Device& device : trace.devices) {
    const auto moment = [](Duration since_1970) { return sys_seconds{since_1970}; };
    Recording::Device& added = recording.devices.emplace_back();
    added.name = device.name;
    added.from = moment(device.begins);
    added.to = moment(device.ends);
    for (std::uint32_t i = 0; i < device.row_count; ++i) {
      const TraceRow& row = trace.rows[device.first_row + i];
      added.rows.push_back({moment(device.begins + row.at), row.on});
    }
  }
  return recording;
}

// Leaves of a device's rows what was observed. Before its first row it was offline.
void keep_observed(Recording::Device& device) {
  Network first = Network::offline;
  std::vector<Recording::Row> kept;
  for (const Recording::Row& row : device.rows) {
    if (row.time <= device.from) {
      first = row.on;
    } else if (row.time < device.to && row.on != (kept.empty() ? first : kept.back().on)) {
      kept.push_back(row);
    }
  }
  kept.insert(kept.begin(), {device.from, first});
  device.rows = std::move(kept);
}

Result<std::string, Error> text_of_file(const std::string& path, std::string_view noun) {
  auto text = read_text_file(path, kTraceBytesMax);
  if (text) return std::move(*text);
  return input_error(path, fmt::format("the {} cannot be read: {}", noun, text.error()),
                     fmt::format("give the path of a {}", noun));
}

}  // namespace

Network Recording::Device::on(sys_seconds time) const {
  const auto after =
      std::upper_bound(rows.begin(), rows.end(), time,
                       [](sys_seconds moment, const Row& row) { return moment < row.time; });
  return std::prev(after)->on;
}

sys_seconds Recording::begins() const {
  return std::min_element(devices.begin(), devices.end(),
                          [](const Device& a, const Device& b) { return a.from < b.from; })
      ->from;
}

sys_seconds Recording::ends() const {
  return std::max_element(devices.begin(), devices.end(),
                          [](const Device& a, const Device& b) { return a.to < b.to; })
      ->to;
}

Result<Recording, Error> parse_recording(const NamedText& trace,
                                         const std::optional<NamedText>& span) {
  // To the second, counted from 1970.
  const auto read = parse_trace(trace.text, trace.path, TraceAlign::absolute, Duration{1});
  if (!read) return Failed<Error>(read.error());
  Recording recording = as_recorded(*read);
  if (span) {
    if (auto error = SpanReader(*span, trace, recording).read_all()) {
      return Failed<Error>(std::move(*error));
    }
  }
  recording.unobserved = std::erase_if(
      recording.devices, [](const Recording::Device& device) { return device.to <= device.from; });
  if (recording.devices.empty()) {
    return input_error(trace.path, "no device was observed over a period: each has a single row",
                       "say with --span how long they were observed");
  }
  for (Recording::Device& device : recording.devices) keep_observed(device);
  return recording;
}

Result<Recording, Error> load_recording(const std::string& trace,
                                        const std::optional<std::string>& span) {
  const auto rows = text_of_file(trace, "trace");
  if (!rows) return Failed<Error>(rows.error());
  if (!span) return parse_recording({*rows, trace}, std::nullopt);
  const auto spans = text_of_file(*span, "file of spans");
  if (!spans) return Failed<Error>(spans.error());
  return parse_recording({*rows, trace}, NamedText{*spans, *span});
}

}  // namespace tokenlife::sim
