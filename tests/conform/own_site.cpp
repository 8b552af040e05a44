// This project's own site on disk: a journal, RSA keys and RS256 tokens. Possession of a
// certificate's key, PKI certificates and Entra tokens count as proven: that part of the site has
// tests of its own.
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "conform/own_adapter.hpp"
#include "core/bulk_lifetime.hpp"
#include "core/decide.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "core/verdict.hpp"
#include "sim/site/generate_guid.hpp"
#include "sim/site/inventory.hpp"
#include "sim/site/signer_life.hpp"
#include "sim/site/signing_pair.hpp"
#include "sim/site/token_checks.hpp"
#include "sim/site/token_service.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::json;
using std::chrono::sys_seconds;

// One of a few, in turn: a history has another key whenever its site makes one, but need not wait
// for it.
PrivateKey key_of_pool() {
  constexpr std::size_t kKeys = 4;
  static std::vector<PrivateKey> pool;
  static std::size_t given = 0;
  if (pool.size() < kKeys) pool.push_back(PrivateKey::generate(KeyKind::rsa));
  return pool[given++ % kKeys];
}

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
      return {{"key", std::to_string(value_of(site_->rotate(now, key_of_pool)).key.value)}};
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
    site_.emplace(value_of(SiteFolder::init(folder_, tenant.value(),
                                            policy_of(request.at("policy")), now, key_of_pool)));
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

}  // namespace

AnswersTo own_site(std::string folder) {
  const auto site = std::make_shared<OwnSite>(std::move(folder));
  return [site](const auto& op, const auto& request) { return site->answer(op, request); };
}

}  // namespace tokenlife::sim
