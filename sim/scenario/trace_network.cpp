// The network model `trace` and the files that it names.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "sim/scenario/network_reading.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

// Of all the traces of a scenario: each is small, but there may be many.
constexpr std::size_t kTraceRowsMax = 20'000'000;

// A file that several cohorts replay is read once.
std::shared_ptr<const Trace> trace_of(Reading& reading, Keys& keys, const std::string& file,
                                      TraceAlign align) {
  const auto directory = std::filesystem::path(reading.scenario.path).parent_path();
  const std::string path = (directory / file).lexically_normal().string();
  auto& known = reading.traces[{path, align}];
  if (known) return known;
  const Result<std::string, std::string> text = read_text_file(path, kTraceBytesMax);
  if (!text) {
    keys.wrong("file",
               fmt::format("is {}, and {} cannot be read: {}", in_quotes(file), in_quotes(path),
                           text.error()),
               "give the path of a trace, relative to the scenario file");
    return nullptr;
  }
  Result<Trace, Error> trace =
      parse_trace(*text, path, align, reading.time.tick, reading.scenario.start);
  if (!trace) {
    reading.mistakes.note(keys.place("file"), std::move(trace.error()));
    return nullptr;
  }
  reading.trace_rows += trace->rows.size();
  if (reading.trace_rows > kTraceRowsMax) {
    keys.wrong("file", fmt::format("makes more than {} rows in all traces", kTraceRowsMax),
               "use fewer or smaller traces");
    return nullptr;
  }
  known = std::make_shared<const Trace>(std::move(*trace));
  return known;
}

}  // namespace

Stretches stretches_of(const Trace::Device& device, Duration block) {
  // The first whole multiple of `block` that is not before, the last one that is not after.
  const auto ceiling = [&](Duration time) {
    return time / block + (time % block > Duration{0} ? 1 : 0);
  };
  const std::int64_t from = ceiling(device.begins);
  const std::int64_t to = -ceiling(-device.ends);
  return {block * from, std::max<std::int64_t>(0, to - from)};
}

std::optional<PlainNetwork> read_trace_network(Reading& reading, Keys& keys) {
  TraceNetwork network;
  const auto file = keys.label("file", Need::required);
  network.align = keys.word<TraceAlign>("align").value_or(network.align);
  network.loop = keys.yes_no("loop").value_or(false);
  if (network.loop || keys.may_be_misspelt("loop")) {
    network.period = keys.duration("period", Sign::positive);
  } else {
    keys.forbid("period", "a trace that never starts over", "add `loop = true`");
  }
  if (!file) return std::nullopt;
  network.file = *file;
  network.trace = trace_of(reading, keys, *file, network.align);
  if (network.trace)
    reading.trace_uses.push_back({network, keys.place("file"), {}, 0, kDurationLimit});
  return network;
}

std::optional<PlainNetwork> read_resample_network(Reading& reading, Keys& keys) {
  static constexpr std::string_view froms[] = {"same-device", "any-device"};
  ResampleNetwork network;
  const auto file = keys.label("file", Need::required);
  const bool has_block = !keys.has("block");
  const auto block = keys.duration("block", Sign::positive);
  network.block = block.value_or(round_up(network.block, reading.time.tick));
  const auto from = keys.choice("from", Need::optional, froms);
  network.any_device = from ? *from == 1 : keys.has("from");  // If it is wrong it may be either.
  if (!file) return std::nullopt;
  network.file = *file;
  network.trace = trace_of(reading, keys, *file, TraceAlign::absolute);
  if (network.trace == nullptr || !(block || has_block)) return network;
  const auto& devices = network.trace->devices;
  const Trace::Device* without = nullptr;
  for (std::uint32_t i = 0; i < devices.size(); ++i) {
    if (stretches_of(devices[i], network.block).count > 0) {
      network.devices.push_back(i);
    } else if (without == nullptr) {
      without = &devices[i];
    }
  }
  const std::string_view key = has_block ? "file" : "block";
  const std::string block_text = to_text(network.block);
  if (network.devices.empty()) {
    keys.wrong(key,
               fmt::format("leaves no stretch to draw: no device is recorded for a whole block of "
                           "{}, counted from the run's start",
                           block_text),
               "choose a shorter `block`");
  } else if (!network.any_device && without != nullptr) {
    keys.wrong(key,
               fmt::format("leaves device {} without a stretch: it is not recorded for a whole "
                           "block of {}, counted from the run's start",
                           in_quotes(without->name), block_text),
               "choose a shorter `block`, or write `from = \"any-device\"`");
  }
  return network;
}

}  // namespace tokenlife::sim
