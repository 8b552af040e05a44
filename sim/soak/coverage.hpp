// What runs have exercised: rows of the lifecycle table, reasons, and the rules behind them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/client.hpp"
#include "core/event.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

class Coverage {
 public:
  Coverage();

  // Runs the scenario once more and counts what happens in it.
  void see(const Scenario& scenario);
  void add(const Coverage& other);

  // By row of lifecycle_rows().
  const std::vector<std::uint64_t>& rows() const { return rows_; }
  const std::array<std::uint64_t, kCount<RefusalReason>>& refusals() const { return refusals_; }
  const std::array<std::uint64_t, kCount<FailureReason>>& failures() const { return failures_; }
  // By rule id, in the order of RULES.md: all that an event can show, seen or not.
  struct Rule {
    std::string_view id;
    std::uint64_t seen;
  };
  std::vector<Rule> rules() const;

 private:
  void see_client_event(const Scenario& scenario, const Client& before,
                        const Recorded<ClientEvent>& recorded, Instant installed_at);
  void see_site_event(const SiteEvent& event);

  std::vector<std::uint64_t> rows_;
  std::array<std::uint64_t, kCount<RefusalReason>> refusals_{};
  std::array<std::uint64_t, kCount<FailureReason>> failures_{};
  std::vector<std::uint64_t> sightings_;  // by line of the table in coverage_rules.cpp
};

// As aligned tables: what was exercised and how often, then what never was.
std::string coverage_text(const Coverage& coverage);

}  // namespace tokenlife::sim
