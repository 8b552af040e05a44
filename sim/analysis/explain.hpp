// Why a client of a log is where it is, how it got there, what comes next, what would have saved
// it, and when it was lost.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/site_history.hpp"
#include "events/log_reader.hpp"
#include "sim/analysis/alternatives.hpp"
#include "sim/analysis/chain.hpp"
#include "sim/analysis/client_story.hpp"
#include "sim/analysis/futures.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

struct ExplainOptions {
  Instant at;                         // within the run
  std::optional<std::string> inputs;  // a folder with the files that the scenario names
  Folding folding = Folding::repetitions;
  bool quick = false;  // without what would have saved it, and when it was lost
  unsigned threads = 1;
};

// What is due, when, and what it waits for.
struct NextStep {
  std::string what;
  std::optional<Instant> at;
  std::string waits_for;  // empty: for nothing but the time
  friend bool operator==(const NextStep&, const NextStep&) = default;
};

struct Explanation {
  ClientNumber number;
  Instant at;
  Client client;  // not installed: nothing else is known
  Instant since;  // in its state
  Service service = Service::served;
  // The spell that is asked about: the one at that time, else the last before it. What every
  // installation takes, from its request to the first answer, is none.
  std::optional<StorySpell> spell;
  bool is_in_spell = false;
  // Why there is, or was, that spell, in sentences; and the ids of the rules behind it and behind
  // what the client now is.
  std::string why;
  std::vector<std::string_view> rules;
  std::vector<ChainLink> chain;
  std::vector<NextStep> next;

  // Empty: the scenario of the log gives these events of the client today. Else why that is not
  // known, or not so.
  std::string not_repeated;
  // Of the two that follow nothing is known if it was not repeated, or nobody asked.
  // False: `saved_by` holds what would have ended the spell by then, if it has not ended.
  bool is_preventable = true;
  Alternatives saved_by;
  std::vector<Futures> futures;      // none if no token was lost
  std::vector<std::string> actions;  // by number, in words
};

// What the explanations of all clients of a log have in common.
class ExplainedLog {
 public:
  // `inputs`: see scenario_of(). The log must outlive it, and its site's events are legal.
  ExplainedLog(const events::LogReader& log, const std::optional<std::string>& inputs);
  ExplainedLog(const ExplainedLog&) = delete;
  ExplainedLog& operator=(const ExplainedLog&) = delete;

  const events::LogReader& log() const { return log_; }
  const SiteHistory& site() const { return site_; }
  // Null: it cannot be run again, and why_not() says why.
  const Scenario* scenario() const { return scenario_ ? &*scenario_ : nullptr; }
  const SiteTimeline* timeline() const { return timeline_.get(); }
  const std::string& why_not() const { return why_not_; }

  // Safe to call from several threads at once. Precondition: the log's header counts the client,
  // these are all of its events, and the time is within the run.
  Result<Explanation, Error> explain(ClientNumber client, ClientEvents events,
                                     const ExplainOptions& options) const;

 private:
  const events::LogReader& log_;
  SiteHistory site_;
  std::optional<Scenario> scenario_;
  std::unique_ptr<SiteTimeline> timeline_;
  std::string why_not_;
};

// Precondition: the log's header counts the client, and the time is within the run.
Result<Explanation, Error> explain(const events::LogReader& log, ClientNumber client,
                                   const ExplainOptions& options);

}  // namespace tokenlife::sim
