// What one client carries in a run with real tokens: its key and certificate, its token, a bulk
// token until it is registered. It shows them with every request, and proves that they are its own.
// Nothing of it is ever in an event (D4), and it is gone when the client's life is over.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/client.hpp"
#include "core/time.hpp"

namespace tokenlife {
class Certificate;    // core/token/certificate.hpp
class PrivateKey;     // core/token/key.hpp
class Secret;         // core/token/secret.hpp
struct Request;       // core/request.hpp
struct SiteView;      // core/verdict.hpp
struct TokenVerdict;  // the same
}  // namespace tokenlife

namespace tokenlife::sim {

struct Signatures;  // tally.hpp
class TokenSite;    // token_site.hpp

// What goes with a request, as it was when that was sent: key, certificate and token.
struct CarriedToken;

// Of a thread's clients, one after the other.
class TokenClient {
 public:
  // Both must outlive it.
  TokenClient(const TokenSite& site, Signatures& signatures);
  ~TokenClient();

  // Another client's life begins; nothing of the last one's is left.
  void begin(ClientNumber number);

  // It was installed, or installed anew: it has a new certificate, to which no old token is bound,
  // and no token but the bulk token that it was given.
  void install(const Client& client);

  // It was there before the run: so was its certificate, and the token that it holds.
  void adopt(const Client& client);

  // Shows what goes with the request and has it checked. Nothing if nobody is there to check: then
  // nothing is shown.
  std::optional<TokenVerdict> show(const Request& request, const SiteView& site, Instant now);

  // What goes with a request that may have to wait, and the check of it when it is served.
  std::shared_ptr<const CarriedToken> carry(const Request& request) const;
  std::optional<TokenVerdict> check(const CarriedToken& shown, const Request& request,
                                    const SiteView& site, Instant now);

  // The site signs the token that it grants. Whether it arrives is another matter.
  void send(const ClientToken& issued);

  // After an answer: takes the token that came and forgets what the client holds no longer (R28).
  void follow(const Client& client);

  // Precondition: it is installed.
  const Certificate& certificate() const;
  const Secret& token() const;
  const Secret& bulk_token() const;

 private:
  struct Held;

  std::string_view wanted_by(const Request& request) const;
  std::optional<TokenVerdict> check(const PrivateKey& key, const Certificate& certificate,
                                    std::string_view token, const Request& request,
                                    const SiteView& site, Instant now);

  const TokenSite& site_;
  Signatures& signatures_;

  ClientNumber number_;
  std::uint32_t installations_ = 0;
  Credential credential_ = Credential::self_signed;
  TokenSerial serial_on_its_way_;
  std::unique_ptr<Held> held_;
};

}  // namespace tokenlife::sim
