// Keys and certificates that users hand over: what they are instead of what was asked for.
#include <catch2/catch.hpp>

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/pem.hpp"
#include "support/token_desk.hpp"

namespace tokenlife::test {
namespace {

const std::string kP384 = R"(-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEVWp5F529LQ27KPhHHHNzFmzBN4aVAmsm
YJT25zLSay0TOndPbaTdoUUf/c0UKIgWWBw8OFAyuWHO59OKA0EMUSNkDbY6NePn
W9JHPlKWwc69/VkPOiPVGnen42dlA3MG
-----END PUBLIC KEY-----
)";
const std::string kRsaPss = R"(-----BEGIN PUBLIC KEY-----
MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBALDqG11vcIhztIz7etUtmWWm
//2OlXbtyDIakkUWV+SqD4H8EGSFbCzbqAsQZnPO7OMOEh1La+/Q3kyuPy29fB0t
ueza/vXp0GU/jOUI+yhUTNVSMYJ/Sq0OgoN6N/aSDVeb5OEwXaQkmKXd082W5jB7
PrUqcxnNWc6RcTe+Y2EqyHb9t0UJHc77kJ9enPmgSiOb3A1lvoxuT2+UzSojKQtM
qFU1oJhogqGAHQ4jV42HV++2Dsd8pJ2gVLPKJ23aEbjA8MZDShfA7e8f5ehf4slu
Ux6pqGMrlXJLMw7J3iNClBnGZ901MrIIsM7lj3LBfyw0ktfj8uIM0FjDmNYNns8C
AwEAAQ==
-----END PUBLIC KEY-----
)";
const std::string kEd25519 = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA5JVrDz0IoxbUTOZJaoC83p+u9RAvwD27fXgy7dYpJqw=
-----END PUBLIC KEY-----
)";

std::string der_of(const std::string& pem, const char* label) {
  return std::string(pem_block(pem, {label})->reveal());
}
std::string block(const std::string& label) {
  return "-----BEGIN " + label + "-----\nMIIB\n-----END " + label + "-----\n";
}

}  // namespace

TEST_CASE("what is no key or certificate in PEM is told by what it is instead", "[slow]") {
  const SigningDesk& desk = signing_desk();
  const std::string certificate = desk.certificate().to_pem();
  const std::string key = desk.key().public_key().to_pem();
  struct Case {
    const char* what;
    std::string file;
    const char* words;
  };
  for (const auto& [what, file, words] :
       {Case{"DER certificate", der_of(certificate, "CERTIFICATE"),
             "PEM; it looks like DER: give what `openssl x509 -inform DER`"},
        Case{"DER key", der_of(key, "PUBLIC KEY"), "it looks like DER"},
        Case{"chain", certificate + desk.client().to_pem(),
             "PEM; it holds several, as a chain does: give the one that is meant"},
        Case{"JWK", "\n {\"kty\":\"RSA\",\"n\":\"oQ\",\"e\":\"AQAB\"}\n",
             "PEM; it is JSON, as a JWK is: give the same key in PEM"},
        Case{"PKCS #1", block("RSA PUBLIC KEY"), "PEM; it is a key of PKCS #1: give what `openssl"},
        Case{"CSR", block("CERTIFICATE REQUEST"), "PEM; it is a request for a certificate (CSR)"},
        Case{"older CSR", block("NEW CERTIFICATE REQUEST"), "a request for a certificate (CSR)"},
        Case{"private key", std::string(desk.key().to_pem().reveal()), "it is a private key"},
        Case{"encrypted private key", block("ENCRYPTED PRIVATE KEY"), "it is a private key"},
        Case{"EC key", desk.client_key().public_key().to_pem(),
             "is not an RSA key, and tokens are signed with RS256"},
        Case{"P-384", kP384, "its key is on another elliptic curve than P-256"},
        Case{"RSA-PSS", kRsaPss, "its key is for RSA-PSS alone, which is not RS256"},
        Case{"Ed25519", kEd25519, "its key is neither RSA nor P-256"},
        Case{"text", "hello\n",
             "does not hold one public key or certificate in PEM; give a file with exactly "
             "one\n"}}) {
    INFO(what);
    desk.write("given", file);
    const Ran ran = desk.run("token verify --token-file bulk --key given");
    INFO(ran.err);
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, "given: "));
    CHECK(has(ran.err, words));
  }
}

TEST_CASE("a certificate as --key has to be the one that the token names") {
  const SigningDesk& desk = signing_desk();
  const std::string line = "token verify --token-file bulk --at 1580156305 --key ";
  CHECK(desk.run(line + "site.crt").status == 0);
  CHECK(desk.run(line + "site.pem").status == 0);
  // The same key, in another certificate.
  desk.write("renamed.crt", SigningDesk::self_signed(desk.key(), "renamed").to_pem());
  const Ran other = desk.run(line + "renamed.crt");
  CHECK(other.status == 1);
  CHECK(has(other.out, "refused (unknown-signer): "));
  CHECK(desk.run(line + "renamed.crt --signature-only").status == 1);
  // --signing-certificate is what the user means, if it is there.
  CHECK(desk.run(line + "renamed.crt --signing-certificate site.crt").status == 0);
}

TEST_CASE("a token with the line end of Windows is malformed, with a hint") {
  const SigningDesk& desk = signing_desk();
  desk.write("windows", read_file(desk.path("bulk")) + "\r\n");
  const Ran ran = desk.run("token verify --token-file windows --key site.pem --at 1580156305");
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "refused (malformed): "));
  CHECK(ran.err ==
        "tokenlife: warning: the token has a carriage return in it, as Windows lines do; remove "
        "it, with `tr -d '\\r'` for example\n");
  check_refused(desk, {{"token verify - --key site.pem < /dev/null",
                        "standard input: holds no token; give the token alone"}});
}

}  // namespace tokenlife::test
