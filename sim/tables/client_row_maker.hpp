// Makes rows of clients, of their tokens, spells and requests from what becomes of each.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/spell_cause.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/tables/day_counter.hpp"
#include "sim/tables/lives.hpp"
#include "sim/tables/row.hpp"

namespace tokenlife::sim {

// Where rows go. Those of a table without a place are not made.
struct ClientTables {
  std::vector<SqlRow>* clients = nullptr;
  std::vector<SqlRow>* tokens = nullptr;
  std::vector<SqlRow>* spells = nullptr;
  std::vector<SqlRow>* requests = nullptr;
};

// Listens to lives, in the order of clients.
class ClientRowMaker {
 public:
  // `keeps_events`: to reckon why spells began, of a log that does not say it.
  ClientRowMaker(const ClientTables& tables, SqlSource& source, bool keeps_events)
      : tables_(tables), source_(source), keeps_events_(keeps_events) {}

  template <class Event>
  void happened(const Client& before, const Recorded<Event>& recorded,
                const events::StandingReplay& after) {
    ++life_.events;
    life_.last_event = recorded.time;
    if (keeps_events_) life_.recorded.push_back({recorded.envelope(), recorded.event});
    if (after.ended()) life_.spells.push_back(*after.ended());
    follow_token(before.token, recorded, after.replay().client());
    if (tables_.requests != nullptr) follow_request(recorded);
  }
  void serves(Instant now, Service, Service after) {
    life_.stranded_since.reset();
    if (after == Service::stranded) life_.stranded_since = now;
  }
  void ended(const events::StandingReplay& standing, Service service);

  // Clients of which the log has no events: a complete one has them all the same.
  void begin_at(std::uint32_t first) { next_ = first; }
  void add_absent(std::uint32_t until);
  // A spell came by of which the log does not say why it began.
  bool lacks_causes() const { return lacks_causes_; }

 private:
  struct HeldToken {
    ClientToken token;
    const char* how_issued;
    std::optional<Endpoint> via;
    std::optional<Instant> ended{};
    const char* how = nullptr;
  };

  struct Request {
    const char* what;
    Endpoint via;
    Instant sent;
    std::optional<Instant> ended{};
    const char* outcome = nullptr;
    std::string_view reason{};
  };

  // What became of one client.
  struct Life {
    std::vector<HeldToken> tokens;
    std::vector<EndedSpell> spells;
    std::vector<Request> requests;  // if they are wanted
    std::optional<Instant> stranded_since;
    std::uint64_t events = 0;
    Instant last_event;
    ClientEvents recorded;  // if they are wanted
  };

  template <class Event>
  void follow_token(const ClientToken& before, const Recorded<Event>& recorded,
                    const Client& client) {
    const ClientToken& after = client.token;
    if constexpr (Event::kind == EventKind::token_expired) end_token(recorded.time, "expired");
    if (after.serial == before.serial) return;
    if (before.exists()) end_token(recorded.time, how_it_ends(Event::kind));
    if (!after.exists()) return;
    HeldToken held{after, how_it_is_issued(Event::kind), {}};
    if constexpr (requires { recorded.event.via; }) held.via = recorded.event.via;
    if (client.state == LifecycleState::expired) {
      held.ended = after.expires;
      held.how = "expired";
    }
    life_.tokens.push_back(held);
  }
  template <class Event>
  void follow_request(const Recorded<Event>& recorded) {
    constexpr EventKind kind = Event::kind;
    if constexpr (kind == EventKind::registration_requested) {
      life_.requests.push_back({"registration", recorded.event.via, recorded.time});
    } else if constexpr (kind == EventKind::renewal_requested) {
      life_.requests.push_back({"renewal", recorded.event.via, recorded.time});
    } else if constexpr (kind == EventKind::registration_completed ||
                         kind == EventKind::token_renewed) {
      end_request(recorded.time, "granted");
    } else if constexpr (kind == EventKind::registration_refused ||
                         kind == EventKind::renewal_refused) {
      end_request(recorded.time, "refused", name(recorded.event.reason));
    } else if constexpr (kind == EventKind::registration_failed ||
                         kind == EventKind::renewal_failed) {
      end_request(recorded.time, "failed", name(recorded.event.reason));
    }
  }
  // A client awaits the answer to its last request alone.
  void end_request(Instant now, const char* outcome, std::string_view reason = {}) {
    if (life_.requests.empty() || life_.requests.back().ended) return;
    Request& request = life_.requests.back();
    request.ended = now;
    request.outcome = outcome;
    request.reason = reason;
  }
  void end_token(Instant now, const char* how) {
    if (life_.tokens.empty() || life_.tokens.back().ended) return;
    life_.tokens.back().ended = now;
    life_.tokens.back().how = how;
  }
  static const char* how_it_ends(EventKind kind) {
    if (kind == EventKind::token_renewed) return "renewed";
    if (kind == EventKind::registration_completed) return "registered-again";
    return kind == EventKind::client_reinstalled ? "reinstalled" : "refused";
  }
  static const char* how_it_is_issued(EventKind kind) {
    if (kind == EventKind::token_renewed) return "renewal";
    return kind == EventKind::registration_completed ? "registration" : "adopted";
  }

  // Puts in why spells began, where the log lacks it.
  void reckon(ClientNumber number, Life& life, std::optional<Spell>& spell);
  void add_client(ClientNumber number, const events::StandingReplay& standing, Service service,
                  const Life& life, const std::optional<Spell>& spell);
  void add_token(ClientNumber number, const HeldToken& held);
  void add_spell(ClientNumber number, const Spell& spell, const EndedSpell* ended);
  void add_request(ClientNumber number, const Request& request);
  void add_names(SqlRow& row, ClientNumber number) const;
  void add_guid(SqlRow& row, ClientNumber number) const;
  SqlValue time(Instant moment) const;
  SqlValue last_contact(const Spell& spell) const;
  // How long the request stood in a queue, if the site has answered it.
  std::optional<Duration> waited(const Request& request) const;

  ClientTables tables_;
  SqlSource& source_;
  bool keeps_events_;
  bool lacks_causes_ = false;
  Life life_;
  std::uint32_t next_ = 0;  // the client that is to come
};

// All rows of the partition's clients that are wanted. `days`, if somebody wants them counted in
// the same walk, has counted nothing yet. Several threads may do that at once, each for a partition
// of its own, once history() has been asked for.
Result<void, events::LogError> make_client_rows(const ClientTables& tables, SqlSource& source,
                                                const events::PartitionSummary& partition,
                                                ClientSpan wanted = {}, DayCounter* days = nullptr);

}  // namespace tokenlife::sim
