#include "sim/analysis/chain.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/analysis/event_words.hpp"
#include "sim/analysis/time_in_line.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

// An event with what stands behind it, and the events after it that are folded into it.
struct Fold {
  const Recorded<ClientEvent>* first;
  const Recorded<ClientEvent>* last;
  std::uint32_t count = 1;
  std::optional<Duration> every{};
  bool is_even = true;  // all gaps are alike
  Behind behind{};
  Duration longest_in_line{0};
  bool is_gone = false;
  bool is_apart = false;  // neither folded nor left out

  EventKind kind() const { return kind_of(first->event); }
  void take(const Fold& next) {
    const Duration gap = next.first->time - last->time;
    is_even = is_even && (!every || *every == gap);
    every = gap;
    last = next.last;
    count += next.count;
    behind = next.behind;
    longest_in_line = std::max(longest_in_line, next.longest_in_line);
  }
};

bool is_request(EventKind kind) {
  return kind == EventKind::registration_requested || kind == EventKind::renewal_requested;
}
bool is_attempt(EventKind kind) {
  return kind == EventKind::registration_refused || kind == EventKind::registration_failed ||
         kind == EventKind::renewal_refused || kind == EventKind::renewal_failed ||
         kind == EventKind::token_renewed;
}

std::string reason_of(const ClientEvent& event) {
  return std::visit(
      [](const auto& e) -> std::string {
        if constexpr (HasReason<std::decay_t<decltype(e)>>) {
          return std::string(name(e.reason));
        } else {
          return "";
        }
      },
      event);
}
Endpoint via_of(const ClientEvent& event) {
  return std::visit(
      [](const auto& e) {
        if constexpr (requires { e.via; }) {
          return e.via;
        } else {
          return Endpoint::mp;
        }
      },
      event);
}

// Follows the client, to know where it was when it was told something.
class Follower {
 public:
  Behind next(const Recorded<ClientEvent>& recorded, const Background& background) {
    if (is_request(kind_of(recorded.event))) {
      asked_at_ = recorded.time;
      if (const auto* asked = std::get_if<RegistrationRequested>(&recorded.event)) {
        there_.bulk = asked->bulk;
      }
    } else if (const auto* moved = std::get_if<NetworkChanged>(&recorded.event)) {
      there_.network = moved->to;
    } else if (const auto* installed = std::get_if<ClientInstalled>(&recorded.event)) {
      there_.network = installed->network;
    } else if (const auto* adopted = std::get_if<ClientAdopted>(&recorded.event)) {
      there_.network = adopted->network;
      there_.signer = adopted->token.signer;
    } else if (const auto* registered = std::get_if<RegistrationCompleted>(&recorded.event)) {
      there_.signer = registered->token.signer;
    } else if (const auto* renewed = std::get_if<TokenRenewed>(&recorded.event)) {
      there_.signer = renewed->token.signer;
    } else if (std::holds_alternative<ClientBlocked>(recorded.event)) {
      there_.blocked_by = recorded.cause;
    }
    there_.asked_at = recorded.time;
    if (recorded.cause.kind == CauseKind::request) there_.asked_at = asked_at_;
    if (recorded.cause.kind == CauseKind::exchange) {
      there_.asked_at = recorded.time - Duration{recorded.cause.number};
    }
    Behind found = behind(recorded, there_, background);
    found.in_line = in_line(recorded, background);
    return found;
  }

 private:
  // What is more than the latency of an answer to a request. Who was turned away did not wait, and
  // of one that gave up its own words say how long it waited.
  Duration in_line(const Recorded<ClientEvent>& recorded, const Background& background) const {
    const EventKind kind = kind_of(recorded.event);
    const bool is_answer =
        kind == EventKind::registration_completed || kind == EventKind::token_renewed ||
        kind == EventKind::registration_refused || kind == EventKind::renewal_refused;
    if (!is_answer || recorded.cause.kind != CauseKind::request) return {};
    return time_in_line(asked_at_, recorded.time, latency_of(background.site));
  }

  Circumstances there_;
  Instant asked_at_;  // the latest request
};

bool are_alike(const Fold& a, const Fold& b) {
  return a.kind() == b.kind() && via_of(a.first->event) == via_of(b.first->event) &&
         reason_of(a.first->event) == reason_of(b.first->event) &&
         a.behind.cause == b.behind.cause && a.behind.words == b.behind.words;
}

// Attempts that come to the same are one, over whatever minor things happened in between.
void fold_attempts(std::vector<Fold>& folds) {
  Fold* before = nullptr;
  std::vector<Fold*> between;
  for (Fold& fold : folds) {
    if (fold.is_gone) continue;
    if (is_minor(fold.kind())) {
      if (!fold.is_apart) between.push_back(&fold);
      continue;
    }
    if (before != nullptr && is_attempt(fold.kind()) && are_alike(*before, fold)) {
      before->take(fold);
      fold.is_gone = true;
      for (Fold* minor : between) minor->is_gone = true;
    } else {
      before = &fold;
    }
    between.clear();
  }
}

// Of several minor things of a kind and a cause, one behind the other.
void fold_minor(std::vector<Fold>& folds) {
  std::vector<Fold*> open;
  for (Fold& fold : folds) {
    if (fold.is_gone) continue;
    if (!is_minor(fold.kind()) || fold.is_apart) {
      open.clear();
      continue;
    }
    const auto same = std::find_if(open.begin(), open.end(), [&](const Fold* it) {
      return it->kind() == fold.kind() && it->behind.cause == fold.behind.cause;
    });
    if (same == open.end()) {
      open.push_back(&fold);
    } else {
      (*same)->take(fold);
      fold.is_gone = true;
    }
  }
}

// The stay offline over that moment, from its beginning to its end, if it was of a day or more:
// less only puts a renewal off.
void set_apart(std::vector<Fold>& folds, Instant due) {
  Fold* went = nullptr;
  for (Fold& fold : folds) {
    const auto* moved = std::get_if<NetworkChanged>(&fold.first->event);
    if (moved == nullptr) continue;
    if (fold.first->time > due) {
      if (went == nullptr || fold.first->time - went->first->time < std::chrono::days{1}) return;
      went->is_apart = fold.is_apart = true;
      return;
    }
    went = moved->to == Network::offline ? &fold : nullptr;
  }
  if (went != nullptr) went->is_apart = true;
}

void drop_answered_requests(std::vector<Fold>& folds) {
  const auto is_answer = [](EventKind kind) {
    return is_attempt(kind) || kind == EventKind::registration_completed;
  };
  Fold* asked = nullptr;
  for (Fold& fold : folds) {
    if (is_request(fold.kind())) asked = &fold;
    if (!is_answer(fold.kind()) || asked == nullptr) continue;
    asked->is_gone = true;
    asked = nullptr;
  }
}

}  // namespace

bool is_minor(EventKind kind) {
  return kind == EventKind::network_changed || kind == EventKind::agent_restarted ||
         kind == EventKind::credential_renewed;
}

std::vector<ChainLink> chain_of(std::span<const Recorded<ClientEvent>> events, std::size_t first,
                                const Background& background, Folding folding,
                                std::optional<Instant> due) {
  std::vector<Fold> folds;
  Follower follower;
  for (std::size_t i = 0; i < events.size(); ++i) {
    Behind behind = follower.next(events[i], background);
    const Duration in_line = behind.in_line;
    if (i >= first) {
      folds.push_back({&events[i], &events[i], 1, {}, true, std::move(behind), in_line});
    }
  }
  if (folding == Folding::repetitions) {
    if (due) set_apart(folds, *due);
    drop_answered_requests(folds);
    fold_attempts(folds);
    fold_minor(folds);
  }
  std::vector<ChainLink> chain;
  for (const Fold& fold : folds) {
    if (fold.is_gone) continue;
    std::string text = event_words(fold.first->time, *fold.last, fold.count,
                                   fold.is_even ? fold.every : std::nullopt, background);
    if (!fold.behind.words.empty()) {
      text += ": " + fold.behind.words;
      if (fold.count > 1) text += "; until " + background.moment(fold.last->time);
    }
    if (fold.longest_in_line > Duration{0}) {
      text += fmt::format("; {} had been in line for {}{}",
                          fold.count > 1 ? "their requests" : "its request",
                          fold.count > 1 ? "up to " : "", to_text(fold.longest_in_line));
    }
    chain.push_back({fold.first->time, fold.last->time, fold.count, fold.kind(),
                     reason_of(fold.first->event), fold.behind.cause, std::move(text),
                     fold.is_apart});
  }
  return chain;
}

}  // namespace tokenlife::sim
