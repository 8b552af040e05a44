// An event's own fields by the names under which people know them, for every form in which events
// are printed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/event.hpp"
#include "events/log.hpp"

namespace tokenlife::sim {

struct Field {
  using Words = std::span<const std::string_view>;
  // monostate: none, where a field may be.
  using Value = std::variant<std::monostate, std::string, bool, std::int64_t, Instant, Words>;

  std::string_view name;
  Value value;
};
using Fields = std::vector<Field>;

// Every name that fields_of can give, in the order of a table's columns.
extern const std::vector<std::string_view> kFieldNames;

// In the order in which they read best.
Fields fields_of(const ClientEvent& event, const events::LogHeader& header);
Fields fields_of(const SiteEvent& event);

// "action 3", "request 12", "expiry"
std::string cause_text(const Cause& cause);

}  // namespace tokenlife::sim
