#include "sim/soak/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "core/evolve.hpp"
#include "core/evolve_in_place.hpp"
#include "core/lifecycle.hpp"
#include "sim/engine/memory_run.hpp"
#include "sim/engine/tally.hpp"
#include "sim/soak/coverage_rules.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

// The row of the table by which an event leads on.
using RowOf = std::array<std::array<std::array<std::size_t, kCount<Where>>, kClientKinds>,
                         kCount<LifecycleState>>;

bool admits(std::string_view guard, Where where) {
  constexpr std::string_view kNot = "not ";
  if (guard.empty()) return true;
  if (guard.starts_with(kNot)) return guard.substr(kNot.size()) != name(where);
  return guard == name(where);
}

RowOf make_row_of() {
  const auto rows = lifecycle_rows();
  RowOf table{};
  for (std::size_t s = 0; s < table.size(); ++s) {
    for (std::size_t k = 0; k < kClientKinds; ++k) {
      for (std::size_t w = 0; w < kCount<Where>; ++w) {
        const auto row = std::find_if(rows.begin(), rows.end(), [&](const RowText& r) {
          return r.source == Names<LifecycleState>::values[s] &&
                 r.event == Names<EventKind>::values[k] && admits(r.guard, static_cast<Where>(w));
        });
        table[s][k][w] = static_cast<std::size_t>(row - rows.begin());
      }
    }
  }
  return table;
}

std::size_t row_of(const Client& before, const ClientEvent& event) {
  static const RowOf table = make_row_of();
  const Where where = std::visit(
      [&](const auto& happened) { return evolve_detail::where(before, happened); }, event);
  return table[static_cast<std::size_t>(before.state)][event.index()]
              [static_cast<std::size_t>(where)];
}

}  // namespace

Coverage::Coverage() : rows_(lifecycle_rows().size()), sightings_(sightings().size()) {}

void Coverage::see(const Scenario& scenario) {
  Client client;
  std::optional<ClientNumber> current;
  Instant installed_at;
  const auto site = simulate(scenario, [&](ClientNumber number, Recorded<ClientEvent>&& recorded) {
    if (current != number) client = Client{};
    current = number;
    if (std::holds_alternative<ClientInstalled>(recorded.event)) installed_at = recorded.time;
    see_client_event(scenario, client, recorded, installed_at);
    client = *evolve(client, recorded.event);
  });
  for (const auto& recorded : site) see_site_event(recorded.event);
}

void Coverage::see_client_event(const Scenario& scenario, const Client& before,
                                const Recorded<ClientEvent>& recorded, Instant installed_at) {
  ++rows_[row_of(before, recorded.event)];
  std::visit(
      [&]<class Event>(const Event& event) {
        if constexpr (HasReason<Event>) {
          const WhyNot why = why_not(event);
          if (why.failure) ++failures_[static_cast<std::size_t>(*why.failure)];
          // A refused renewal that ends the token is one refusal, not two.
          if (why.refusal && (Event::kind != EventKind::re_registration_required ||
                              recorded.cause.kind == CauseKind::exchange)) {
            ++refusals_[static_cast<std::size_t>(*why.refusal)];
          }
        }
      },
      recorded.event);
  const EventContext sight{&scenario, &before, &recorded, installed_at};
  const EventKind kind = kind_of(recorded.event);
  for (std::size_t i = 0; i < sightings_.size(); ++i) {
    const RuleEvidence& sighting = sightings()[i];
    if (sighting.kind != kind) continue;
    if (sighting.shows == nullptr || sighting.shows(sight)) ++sightings_[i];
  }
}

void Coverage::see_site_event(const SiteEvent& event) {
  for (std::size_t i = 0; i < sightings_.size(); ++i) {
    const RuleEvidence& sighting = sightings()[i];
    if (sighting.kind != kind_of(event)) continue;
    if (sighting.site_shows == nullptr || sighting.site_shows(event)) ++sightings_[i];
  }
}

void Coverage::add(const Coverage& other) {
  const auto add_all = [](auto& to, const auto& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  };
  add_all(rows_, other.rows_);
  add_all(refusals_, other.refusals_);
  add_all(failures_, other.failures_);
  add_all(sightings_, other.sightings_);
}

std::vector<Coverage::Rule> Coverage::rules() const {
  std::map<std::pair<std::size_t, int>, Rule> by_order;
  const auto count = [&](std::string_view id, std::uint64_t seen) {
    by_order.try_emplace(rule_order(id), Rule{id, 0}).first->second.seen += seen;
  };
  for (std::size_t i = 0; i < sightings_.size(); ++i) {
    std::string_view rest = sightings()[i].rules;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      count(rest.substr(0, end), sightings_[i]);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  for (std::size_t i = 0; i < refusals_.size(); ++i) {
    const auto reason = static_cast<RefusalReason>(i);
    if (needs_real_token(reason)) continue;
    for (const std::string_view id : rules_behind(reason)) count(id, refusals_[i]);
  }
  std::vector<Rule> rules;
  for (const auto& [order, rule] : by_order) rules.push_back(rule);
  return rules;
}

// ---- As text -----------------------------------------------------------------------------------

namespace {

using Line = std::pair<std::string, std::uint64_t>;  // what, and how often

std::string section(std::string_view title, const std::vector<Line>& lines) {
  std::size_t width = 0;
  std::size_t number_width = 0;
  std::size_t met = 0;
  for (const auto& [what, times] : lines) {
    if (times == 0) continue;
    ++met;
    width = std::max(width, what.size());
    number_width = std::max(number_width, grouped(times).size());
  }
  std::string text = fmt::format("\n{}: {} of {}\n", title, met, lines.size());
  for (const auto& [what, times] : lines) {
    if (times == 0) continue;
    text += fmt::format("  {:<{}}  {:>{}}\n", what, width, grouped(times), number_width);
  }
  for (const auto& [what, times] : lines) {
    if (times == 0) text += fmt::format("  {}  never\n", what);
  }
  return text;
}

// As `tokenlife machine` names them, in columns.
std::vector<Line> row_lines(const Coverage& coverage) {
  const auto event_text = [](const RowText& row) {
    return row.guard.empty() ? std::string(row.event)
                             : fmt::format("{} [{}]", row.event, row.guard);
  };
  std::size_t source = 0;
  std::size_t event = 0;
  std::size_t target = 0;
  for (const RowText& row : lifecycle_rows()) {
    source = std::max(source, row.source.size());
    event = std::max(event, event_text(row).size());
    target = std::max(target, row.target.size());
  }
  std::vector<Line> lines;
  for (std::size_t i = 0; i < coverage.rows().size(); ++i) {
    const RowText& row = lifecycle_rows()[i];
    lines.emplace_back(
        fmt::format("{:<{}}  {:<{}}  {:<{}}", row.source, source, event_text(row), event,
                    row.source == row.target ? "(stays)" : row.target, target),
        coverage.rows()[i]);
  }
  return lines;
}

template <class Reason, class Counts>
std::vector<Line> reason_lines(const Counts& counts) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto reason = static_cast<Reason>(i);
    if constexpr (std::is_same_v<Reason, RefusalReason>) {
      if (needs_real_token(reason)) continue;
    }
    lines.emplace_back(std::string(name(reason)), counts[i]);
  }
  return lines;
}

}  // namespace

std::string coverage_text(const Coverage& coverage) {
  std::vector<Line> rules;
  for (const auto& [id, seen] : coverage.rules()) rules.emplace_back(std::string(id), seen);
  return "\nCoverage\n" + section("Transitions", row_lines(coverage)) +
         section("Refusals", reason_lines<RefusalReason>(coverage.refusals())) +
         section("Failures", reason_lines<FailureReason>(coverage.failures())) +
         section("Rules that events show", rules) + "\n";
}

}  // namespace tokenlife::sim
