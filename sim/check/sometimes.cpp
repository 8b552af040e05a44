#include <fmt/format.h>

#include "core/event.hpp"
#include "core/event_error.hpp"
#include "core/lifecycle.hpp"
#include "core/lifecycle_dispatch.hpp"
#include "core/table_row.hpp"
#include "sim/check/model.hpp"
#include "sim/check/property.hpp"

namespace tokenlife::sim::checker {
namespace {

using State = LifecycleState;

template <class Enum>
std::size_t index(Enum value) {
  return static_cast<std::size_t>(value);
}

// Who gets tokens, by the options.
struct Possible {
  explicit Possible(const Options& options)
      : plain(options.internal_registration && options.mp == MpMode::enhanced_http),
        bulk(options.features.has(Feature::bulk)),
        pki(options.features.has(Feature::pki)),
        certificates_end(pki && options.features.has(Feature::pki_expiry)),
        token_ends(options.features.has(Feature::block) || options.features.has(Feature::rotate)) {}

  bool tokens() const { return plain || bulk || pki; }
  // PKI clients register instead of being told that their token has expired.
  bool told_of_expiry() const { return plain || bulk || certificates_end; }
  bool state(State state) const {
    if (state == State::not_installed || state == State::installed) return true;
    if (state != State::re_registration_required) return tokens();
    return told_of_expiry() || (tokens() && token_ends);
  }

  bool plain;  // at an MP, with nothing to show
  bool bulk;
  bool pki;
  bool certificates_end;
  bool token_ends;  // before its time
};

// Whether the options let it happen.
bool is_expected(RefusalReason reason, const Options& options) {
  const Features f = options.features;
  switch (reason) {
    case RefusalReason::client_blocked: return f.has(Feature::block);
    case RefusalReason::client_outdated: return f.has(Feature::upgrade);
    case RefusalReason::user_centric: return false;
    case RefusalReason::internal_registration_off: return !options.internal_registration;
    case RefusalReason::credential_required:
      return options.internal_registration && options.mp == MpMode::https;
    case RefusalReason::bulk_token_unknown: return f.has_all(Feature::bulk | Feature::reinstall);
    case RefusalReason::bulk_token_not_yet_valid: return false;
    case RefusalReason::bulk_token_expired:
    case RefusalReason::bulk_token_blocked: return f.has(Feature::bulk);
    case RefusalReason::unknown_signer: return f.has(Feature::rotate) && Possible(options).tokens();
    case RefusalReason::expired: return Possible(options).told_of_expiry();
    case RefusalReason::malformed:
    case RefusalReason::bad_signature:
    case RefusalReason::wrong_issuer:
    case RefusalReason::wrong_audience:
    case RefusalReason::wrong_type:
    case RefusalReason::certificate_mismatch:
    case RefusalReason::not_yet_valid: return false;  // Tokens are modelled here.
  }
  return false;
}
bool is_expected(FailureReason reason, const Options& options) {
  switch (reason) {
    case FailureReason::endpoint_down:
    case FailureReason::sts_down: return options.features.has(Feature::outage);
    case FailureReason::answer_lost:
      return options.features.has(Feature::lose_answers) || options.latency > 1;
    case FailureReason::busy:
    case FailureReason::timed_out: return false;  // Endpoints have no limit here.
  }
  return false;
}

// A row of the lifecycle table that changes the state.
struct Row {
  State from;
  EventKind event;
  State to;
};

bool is_expected(const Row& row, const Options& options) {
  const Features f = options.features;
  const bool is_slow = options.latency > 1;
  const Possible possible(options);
  if (!possible.state(row.from) || !possible.state(row.to)) return false;
  switch (row.event) {
    case EventKind::registration_completed: {
      const bool over_mp = row.to == State::registered;
      if (over_mp && possible.plain) return true;
      if (row.from == State::installed) {
        return possible.pki || (possible.bulk && (!over_mp || options.mp == MpMode::https));
      }
      if (!possible.pki) return false;
      // A certificate ends before the token that came with it. It is renewed where an MP takes
      // whoever it hears, unless it is blocked.
      const bool passes_mp = f.has(Feature::outage) || f.has(Feature::lose_answers) ||
                             f.has(Feature::block) || is_slow;
      const bool is_back = !possible.certificates_end || over_mp || passes_mp;
      if (row.from == State::expired) return is_back || f.has(Feature::restart);
      return possible.token_ends || (possible.certificates_end && is_back);
    }
    case EventKind::renewal_failed:
      return f.has(Feature::outage) || f.has(Feature::lose_answers) || is_slow;
    case EventKind::renewal_refused: return possible.token_ends;
    case EventKind::token_expired: return row.from != State::renewing || is_slow;
    case EventKind::token_renewed: return row.from != State::expired || is_slow;
    case EventKind::re_registration_required:
      return row.from == State::expired ? possible.told_of_expiry() : possible.token_ends;
    case EventKind::client_reinstalled: return f.has(Feature::reinstall);
    case EventKind::client_adopted: return false;  // Nobody is there before the run.
    default: return true;
  }
}

std::string_view rules_of(const Row& row) {
  switch (row.event) {
    case EventKind::registration_completed: return row.from == State::installed ? "R12 R20" : "R60";
    case EventKind::renewal_requested: return "R56 R58";
    case EventKind::token_renewed: return "D7";
    case EventKind::token_expired: return "R57";
    case EventKind::re_registration_required: return "A8 A9 A10";
    case EventKind::client_reinstalled: return "A7";
    default: return "";
  }
}

std::string joined(std::span<const std::string_view> rules) {
  std::string text;
  for (const std::string_view rule : rules) text += (text.empty() ? "" : " ") + std::string(rule);
  return text;
}

}  // namespace

WitnessSet::WitnessSet(const Options& options) : options_(options) {}

void WitnessSet::add(const Transition& transition) {
  states_[index(transition.after.client.state)] = true;
  for (const Happened& happened : transition.events) {
    if (happened.error != EventError::none) continue;
    states_[index(happened.to)] = true;
    const std::size_t kind = index(kind_of(happened.event));
    rows_[index(happened.from)][kind][index(happened.where)] = true;
    std::visit(
        [&](const auto& event) {
          if constexpr (requires { event.reason; }) {
            if constexpr (std::is_same_v<decltype(event.reason), RefusalReason>) {
              refusals_[index(event.reason)] = true;
            } else {
              failures_[index(event.reason)] = true;
            }
          }
        },
        happened.event);
  }
}

bool WitnessSet::has_row(State from, EventKind event, State to, Where where) const {
  return rows_[index(from)][index(event)][index(where)] &&
         kLifecycleDispatch.next[index(from)][index(event)][index(where)] == index(to);
}

std::vector<WitnessSet::Entry> WitnessSet::entries() const {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < states_.size(); ++i) {
    if (!Possible(options_).state(static_cast<State>(i))) continue;
    const std::string_view state = name(static_cast<State>(i));
    entries.push_back(
        {{fmt::format("state {}", state), fmt::format("a client is {}", state), ""}, states_[i]});
  }
  for (const RowText& text : lifecycle_rows()) {
    const Row row{*from_name<State>(text.source), *from_name<EventKind>(text.event),
                  *from_name<State>(text.target)};
    if (row.from == row.to || !is_expected(row, options_)) continue;
    bool met = false;
    for (std::size_t w = 0; w < kCount<Where>; ++w) {
      const Where where = static_cast<Where>(w);
      met = met || has_row(row.from, row.event, row.to, where);
    }
    entries.push_back(
        {{fmt::format("row {} {} {}", text.source, text.event, text.target),
          fmt::format("{} takes a client from {} to {}", text.event, text.source, text.target),
          std::string(rules_of(row))},
         met});
  }
  for (std::size_t i = 0; i < refusals_.size(); ++i) {
    const auto reason = static_cast<RefusalReason>(i);
    if (!is_expected(reason, options_)) continue;
    entries.push_back(
        {{fmt::format("refused {}", name(reason)),
          fmt::format("a client is refused for {}", name(reason)), joined(rules_behind(reason))},
         refusals_[i]});
  }
  for (std::size_t i = 0; i < failures_.size(); ++i) {
    const auto reason = static_cast<FailureReason>(i);
    if (!is_expected(reason, options_)) continue;
    entries.push_back({{fmt::format("failed {}", name(reason)),
                        fmt::format("a request fails for {}", name(reason)), ""},
                       failures_[i]});
  }
  return entries;
}

}  // namespace tokenlife::sim::checker
