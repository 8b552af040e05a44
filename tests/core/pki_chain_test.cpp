// R18, A11, A14: which PKI certificates of clients a site takes. The authority is tests/support's.
#include "core/token/pki_chain.hpp"

#include <catch2/catch.hpp>

#include "core/request.hpp"
#include "core/token/key.hpp"
#include "core/token/possession.hpp"
#include "core/token/token_fault.hpp"
#include "support/pki.hpp"

namespace tokenlife::test {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{seconds{1'767'225'600}};

const TestPki& pki() {
  static const TestPki one(kNow);
  return one;
}

Certificate read(const std::string& pem) {
  auto certificate = Certificate::from_pem(pem);
  REQUIRE(certificate);
  return *certificate;
}

Authority authority(const std::string& root, const std::string& crls = "") {
  Authority made{read(root), std::nullopt};
  if (crls.empty()) return made;
  auto lists = RevocationLists::from_pem(crls);
  REQUIRE(lists);
  made.revocation = *lists;
  return made;
}

// What the site says of the certificate, shown with those between it and the root.
std::string said_of_pki(const std::string& client, const std::string& between,
                        sys_seconds now = kNow, const std::string& crls = "") {
  std::vector<Certificate> chain;
  if (!between.empty()) chain = certificates_from_pem(between).value();
  const std::vector<Authority> trusted{authority(pki().root, crls)};
  const auto fault = fault_of_chain(read(client), chain, trusted, now);
  return fault ? std::string(name(*fault)) : "good";
}

// The client's certificate, of another form.
std::string said_of_pki(const CertificateForm& form) {
  return said_of_pki(pki_certificate(pki().client_key, pki().issuing_key, form), pki().issuing);
}

std::string both_crls(const std::vector<long>& revoked, sys_seconds next = kNow + days{7}) {
  return pki_crl(pki().issuing_key, "issuing", kNow - days{1}, next, revoked) +
         pki_crl(pki().root_key, "root", kNow - days{1}, next, {});
}

}  // namespace

TEST_CASE("R18: a PKI certificate is good if a chain leads from it to a CA that the site trusts") {
  CHECK(said_of_pki(pki().client, pki().issuing) == "good");
  // In any order, and with others that do not belong to it.
  CHECK(said_of_pki(pki().client, pki().root + pki().issuing) == "good");
  CHECK(said_of_pki(pki().client, "") == "chain-not-trusted");
  const std::string direct = pki_certificate(pki().client_key, pki().root_key,
                                             pki().form.with(&CertificateForm::issuer, "root"));
  CHECK(said_of_pki(direct, "") == "good");
  CHECK(fault_of_chain(read(direct), {}, {}, kNow) == TokenFault::authority_not_trusted);
}

TEST_CASE("R18: nobody but the CA vouches for a client") {
  // By itself; with the CA's name; from a root of its own, which it brings along.
  const CertificateForm& form = pki().form;
  const ForgedKey& own = pki().client_key;
  CHECK(said_of_pki(pki_certificate(own, own, form.with(&CertificateForm::issuer, "client")), "") ==
        "chain-not-trusted");
  CHECK(said_of_pki(pki_certificate(own, own, form), pki().issuing) == "chain-not-trusted");
  const ForgedKey impostor = ForgedKey::ec("P-256");
  const std::string root = pki_certificate(impostor, impostor, form.as_ca("root", "root"));
  const std::string issued =
      pki_certificate(own, impostor, form.with(&CertificateForm::issuer, "root"));
  CHECK(said_of_pki(issued, root) == "chain-not-trusted");
  // A client is no CA.
  CertificateForm below = form.with(&CertificateForm::issuer, "client");
  below.subject = "other";
  const std::string other = pki_certificate(impostor, own, below);
  CHECK(said_of_pki(other, pki().client + pki().issuing) == "wrong-key-usage");
}

TEST_CASE("A14: a PKI certificate is good within its dates, and within those of its CAs") {
  const CertificateForm& form = pki().form;
  CHECK(said_of_pki(form.dated(kNow, kNow + days{1})) == "good");
  CHECK(said_of_pki(form.dated(kNow + seconds{1}, kNow + days{1})) == "credential-not-yet-valid");
  // X.509 names the last second at which it is good; OpenSSL takes it for over then.
  CHECK(said_of_pki(form.dated(kNow - days{1}, kNow + seconds{1})) == "good");
  CHECK(said_of_pki(form.dated(kNow - days{1}, kNow - seconds{1})) == "credential-expired");
  const std::string old =
      pki_certificate(pki().issuing_key, pki().root_key,
                      form.dated(kNow - days{9}, kNow - days{2}).as_ca("issuing", "root"));
  CHECK(said_of_pki(pki().client, old) == "credential-expired");
  CHECK(said_of_pki(pki().client, pki().issuing, kNow + days{366}) == "credential-expired");
}

TEST_CASE("R18: a PKI certificate is for client authentication, and says so") {
  const auto purposes = &CertificateForm::purposes;
  CHECK(said_of_pki(pki().form.with(purposes, "serverAuth,clientAuth")) == "good");
  CHECK(said_of_pki(pki().form.with(purposes, "serverAuth")) == "wrong-key-usage");
  CHECK(said_of_pki(pki().form.with(purposes, "2.5.29.37.0")) == "wrong-key-usage");
  CHECK(said_of_pki(pki().form.with(purposes, nullptr)) == "wrong-key-usage");
  CHECK(said_of_pki(pki().form.with(&CertificateForm::usage, "critical,keyEncipherment")) ==
        "wrong-key-usage");
}

TEST_CASE("R18: a digest that can be forged vouches for nobody") {
  CertificateForm form = pki().form;
  form.by_sha1 = true;
  CHECK(said_of_pki(form) == "weak-chain");
}

TEST_CASE("R18: where a CA has revocation lists, each certificate of a chain is looked up") {
  CHECK(said_of_pki(pki().client, pki().issuing, kNow, both_crls({7})) == "good");
  CHECK(said_of_pki(pki().client, pki().issuing, kNow, both_crls({7, 1})) == "revoked");
  const std::string root_revokes = pki_crl(pki().issuing_key, "issuing", kNow, kNow + days{7}, {}) +
                                   pki_crl(pki().root_key, "root", kNow, kNow + days{7}, {1});
  CHECK(said_of_pki(pki().client, pki().issuing, kNow, root_revokes) == "revoked");
  // None of the issuing CA; one that is out of date, is not yet, or is somebody else's.
  CHECK(said_of_pki(pki().client, pki().issuing, kNow,
                    pki_crl(pki().root_key, "root", kNow, kNow + days{7}, {})) ==
        "revocation-unknown");
  CHECK(said_of_pki(pki().client, pki().issuing, kNow, both_crls({}, kNow - seconds{1})) ==
        "revocation-unknown");
  CHECK(said_of_pki(pki().client, pki().issuing, kNow - days{1} - seconds{1}, both_crls({})) !=
        "good");
  const std::string strangers = pki_crl(pki().client_key, "issuing", kNow, kNow + days{7}, {}) +
                                pki_crl(pki().root_key, "root", kNow, kNow + days{7}, {});
  CHECK(said_of_pki(pki().client, pki().issuing, kNow, strangers) == "revocation-unknown");
}

TEST_CASE("R18: a root is a CA that signed itself, and chains and lists are PEM alone") {
  CHECK(is_root(read(pki().root)));
  CHECK_FALSE(is_root(read(pki().issuing)));
  CHECK_FALSE(is_root(read(pki().client)));
  const CertificateForm own = pki().form.with(&CertificateForm::issuer, "client");
  CHECK_FALSE(is_root(read(pki_certificate(pki().client_key, pki().client_key, own))));
  CHECK_FALSE(certificates_from_pem(""));
  CHECK_FALSE(certificates_from_pem(pki().client + pki().client_key.private_pem()));
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += pki().issuing;
  CHECK_FALSE(certificates_from_pem(nine));
  CHECK_FALSE(RevocationLists::from_pem(pki().root));
  CHECK_FALSE(RevocationLists::from_pem(both_crls({}) + pki().root));
}

TEST_CASE("A11: who shows a PKI certificate holds its key, for a client of its own") {
  const PrivateKey key = *PrivateKey::from_pem(pki().client_key.private_pem());
  const PrivateKey own_key = PrivateKey::generate(KeyKind::ec_p256);
  const auto own_certificate = [](const PrivateKey& holder) {
    return Certificate::self_signed(holder, {"laptop", kNow - days{1}, kNow + days{9}});
  };
  const Certificate own = own_certificate(own_key);
  const Certificate shown = read(pki().client);
  const std::vector<Certificate> between{read(pki().issuing)};
  const std::vector<Authority> trusted{authority(pki().root)};
  const Request request{RequestKind::registration, Endpoint::cmg, Credential::pki, {}};
  const Challenge challenge = Challenge::fresh();
  const CredentialChecks checks{trusted, nullptr, kNow};
  const auto fault = [&](const std::string& proof, const Certificate& mine) {
    const PkiEvidence pki_evidence{shown, between, proof};
    return fault_of_credential({mine, "", "", &pki_evidence}, request, checks, challenge);
  };
  CHECK_FALSE(fault(prove_pki(key, challenge, request, own), own));
  CHECK(fault(prove_pki(own_key, challenge, request, own), own) ==
        TokenFault::credential_not_possessed);
  CHECK(fault("", own) == TokenFault::credential_not_possessed);
  // Somebody else's proof; one for another request; one that answered another challenge.
  const Certificate other = own_certificate(PrivateKey::generate(KeyKind::ec_p256));
  CHECK(fault(prove_pki(key, challenge, request, own), other) ==
        TokenFault::credential_not_possessed);
  Request elsewhere = request;
  elsewhere.via = Endpoint::mp;
  CHECK(fault(prove_pki(key, challenge, elsewhere, own), own) ==
        TokenFault::credential_not_possessed);
  CHECK(fault(prove_pki(key, Challenge::fresh(), request, own), own) ==
        TokenFault::credential_not_possessed);
  CHECK(fault_of_credential({own, "", ""}, request, checks, challenge) ==
        TokenFault::credential_not_possessed);
  // Who shows neither is not asked.
  const Request plain{RequestKind::registration, Endpoint::mp, Credential::self_signed, {}};
  CHECK_FALSE(fault_of_credential({own, "", ""}, plain, checks, challenge));
}

}  // namespace tokenlife::test
