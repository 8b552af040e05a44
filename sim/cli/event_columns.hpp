// The columns in which events can be printed, for who wants only some of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// What every event has; then come its own fields, FieldName.
enum class EventColumn : std::uint8_t { stream, client, seq, time, kind, cause };

// By their numbers, those of the fields behind those of EventColumn. Each at most once.
using EventColumns = std::vector<std::size_t>;
Result<EventColumns, Error> event_columns(const std::vector<std::string>& names);

// As event_writer(), with these columns in this order. As text, "-" stands for what an event lacks.
std::unique_ptr<EventWriter> column_writer(std::string_view format, const events::LogHeader& header,
                                           TextBuffer& out, const EventColumns& columns);

}  // namespace tokenlife::sim

template <>
struct tokenlife::Names<tokenlife::sim::EventColumn> {
  static constexpr std::array<std::string_view, 6> values{"stream", "client", "seq",
                                                          "time",   "kind",   "cause"};
};
