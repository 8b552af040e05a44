// Reads all of a log: whether every byte is what was written, every event can have happened and
// agrees with what the site said, and what there is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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

// The bytes alone, and that each is one of an event; not whether the events can have happened.
Result<LogFacts, LogError> verify_bytes(const LogReader& log, unsigned threads = 1);

// The site asks clients to renew what was issued before: some of them, or all; each at a moment in
// [at, at + over), and again after `every`, `times` times in all.
struct RenewalAsked {
  Instant at;
  Duration over{0};
  Duration every{0};
  std::uint32_t times = 1;
};

// When clients of a cohort renew, as far as their events do not say it: by clients that have heard
// of nothing else. Who holds no token when it is asked has no event of that, and renews the one
// that is under way.
struct RenewalTerms {
  Duration renew_after;  // the least
  Duration skew;         // the most that a clock goes before the site's (A6)
  std::vector<RenewalAsked> asked{};
};

// Whether a client may have been asked by `now` to renew what was issued at `issued`.
bool was_asked(const RenewalTerms& terms, Instant issued, Instant now);

// verify(), and that the events of a run agree with the run's time and with what its site said and
// did: times are ticks within the duration; tokens begin when the site judged, end as its policy
// says and are of the certificate that signed then; bulk tokens were issued; nothing expires or is
// renewed before its time. `renewals` has an entry for each cohort; empty: when renewals were due
// is not known, and not checked. What a site on disk did is in its journal, and not in the log of a
// client of it: that has only the times, and the ends of tokens, to agree with.
Result<LogFacts, LogError> verify_run(const LogReader& log, std::span<const RenewalTerms> renewals,
                                      unsigned threads = 1);

}  // namespace tokenlife::events
