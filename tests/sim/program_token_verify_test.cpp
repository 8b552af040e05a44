// `tokenlife token verify` with a key alone: what is accepted, and how a refusal is said.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "support/token_desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

// What the program says about a file's token: `options` follow.
struct Said {
  int status;
  json answer;
};
Said verify(const std::string& options) {
  const Ran ran = signing_desk().run("token verify --json " + options);
  INFO(options << "\n" << ran.err);
  REQUIRE(ran.err.empty());
  CHECK_FALSE(holds_part_of(ran.out, read_file(signing_desk().path("bulk"))));
  return {ran.status, json::parse(ran.out)};
}

void check_fault(const std::string& options, const std::string& reason, const std::string& fault) {
  INFO(options);
  const Said said = verify(options);
  CHECK(said.status == 1);
  CHECK(said.answer["accepted"] == false);
  CHECK(said.answer["reason"] == reason);
  CHECK(said.answer["fault"] == fault);
  CHECK(said.answer["explanation"].get<std::string>().size() > 10);
  CHECK(said.answer["rules"].is_array());
}

const std::string kBulk = "--token-file bulk --key site.pem --at 1580156305 ";
const std::string kClient = "--token-file client --key site.pem --at 1580156305 ";

}  // namespace

TEST_CASE("verify accepts a bulk token and says what it says", "[slow]") {
  const Said said = verify(kBulk);
  CHECK(said.status == 0);
  CHECK(said.answer == json::parse(R"({"accepted":true,"signature-only":false,"claims":{
      "kind":"bulk","tenant":"cdcc5e91-0adf-4a24-82d0-196667f1c081",
      "guid":"db591e33-05fd-4c5b-82f3-bf673e5bd0a2","not-before":"2020-01-27T20:18:25Z",
      "expires":"2020-01-30T20:18:25Z"}})"));
  CHECK(has(signing_desk().run("token verify " + kBulk).out, "without --site nothing is known"));
}

TEST_CASE("verify takes the token from standard input, from a file, and from its line", "[slow]") {
  const SigningDesk& desk = signing_desk();
  const std::string token = read_file(desk.path("bulk"));
  const std::string rest = " --key site.pem --at 2020-01-28T00:00:00Z";
  CHECK(desk.run("token verify " + token + rest).status == 0);
  CHECK(desk.run("token verify - < bulk" + rest).status == 0);
  desk.write("newline", token + "\n");
  CHECK(desk.run("token verify - < newline" + rest).status == 0);
  CHECK(desk.run("token verify --token-file newline" + rest).status == 0);
  // One newline, and nothing else, is not the token's.
  for (const char* more : {"\n\n", " \n", "\r\n", " "}) {
    desk.write("more", token + more);
    const Ran ran = desk.run("token verify - < more" + rest);
    CHECK(ran.status == 1);
    CHECK(has(ran.out, "not-base64url"));
  }
}

TEST_CASE("all that token new prints is told from a token", "[slow]") {
  const SigningDesk& desk = signing_desk();
  const std::string token = read_file(desk.path("bulk"));
  const std::string printed =
      "GUID        db591e33\nValid from  a\nValid to    b (3d)\nToken (shown "
      "only once):\n" +
      token + "\n";
  desk.write("printed", printed);
  const char* const said =
      ": the token is one line, and this has 5; `tokenlife token new` prints it on its last line: "
      "`| tail -n 1`\n";
  const std::string from_file = std::string("printed") + said;
  const std::string from_input = std::string("standard input") + said;
  check_refused(desk, {{"token verify --token-file printed --key site.pem", from_file.c_str()},
                       {"token verify - --key site.pem < printed", from_input.c_str()},
                       {"token inspect --token-file printed", from_file.c_str()},
                       {"token inspect - < printed", from_input.c_str()}});
}

TEST_CASE("A5 A6: verify knows the time that it is told, to the second", "[slow]") {
  const std::string token = "--token-file bulk --key site.pem --at ";
  CHECK(verify(token + "1580415504").status == 0);
  check_fault(token + "1580415505", "bulk-token-expired", "bulk-token-expired");
  CHECK(verify(token + "1580415505 --leeway 1").status == 0);
  check_fault(token + "1580156304", "bulk-token-not-yet-valid", "bulk-token-not-yet-valid");
  CHECK(verify(token + "2020-01-30T21:18:24+01:00").status == 0);
  CHECK(verify("--token-file bulk --key site.pem").status == 1);  // now is later
  CHECK(verify(token + "253402300799 --leeway 9223372036854775807").status == 0);
}

TEST_CASE("R24: verify asks for a kind, an issuer and an audience", "[slow]") {
  CHECK(verify(kBulk + "--type bulk").status == 0);
  CHECK(verify(kClient + "--type client").status == 0);
  check_fault(kBulk + "--type client", "wrong-type", "wrong-type");
  check_fault(kClient + "--type bulk", "wrong-type", "wrong-type");
  check_fault(kBulk + "--issuer urn:other", "wrong-issuer", "wrong-issuer");
  check_fault(kBulk + "--audience urn:other", "wrong-audience", "wrong-audience");
}

TEST_CASE("a refusal says what is the matter with this token, and the rule that is the reason",
          "[slow]") {
  const SigningDesk& desk = signing_desk();
  const auto said = [&](const std::string& options) {
    return desk.run("token verify " + options).out;
  };
  CHECK(said(kClient + "--type bulk")
            .starts_with("refused (wrong-type): it is a client token, and --type bulk was asked "
                         "for\n  R24 "));
  CHECK(said("--token-file bulk --key site.pem --at 1580415505")
            .starts_with("refused (bulk-token-expired): it expired at 2020-01-30T20:18:25Z\n"));
  // D2 is of bulk tokens.
  CHECK(has(said(kBulk + "--audience a"), "\n  D2   A bulk token is accepted only if "));
  CHECK(said(kClient + "--audience a") ==
        "refused (wrong-audience): its audience is not the one expected\n");
  desk.write("no-token", "hello");
  CHECK(said("--token-file no-token --key site.pem") ==
        "refused (malformed): it is not three segments with dots between them "
        "(not-three-segments)\n");
  CHECK(said("no-token --key site.pem") ==
        "refused (malformed): it is not three segments with dots between them "
        "(not-three-segments)\n`no-token` is a file: use --token-file no-token\n");
  CHECK(desk.run("token inspect no-token")
            .out.ends_with("\n`no-token` is a file: use --token-file no-token\n"));
  REQUIRE(desk.run("site init other-site").status == 0);
  CHECK(said("--token-file bulk --site other-site") ==
        "refused (unknown-signer): its signer is not a certificate of this site: is --site the "
        "site that issued it?\n");
}

TEST_CASE("D6: verify holds a client token to the certificate, or says that it did not", "[slow]") {
  const Said bound = verify(kClient + "--client-certificate client.crt");
  CHECK(bound.status == 0);
  CHECK(bound.answer["binding-checked"] == true);
  CHECK(bound.answer["claims"]["serial"] == "17-3");
  check_fault(kClient + "--client-certificate site.crt", "certificate-mismatch",
              "certificate-mismatch");
  CHECK(verify(kClient).answer["binding-checked"] == false);
  CHECK(has(signing_desk().run("token verify " + kClient).out, "the binding (D6) is unchecked"));
}

TEST_CASE("verify goes by the key, and by the certificate that the token names", "[slow]") {
  const SigningDesk& desk = signing_desk();
  CHECK(verify(kBulk + "--signing-certificate site.crt").status == 0);
  CHECK(verify("--token-file bulk --key site.crt --at 1580156305").status == 0);
  // The same key in another certificate has another thumbprint.
  desk.write("again.crt", SigningDesk::self_signed(desk.key(), "again").to_pem());
  check_fault(kBulk + "--signing-certificate again.crt", "unknown-signer", "unknown-signer");
  const PrivateKey other = PrivateKey::generate(KeyKind::rsa);
  desk.write("other.pem", other.public_key().to_pem());
  check_fault("--token-file bulk --key other.pem --at 1580156305", "bad-signature",
              "bad-signature");
  desk.write("other.crt", SigningDesk::self_signed(other, "other").to_pem());
  check_refused(desk, {{"token verify --token-file bulk --key site.pem --signing-certificate "
                        "other.crt",
                        "not the certificate of the key"}});
}

TEST_CASE("verify --signature-only leaves the payload alone") {
  const Said said = verify("--token-file bulk --key site.pem --signature-only");
  CHECK(said.status == 0);
  CHECK(said.answer == json::parse(R"({"accepted":true,"signature-only":true})"));
  const SigningDesk& desk = signing_desk();
  std::string token = read_file(desk.path("bulk"));
  token[token.find('.') + 20] ^= 1;
  desk.write("changed", token);
  check_fault("--token-file changed --key site.pem --signature-only", "bad-signature",
              "bad-signature");
}

TEST_CASE("verify --signature-only goes with nothing that is asked of the payload") {
  for (const std::string option : {"--type client", "--issuer x", "--audience x", "--leeway 5",
                                   "--client-certificate site.crt"}) {
    const Ran ran = signing_desk().run("token verify --token-file bulk --key site.pem " + option +
                                       " --signature-only");
    CAPTURE(option);
    CHECK(ran.status == 2);
    CHECK(has(ran.err, "--signature-only"));
    CHECK(has(ran.err, "excludes"));
  }
}

TEST_CASE("the source's damaged sample is refused as malformed") {
  signing_desk().write("sample", damaged_sample());
  check_fault("--token-file sample --key site.pem", "malformed", "payload-not-strict-json");
}

TEST_CASE("what is wrong with verify's line or files is said in one line", "[slow]") {
  const SigningDesk& desk = signing_desk();
  desk.write("ec.pem", desk.client_key().public_key().to_pem());
  desk.write("private.pem", std::string(desk.key().to_pem().reveal()));
  desk.write("two.pem", desk.key().public_key().to_pem() + desk.key().public_key().to_pem());
  check_refused(
      desk, {
                {"token verify x --key site.pem --at soon", "`soon` is not a time"},
                {"token verify x --key site.pem --at -1", "--at"},
                {"token verify x --key site.pem --at 253402300800", "from 1970 to 9999"},
                {"token verify x --key site.pem --at 99999999999999999999", "too far away"},
                {"token verify x --key site.pem --leeway -1", "`-1` is not a whole number from 0"},
                {"token verify x --key site.pem --leeway 1.5", "--leeway"},
                {"token verify x --key site.pem --leeway 010", "`010` is not a whole number"},
                {"token verify x --key site.pem --leeway 0x10", "`0x10` is not a whole number"},
                {"token verify x --key site.pem --leeway ''", "`` is not a whole number"},
                {"token verify x --key site.pem --leeway ' 1'", "` 1` is not a whole number"},
                {"token verify x --key site.pem --leeway 1s", "`1s` is not a whole number"},
                {"token verify x --key site.pem --leeway 9223372036854775808",
                 "is not a whole number from 0 to 9223372036854775807"},
                {"token verify x --key site.pem --leeway 18446744073709551617",
                 "is not a whole number from 0 to 9223372036854775807"},
                {"token verify x --key site.pem --type both", "--type"},
                {"token verify x --key bulk", "does not hold one public key or certificate"},
                {"token verify x --key ec.pem", "not an RSA key"},
                {"token verify x --key private.pem", "it is a private key: give what `openssl"},
                {"token verify x --key two.pem", "does not hold one public key"},
                {"token verify x --signing-certificate site.crt", "goes with --key"},
                {"token verify x --key site.pem --client-certificate site.pem",
                 "does not hold one certificate in PEM; give a file with exactly one"},
            });
  CHECK(desk.run("token verify x --key nothing-there").status == 3);
  CHECK(desk.run("token verify --token-file nothing-there --key site.pem").status == 3);
}

}  // namespace tokenlife::test
