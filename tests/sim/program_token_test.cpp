// `tokenlife token inspect`: shows any bytes, whatever they are, and trusts none of them.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "core/token/base64url.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "support/token_desk.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;

json inspect(const std::string& token) {
  const Desk desk;
  desk.write("token", token);
  const Ran ran = desk.run("token inspect - --json < token");
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  CHECK(ran.err.empty());
  const json shown = json::parse(ran.out);
  CHECK(shown["verified"] == false);
  return shown;
}

std::string token_of(const std::string& header, const std::string& payload) {
  return to_base64url(header) + '.' + to_base64url(payload) + '.' +
         to_base64url(std::string(256, 's'));
}

bool complains(const json& shown, const std::string& words) {
  for (const std::string wrong : shown["wrong"]) {
    if (has(wrong, words)) return true;
  }
  return false;
}

constexpr const char* kHeader =
    R"({"typ":"JWT","alg":"RS256","x5t":"OSo8vNgyVWQR9CaXyOiZpqe09W4"})";

// The claims of the source's sample, with what stands for `Old` replaced by `New`.
std::string claims_with(const std::string& old_text, const std::string& new_text) {
  std::string claims =
      R"({"SCCMTokenCategory":"SCCMPreAuthToken","Authority":"SCCM","License":"SCCM",)"
      R"("Type":"BulkRegistration","TenantId":"CDCC5E91-0ADF-4A24-82D0-196667F1C081",)"
      R"("UniqueId":"db591e33-05fd-4c5b-82f3-bf673e5bd0a2",)"
      R"("iss":"urn:sccm:oauth2:cdcc5e91-0adf-4a24-82d0-196667f1c081","aud":"urn:sccm:service",)"
      R"("exp":1580415505,"nbf":1580156305})";
  const std::size_t at = claims.find(old_text);
  REQUIRE(at != std::string::npos);
  return claims.replace(at, old_text.size(), new_text);
}

}  // namespace

TEST_CASE("inspect finds nothing wrong with the form of good tokens, and verifies nothing",
          "[slow]") {
  const SigningDesk& desk = signing_desk();
  for (const char* kind : {"bulk", "client"}) {
    INFO(kind);
    const Ran ran = desk.run(std::string("token inspect --token-file ") + kind);
    CHECK(ran.status == 0);
    CHECK(ran.out.starts_with("UNVERIFIED: "));
    for (const char* part :
         {"Header (UNVERIFIED)", "Claims (UNVERIFIED)", "Signature (UNVERIFIED)", "  nothing; "}) {
      CHECK(has(ran.out, part));
    }
    CHECK_FALSE(holds_part_of(ran.out, read_file(desk.path(kind))));
  }
  const json shown = json::parse(desk.run("token inspect --token-file bulk --json").out);
  CHECK(shown["wrong"].empty());
  CHECK(shown["unverified"]["claims"]["UniqueId"] == "db591e33-05fd-4c5b-82f3-bf673e5bd0a2");
  CHECK(shown["unverified"]["claims"]["exp"] == 1'580'415'505);
  CHECK(shown["unverified"]["signature-bytes"] == 256);
}

TEST_CASE("inspect names everything that is wrong with the source's damaged sample") {
  const json shown = inspect(damaged_sample());
  CHECK(shown["unverified"]["header"]["alg"] == "RS256");
  CHECK(shown["unverified"]["signer"] == "392A3CBCD832556411F42697C8E899A6A7B4F56E");
  CHECK(shown["unverified"]["claims"]["SCCMTokenCategory"] == "S{CMPreAuthToken");
  CHECK(has(shown["unverified"]["payload-text"], R"("exp":1580415\xb505,"nbf":1580156305})"));
  CHECK(complains(shown, "the payload is not UTF-8: its byte 302 is 0xB5"));
  CHECK(complains(shown, "the payload cannot be read further than `exp`"));
  CHECK(complains(shown, "`SCCMTokenCategory` is `S{CMPreAuthToken`"));
  CHECK(complains(shown, "`UniqueId` is `db591e33-p6fd-4c5b-82f3-bf673e5bd0a2`; must be a GUID"));
  CHECK(complains(shown, "`nbf` is missing, or cannot be read"));
  CHECK(shown["wrong"].size() == 6);
}

TEST_CASE("inspect names each claim that is wrong, and no other", "[slow]") {
  struct Case {
    const char* old_text;
    const char* new_text;
    const char* complaint;
  };
  const Case cases[] = {
      {"SCCMPreAuthToken", "SCCMClientToken", "`SCCMTokenCategory` is `SCCMClientToken`"},
      {"BulkRegistration", "Bulk", "`Type` is `Bulk`; must be `BulkRegistration`"},
      {R"("Authority":"SCCM",)", "", "`Authority` is missing"},
      {R"("License":"SCCM")", R"("License":["SCCM"])", "`License` is the array"},
      {"CDCC5E91", "cdcc5e91", "must be a GUID in upper case"},
      {"db591e33-05fd", "db591e33-p6fd", "must be a GUID"},
      {"urn:sccm:oauth2:cdcc5e91", "urn:sccm:oauth2:00000000", "`iss` is"},
      {"urn:sccm:service", "urn:sccm:servant", "`aud` is `urn:sccm:servant`"},
      {"1580415505", "1580415505.5", "`exp` is `1580415505.5`"},
      {"1580156305", "-1", "`nbf` is `-1`"},
      {"1580156305", "1580415505", "`nbf` is not before `exp`"},
      {"1580415505", "1580761106", "more than 10080 minutes"},
  };
  for (const Case& one : cases) {
    INFO(one.complaint);
    const json shown = inspect(token_of(kHeader, claims_with(one.old_text, one.new_text)));
    INFO(shown["wrong"].dump());
    CHECK(shown["wrong"].size() == 1);
    CHECK(complains(shown, one.complaint));
  }
}

TEST_CASE("inspect names what is wrong with a header") {
  const std::string claims = claims_with("SCCM", "SCCM");
  CHECK(complains(inspect(token_of(R"({"alg":"none"})", claims)), "not RS256"));
  CHECK(complains(inspect(token_of(R"({"alg":"RS256"})", claims)), "does not name the signer"));
  const json shown =
      inspect(token_of(R"({"alg":"HS256","typ":"JWS","x5t":"!","crit":[]})", claims));
  CHECK(shown["wrong"].size() == 4);
  CHECK(complains(inspect(token_of(R"({"alg":"RS256","alg":"none"})", claims)),
                  "the header names `alg` twice"));
  CHECK(complains(inspect(token_of("[]", claims)), "the header is not strict JSON"));
}

TEST_CASE("inspect notices that the end of a token is cut off, wherever that is", "[slow]") {
  const std::string token = read_file(signing_desk().path("bulk"));
  for (const std::size_t missing : {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 100U, 341U}) {
    const json shown = inspect(token.substr(0, token.size() - missing));
    INFO(missing << shown["wrong"].dump());
    CHECK(shown["wrong"].size() == 1);
    CHECK(complains(shown, "the signature"));
  }
  const std::string head = token.substr(0, token.rfind('.') + 1);
  for (const std::size_t bytes : {256U, 384U, 1024U}) {
    CHECK(inspect(head + to_base64url(std::string(bytes, 's')))["wrong"].empty());
  }
  const json shown = inspect(head + to_base64url(std::string(1025, 's')));
  CHECK(complains(shown, "the signature has 1025 bytes; those of RS256 have 256 to 1024"));
}

TEST_CASE("inspect shows any bytes, and none of them reaches the terminal as a command", "[slow]") {
  const Desk desk;
  const std::string esc = "\x1b]0;owned\x07\x1b[2J";
  const std::string inputs[] = {
      "",
      ".",
      "..",
      "....",
      std::string(3, '\0'),
      esc,
      esc + "." + esc + "." + esc,
      "\xff\xfe.\xb5.\x80",
      token_of("\xEF\xBB\xBF{}", "{\"a\":1}x"),
      token_of(R"({"alg":"\u001b[2J\u202e"})", R"({"\u001b[2J":"\u009b31m","b":"\u0000"})"),
      token_of("{\"alg\":\"" + esc + "\"}", "{\"a\":\"" + esc + "\"}"),
      token_of(std::string(200, '['), "{\"a\":" + std::string(200, '[')),
      token_of("{\"a\":1e999,\"b\":99999999999999999999}", "{\"\\ud800\":1}"),
      std::string(100'000, 'A') + "." + std::string(100'000, 'B') + ".",
      std::string(2'000'000, '.'),
  };
  for (const std::string& input : inputs) {
    INFO(input.substr(0, 40));
    desk.write("token", input);
    for (const char* line : {"token inspect - < token", "token inspect - --json < token"}) {
      const Ran ran = desk.run(line);
      CHECK(ran.status == 0);
      CHECK(ran.err.empty());
      for (const char c : ran.out) {
        if ((c < ' ' && c != '\n') || c == '\x7f') FAIL_CHECK("a control character");
      }
      CHECK_FALSE(has(ran.out, "\xc2\x9b"));
      CHECK_FALSE(has(ran.out, "\xe2\x80\xae"));
    }
  }
}

TEST_CASE("a token is given once, and never repeated by a message", "[slow]") {
  const SigningDesk& desk = signing_desk();
  const std::string token = read_file(desk.path("bulk"));
  check_refused(desk, {
                          {"token inspect", "no token is given"},
                          {"token inspect a.b.c --token-file bulk", "both as TOKEN and as"},
                          {"token verify --token-file bulk", "give --site DIR, or --key"},
                          {"token insepct x", "did you mean `inspect`?"},
                      });
  for (const std::string& line :
       {"token inspect " + token + " " + token, "token inspect --tkoen " + token,
        "token inspect --token-file " + token, "token " + token, token,
        "token verify bulk --key " + token, "token verify bulk --key site.pem --at " + token,
        "token verify bulk --key site.pem --type " + token,
        "token verify bulk --key site.pem --leeway " + token}) {
    const Ran ran = desk.run(line);
    INFO(ran.err);
    CHECK((ran.status == 2 || ran.status == 3));
    CHECK(is_one_message(ran.err));
    CHECK_FALSE(holds_part_of(ran.err, token));
    CHECK_FALSE(holds_part_of(ran.out, token));
  }
  desk.write("lines", in_lines(token, 76));
  for (const std::string line : {"token inspect $(cat lines)", "token block $(cat lines)",
                                 "token verify --key $(cat lines)", "run $(cat lines)"}) {
    const Ran ran = desk.run(line);
    INFO(ran.err);
    CHECK(ran.status == 2);
    CHECK(is_one_message(ran.err));
    CHECK_FALSE(holds_line_of(ran.err, in_lines(token, 76)));
  }
  CHECK(desk.run("token inspect --token-file nothing-there").status == 3);
  CHECK(desk.run("token inspect --token-file .").status == 3);
  CHECK(desk.run("token inspect - <&-").status == 3);
}

TEST_CASE("D4: a private key on the command line is not repeated by a message", "[slow]") {
  const SigningDesk& desk = signing_desk();
  for (const PrivateKey& key : {desk.key(), desk.client_key()}) {
    const std::string pem(key.to_pem().reveal());
    desk.write("typed.pem", pem);
    desk.write("cut.pem", pem.substr(0, pem.size() - 40));
    for (const std::string line :
         {"token verify x --key \"$(cat typed.pem)\"", "token verify x --key $(cat typed.pem)",
          "token verify x --key \"$(cat cut.pem)\"", "token inspect x \"$(cat typed.pem)\"",
          "run \"$(cat typed.pem)\"", "run $(cat typed.pem)", "\"$(cat typed.pem)\"",
          "token verify x --key site.pem --at \"$(cat typed.pem)\"",
          "ccmsetup-line --parse \"ccmsetup.exe $(cat typed.pem)\""}) {
      const Ran ran = desk.run(line);
      INFO(line << "\n" << ran.err);
      CHECK(ran.status != 0);
      CHECK_FALSE(holds_line_of(ran.err + ran.out, pem));
    }
  }
}

TEST_CASE("a file that is too long for a token is one, like standard input", "[slow]") {
  const Desk desk;
  desk.write("long", std::string(2'000'000, 'A'));
  const Ran ran = desk.run("token inspect --token-file long --json");
  CHECK(ran.status == 0);
  CHECK(complains(json::parse(ran.out), "more than 16384 bytes"));
  desk.write("site.pem", read_file(signing_desk().path("site.pem")));
  const Ran verified = desk.run("token verify --token-file long --key site.pem");
  CHECK(verified.status == 1);
  CHECK(has(verified.out, "too-long"));
}

}  // namespace tokenlife::test
