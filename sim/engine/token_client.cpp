#include "sim/engine/token_client.hpp"

#include <string>

#include "core/request.hpp"
#include "core/token/possession.hpp"
#include "core/token/token_verify.hpp"
#include "core/verdict.hpp"

namespace tokenlife::sim {

void TokenClient::begin(ClientNumber number) {
  number_ = number;
  installations_ = 0;
  identity_.reset();
  token_ = Secret{};
  bulk_ = Secret{};
  on_its_way_ = Secret{};
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
  identity_.emplace(Identity{std::move(key), std::move(certificate)});
  token_ = Secret{};
  on_its_way_ = Secret{};
  bulk_ = client.bulk.is_nil() ? Secret{} : Secret{site_.bulk_token(client.bulk)};
}

void TokenClient::adopt(const Client& client) {
  install(client);
  if (client.token.exists()) send(client.token);
  follow(client);
}

std::string_view TokenClient::wanted_by(const Request& request) const {
  const auto wanted = token_wanted(request);
  if (wanted == TokenProfile::bulk) return bulk_.reveal();
  return wanted == TokenProfile::client ? token_.reveal() : std::string_view{};
}

std::optional<TokenVerdict> TokenClient::show(const Request& request, const SiteView& site,
                                              Instant now) {
  return check(identity_->key, identity_->certificate, wanted_by(request), request, site, now);
}

CarriedToken TokenClient::carry(const Request& request) const {
  return {identity_->key, identity_->certificate, Secret(wanted_by(request))};
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
  return desk_.check(request, {certificate, token, proof}, challenge, now);
}

void TokenClient::send(const ClientToken& issued) {
  on_its_way_ = desk_.sign(issued, credential_, identity_->certificate);
  serial_on_its_way_ = issued.serial;
}

void TokenClient::follow(const Client& client) {
  if (client.token.exists() && client.token.serial == serial_on_its_way_ && !on_its_way_.empty()) {
    token_ = std::move(on_its_way_);
  } else if (!client.token.exists()) {
    token_ = Secret{};
  }
  on_its_way_ = Secret{};
  if (client.bulk.is_nil()) bulk_ = Secret{};
}

}  // namespace tokenlife::sim
