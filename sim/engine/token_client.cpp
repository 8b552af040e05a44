#include "sim/engine/token_client.hpp"

#include <string>

#include "core/request.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/possession.hpp"
#include "core/token/secret.hpp"
#include "core/token/token_verify.hpp"
#include "core/verdict.hpp"
#include "sim/engine/token_site.hpp"

namespace tokenlife::sim {

struct CarriedToken {
  PrivateKey key;
  Certificate certificate;
  Secret token;
};

struct TokenClient::Held {
  struct Identity {
    PrivateKey key;
    Certificate certificate;
  };

  TokenVerifier desk;
  std::optional<Identity> identity{};
  Secret token{};
  Secret bulk{};
  Secret on_its_way{};
};

TokenClient::TokenClient(const TokenSite& site, Signatures& signatures)
    : site_(site),
      signatures_(signatures),
      held_(new Held{.desk = TokenVerifier(site, signatures)}) {}

TokenClient::~TokenClient() = default;

const Certificate& TokenClient::certificate() const { return held_->identity->certificate; }
const Secret& TokenClient::token() const { return held_->token; }
const Secret& TokenClient::bulk_token() const { return held_->bulk; }

void TokenClient::begin(ClientNumber number) {
  number_ = number;
  installations_ = 0;
  held_->identity.reset();
  held_->token = Secret{};
  held_->bulk = Secret{};
  held_->on_its_way = Secret{};
}

void TokenClient::install(const Client& client) {
  credential_ = client.credential;
  PrivateKey key = site_.client_key(number_, installations_++);
  // Of two installations with one key the names differ, and so do the thumbprints.
  Certificate certificate = Certificate::self_signed(
      key, {"client " + std::to_string(number_.value) + ", installation " +
                std::to_string(installations_),
            site_.scenario().start, site_.date(at(site_.scenario().duration))});
  ++signatures_.made;
  held_->identity.emplace(Held::Identity{std::move(key), std::move(certificate)});
  held_->token = Secret{};
  held_->on_its_way = Secret{};
  held_->bulk = client.bulk.is_nil() ? Secret{} : Secret{site_.bulk_token(client.bulk)};
}

void TokenClient::adopt(const Client& client) {
  install(client);
  if (client.token.exists()) send(client.token);
  follow(client);
}

std::string_view TokenClient::wanted_by(const Request& request) const {
  const auto wanted = token_wanted(request);
  if (wanted == TokenProfile::bulk) return held_->bulk.reveal();
  return wanted == TokenProfile::client ? held_->token.reveal() : std::string_view{};
}

std::optional<TokenVerdict> TokenClient::show(const Request& request, const SiteView& site,
                                              Instant now) {
  return check(held_->identity->key, held_->identity->certificate, wanted_by(request), request,
               site, now);
}

std::shared_ptr<const CarriedToken> TokenClient::carry(const Request& request) const {
  return std::make_shared<const CarriedToken>(
      CarriedToken{held_->identity->key, held_->identity->certificate, Secret(wanted_by(request))});
}

std::optional<TokenVerdict> TokenClient::check(const CarriedToken& shown, const Request& request,
                                               const SiteView& site, Instant now) {
  return check(shown.key, shown.certificate, shown.token.reveal(), request, site, now);
}

std::optional<TokenVerdict> TokenClient::check(const PrivateKey& key,
                                               const Certificate& certificate,
                                               std::string_view token, const Request& request,
                                               const SiteView& site, Instant now) {
  const bool wants_token = request.kind != RequestKind::exchange;
  if (!site.endpoint_up || (wants_token && !site.sts_up)) return std::nullopt;
  Challenge challenge = Challenge::fresh();
  const std::string proof = prove_possession(key, challenge, request, token);
  ++signatures_.made;
  return held_->desk.check(request, {certificate, token, proof}, challenge, now);
}

void TokenClient::send(const ClientToken& issued) {
  held_->on_its_way = held_->desk.sign(issued, credential_, held_->identity->certificate);
  serial_on_its_way_ = issued.serial;
}

void TokenClient::follow(const Client& client) {
  if (client.token.exists() && client.token.serial == serial_on_its_way_ &&
      !held_->on_its_way.empty()) {
    held_->token = std::move(held_->on_its_way);
  } else if (!client.token.exists()) {
    held_->token = Secret{};
  }
  held_->on_its_way = Secret{};
  if (client.bulk.is_nil()) held_->bulk = Secret{};
}

}  // namespace tokenlife::sim
