// This project's own site and client on disk as adapters of `tokenlife conform`: real keys, RS256
// tokens, journals and logs.
//
//     own_adapter site|client FOLDER
//
// The folder is made, and emptied at every reset. Possession of a certificate's key, PKI
// certificates and Entra tokens count as proven: that part of the site has tests of its own.
#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>

#include "core/bulk_lifetime.hpp"
#include "core/decide.hpp"
#include "core/evolve.hpp"
#include "core/policy.hpp"
#include "core/token/token.hpp"
#include "core/token_life.hpp"
#include "sim/site/client_store.hpp"
#include "sim/site/generate_guid.hpp"
#include "sim/site/inventory.hpp"
#include "sim/site/session.hpp"
#include "sim/site/signer_life.hpp"
#include "sim/site/token_service.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::json;
using std::chrono::sys_seconds;

struct Refused {
  std::string reason;
};

template <class T>
T value_of(Result<T, Error> result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
  return std::move(*result);
}
void check(const Result<void, Error>& result) {
  if (!result) throw std::runtime_error(to_string(result.error()));
}

template <class Enum>
Enum word(const json& request, const char* key) {
  const auto found = from_name<Enum>(request.at(key).get_ref<const std::string&>());
  if (!found) throw std::runtime_error(fmt::format("an unknown {}", key));
  return *found;
}
Duration seconds_at(const json& request, const char* key) {
  return Duration{request.at(key).get<std::int64_t>()};
}
sys_seconds time_at(const json& request, const char* key) {
  const auto time = parse_rfc3339(request.at(key).get_ref<const std::string&>());
  if (!time) throw std::runtime_error(time.error());
  return *time;
}

Policy policy_of(const json& keys) {
  Policy policy;
  policy.token_validity = seconds_at(keys, "token-validity");
  policy.renew_after = seconds_at(keys, "renew-after");
  policy.renew_on = word<RenewOn>(keys, "renew-on");
  policy.mp = word<MpMode>(keys, "mp");
  policy.internal_registration = keys.at("internal-registration").get<bool>();
  policy.leeway = seconds_at(keys, "leeway");
  policy.bulk_leeway = seconds_at(keys, "bulk-leeway");
  policy.retry_after_failure = seconds_at(keys, "retry-after-failure");
  policy.retry_after_refusal = seconds_at(keys, "retry-after-refusal");
  return policy;
}

// ---- The site ----------------------------------------------------------------------------------

class OwnSite {
 public:
  explicit OwnSite(std::string folder) : folder_(std::move(folder)) {}

  json answer(const std::string& op, const json& request) {
    const sys_seconds now = time_at(request, "now");
    if (op == "reset") return reset(request, now);
    if (op == "issue-bulk-token") return issue_bulk_token(request, now);
    if (op == "block-bulk-token") return change(BlockBulkToken{guid_in(request)}, now);
    if (op == "unblock-bulk-token") return change(UnblockBulkToken{guid_in(request)}, now);
    if (op == "list") return list(now);
    if (op == "rotate") {
      pair_.reset();
      return {{"key", std::to_string(value_of(site_->rotate(now)).key.value)}};
    }
    if (op == "retire") {
      const auto number = std::stoul(request.at("key").get<std::string>());
      return change(RetireSigningCertificate{{static_cast<std::uint32_t>(number)}}, now);
    }
    if (op == "block-client") return block(request, true);
    if (op == "unblock-client") return block(request, false);
    if (op == "register") return serve(request, RequestKind::registration, now);
    if (op == "renew") return serve(request, RequestKind::renewal, now);
    if (op == "exchange") return serve(request, RequestKind::exchange, now);
    throw std::runtime_error("an unknown operation");
  }

 private:
  json reset(const json& request, sys_seconds now) {
    site_.reset();
    pair_.reset();
    blocked_.clear();
    std::filesystem::remove_all(folder_);
    const auto tenant = parse_guid(request.at("tenant").get<std::string>());
    site_.emplace(
        value_of(SiteFolder::init(folder_, tenant.value(), policy_of(request.at("policy")), now)));
    return {{"key", "0"}};
  }

  // To read a private key takes as long as many signatures.
  const SigningPair& signing_pair() {
    if (!pair_) pair_.emplace(value_of(site_->signing_pair()));
    return *pair_;
  }

  static Guid guid_in(const json& request) {
    return parse_guid(request.at("guid").get<std::string>()).value();
  }

  // What is so already is no event, and no error to who asks.
  json change(const SiteCommand& command, sys_seconds now) {
    const auto decided = value_of(site_->append(command, now));
    if (decided || decided.error() == SiteRefusal::nothing_to_change) return json::object();
    if (decided.error() == SiteRefusal::no_such_token) throw Refused{"bulk-token-unknown"};
    throw std::runtime_error(std::string(name(decided.error())));
  }

  json issue_bulk_token(const json& request, sys_seconds now) {
    const json minutes = request.value("lifetime-minutes", json(kBulkLifetimeMinutesDefault));
    const bool fits = minutes.is_number_integer() &&
                      (!minutes.is_number_unsigned() || minutes.get<std::uint64_t>() < 1'000'000);
    if (!fits) throw Refused{"lifetime-out-of-range"};
    const SigningPair& pair = signing_pair();
    const IssueBulkToken command{"conform", value_of(generate_guid()), minutes.get<std::int64_t>(),
                                 signer_ends(*site_)};
    const auto decided = value_of(site_->append(command, now));
    if (!decided) throw Refused{std::string(name(decided.error()))};
    const auto& issued = std::get<BulkTokenIssued>(*decided);
    const BulkClaims claims{{site_->time_of(issued.not_before), site_->time_of(issued.expires)},
                            site_->tenant(),
                            issued.guid};
    return {{"guid", to_string(issued.guid)},
            {"token", sign_token(claims, pair.key, pair.certificate).reveal()},
            {"not-before", rfc3339(claims.dates.not_before)},
            {"expires", rfc3339(claims.dates.expires)}};
  }

  json list(sys_seconds now) const {
    json rows = json::array();
    for (const ListEntry& entry :
         list_of(*site_, now, ListedType::bulk_token, ListOrder::valid_from)) {
      rows.push_back({{"guid", entry.id},
                      {"not-before", rfc3339(entry.not_before)},
                      {"expires", rfc3339(entry.expires)},
                      {"status", name(entry.status)}});
    }
    return {{"tokens", rows}};
  }

  // On disk a client is its certificate: who is blocked by name is so by each that it shows.
  json block(const json& request, bool blocks) {
    const auto client = request.at("client").get<std::string>();
    if (blocks) {
      blocked_.insert(client);
    } else {
      blocked_.erase(client);
    }
    return json::object();
  }
  bool is_blocked(const std::string& client, const Certificate& certificate, sys_seconds now) {
    const bool blocked = blocked_.contains(client);
    if (blocked != site_->site().blocked_clients.contains(certificate.sha256())) {
      if (blocked) {
        change(BlockClientCertificate{certificate.sha256()}, now);
      } else {
        change(UnblockClientCertificate{certificate.sha256()}, now);
      }
    }
    return site_->site().blocked_clients.contains(certificate.sha256());
  }

  json serve(const json& request, RequestKind kind, sys_seconds now) {
    const auto certificate = Certificate::from_pem(request.at("certificate").get<std::string>());
    if (!certificate) throw std::runtime_error("no certificate");
    Request asked{kind, word<Endpoint>(request, "via"), Credential::self_signed, {}};
    const bool registers = kind == RequestKind::registration;
    if (registers) asked.credential = word<Credential>(request, "credential");
    if (registers && request.at("subject") == "user") asked.scope = Scope::user;
    Client client;
    client.state = LifecycleState::registered;
    client.version = word<ClientVersion>(request, "version");
    client.blocked = is_blocked(request.at("client").get<std::string>(), *certificate, now);
    SiteView view;
    Credential own =
        asked.credential == Credential::bulk ? Credential::self_signed : asked.credential;
    if (!registers || asked.credential == Credential::bulk) {
      const char* key = registers ? "bulk-token" : "token";
      view.verified =
          look_at(request.at(key).get<std::string>(), registers, *certificate, now, own);
    }
    const Policy& policy = site_->site().policy;
    const Verdict verdict = judge(client, asked, view, policy, site_->instant_of(now));
    if (verdict.kind != Verdict::Kind::granted) throw Refused{std::string(name(verdict.refusal))};
    if (kind == RequestKind::exchange) return {{"granted", json::object()}};
    return grant(*certificate, own, now);
  }

  TokenVerdict look_at(const std::string& token, bool wants_bulk, const Certificate& certificate,
                       sys_seconds now, Credential& own) const {
    const auto signers = site_->signers();
    const std::string issuer = token_issuer(site_->tenant());
    TokenChecks checks = checks_of(*site_, signers, issuer, now);
    checks.profile = wants_bulk ? TokenProfile::bulk : TokenProfile::client;
    if (wants_bulk) checks.leeway = site_->site().policy.bulk_leeway.value_or(checks.leeway);
    if (!wants_bulk) checks.certificate = &certificate;
    const auto verified = verify(token, checks);
    if (!verified) return {reason_of(verified.error())};
    if (!wants_bulk) own = std::get<ClientClaims>(verified->claims()).credential;
    return {};
  }

  json grant(const Certificate& certificate, Credential own, sys_seconds now) {
    const SigningPair& pair = signing_pair();
    const auto decided =
        value_of(site_->append(IssueClientToken{certificate.sha256(), signer_ends(*site_)}, now));
    if (!decided) throw std::runtime_error(std::string(name(decided.error())));
    const ClientToken issued = std::get<ClientTokenIssued>(*decided).token;
    const ClientClaims claims{{site_->time_of(issued.not_before), site_->time_of(issued.expires)},
                              site_->tenant(),
                              issued.serial,
                              own,
                              certificate.sha256()};
    return {{"granted",
             {{"token", sign_token(claims, pair.key, pair.certificate).reveal()},
              {"not-before", rfc3339(claims.dates.not_before)},
              {"expires", rfc3339(claims.dates.expires)}}}};
  }

  std::string folder_;
  std::optional<SiteFolder> site_;
  std::optional<SigningPair> pair_;
  std::set<std::string> blocked_;
};

// ---- The client --------------------------------------------------------------------------------

class OwnClient {
 public:
  explicit OwnClient(std::string folder) : folder_(std::move(folder)) {}

  json answer(const std::string& op, const json& request) {
    const sys_seconds now = time_at(request, "now");
    if (op == "reset") return reset(request, now);
    now_ = client_->instant_of(now);
    if (op == "contact") return contact(request);
    if (op == "answer") return hear(request);
    if (op == "policy") {
      policy_ = policy_of(request.at("policy"));
      return json::object();
    }
    if (op == "reinstall") return reinstall(request);
    if (op == "state") return standing();
    throw std::runtime_error("an unknown operation");
  }

 private:
  const Client& client() const { return client_->client(); }

  template <class Event>
  void happen(const Event& event) {
    check(client_->record(now_, {CauseKind::contact, 0}, event));
  }

  Guid take_bulk(const json& request) {
    bulk_ = request.value("bulk-token", "");
    return bulk_.empty() ? Guid{} : value_of(generate_guid());
  }

  json reset(const json& request, sys_seconds now) {
    client_.reset();
    std::filesystem::remove_all(folder_);
    policy_ = policy_of(request.at("policy"));
    asked_.reset();
    silent_until_ = Instant::min();
    ClientInstalled installed{{},
                              Network::offline,
                              word<Credential>(request, "credential"),
                              word<ClientVersion>(request, "version"),
                              true,
                              false,
                              take_bulk(request)};
    const SiteEstablished site{value_of(generate_guid()), policy_, {}};
    client_.emplace(value_of(ClientFolder::make(folder_, KeyKind::ec_p256, site, installed, now)));
    return json::object();
  }

  void expire() {
    if (next_expiry(client(), policy_) <= now_) happen(TokenExpired{client().token.serial});
  }

  json contact(const json& request) {
    expire();
    const auto network = word<Network>(request, "network");
    const bool starts = request.at("agent-start").get<bool>();
    if (network != client().network) {
      happen(NetworkChanged{client().network, network});
      silent_until_ = Instant::min();
    }
    const bool allowed = request.at("settings").at("cmg-allowed").get<bool>();
    if (allowed != client().cmg_allowed) happen(CmgAllowedChanged{allowed});
    if (starts) silent_until_ = Instant::min();
    if (now_ < silent_until_ || asked_) return {{"asks", "nothing"}};
    const bool due = next_renewal(client(), policy_) <= now_;
    const auto asked = ask(client(), {due, starts}, policy_);
    if (!asked) return {{"asks", "nothing"}};
    asked_ = *asked;
    asked_at_ = now_;
    return tell(*asked);
  }

  json tell(const Request& asked) {
    json shows;
    if (asked.kind != RequestKind::registration) {
      shows["token"] = value_of(client_->token()).reveal();
    } else if (asked.credential == Credential::bulk) {
      shows["bulk-token"] = bulk_;
    } else {
      shows["credential"] = name(asked.credential);
    }
    const char* word = "exchange";
    if (asked.kind == RequestKind::registration) {
      word = "register";
      happen(RegistrationRequested{asked.via, asked.credential, asked.bulk});
    } else if (asked.kind == RequestKind::renewal) {
      word = "renew";
      happen(RenewalRequested{asked.via, client().token.serial});
    }
    return {{"asks", word}, {"via", name(asked.via)}, {"shows", shows}};
  }

  json hear(const json& request) {
    expire();
    Answer answer{asked_.value(), {}, {}, false};
    if (request.contains("refused")) {
      answer.verdict = {Verdict::Kind::refused, word<RefusalReason>(request, "refused"), {}};
    } else if (request.contains("failed")) {
      answer.verdict = {Verdict::Kind::failed, {}, word<FailureReason>(request, "failed")};
    } else if (request.at("granted").contains("token")) {
      const json& granted = request.at("granted");
      check(client_->keep_token(Secret{granted.at("token").get<std::string>()}));
      answer.token = {TokenSerial::of({}, client().newest_ordinal + 1),
                      client_->instant_of(time_at(granted, "not-before")),
                      client_->instant_of(time_at(granted, "expires")),
                      {}};
    }
    const AnswerEffects effects = apply_answer(client(), answer);
    if (effects.first) std::visit([&](const auto& event) { happen(event); }, *effects.first);
    if (effects.then) happen(*effects.then);
    if (!client().token.exists()) check(client_->drop_token());
    if (client().bulk.is_nil()) bulk_.clear();
    if (asked_->kind != RequestKind::exchange) {
      silent_until_ = silent_until(answer, policy_, asked_at_);
    }
    asked_.reset();
    return json::object();
  }

  json reinstall(const json& request) {
    happen(ClientReinstalled{take_bulk(request)});
    check(client_->drop_token());
    asked_.reset();
    silent_until_ = Instant::min();
    return json::object();
  }

  json standing() {
    expire();
    const bool holds = client().token.exists();
    return {
        {"state", name(client().state)},
        {"serves-until", holds ? json(rfc3339(client_->time_of(client().token.expires))) : json()}};
  }

  std::string folder_;
  Policy policy_{};
  std::optional<ClientFolder> client_;
  Instant now_;
  std::optional<Request> asked_;
  Instant asked_at_;
  Instant silent_until_ = Instant::min();
  std::string bulk_;
};

// ---- Lines -------------------------------------------------------------------------------------

json hello_of(const std::string& role) {
  json hello{{"name", "tokenlife on disk"}, {"version", "1"}, {"reasons", true}};
  if (role == "site") {
    hello["can"] = {"bulk", "block", "list",  "renew",   "rotate", "client-block", "mp",
                    "cmg",  "pki",   "entra", "version", "user",   "tenant"};
    hello["tokens"] = "jwt";
  } else {
    hello["can"] = {"bulk", "pki", "entra", "exchange", "reinstall", "state", "version"};
    hello["tokens"] = "opaque";
  }
  return hello;
}

int serve(const std::string& role,
          const std::function<json(const std::string&, const json&)>& answer) {
  for (std::string line; std::getline(std::cin, line);) {
    const json request = json::parse(line);
    const auto op = request.at("op").get<std::string>();
    json result;
    try {
      if (op == "hello" && request.at("role") != role) throw std::runtime_error("another role");
      result = op == "hello" ? hello_of(role) : answer(op, request);
    } catch (const Refused& refused) {
      result = {{"refused", refused.reason}};
    } catch (const std::exception& error) {
      std::cerr << op << ": " << error.what() << '\n';
      result = {{"error", error.what()}};
    }
    result["id"] = request.at("id");
    std::cout << result.dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace tokenlife::sim

int main(int argc, char** argv) {
  using namespace tokenlife::sim;
  const std::string role = argc == 3 ? argv[1] : "";
  if (role == "site") {
    OwnSite site(argv[2]);
    return serve(role,
                 [&](const auto& op, const auto& request) { return site.answer(op, request); });
  }
  if (role == "client") {
    OwnClient client(argv[2]);
    return serve(role,
                 [&](const auto& op, const auto& request) { return client.answer(op, request); });
  }
  std::cerr << "usage: own_adapter site|client FOLDER\n";
  return 2;
}
