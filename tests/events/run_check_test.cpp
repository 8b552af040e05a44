// What events of a run have to agree with besides each other. Each log here was written as a forger
// would: with one thing changed, and all digests good.
#include <functional>
#include <string>

#include "core/site_policy.hpp"
#include "events/log_content.hpp"
#include "events/temporary_folder.hpp"
#include "events/verify.hpp"

using namespace tokenlife;
using namespace tokenlife::test;
using namespace std::chrono_literals;
using events::LogReader;
using events::RenewalTerms;
using std::chrono::days;

namespace {

constexpr Guid kKiosks{1, 7};

template <class Event>
void happen(std::vector<Recorded<Event>>& stream, Duration time, Cause cause, const auto& event) {
  stream.push_back({{at(time), static_cast<std::uint32_t>(stream.size()), cause}, event});
}

ClientToken token(std::uint32_t client, std::uint32_t ordinal, Duration issued, Duration valid,
                  std::uint32_t signer) {
  return {TokenSerial::of({client}, ordinal), at(issued), at(issued + valid), {signer}};
}

// Rotates its certificate on day 20, and shortens the validity to 60 days on day 40.
std::vector<Recorded<SiteEvent>> site_events() {
  std::vector<Recorded<SiteEvent>> site;
  happen(site, 0s, {CauseKind::run_start}, SiteEstablished{{9, 9}, {}});
  happen(site, 0s, {CauseKind::action, 0}, BulkTokenIssued{"kiosks", kKiosks, at(0s), at(days{3})});
  happen(site, days{20}, {CauseKind::action, 1}, SigningCertificateRotated{{1}});
  happen(site, days{40}, {CauseKind::action, 2}, PolicyChanged{{days{60}, {}, {}, {}, {}}});
  return site;
}

// The first client registers on the intranet and renews on the days 30 and 60; the second one by a
// bulk token, and its token expires on day 90.
LogContent sound_log() {
  LogContent content{header_for(2), site_events(), {{}, {}}};
  Stream& office = content.clients[0];
  happen(office, 0s, {CauseKind::installation},
         ClientInstalled{{0},
                         Network::intranet,
                         Credential::self_signed,
                         ClientVersion::current,
                         true,
                         false,
                         {}});
  happen(office, 0s, {CauseKind::contact},
         RegistrationRequested{Endpoint::mp, Credential::self_signed, {}});
  happen(office, 1min, {CauseKind::request, 1},
         RegistrationCompleted{Endpoint::mp, token(0, 1, 0s, days{90}, 0)});
  happen(office, days{30}, {CauseKind::contact},
         RenewalRequested{Endpoint::mp, TokenSerial::of({0}, 1)});
  happen(office, days{30} + 1min, {CauseKind::request, 3},
         TokenRenewed{Endpoint::mp, token(0, 2, days{30}, days{90}, 1), TokenSerial::of({0}, 1)});
  happen(office, days{60}, {CauseKind::contact},
         RenewalRequested{Endpoint::mp, TokenSerial::of({0}, 2)});
  happen(office, days{60} + 1min, {CauseKind::request, 5},
         TokenRenewed{Endpoint::mp, token(0, 3, days{60}, days{60}, 1), TokenSerial::of({0}, 2)});
  Stream& kiosk = content.clients[1];
  happen(kiosk, 0s, {CauseKind::installation},
         ClientInstalled{{1},
                         Network::internet,
                         Credential::self_signed,
                         ClientVersion::current,
                         true,
                         false,
                         kKiosks});
  happen(kiosk, 0s, {CauseKind::contact},
         RegistrationRequested{Endpoint::cmg, Credential::bulk, kKiosks});
  happen(kiosk, 1min, {CauseKind::request, 1},
         RegistrationCompleted{Endpoint::cmg, token(1, 1, 0s, days{90}, 0)});
  happen(kiosk, days{90}, {CauseKind::expiry},
         TokenExpired{TokenSerial::of({1}, 1), SpellCause::endpoint_down, 1h});
  return content;
}

const std::vector<RenewalTerms> kTerms{{days{30}, 0s}, {days{30}, 0s}};

// What verify_run() says of the log; empty if nothing is wrong.
std::string verdict(const LogContent& content, const std::vector<RenewalTerms>& terms = kTerms) {
  const TemporaryFolder folder;
  REQUIRE(write_log(folder / "log", content));
  const LogReader log = LogReader::open(folder / "log").value();
  // Whoever looks at the bytes alone, or at each client alone, sees nothing.
  CHECK(events::verify_bytes(log));
  CHECK(events::verify(log));
  const auto facts = events::verify_run(log, terms);
  return facts ? "" : facts.error().what;
}

std::string forged(const std::function<void(LogContent&)>& forge) {
  LogContent content = sound_log();
  forge(content);
  return verdict(content);
}
template <class Event>
Event& event(LogContent& content, std::size_t client, std::size_t seq) {
  return std::get<Event>(content.clients[client][seq].event);
}
template <class Event>
Event& site_event(LogContent& content, std::size_t seq) {
  return std::get<Event>(content.site[seq].event);
}

}  // namespace

TEST_CASE("the events of a run agree with the run's time and with its site") {
  CHECK(verdict(sound_log()) == "");
}

TEST_CASE("a token's dates follow from the site's policy and from the request") {
  CHECK(forged([](LogContent& c) { event<RegistrationCompleted>(c, 0, 2).token.expires += 60s; }) ==
        "an event breaks a rule: client 0, event 2, registration-completed: its token does not "
        "expire when the site's policy says (R57, D7)");
  // On day 60 it was 60 days, since day 40.
  CHECK(forged([](LogContent& c) { event<TokenRenewed>(c, 0, 6).token.expires = at(days{150}); }) ==
        "an event breaks a rule: client 0, event 6, token-renewed: its token does not expire when "
        "the site's policy says (R57, D7)");
  CHECK(forged([](LogContent& c) {
          ClientToken& token = event<TokenRenewed>(c, 0, 4).token;
          token.not_before += 60s;
          token.expires += 60s;
        }) ==
        "an event breaks a rule: client 0, event 4, token-renewed: its token is not good from the "
        "moment at which the site judged the request (D7)");
  CHECK(forged([](LogContent& c) { c.clients[1][3].time -= 60s; }) ==
        "an event breaks a rule: client 1, event 3, token-expired: its token has not come to its "
        "end (R57)");
}

TEST_CASE("tokens are of the certificate that signed, and bulk tokens are the site's") {
  // It was rotated on day 20; there is no third one.
  CHECK(forged([](LogContent& c) { event<TokenRenewed>(c, 0, 4).token.signer = {0}; }) ==
        "an event breaks a rule: client 0, event 4, token-renewed: its token is not by the "
        "certificate with which the site signed then (A9)");
  CHECK(forged([](LogContent& c) { event<TokenRenewed>(c, 0, 4).token.signer = {2}; }) ==
        "an event breaks a rule: client 0, event 4, token-renewed: its token is not by the "
        "certificate with which the site signed then (A9)");
  CHECK(forged([](LogContent& c) {
          event<ClientInstalled>(c, 1, 0).bulk = {1, 8};
        }) ==
        "an event breaks a rule: client 1, event 0, client-installed: the site never issued that "
        "bulk token (R41)");
  CHECK(forged([](LogContent& c) {
          event<RegistrationRequested>(c, 1, 1).bulk = {1, 8};
        }) ==
        "an event breaks a rule: client 1, event 1, registration-requested: the site never issued "
        "that bulk token (R41)");
  CHECK(forged([](LogContent& c) {
          happen(c.clients[1], days{91}, {CauseKind::action, 3}, ClientReinstalled{{1, 8}});
        }) ==
        "an event breaks a rule: client 1, event 4, client-reinstalled: the site never issued that "
        "bulk token (R41)");
}

TEST_CASE("times are ticks within the run") {
  CHECK(forged([](LogContent& c) {
          happen(c.clients[0], days{120}, {CauseKind::agent_start}, AgentRestarted{});
        }) ==
        "an event breaks a rule: client 0, event 7, agent-restarted: it is not within the run's "
        "duration");
  CHECK(
      forged([](LogContent& c) {
        happen(c.clients[0], days{119} + 1s, {CauseKind::agent_start}, AgentRestarted{});
      }) ==
      "an event breaks a rule: client 0, event 7, agent-restarted: it is not on a tick of the run");
  CHECK(forged([](LogContent& c) {
          happen(c.site, days{120}, {CauseKind::action, 3}, EndpointDown{Endpoint::mp});
        }) ==
        "an event breaks a rule: the site, event 4, endpoint-down: it is not within the run's "
        "duration");
}

TEST_CASE("bulk tokens are good from their issue on, for as long as they may be") {
  CHECK(forged([](LogContent& c) {
          site_event<BulkTokenIssued>(c, 1).expires = at(days{7} + 1min);
        }) ==
        "an event breaks a rule: the site, event 1, bulk-token-issued: it has no lifetime that a "
        "bulk token can have (D3)");
  CHECK(forged([](LogContent& c) { site_event<BulkTokenIssued>(c, 1).expires = at(90s); }) ==
        "an event breaks a rule: the site, event 1, bulk-token-issued: it has no lifetime that a "
        "bulk token can have (D3)");
  CHECK(forged([](LogContent& c) { site_event<BulkTokenIssued>(c, 1).not_before = at(1min); }) ==
        "an event breaks a rule: the site, event 1, bulk-token-issued: it is not good from the "
        "time of its issue (D3)");
}

TEST_CASE("nothing is renewed before it was due") {
  const char* early =
      "an event breaks a rule: client 0, event 3, renewal-requested: its token was not due for "
      "renewal yet (R56, A1)";
  LogContent content = sound_log();
  // A minute earlier, with an answer that fits.
  content.clients[0][3].time -= 60s;
  content.clients[0][4].time -= 60s;
  ClientToken& renewed = event<TokenRenewed>(content, 0, 4).token;
  renewed.not_before -= 60s;
  renewed.expires -= 60s;
  CHECK(verdict(content) == early);
  // Unless its cohort renews earlier, or its clock goes before the site's.
  CHECK(verdict(content, {{days{30} - 60s, 0s}, {days{30}, 0s}}) == "");
  CHECK(verdict(content, {{days{30}, 60s}, {days{30}, 0s}}) == "");
  CHECK(verdict(content, {{days{30}, 59s}, {days{30}, 0s}}) == early);
  CHECK(verdict(content, {}) == "");  // nobody knows
}

TEST_CASE("what a client heard, and what was done to its clock, moves its renewals") {
  const auto after = [](const auto& told) {
    LogContent content = sound_log();
    Stream& office = content.clients[0];
    office.resize(3);
    happen(office, days{1}, {CauseKind::action, 3}, told);
    happen(office, days{10}, {CauseKind::contact},
           RenewalRequested{Endpoint::mp, TokenSerial::of({0}, 1)});
    return verdict(content);
  };
  const char* early =
      "an event breaks a rule: client 0, event 4, renewal-requested: its token was not due for "
      "renewal yet (R56, A1)";
  CHECK(after(ClientPolicyChanged{{days{10}, {}, {}, {}, {}}}) == "");
  CHECK(after(ClientPolicyChanged{{days{10} + 60s, {}, {}, {}, {}}}) == early);
  CHECK(after(ClientPolicyChanged{{{}, days{1}, {}, {}, {}}}) == early);
  CHECK(after(ClockChanged{days{20}}) == "");
  CHECK(after(ClockChanged{days{20} - 60s}) == early);
}

TEST_CASE("what the site asked to be renewed is renewed before it is due") {
  // It asks on day 10 for another token than the one that was issued at 0.
  const auto asked = [](const events::RenewalAsked& what) {
    LogContent content = sound_log();
    Stream& office = content.clients[0];
    office.resize(3);
    happen(office, days{10}, {CauseKind::contact},
           RenewalRequested{Endpoint::mp, TokenSerial::of({0}, 1)});
    return verdict(content, {{days{30}, 0s, {what}}, {days{30}, 0s}});
  };
  const char* early =
      "an event breaks a rule: client 0, event 3, renewal-requested: its token was not due for "
      "renewal yet (R56, A1)";
  CHECK(asked({at(60s)}) == "");
  CHECK(asked({at(0s)}) == early);  // the token is not older than that
  CHECK(asked({at(days{10})}) == "");
  CHECK(asked({at(days{10} + 60s)}) == early);  // not yet
  // Some are asked later than others, and all again.
  CHECK(asked({at(0s), 60s}) == "");
  CHECK(asked({at(0s), 1s}) == early);
  CHECK(asked({at(0s), 0s, days{5}, 2}) == "");
  CHECK(asked({at(0s), 0s, days{5}, 1}) == early);
  CHECK(asked({at(0s), 0s, days{11}, UINT32_MAX}) == early);
}

TEST_CASE("of an adopted client that is so which was before the run") {
  const auto adopted = [](const ClientToken& token, Guid bulk) {
    LogContent content{header_for(2), site_events(), {{}, {}}};
    ClientAdopted event{};
    event.cohort = {0};
    event.state = LifecycleState::registered;
    event.network = event.last_connected = Network::intranet;
    event.token = token;
    event.tokens = 1;
    event.bulk = bulk;
    happen(content.clients[0], 0s, {CauseKind::run_start}, event);
    return verdict(content);
  };
  const std::string before = "an event breaks a rule: client 0, event 0, client-adopted: ";
  CHECK(adopted(token(0, 1, -days{10}, days{33}, 0), {}) == "");
  CHECK(adopted(token(0, 1, 60s, days{90}, 0), {}) == before + "its token is not good yet (A5)");
  CHECK(adopted(token(0, 1, -days{10}, days{90}, 2), {}) ==
        before + "the site has no such signer (A9)");
  CHECK(adopted(token(0, 1, -days{10}, days{90}, 0), {1, 8}) ==
        before + "the site never issued that bulk token (R41)");
}

TEST_CASE("a log without a site has nothing to agree with") {
  LogContent content = sound_log();
  content.site.clear();
  event<RegistrationCompleted>(content, 0, 2).token.expires += 60s;
  CHECK(verdict(content) == "");
}
