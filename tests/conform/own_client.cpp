// This project's own client on disk: a log, and the token in a file.
#include <filesystem>
#include <memory>
#include <optional>

#include "conform/own_adapter.hpp"
#include "core/answer.hpp"
#include "core/decide.hpp"
#include "core/site_policy.hpp"
#include "core/token_life.hpp"
#include "sim/site/client_store.hpp"
#include "sim/site/generate_guid.hpp"
#include "sim/site/session.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::json;
using std::chrono::sys_seconds;

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

}  // namespace

AnswersTo own_client(std::string folder) {
  const auto client = std::make_shared<OwnClient>(std::move(folder));
  return [client](const auto& op, const auto& request) { return client->answer(op, request); };
}

}  // namespace tokenlife::sim
