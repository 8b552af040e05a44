#include "sim/analysis/log_diff.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include "events/replay.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/analysis/first_difference.hpp"
#include "sim/analysis/held_clients.hpp"
#include "sim/analysis/reckoned_causes.hpp"

namespace tokenlife::sim {
namespace {

using events::LogError;
using events::LogReader;

// ---- Who is who --------------------------------------------------------------------------------

const events::LogCohort* cohort_named(const events::LogHeader& header, const std::string& name) {
  for (const events::LogCohort& cohort : header.cohorts) {
    if (cohort.name == name) return &cohort;
  }
  return nullptr;
}

// ---- Streams -----------------------------------------------------------------------------------

// An event of a client of B as A would have it: by its number, and its cohort's.
ClientEvent as_in_a(const ClientEvent& event, const MatchedClient& client, CohortNumber cohort) {
  ClientEvent renumbered = event;
  const auto serial = [&](TokenSerial& it) {
    if (it.value != 0) it = TokenSerial::of(client.a, it.ordinal());
  };
  std::visit(
      [&](auto& e) {
        if constexpr (requires { e.cohort; }) e.cohort = cohort;
        if constexpr (requires { e.serial; }) serial(e.serial);
        if constexpr (requires { e.replaces; }) serial(e.replaces);
        if constexpr (requires { e.token; }) serial(e.token.serial);
      },
      renumbered);
  return renumbered;
}

template <class Event>
std::vector<Recorded<Event>> around(std::span<const Recorded<Event>> events, std::size_t place) {
  const std::size_t from = place < 3 ? 0 : place - 3;
  const std::size_t to = std::min(events.size(), place + 4);
  if (from >= to) return {};
  return {events.begin() + static_cast<std::ptrdiff_t>(from),
          events.begin() + static_cast<std::ptrdiff_t>(to)};
}

// The time of the first of two events that differ, of which one may be missing.
template <class Event>
Instant time_of(std::span<const Recorded<Event>> a, std::span<const Recorded<Event>> b,
                std::size_t place) {
  Instant time = kNever;
  if (place < a.size()) time = std::min(time, a[place].time);
  if (place < b.size()) time = std::min(time, b[place].time);
  return time;
}

class Differ {
 public:
  Differ(const LogReader& a, const LogReader& b, const std::optional<std::string>& inputs)
      : log_a_(a), log_b_(b), causes_a_(a, inputs), causes_b_(b, inputs) {}

  Result<LogDiff, LogError> diff(unsigned threads) {
    match();
    compare_sites();
    auto good = compare_clients(threads);
    if (!good) return Failed<LogError>(good.error());
    good = find_fates(log_a_, causes_a_, threads, &MatchedClient::a, &MatchedClient::fate_a);
    if (good) {
      good = find_fates(log_b_, causes_b_, threads, &MatchedClient::b, &MatchedClient::fate_b);
    }
    if (good) good = count(log_a_, causes_a_, diff_.a);
    if (good) good = count(log_b_, causes_b_, diff_.b);
    if (!good) return Failed<LogError>(good.error());
    diff_.causes_unknown_a = causes_a_.why_not();
    diff_.causes_unknown_b = causes_b_.why_not();
    return std::move(diff_);
  }

 private:
  // Of interrupted runs, those that both came to.
  void match() {
    Matches& matches = diff_.matches;
    matches = match_clients(log_a_.header(), log_b_.header());
    std::erase_if(matches.clients, [&](const MatchedClient& client) {
      return !holds_client(log_a_, client.a) || !holds_client(log_b_, client.b);
    });
    matches.only_a = held_clients(log_a_) - matches.clients.size();
    matches.only_b = held_clients(log_b_) - matches.clients.size();
  }

  void compare_sites() {
    const std::span<const Recorded<SiteEvent>> a = log_a_.site_events();
    const std::span<const Recorded<SiteEvent>> b = log_b_.site_events();
    const auto place = static_cast<std::size_t>(
        std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
    if (place == a.size() && place == b.size()) return;
    FirstDifference found{
        time_of(a, b, place), {}, static_cast<std::uint32_t>(place), {}, {}, {}, {}};
    found.site_a = around(a, place);
    found.site_b = around(b, place);
    diff_.first = std::move(found);
  }

  Result<void, LogError> compare_clients(unsigned threads) {
    const auto client = first_differing(log_a_, log_b_, diff_.matches.clients, threads);
    if (!client) return Failed<LogError>(client.error());
    if (!*client) return {};
    const auto a = events_of(log_a_, (*client)->a);
    if (!a) return Failed<LogError>(a.error());
    const auto b = events_of(log_b_, (*client)->b);
    if (!b) return Failed<LogError>(b.error());
    compare(**client, *a, *b);
    return {};
  }
  // What differs of the site at the same time comes first.
  void compare(const MatchedClient& client, std::span<const Recorded<ClientEvent>> a,
               std::span<const Recorded<ClientEvent>> b) {
    std::size_t place = 0;
    while (place < a.size() && place < b.size() && is_same(client, a[place], b[place])) ++place;
    if (place == a.size() && place == b.size()) return;
    const Instant time = time_of(a, b, place);
    if (diff_.first && diff_.first->time <= time) return;
    diff_.first = FirstDifference{
        time, client, static_cast<std::uint32_t>(place), around(a, place), around(b, place),
        {},   {}};
  }
  bool is_same(const MatchedClient& client, const Recorded<ClientEvent>& a,
               const Recorded<ClientEvent>& b) const {
    const auto in_a = cohort_in(a.event);
    const auto in_b = cohort_in(b.event);
    // Cohorts that the logs number otherwise are the same if they have the same name.
    if (in_a && in_b && name_in(log_a_, *in_a) != name_in(log_b_, *in_b)) return false;
    if (client.a == client.b && in_a == in_b) return a == b;
    return a.envelope() == b.envelope() &&
           as_in_a(b.event, client, in_a.value_or(CohortNumber{})) == a.event;
  }
  static std::optional<CohortNumber> cohort_in(const ClientEvent& event) {
    return std::visit(
        [](const auto& e) -> std::optional<CohortNumber> {
          if constexpr (requires { e.cohort; }) {
            return e.cohort;
          } else {
            return std::nullopt;
          }
        },
        event);
  }
  static std::string_view name_in(const LogReader& log, CohortNumber cohort) {
    const auto& cohorts = log.header().cohorts;
    return cohort.value < cohorts.size() ? std::string_view(cohorts[cohort.value].name) : "?";
  }

  Result<void, LogError> find_fates(const LogReader& log, ReckonedCauses& causes, unsigned threads,
                                    ClientNumber MatchedClient::*number,
                                    Fate MatchedClient::*fate) {
    std::vector<Fate> fates(log.header().clients);
    // Each client's place is its own, whichever thread comes to it.
    const auto keep = [&](const events::ClientStanding& standing) {
      Fate& its = fates[standing.number.value];
      its = {standing.client.state, standing.service, standing.since, SpellCause::not_recorded};
      if (!standing.spell) return false;
      its.cause = standing.spell->cause;
      return !standing.spell->is_recorded;
    };
    auto unknown = events::replay_standings(log, kNever, keep, threads);
    if (!unknown) return Failed<LogError>(unknown.error());
    if (auto done = causes.complete(*unknown, kNever); !done) return done;
    for (const events::ClientStanding& standing : *unknown) {
      fates[standing.number.value].cause = standing.spell->cause;
    }
    for (MatchedClient& client : diff_.matches.clients) {
      client.*fate = fates[(client.*number).value];
    }
    if (diff_.first && diff_.first->client) {
      diff_.first->client.value().*fate = fates[(diff_.first->client.value().*number).value];
    }
    return {};
  }

  // After the logs have been replayed: every event is legal.
  static Result<void, LogError> count(const LogReader& log, ReckonedCauses& causes,
                                      LogCounts& counts) {
    for (const auto& recorded : log.site_events()) {
      ++counts.kinds[static_cast<std::size_t>(kind_of(recorded.event))];
    }
    ClientEvents events;
    std::optional<ClientNumber> current;
    const auto finish = [&] {
      if (current) events = causes.complete(*current, std::move(events));
      for (const StorySpell& spell : spells_of(events, {})) {
        ++counts.spells[static_cast<std::size_t>(spell.spell.cause)];
      }
      events.clear();
    };
    for (const events::PartitionSummary& partition : log.partitions()) {
      const auto visited =
          log.visit(partition, [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
            if (current && *current != client) finish();
            current = client;
            ++counts.kinds[static_cast<std::size_t>(kind_of(recorded.event))];
            events.push_back(recorded);
            return true;
          });
      if (!visited) return Failed<LogError>(visited.error());
    }
    finish();
    return {};
  }

  const LogReader& log_a_;
  const LogReader& log_b_;
  ReckonedCauses causes_a_, causes_b_;
  LogDiff diff_;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// Calls `visit` with each client of A in order: its number, its device's name or null, its number
// in its cohort, and the cohort of that name in B or null.
template <class Visit>
void for_each_client(const events::LogHeader& a, const events::LogHeader& b, Visit visit) {
  for (const events::LogCohort& cohort : a.cohorts) {
    const events::LogCohort* other = cohort_named(b, cohort.name);
    for (std::uint32_t i = 0; i < cohort.clients; ++i) {
      visit(ClientNumber{cohort.first.value + i},
            i < cohort.devices.size() ? &cohort.devices[i] : nullptr, i, other);
    }
  }
}

}  // namespace

Matches match_clients(const events::LogHeader& a, const events::LogHeader& b) {
  std::multimap<std::string_view, ClientNumber> devices;  // of B; cohorts may share a name
  for (const events::LogCohort& cohort : b.cohorts) {
    for (std::uint32_t i = 0; i < cohort.devices.size(); ++i) {
      devices.emplace(cohort.devices[i], ClientNumber{cohort.first.value + i});
    }
  }
  std::vector<bool> is_taken(b.clients);
  std::vector<std::optional<ClientNumber>> partners(a.clients);
  const auto take = [&](ClientNumber of_a, ClientNumber of_b) {
    partners[of_a.value] = of_b;
    is_taken[of_b.value] = true;
  };
  // Of those of that name one that is free, and `fits`.
  const auto take_named = [&](ClientNumber of_a, const std::string& device, const auto& fits) {
    const auto [begin, end] = devices.equal_range(device);
    const auto found = std::find_if(begin, end, [&](const auto& named) {
      return !is_taken[named.second.value] && fits(named.second);
    });
    if (found != end) take(of_a, found->second);
  };
  // Who is in the same cohort comes first, and who has but a number last.
  for_each_client(a, b,
                  [&](ClientNumber client, const std::string* device, std::uint32_t,
                      const events::LogCohort* other) {
                    if (device == nullptr || other == nullptr) return;
                    take_named(client, *device, [&](ClientNumber of_b) {
                      return of_b.value - other->first.value < other->clients;
                    });
                  });
  for_each_client(
      a, b,
      [&](ClientNumber client, const std::string* device, std::uint32_t, const events::LogCohort*) {
        if (device == nullptr || partners[client.value]) return;
        take_named(client, *device, [](ClientNumber) { return true; });
      });
  for_each_client(a, b,
                  [&](ClientNumber client, const std::string* device, std::uint32_t i,
                      const events::LogCohort* other) {
                    if (partners[client.value] || other == nullptr || i >= other->clients) return;
                    if (device != nullptr && !other->devices.empty()) return;
                    const ClientNumber of_b{other->first.value + i};
                    if (!is_taken[of_b.value]) take(client, of_b);
                  });
  Matches matches;
  for (std::uint32_t i = 0; i < a.clients; ++i) {
    if (partners[i]) matches.clients.push_back({ClientNumber{i}, *partners[i], {}, {}});
  }
  matches.only_a = a.clients - matches.clients.size();
  matches.only_b = b.clients - matches.clients.size();
  return matches;
}

Result<LogDiff, LogError> diff_logs(const LogReader& a, const LogReader& b,
                                    const std::optional<std::string>& inputs, unsigned threads) {
  return Differ(a, b, inputs).diff(threads);
}

std::vector<std::string> text_diff(std::string_view text_a, std::string_view text_b) {
  std::vector<std::string_view> a = lines_of(text_a);
  std::vector<std::string_view> b = lines_of(text_b);
  // What both begin and end with need not be compared.
  const auto same = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  a.erase(a.begin(), same.first);
  b.erase(b.begin(), same.second);
  while (!a.empty() && !b.empty() && a.back() == b.back()) {
    a.pop_back();
    b.pop_back();
  }
  // The longest common subsequence, unless that takes too long: then all of both differ.
  constexpr std::size_t kCellsMax = 16'000'000;
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> common;
  const bool is_small = (a.size() + 1) * width <= kCellsMax;
  if (is_small) {
    common.resize((a.size() + 1) * width);
    for (std::size_t i = a.size(); i-- > 0;) {
      for (std::size_t j = b.size(); j-- > 0;) {
        common[i * width + j] =
            a[i] == b[j] ? common[(i + 1) * width + j + 1] + 1
                         : std::max(common[(i + 1) * width + j], common[i * width + j + 1]);
      }
    }
  }
  std::vector<std::string> lines;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (is_small && i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i;
      ++j;
    } else if (i < a.size() && (j == b.size() || !is_small ||
                                common[(i + 1) * width + j] >= common[i * width + j + 1])) {
      lines.push_back("- " + std::string(a[i++]));
    } else {
      lines.push_back("+ " + std::string(b[j++]));
    }
  }
  return lines;
}

}  // namespace tokenlife::sim
