#include "sim/check/story.hpp"

#include <fmt/format.h>

#include "core/event.hpp"
#include "core/event_error.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim::checker {
namespace {

std::string upper(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::mp: return "the MP";
    case Endpoint::cmg: return "the CMG";
    case Endpoint::sts: return "the STS";
  }
  return "";
}

std::string site_line(const Action& action) {
  switch (action.kind) {
    case ActionKind::outage_begins: return upper(action.endpoint) + " goes down";
    case ActionKind::outage_ends: return upper(action.endpoint) + " is up again";
    case ActionKind::lose_answers: return upper(action.endpoint) + "'s answers are lost";
    case ActionKind::issue_bulk: return "a bulk token is issued";
    case ActionKind::block_bulk: return "the bulk token is blocked";
    case ActionKind::unblock_bulk: return "the bulk token is unblocked";
    case ActionKind::rotate: return "the signing certificate is rotated";
    case ActionKind::retire: return "the certificate before is retired";
    case ActionKind::tick:
    case ActionKind::install:
    case ActionKind::move:
    case ActionKind::block:
    case ActionKind::unblock:
    case ActionKind::forbid_cmg:
    case ActionKind::allow_cmg:
    case ActionKind::announce:
    case ActionKind::upgrade:
    case ActionKind::restart:
    case ActionKind::reinstall: break;
  }
  return "";
}

// What the events do not say.
std::string detail(const Action& action) {
  switch (action.kind) {
    case ActionKind::install:
      return fmt::format(" on the {}{}{}{}", name(action.network),
                         action.credential == Credential::pki ? ", with PKI" : "",
                         action.version == ClientVersion::outdated ? ", outdated" : "",
                         action.with_bulk ? ", with the bulk token" : "");
    case ActionKind::move: return fmt::format(" to {}", name(action.network));
    case ActionKind::forbid_cmg: return " to off";
    case ActionKind::allow_cmg: return " to on";
    case ActionKind::tick:
    case ActionKind::block:
    case ActionKind::unblock:
    case ActionKind::announce:
    case ActionKind::upgrade:
    case ActionKind::restart:
    case ActionKind::reinstall:
    case ActionKind::outage_begins:
    case ActionKind::outage_ends:
    case ActionKind::lose_answers:
    case ActionKind::issue_bulk:
    case ActionKind::block_bulk:
    case ActionKind::unblock_bulk:
    case ActionKind::rotate:
    case ActionKind::retire: break;
  }
  return "";
}

std::string reason_of(const ReferenceView& event) {
  if (event.refusal) return fmt::format(" ({})", name(*event.refusal));
  if (event.failure) return fmt::format(" ({})", name(*event.failure));
  return "";
}

class Lines {
 public:
  explicit Lines(Duration unit) : unit_(unit) {}

  void add(std::uint32_t tick, const std::string& who, const std::string& what) {
    const std::string when = tick == last_ && !text_.empty() ? "" : sim::to_text(unit_ * tick);
    last_ = tick;
    text_ += fmt::format("  {:>7}  {:<9} {}\n", when, who, what);
  }
  std::string text() && { return std::move(text_); }

 private:
  Duration unit_;
  std::uint32_t last_ = 0;
  std::string text_;
};

}  // namespace

std::string story(const Options& options, const ModelRun& walk) {
  Lines lines(options.unit);
  for (const WalkStep& action : walk.actions()) {
    const bool is_tick = action.taken.action.kind == ActionKind::tick;
    if (!is_tick && !action.taken.client)
      lines.add(action.tick, "site", site_line(action.taken.action));
    // Of a tick, first what is before the clock moves on.
    for (const bool after_clock : {false, true}) {
      for (std::uint32_t i = 0; i < action.transitions.size(); ++i) {
        const std::string who = fmt::format("client {}", is_tick ? i : *action.taken.client);
        for (const Happened& happened : action.transitions[i].events) {
          if (happened.after_clock != after_clock) continue;
          std::string what = std::string(name(kind_of(happened.event)));
          what += reason_of(seen(happened)) + detail(action.taken.action);
          if (happened.from != happened.to) what += fmt::format(": {}", name(happened.to));
          if (happened.error != EventError::none) {
            what += fmt::format(", which is not legal: {}", name(happened.error));
          }
          lines.add(action.tick + (after_clock ? 1 : 0), who, what);
        }
      }
    }
  }
  for (const Demand& demand : walk.demands()) {
    lines.add(walk.tick(), "expected", to_text(options, demand));
  }
  if (walk.demands().empty()) {
    lines.add(walk.tick(), "expected", "something that neither an event nor a state shows");
  }
  return std::move(lines).text();
}

std::string to_text(const Options& options, const Demand& demand) {
  const std::string when = sim::to_text(options.unit * demand.tick);
  if (demand.state) {
    return fmt::format("client {} {} at {}", demand.client, name(*demand.state), when);
  }
  return fmt::format("{} {}{} of client {} at {}", demand.count == 0 ? "no" : "a",
                     name(demand.event->kind), reason_of(*demand.event), demand.client, when);
}

}  // namespace tokenlife::sim::checker
