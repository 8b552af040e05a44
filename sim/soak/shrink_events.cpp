#include "sim/soak/shrink_events.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/evolve_in_place.hpp"

namespace tokenlife::sim {
namespace {

// An event of the list, and whether it could happen to its client.
struct Entry {
  Occurrence occurrence;
  bool legal;
};
using Entries = std::vector<Entry>;

bool evolves(Client& client, const ClientEvent& event) {
  return std::visit([&](const auto& e) { return evolve_in_place(client, e) == EventError::none; },
                    event);
}

Entries judged(const Occurrences& events) {
  Entries entries;
  std::map<ClientNumber, Client> clients;
  for (const Occurrence& occurrence : events) {
    entries.push_back({occurrence, evolves(clients[occurrence.client], occurrence.event)});
  }
  return entries;
}

// Names what the client has, in an event that named it rightly before.
void name_what_is(const Client& client, ClientEvent& event) {
  std::visit(
      [&]<class Event>(Event& e) {
        if constexpr (std::is_same_v<Event, NetworkChanged>) e.from = client.network;
        if constexpr (requires { e.serial; }) e.serial = client.token.serial;
        if constexpr (requires { e.replaces; }) e.replaces = client.token.serial;
      },
      event);
}

// Makes up for what was left out of the list.
void mend(Entries& entries) {
  std::map<ClientNumber, Client> clients;
  std::erase_if(entries, [&](Entry& entry) {
    Client& client = clients[entry.occurrence.client];
    if (entry.legal) name_what_is(client, entry.occurrence.event);
    return !evolves(client, entry.occurrence.event) && entry.legal;
  });
}

// ---- Moments and names in events ---------------------------------------------------------------

// How long after the one before it each event happened; the first after the run's start.
std::vector<Duration> gaps_of(const Entries& entries) {
  std::vector<Duration> gaps;
  Instant last{};
  for (const Entry& entry : entries) {
    gaps.push_back(entry.occurrence.time - last);
    last = entry.occurrence.time;
  }
  return gaps;
}

// The list with other gaps, none of them greater. Moments between two events stay between them, and
// a token keeps its lifetime: that is a number of the policy.
Entries with_gaps(Entries entries, const std::vector<Duration>& gaps) {
  std::vector<Instant> before{Instant{}};
  std::vector<Instant> after{Instant{}};
  for (std::size_t i = 0; i < entries.size(); ++i) {
    before.push_back(entries[i].occurrence.time);
    after.push_back(after.back() + gaps[i]);
  }
  const auto moved = [&](Instant t) {
    const auto next = std::upper_bound(before.begin(), before.end(), t) - before.begin();
    const auto n = static_cast<std::size_t>(next);
    const Instant there = n == 0 ? t : after[n - 1] + (t - before[n - 1]);
    return n == after.size() ? there : std::min(there, after[n]);
  };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    entries[i].occurrence.time = after[i + 1];
    std::visit(
        [&](auto& event) {
          if constexpr (requires { event.token; }) {
            const Duration lifetime = event.token.expires - event.token.not_before;
            event.token.not_before = moved(event.token.not_before);
            event.token.expires = event.token.not_before + lifetime;
          }
        },
        entries[i].occurrence.event);
  }
  return entries;
}

// Hands on every number of that type that the event names, to be looked at or changed.
template <class Name, class Look>
void for_each_name(ClientEvent& event, Look look) {
  const auto take = [&](auto& name) {
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(name)>, Name>) look(name);
  };
  std::visit(
      [&](auto& e) {
        if constexpr (requires { e.cohort; }) take(e.cohort);
        if constexpr (requires { e.bulk; }) take(e.bulk);
        if constexpr (requires { e.serial; }) take(e.serial);
        if constexpr (requires { e.replaces; }) take(e.replaces);
        if constexpr (requires { e.token; }) {
          take(e.token.serial);
          take(e.token.signer);
        }
      },
      event);
}

// All names of that type, each by its place among them.
template <class Name>
std::map<Name, std::uint32_t> places_of(Entries& entries) {
  std::map<Name, std::uint32_t> places;
  for (Entry& entry : entries) {
    for_each_name<Name>(entry.occurrence.event, [&](const Name& name) { places[name] = 0; });
  }
  std::uint32_t place = 0;
  for (auto& [name, number] : places) number = place++;
  return places;
}

// ---- Steps -------------------------------------------------------------------------------------

class EventShrinker {
 public:
  EventShrinker(const Occurrences& events, const OccurrencesFail& fails, const ShrinkLimits& limits)
      : best_(judged(events)), fails_(fails), limits_(limits), tries_left_(limits.tries_max) {}

  Occurrences run() {
    std::size_t before;
    do {
      before = accepted_;
      cut_after_the_failure();
      drop_all_of([](const Occurrence& o) { return o.client.value; });
      drop_all_of([](const Occurrence& o) { return std::uint32_t(kind_of(o.event)); });
      shrink_list(best_, [this](Entries& fewer) { return attempt(fewer); });
      merge_moments();
    } while (accepted_ != before && tries_left_ > 0);
    number_clients();
    number_names<CohortNumber>([](std::uint32_t place) { return CohortNumber{place}; });
    number_names<KeyNumber>([](std::uint32_t place) { return KeyNumber{place}; });
    number_names<Guid>([](std::uint32_t place) { return Guid{0, place}; });
    return plain(best_);
  }

 private:
  static Occurrences plain(const Entries& entries) {
    Occurrences events;
    events.reserve(entries.size());
    for (const Entry& entry : entries) events.push_back(entry.occurrence);
    return events;
  }

  // Mends the list, and keeps it if it fails too.
  bool attempt(Entries& smaller) {
    if (tries_left_ > 0 && limits_.stop()) tries_left_ = 0;
    if (tries_left_ == 0) return false;
    --tries_left_;
    mend(smaller);
    if (!fails_(plain(smaller))) return false;
    best_ = smaller;
    ++accepted_;
    return true;
  }

  void cut_after_the_failure() {
    const Entries whole = best_;
    shrink_number(0, static_cast<std::int64_t>(whole.size()), [&](std::int64_t length) {
      Entries beginning(whole.begin(), whole.begin() + length);
      return attempt(beginning);
    });
  }

  // All events at once for which `of` gives the same number.
  template <class Of>
  void drop_all_of(Of of) {
    std::set<std::uint32_t> all;
    for (const Entry& entry : best_) all.insert(of(entry.occurrence));
    shrink_list(std::vector(all.begin(), all.end()), [&](const std::vector<std::uint32_t>& some) {
      Entries fewer;
      std::copy_if(best_.begin(), best_.end(), std::back_inserter(fewer), [&](const Entry& entry) {
        return std::binary_search(some.begin(), some.end(), of(entry.occurrence));
      });
      return fewer.size() < best_.size() && attempt(fewer);
    });
  }

  // Each moment into the one before it, or as near as can be: first as many as can be at once.
  void merge_moments() {
    const Entries whole = best_;
    std::vector<Duration> gaps = gaps_of(whole);
    const auto attempt_gaps = [&](const std::vector<Duration>& smaller) {
      Entries nearer = with_gaps(whole, smaller);
      return attempt(nearer);
    };
    std::vector<std::size_t> apart;
    for (std::size_t i = 0; i < gaps.size(); ++i) {
      if (gaps[i] > Duration{0}) apart.push_back(i);
    }
    const auto only = [&gaps](const std::vector<std::size_t>& some) {
      std::vector<Duration> fewer(gaps.size());
      for (const std::size_t i : some) fewer[i] = gaps[i];
      return fewer;
    };
    apart = shrink_list(apart, [&](const auto& some) { return attempt_gaps(only(some)); });
    gaps = only(apart);
    for (const std::size_t i : apart) {
      const auto with = [&](std::int64_t seconds) {
        std::vector<Duration> smaller = gaps;
        smaller[i] = Duration{seconds};
        return attempt_gaps(smaller);
      };
      gaps[i] = Duration{shrink_number(0, gaps[i].count(), with)};
    }
  }

  // Clients from 0 on, the tokens of each from 1 on.
  void number_clients() {
    std::map<ClientNumber, std::uint32_t> clients;
    for (const Entry& entry : best_) clients[entry.occurrence.client] = 0;
    std::uint32_t count = 0;
    for (auto& [client, number] : clients) number = count++;

    std::map<TokenSerial, TokenSerial> serials;
    std::map<ClientNumber, std::uint32_t> tokens;
    for (const auto& [serial, place] : places_of<TokenSerial>(best_)) {
      const auto client = clients.find(serial.client());
      const bool is_known = serial.ordinal() != 0 && client != clients.end();
      serials[serial] =
          is_known ? TokenSerial::of({client->second}, ++tokens[serial.client()]) : serial;
    }
    Entries numbered = best_;
    for (Entry& entry : numbered) {
      entry.occurrence.client = {clients[entry.occurrence.client]};
      for_each_name<TokenSerial>(entry.occurrence.event,
                                 [&](TokenSerial& serial) { serial = serials[serial]; });
    }
    attempt(numbered);
  }

  // The first of all names keeps its number if it is what stands for none.
  template <class Name, class NameAt>
  void number_names(NameAt name_at) {
    const auto places = places_of<Name>(best_);
    const std::uint32_t first =
        !places.empty() && places.begin()->first == Name{} ? 0 : kFirst<Name>;
    Entries numbered = best_;
    for (Entry& entry : numbered) {
      for_each_name<Name>(entry.occurrence.event,
                          [&](Name& name) { name = name_at(first + places.at(name)); });
    }
    attempt(numbered);
  }
  template <class Name>
  static constexpr std::uint32_t kFirst = std::is_same_v<Name, Guid> ? 1 : 0;

  Entries best_;
  const OccurrencesFail& fails_;
  const ShrinkLimits& limits_;
  std::size_t tries_left_;
  std::size_t accepted_ = 0;
};

}  // namespace

Occurrences shrink_events(const Occurrences& events, const OccurrencesFail& fails,
                          const ShrinkLimits& limits) {
  return EventShrinker(events, fails, limits).run();
}

}  // namespace tokenlife::sim
