// Step 2 of the naive simulation: what a client hears; and what of its requests waits for it.
#include <algorithm>

#include "sim/naive/client.hpp"

namespace tokenlife::naive {

using namespace sim;

// ---- Step 2: answers ---------------------------------------------------------------------------

void NaiveClient::hear_answer(Instant now) {
  if (!in_flight_) return;
  Request request = *in_flight_;
  const bool is_answered = request.judged && *request.judged + policy_.latency == now;
  const bool is_too_long = request.kind != Kind::exchange && policy_.request_timeout &&
                           request.sent + *policy_.request_timeout == now;
  if (!is_answered && !is_too_long) return;
  if (!is_answered) {
    request.verdict = {Outcome::failed, {}, FailureReason::timed_out};
    request.judged = now;
  }
  in_flight_.reset();
  const bool is_there = network_ == asked_on_;
  if ((request.lost || !is_there) && request.verdict.outcome != Outcome::failed) {
    request.verdict = {Outcome::failed, {}, FailureReason::answer_lost};
  }
  const Cause cause{CauseKind::request, request.seq};
  if (request.kind == Kind::registration) {
    hear_registration(request, cause, now);
  } else if (request.kind == Kind::renewal) {
    hear_renewal(request, cause, now);
  } else if (request.verdict.outcome == Outcome::refused) {
    const auto ago = static_cast<std::uint32_t>((now - request.sent).count());
    require_registration(request, {CauseKind::exchange, ago}, now);
  }
  if (request.kind != Kind::exchange) wait_after(request, now);
}

void NaiveClient::require_registration(const Request& request, Cause cause, Instant now) {
  const bool begins = holds_good_token();
  token_ = {};
  state_ = LifecycleState::re_registration_required;
  record(now, cause,
         ReRegistrationRequired{request.via, request.verdict.refusal, begins,
                                begins ? since_contact(now) : Duration{0}});
}

void NaiveClient::hear_registration(const Request& request, Cause cause, Instant now) {
  switch (request.verdict.outcome) {
    case Outcome::granted:
      token_ = request.token;
      bulk_ = {};
      state_ = network_ == Network::intranet ? LifecycleState::registered : LifecycleState::roaming;
      record(now, cause, RegistrationCompleted{request.via, token_});
      stopped_at_.reset();
      drawn_jitter_ = Duration{0};
      hear(now);
      break;
    case Outcome::refused:
      if (!request.bulk.is_nil()) bulk_ = {};
      record(now, cause, RegistrationRefused{request.via, request.verdict.refusal});
      break;
    case Outcome::failed:
      record(now, cause, RegistrationFailed{request.via, request.verdict.failure});
      break;
  }
}

void NaiveClient::hear_renewal(const Request& request, Cause cause, Instant now) {
  switch (request.verdict.outcome) {
    case Outcome::granted:
      record(now, cause, TokenRenewed{request.via, request.token, token_.serial});
      token_ = request.token;
      follow_last_connected();
      stopped_at_.reset();
      drawn_jitter_ = Duration{0};
      hear(now);
      break;
    case Outcome::refused: {
      const RefusalReason reason = request.verdict.refusal;
      record(now, cause, RenewalRefused{request.via, reason});
      if (reason == RefusalReason::client_outdated) came_to(SpellCause::client_outdated);
      if (state_ == LifecycleState::renewing) follow_last_connected();
      if (reason == RefusalReason::client_blocked || reason == RefusalReason::unknown_signer ||
          reason == RefusalReason::expired) {
        require_registration(request, cause, now);
      }
      break;
    }
    case Outcome::failed:
      record(now, cause, RenewalFailed{request.via, request.verdict.failure});
      switch (request.verdict.failure) {
        case FailureReason::endpoint_down: came_to(SpellCause::endpoint_down); break;
        case FailureReason::sts_down: came_to(SpellCause::sts_down); break;
        case FailureReason::answer_lost: came_to(SpellCause::answer_lost); break;
        case FailureReason::busy: came_to(SpellCause::busy); break;
        case FailureReason::timed_out: came_to(SpellCause::timed_out); break;
      }
      if (state_ == LifecycleState::renewing) follow_last_connected();
      break;
  }
}

namespace {

__extension__ using Wide = unsigned __int128;

// Longer than any run.
constexpr std::int64_t kForEver = std::int64_t{1} << 40;

// numerator / denominator seconds, rounded up to a tick.
Duration up_to_tick(Wide numerator, Wide denominator, Duration tick) {
  const Wide whole = denominator * static_cast<std::uint64_t>(tick.count());
  Wide ticks = numerator / whole;
  if (numerator % whole != 0) ++ticks;
  const auto most = static_cast<Wide>(kForEver / tick.count());
  return tick * static_cast<std::int64_t>(ticks < most ? ticks : most);
}

}  // namespace

// The wait counts from when the request was judged or failed; its length is that of the settings
// that hold now, when it is told.
void NaiveClient::wait_after(const Request& request, Instant now) {
  if (request.verdict.outcome == Outcome::granted) {
    failures_ = 0;
    return;
  }
  const Duration tick = scenario_->tick;
  Duration wait = policy_.retry_after_refusal;
  if (request.verdict.outcome == Outcome::failed) {
    ++failures_;
    wait = policy_.retry_after_failure;
    if (policy_.retry_max && wait > *policy_.retry_max) wait = *policy_.retry_max;
    for (std::uint32_t n = 2; n <= failures_; ++n) {
      const auto seconds = static_cast<std::uint64_t>(wait.count());
      wait = up_to_tick(Wide{seconds} * policy_.retry_backoff.value, 1000, tick);
      if (policy_.retry_max && wait > *policy_.retry_max) wait = *policy_.retry_max;
    }
  } else {
    failures_ = 0;
  }
  const std::uint64_t jitter = policy_.retry_jitter.value;
  if (jitter > 0) {
    const std::uint64_t bits = draws_at(now).at(Purpose::retry_jitter, retry_draws_++)[0];
    const auto seconds = static_cast<std::uint64_t>(std::min(wait.count(), kForEver));
    const Wide least = Wide{seconds} * (1000 - jitter) << 64;
    wait = up_to_tick(least + Wide{seconds} * 2 * jitter * bits, Wide{1000} << 64, tick);
  }
  silent_until_ = *request.judged + wait;
}

void NaiveClient::follow_last_connected() {
  state_ =
      last_connected_ == Network::intranet ? LifecycleState::registered : LifecycleState::roaming;
}

// ---- What becomes of requests that were sent ---------------------------------------------------

std::size_t NaiveClient::place_in_line(std::uint32_t number) const {
  std::size_t place = 0;
  while (in_line_[place].number != number) ++place;
  return place;
}

// After step 5.
void NaiveClient::be_served(std::uint32_t number, Instant now) {
  Request request = in_line_[place_in_line(number)];
  in_line_.erase(in_line_.begin() + static_cast<std::ptrdiff_t>(place_in_line(number)));
  request.verdict = judge(request, now);
  request.judged = now;
  if (request.verdict.outcome == Outcome::granted) {
    const auto client = ClientNumber{cohort_->first.value + client_};
    request.token = {TokenSerial::of(client, ++tokens_issued_), now,
                     now + site_->policy.token_validity, KeyNumber{site_->signing_key}};
  }
  request.lost = request.verdict.outcome != Outcome::failed &&
                 is_lost(request, Purpose::lost_answer, loss_draws_, request.sent);
  if (in_flight_ && in_flight_->number == number) in_flight_ = request;
}

void NaiveClient::be_turned_away(std::uint32_t number, FailureReason why, Instant now) {
  in_line_.erase(in_line_.begin() + static_cast<std::ptrdiff_t>(place_in_line(number)));
  if (!in_flight_ || in_flight_->number != number) return;
  in_flight_->verdict = {Outcome::failed, {}, why};
  in_flight_->judged = now;
}

}  // namespace tokenlife::naive
