// The network model `trace` and the files that it names.
#include <fmt/format.h>

#include <filesystem>

#include "sim/scenario/reading.hpp"
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
  Result<Trace, Error> trace = parse_trace(*text, path, align, reading.time.tick);
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

std::optional<NetworkModel> read_trace_network(Reading& reading, Keys& keys) {
  static constexpr std::string_view aligns[] = {"device", "file"};
  TraceNetwork network;
  const auto file = keys.label("file", Need::required);
  const auto align = keys.choice("align", Need::optional, aligns);
  network.loop = keys.yes_no("loop").value_or(false);
  if (!file) return std::nullopt;
  network.file = *file;
  network.trace = trace_of(reading, keys, *file, static_cast<TraceAlign>(align.value_or(0)));
  return network;
}

}  // namespace tokenlife::sim
