// Reads an inventory file. Part of the scenario parser only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "sim/scenario/reading.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// What the rows are read against.
struct InventoryContext {
  const Cohort* cohort;  // what a row leaves out
  const Policy* policy;
  std::chrono::sys_seconds start;  // of the run
  const NameList* bulk_tokens;
  const Trace* trace;     // which the cohort replays; null if it replays none
  bool trace_is_unknown;  // since its network is wrong
  bool real_crypto;       // tokens then hold dates from 1970 to the year 9999
};

struct InventoryFile {
  Inventory inventory;  // without its file's name
  // The bulk tokens that rows give, each with the place of the first that does.
  std::vector<std::pair<std::uint32_t, Error>> bulk_tokens;
  std::size_t vain_dates = 0;  // rows with a date for a self-signed credential, which has none
};

// `path` is for messages.
Result<InventoryFile, Error> parse_inventory(std::string_view text, const std::string& path,
                                             const InventoryContext& context);

// The trace that clients on this network replay, or whose stretches they do; the first, if there is
// one after the other. Null if there is none.
const Trace* trace_of(const NetworkModel& network);

}  // namespace tokenlife::sim
