// Words in which tests tell a client's history. The numbers are those of the rules, written out: a
// test that computed them with the code under test would agree with any mistake in it.
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/decide.hpp"
#include "core/evolve.hpp"
#include "core/request.hpp"
#include "core/verdict.hpp"
#include "support/print.hpp"

namespace tokenlife::test {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Instant day(std::int64_t number) { return at(days{number}); }

inline constexpr seconds kSecond{1};
inline const Policy kDefault;
inline constexpr Guid kBulkGuid{0xb5, 0x01};
inline constexpr Guid kOtherBulkGuid{0xb5, 0x02};

inline Client after(const std::vector<ClientEvent>& history, Client client = {}) {
  for (const ClientEvent& event : history) {
    const Result<Client, EventError> next = evolve(client, event);
    INFO("a story that cannot happen: " << name(kind_of(event)));
    REQUIRE(next);
    client = *next;
  }
  return client;
}

constexpr ClientInstalled install(Network on, Credential credential = Credential::self_signed,
                                  Guid bulk = {}) {
  return {CohortNumber{0}, on, credential, ClientVersion::current, true, false, bulk};
}

// The client's token of that ordinal, good for 90 days (R57).
constexpr ClientToken token_issued(Instant now, std::uint32_t ordinal = 1) {
  return {TokenSerial::of(ClientNumber{0}, ordinal), now, now + days{90}, KeyNumber{0}};
}

inline constexpr TokenSerial kFirstToken = TokenSerial::of(ClientNumber{0}, 1);
inline constexpr TokenSerial kSecondToken = TokenSerial::of(ClientNumber{0}, 2);

// ---- A client in each state --------------------------------------------------------------------

inline Client installed(Network on, Credential credential = Credential::self_signed,
                        Guid bulk = {}) {
  return after({install(on, credential, bulk)});
}

inline Client moved(const Client& client, Network to) {
  return after({NetworkChanged{client.network, to}}, client);
}

// Registered on the intranet, with a token issued at `issued`.
inline Client registered(Instant issued = day(0), Credential credential = Credential::self_signed) {
  return after({install(Network::intranet, credential),
                RegistrationRequested{Endpoint::mp, credential, {}},
                RegistrationCompleted{Endpoint::mp, token_issued(issued)}});
}

inline Client roaming(Instant issued = day(0), Credential credential = Credential::self_signed) {
  return moved(registered(issued, credential), Network::internet);
}

inline Client renewing_at(Endpoint via) {
  const Client client = via == Endpoint::mp ? registered() : roaming();
  return after({RenewalRequested{via, kFirstToken}}, client);
}

// Its token, issued at 0d, has expired.
inline Client expired(Network on, Credential credential = Credential::self_signed) {
  const Client client = on == Network::intranet ? registered(day(0), credential)
                                                : moved(registered(day(0), credential), on);
  return after({TokenExpired{kFirstToken}}, client);
}

// Its token was refused over the CMG.
inline Client re_registration_required(Network on,
                                       Credential credential = Credential::self_signed) {
  const Client client =
      after({ReRegistrationRequired{Endpoint::cmg, RefusalReason::unknown_signer}},
            roaming(day(0), credential));
  return on == Network::internet ? client : moved(client, on);
}

inline Client blocked(const Client& client) { return after({ClientBlocked{}}, client); }

inline Client outdated(Client client) {
  client.version = ClientVersion::outdated;
  return client;
}

// ---- Contacts and verdicts ---------------------------------------------------------------------

inline constexpr Contact kOrdinaryContact{.renewal_is_due = false, .at_agent_start = false};
inline constexpr Contact kRenewalIsDue{.renewal_is_due = true, .at_agent_start = false};

inline constexpr Verdict kGranted{};
constexpr Verdict refused(RefusalReason reason) { return {Verdict::Kind::refused, reason, {}}; }
constexpr Verdict failed(FailureReason reason) { return {Verdict::Kind::failed, {}, reason}; }

inline SiteView site_that_knows(const BulkTokenTerms& token) {
  SiteView site;
  site.bulk_token = token;
  return site;
}

// Issued at 0d with the default lifetime of three days.
inline BulkTokenTerms known_bulk_token(bool blocked = false) { return {day(0), day(3), blocked}; }

}  // namespace tokenlife::test

namespace Catch {

template <>
struct StringMaker<tokenlife::Verdict> {
  static std::string convert(const tokenlife::Verdict& verdict) {
    using Kind = tokenlife::Verdict::Kind;
    if (verdict.kind == Kind::granted) return "granted";
    const bool refused = verdict.kind == Kind::refused;
    return (refused ? "refused: " : "failed: ") +
           std::string(refused ? tokenlife::name(verdict.refusal)
                               : tokenlife::name(verdict.failure));
  }
};

template <>
struct StringMaker<tokenlife::Request> {
  static std::string convert(const tokenlife::Request& request) {
    constexpr std::string_view kinds[] = {"registration", "renewal", "exchange"};
    return std::string(kinds[static_cast<int>(request.kind)]) + " at the " +
           std::string(tokenlife::name(request.via)) + " with " +
           std::string(tokenlife::name(request.credential)) +
           (request.bulk.is_nil() ? "" : " " + tokenlife::to_string(request.bulk));
  }
};

template <>
struct StringMaker<tokenlife::Result<tokenlife::Request, tokenlife::NoRequest>> {
  static std::string convert(
      const tokenlife::Result<tokenlife::Request, tokenlife::NoRequest>& asked) {
    return asked ? StringMaker<tokenlife::Request>::convert(*asked)
                 : "silent: " + std::string(tokenlife::name(asked.error()));
  }
};

}  // namespace Catch
