// Reads all of a log: whether every byte is what was written and every event can have happened, and
// what there is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "../core/event.hpp"
#include "../core/result.hpp"
#include "log_reader.hpp"
#include "replay.hpp"

namespace tokenlife::events {

struct LogFacts {
  std::array<std::uint64_t, kEventKinds> of_kind{};
  std::uint64_t events = 0;  // the site's too
  Instant first;             // times of the first and the last event, if there are any
  Instant last;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  PopulationByCohort population;  // at the end; only verify() knows it

  std::uint64_t operator[](EventKind kind) const { return of_kind[static_cast<std::size_t>(kind)]; }
};

// What a log says of itself, without reading more than site.log. Nothing in format 1.
std::optional<LogFacts> told_facts(const LogReader& log);

// The facts of a log in which nothing is wrong, or the first thing that is. LogReader::open() has
// checked site.log; this checks the rest.
Result<LogFacts, LogError> verify(const LogReader& log, unsigned threads = 1);

}  // namespace tokenlife::events
