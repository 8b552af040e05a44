// How two logs differ: what became of each client, how often each thing happened, and the first
// event that is another.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/event.hpp"
#include "core/spell_cause.hpp"
#include "events/log_reader.hpp"

namespace tokenlife::sim {

// How a client ended.
struct Fate {
  LifecycleState state = LifecycleState::not_installed;
  Service service = Service::served;
  Instant since{};                              // in its state
  SpellCause cause = SpellCause::not_recorded;  // of the spell that it is in
  bool is_stranded() const { return service == Service::stranded; }
};

// A client that both logs have.
struct MatchedClient {
  ClientNumber a;
  ClientNumber b;
  Fate fate_a;
  Fate fate_b;
  bool has_same_fate() const {
    return fate_a.state == fate_b.state && fate_a.is_stranded() == fate_b.is_stranded();
  }
};

// By device name where there are names, else by cohort and number. In the order of A.
struct Matches {
  std::vector<MatchedClient> clients;
  std::uint64_t only_a = 0;
  std::uint64_t only_b = 0;
};
Matches match_clients(const events::LogHeader& a, const events::LogHeader& b);

// What a log counts.
struct LogCounts {
  std::array<std::uint64_t, kEventKinds> kinds{};
  std::array<std::uint64_t, kCount<SpellCause>> spells{};
};

// The first event that is another, in the order of time: the site's before clients', these by
// number in A. What is around it on each side: up to three before, it, and up to three after.
struct FirstDifference {
  Instant time;
  std::optional<MatchedClient> client;  // absent: the site's
  std::uint32_t seq = 0;
  std::vector<Recorded<ClientEvent>> around_a, around_b;
  std::vector<Recorded<SiteEvent>> site_a, site_b;
};

struct LogDiff {
  Matches matches;
  LogCounts a, b;
  // Why it is not known why spells began, of a log that does not say it; empty: it is known.
  std::string causes_unknown_a, causes_unknown_b;
  std::optional<FirstDifference> first;
  // Equal events; no client that only one of them has.
  bool is_equal() const { return !first && matches.only_a == 0 && matches.only_b == 0; }
};
// `inputs`: see scenario_of().
Result<LogDiff, events::LogError> diff_logs(const events::LogReader& a, const events::LogReader& b,
                                            const std::optional<std::string>& inputs,
                                            unsigned threads);

// Lines of a text that only one of two has, "- ..." and "+ ...", with their surroundings left out;
// empty if the texts are equal.
std::vector<std::string> text_diff(std::string_view a, std::string_view b);

}  // namespace tokenlife::sim
