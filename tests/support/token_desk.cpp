#include "support/token_desk.hpp"

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"

namespace tokenlife::test {

struct SigningDesk::Held {
  PrivateKey key = PrivateKey::generate(KeyKind::rsa);
  Certificate certificate = self_signed(key, "site");
  PrivateKey client_key = PrivateKey::generate(KeyKind::ec_p256);
  Certificate client = self_signed(client_key, "client 17");
};

SigningDesk::SigningDesk() : held_(std::make_unique<const Held>()) {
  write("site.pem", key().public_key().to_pem());
  write("site.crt", certificate().to_pem());
  write("client.crt", client().to_pem());
  write("bulk", std::string(bulk({kTokenIssued, kTokenIssued + std::chrono::days{3}}).reveal()));
  write("client", std::string(client_token().reveal()));
}

SigningDesk::~SigningDesk() = default;

const PrivateKey& SigningDesk::key() const { return held_->key; }
const Certificate& SigningDesk::certificate() const { return held_->certificate; }
const PrivateKey& SigningDesk::client_key() const { return held_->client_key; }
const Certificate& SigningDesk::client() const { return held_->client; }

Certificate SigningDesk::self_signed(const PrivateKey& of, const std::string& name) {
  return Certificate::self_signed(
      of, {name, kTokenIssued - std::chrono::days{1}, kTokenIssued + std::chrono::days{3650}});
}

Secret SigningDesk::bulk(TokenDates dates) const {
  return sign_token(BulkClaims{dates, kTokenTenant, kTokenGuid}, key(), certificate());
}

Secret SigningDesk::client_token() const {
  return sign_token(ClientClaims{{kTokenIssued, kTokenIssued + std::chrono::days{90}},
                                 kTokenTenant,
                                 TokenSerial::of({17}, 3),
                                 Credential::self_signed,
                                 client().sha256()},
                    key(), certificate());
}

const SigningDesk& signing_desk() {
  static const SigningDesk desk;
  return desk;
}

}  // namespace tokenlife::test
