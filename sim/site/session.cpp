#include "sim/site/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/answer.hpp"
#include "core/decide.hpp"
#include "core/policy.hpp"
#include "core/token/strict_json.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_verify.hpp"
#include "core/token_life.hpp"
#include "sim/site/signer_life.hpp"
#include "sim/site/strange_clock.hpp"
#include "sim/site/token_service.hpp"
#include "sim/site/warning.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Kind = VisitResult::Kind;

// So far a clock is set back now and then: the client's time stands still meanwhile.
constexpr Duration kAdjustment = std::chrono::minutes{10};

// A program that is started is an agent that starts (A2).
Contact contact_at(const Client& client, const Policy& policy, Instant now) {
  return {now >= next_renewal(client, policy), true};
}

bool fits(Wish wish, const Request& request, LifecycleState state) {
  if (wish == Wish::exchange) return true;
  // An expired client asks for what it can get: a registration at an MP, and over the CMG it
  // learns that there is none (A10, R60).
  if (state == LifecycleState::expired) return true;
  if (request.kind == RequestKind::exchange) return false;
  const bool registers = request.kind == RequestKind::registration;
  const bool was_registered = state != LifecycleState::installed;
  return wish == Wish::registration ? registers : (!registers || was_registered);
}

}  // namespace

Guid guid_named_by(const Secret& bulk) {
  // README.md tells readers of a client's log.
  constexpr Guid unreadable{~std::uint64_t{0}, ~std::uint64_t{0}};
  const auto segments = split_token(bulk.reveal());
  if (!segments) return unreadable;
  const auto members = parse_strict_json(segments->payload);
  if (!members) return unreadable;
  const auto claims = read_claims(*members, TokenProfile::bulk);
  if (!claims) return unreadable;
  const Guid guid = std::get<BulkClaims>(*claims).unique_id;
  return guid.is_nil() ? unreadable : guid;
}

Instant next_renewal(const Client& client, const Policy& policy) {
  if (!client.token.exists()) return kNever;
  return renewal_due(policy, client.token.not_before, Duration{0});
}

void Visit::warn(const std::string& warning) {
  const bool is_new = std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end();
  if (is_new && !warning.empty()) warnings_.push_back(warning);
}

void Visit::warn(const std::string& place, const std::string& what) {
  warn(warning_at(place, what));
}

// As it is already, if that will do: a journal may be long.
Result<SiteFolder*, Error> Visit::open_site(bool to_write) {
  if (site_ && (is_writer_ || !to_write)) return &*site_;
  auto earlier = std::exchange(site_ ? site_ : earlier_, std::nullopt);
  const auto open = [&](auto&& from) {
    return to_write ? SiteFolder::open_to_write(std::forward<decltype(from)>(from))
                    : SiteFolder::open_to_read(std::forward<decltype(from)>(from));
  };
  auto opened = earlier ? open(std::move(*earlier)) : open(site_folder_);
  if (!opened) return Failed<Error>(opened.error());
  warn(opened->take_warning());
  site_ = std::move(*opened);
  is_writer_ = to_write;
  if (to_write) {
    if (auto seen = look_at_clock(); !seen) return Failed<Error>(seen.error());
  }
  return &*site_;
}

// Of one that is set back within a visit nothing is heard until the next.
Result<void, Error> Visit::look_at_clock() {
  const auto now = clock_();
  if (!now) return Failed<Error>(now.error());
  if (*now <= time_) return {};
  time_ = *now;
  now_ = std::max(now_, client_.instant_of(time_));
  return {};
}

Result<void, Error> Visit::go_back_in_time() {
  const bool had_token = client_.client().token.exists();
  const auto good_from = client_.time_of(client_.client().token.not_before);
  if (auto done = client_.begin_anew(time_); !done) return done;
  now_ = client_.instant_of(time_);
  if (had_token && !client_.client().token.exists()) {
    warn(client_.folder(),
         fmt::format("its token is good only from {} on: it is put aside until then",
                     rfc3339(good_from)));
  }
  return {};
}

Result<void, Error> Visit::take_up_token() {
  const auto taken = client_.take_up_token(time_);
  if (!taken) return Failed<Error>(taken.error());
  if (!*taken) return {};
  now_ = client_.instant_of(time_);
  warn(client_.folder(),
       fmt::format("it takes up its token {} again, which was put aside when the clock was wrong",
                   to_string(client_.client().token.serial)));
  return {};
}

// By the client's log, which may have gone on at a time that is not yet.
Result<void, Error> Visit::find_time() {
  const auto now = clock_();
  if (!now) return Failed<Error>(now.error());
  time_ = *now;
  now_ = client_.instant_of(time_);
  const auto last = client_.time_of(client_.last_time());
  if (const auto strange = strange_clock(client_.folder(), last, time_)) warn(*strange);
  if (client_.last_time() - now_ <= kAdjustment) {
    now_ = std::max(now_, client_.last_time());
  } else {
    if (auto done = go_back_in_time(); !done) return done;
  }
  if (now_ > at(client_.header().duration)) {
    return usage_error(
        fmt::format("the time is {}, but a client lasts only 100 years", rfc3339(time_)),
        "set the clock, or give an earlier --at");
  }
  return {};
}

Result<void, Error> Visit::arrive(std::optional<Network> network) {
  const auto opened = open_site(false);
  if (!opened) return Failed<Error>(opened.error());
  const SiteFolder& site = **opened;
  if (site.tenant() != client_.tenant()) {
    return input_error(site_folder_, "is not the client's site",
                       "give the site that the client was made for");
  }
  if (auto done = find_time(); !done) return done;
  const Client& client = client_.client();
  // A program that ended between request and answer.
  if (client.pending != PendingRequest::none) {
    const std::uint32_t asked = client_.events().back().seq;
    const Cause cause{CauseKind::request, asked};
    const bool registers = client.pending == PendingRequest::registration;
    auto done =
        registers
            ? record(cause, RegistrationFailed{client.pending_via, FailureReason::answer_lost})
            : record(cause, RenewalFailed{client.pending_via, FailureReason::answer_lost});
    if (!done) return done;
  }
  // Expiry is a fact of time, and is recorded at its own (A10).
  if (const Instant expired = next_expiry(client, site.policy()); expired <= now_) {
    auto done = client_.record(std::max(expired, client_.last_time()), {CauseKind::expiry, 0},
                               TokenExpired{client.token.serial});
    if (!done) return done;
  }
  if (auto done = take_up_token(); !done) return done;
  if (network && *network != client.network) {
    return record({CauseKind::network, 0}, NetworkChanged{client.network, *network});
  }
  return {};
}

// A client that is installed gets another bulk token by being installed with it again (A7); it
// keeps its key. One that has registered has no use for it any more (R28).
Result<void, Error> Visit::install_with_bulk_token() {
  const Client& client = client_.client();
  if (bulk_.empty()) return {};
  if (client.state != LifecycleState::installed) {
    warn(client_.folder(), "the bulk token was not used: this client has registered before (A7)");
    return {};
  }
  const Guid guid = guid_named_by(bulk_);
  if (client.bulk == guid) return {};
  return record({CauseKind::action, 0}, ClientReinstalled{guid});
}

Result<VisitResult, Error> Visit::go(Wish wish) {
  auto result = ask_and_hear(wish);
  site_.reset();  // others wait for it
  return result;
}

Result<VisitResult, Error> Visit::ask_and_hear(Wish wish) {
  if (auto done = install_with_bulk_token(); !done) return Failed<Error>(done.error());
  while (true) {
    const auto opened = open_site(false);
    if (!opened) return Failed<Error>(opened.error());
    const Policy policy = (*opened)->policy();
    const Client& client = client_.client();
    const auto request = ask(as_it_asks(), contact_at(client, policy, now_), policy);
    VisitResult result;
    if (!request) {
      result.kind = Kind::silent;
      result.silence = request.error();
      return result;
    }
    if (!fits(wish, *request, client.state)) {
      result.kind = Kind::not_due;
      return result;
    }
    if (auto good = check_shown(*request); !good) return Failed<Error>(good.error());
    auto sent = send(*request);
    const bool goes_on = sent && sent->kind == Kind::granted && wish == Wish::exchange &&
                         request->kind != RequestKind::exchange;
    if (!goes_on) return sent;
  }
}

// What a client was installed to show has to be given each time that it shows it.
Result<void, Error> Visit::check_shown(const Request& request) const {
  const bool has_bulk = !bulk_.empty();
  const bool has_pki = shown_ != nullptr && shown_->pki;
  const bool has_entra = shown_ != nullptr && !shown_->entra.empty();
  if (request.kind != RequestKind::registration) return {};
  if (request.credential == Credential::bulk && !has_bulk) {
    return usage_error(
        "the client was installed with a bulk token, which is stored nowhere (R22)",
        "give it again: `tokenlife client register --dir DIR --site SITE --bulk-token - < "
        "FILE`");
  }
  if (request.credential == Credential::pki && !has_pki) {
    return usage_error(
        "the client shows a PKI certificate to register, which is stored nowhere",
        "give it: `tokenlife client register --dir DIR --site SITE --pki CERT --pki-key KEY`");
  }
  if (request.credential == Credential::entra && !has_entra) {
    return usage_error(
        "the client shows an Entra token to register, which is stored nowhere",
        "give it: `tokenlife client register --dir DIR --site SITE --entra-token - < FILE`");
  }
  return {};
}

// A11: with what it shows this time.
Client Visit::as_it_asks() const {
  Client client = client_.client();
  if (const auto kind = shown_ == nullptr ? std::nullopt : shown_->kind()) {
    client.credential = *kind;
    client.credential_expired = false;
  }
  return client;
}

std::string_view Visit::token_for(const Request& request, const Secret& own) const {
  const auto wanted = token_wanted(request);
  if (wanted == TokenProfile::bulk) return bulk_.reveal();
  if (wanted == TokenProfile::client) return own.reveal();
  const bool shows_entra = shown_ != nullptr && request.credential == Credential::entra;
  return shows_entra ? shown_->entra.reveal() : std::string_view{};
}

Result<SiteAnswer, Error> Visit::ask_site(SiteFolder& site, const Request& request,
                                          const Secret& own) {
  const std::string_view token = token_for(request, own);
  Challenge challenge = Challenge::fresh();
  const std::string proof = prove_possession(client_.key(), challenge, request, token);
  Evidence evidence{client_.certificate(), token, proof};
  std::string pki_proof;
  std::optional<PkiEvidence> pki;
  if (shown_ != nullptr && shown_->pki && request.credential == Credential::pki) {
    pki_proof = prove_pki(shown_->pki->key, challenge, request, client_.certificate());
    pki.emplace(PkiEvidence{shown_->pki->certificate, shown_->pki->between, pki_proof});
    evidence.pki = &*pki;
  }
  return answer(site, {client_.client(), request, evidence}, challenge, time_, refuses_clones_);
}

Result<VisitResult, Error> Visit::send(const Request& request) {
  const bool wants_token = request.kind != RequestKind::exchange;
  const auto own = client_.token();
  if (!own) return Failed<Error>(own.error());
  auto opened = open_site(wants_token);
  if (!opened) return Failed<Error>(opened.error());
  if (wants_token) {
    // Before it is asked: who cannot sign gives no answer.
    if (auto good = check_signer(**opened, time_); !good) return Failed<Error>(good.error());
  } else if (!has_seen(**opened, client_.certificate(), client_.client(), *own)) {
    opened = open_site(true);
    if (!opened) return Failed<Error>(opened.error());
  }
  SiteFolder& site = **opened;
  Cause cause{CauseKind::exchange, 0};
  Result<void, Error> recorded;
  if (request.kind == RequestKind::registration) {
    recorded = record({CauseKind::contact, 0},
                      RegistrationRequested{request.via, request.credential, request.bulk});
  } else if (request.kind == RequestKind::renewal) {
    recorded = record({CauseKind::contact, 0},
                      RenewalRequested{request.via, client_.client().token.serial});
  }
  if (!recorded) return Failed<Error>(recorded.error());
  if (wants_token) cause = {CauseKind::request, client_.events().back().seq};

  auto given = ask_site(site, request, *own);
  warn(site.take_warning());
  if (!given) return Failed<Error>(given.error());
  if (given->recognised.value != 0) {
    warn(site.folder(),
         fmt::format("it had forgotten the token {} of this client, but recognises it: the site "
                     "was put back from an older copy, or repaired, and may have forgotten more, "
                     "such as a block",
                     to_string(given->recognised)));
  }
  if (given->is_clone) {
    warn(site.folder(),
         fmt::format("this client has used a newer token than the one that it shows, {1}: its "
                     "folder was copied, or is an older one that was put back; if there are two "
                     "copies, delete one of them and make a new client for that device, with "
                     "`tokenlife client new --dir NEW --site {0}`; if you do not know who holds "
                     "the other, block the client: `tokenlife site block-client {0} {2}`",
                     site.folder(), to_string(client_.client().token.serial), client_.folder()));
  }
  if (given->fault && given->verdict.kind == Verdict::Kind::granted) {
    warn(client_.folder(),
         "what it shows has expired: it registers like a self-signed client (A14)");
  }
  const auto site_start = site.time_of(at(Duration{0}));
  if (auto heard = hear_answer(request, *given, site_start, cause); !heard) {
    return Failed<Error>(heard.error());
  }
  VisitResult result;
  result.request = request;
  result.fault = given->fault;
  switch (given->verdict.kind) {
    case Verdict::Kind::granted: result.kind = Kind::granted; break;
    case Verdict::Kind::refused: result.kind = Kind::refused; break;
    case Verdict::Kind::failed: result.kind = Kind::failed; break;
  }
  result.refusal = given->verdict.refusal;
  result.failure = given->verdict.failure;
  return result;
}

Result<void, Error> Visit::hear_answer(const Request& request, SiteAnswer& given,
                                       std::chrono::sys_seconds site_start, Cause cause) {
  ClientToken issued = given.issued;
  if (issued.exists()) {
    // The token first: an event that speaks of a token that is not there would strand the client,
    // a token that no event speaks of does no harm.
    if (auto kept = client_.keep_token(given.token); !kept) return kept;
    issued.not_before = client_.instant_of(site_start + issued.not_before.time_since_epoch());
    issued.expires = client_.instant_of(site_start + issued.expires.time_since_epoch());
  }
  const AnswerEffects heard =
      apply_answer(client_.client(), Answer{request, given.verdict, issued, false});
  if (heard.first) {
    if (auto done = client_.record(now_, cause, *heard.first); !done) return done;
  }
  if (heard.then) {
    if (auto done = record(cause, *heard.then); !done) return done;
  }
  return client_.client().token.exists() ? Result<void, Error>{} : client_.drop_token();
}

}  // namespace tokenlife::sim
