// R9, R18, A11, A14 on disk: clients that show a PKI certificate or an Entra token to register, and
// a site that trusts a CA and an issuer. What is shown is stored nowhere (D4).
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/client_desk.hpp"
#include "support/forge.hpp"
#include "support/pki.hpp"

namespace tokenlife::test {
namespace {

using nlohmann::json;
using std::chrono::days;
using std::chrono::hours;

const std::string kShowPki = "--pki pki.pem --pki-key pki.key --chain issuing.pem";
const std::string kShowEntra = "--entra-token - < entra.jwt";

// A site with an HTTPS MP, a CA's client and a stranger, and a token of an Entra issuer.
struct CredentialDesk : ClientDesk {
  TestPki pki{start()};

  CredentialDesk() {
    write("root.pem", pki.root);
    write("issuing.pem", pki.issuing);
    write("pki.pem", pki.client);
    write("pki.key", pki.client_key.private_pem());
    const CertificateForm own = pki.form.with(&CertificateForm::issuer, "client");
    write("impostor.pem", pki_certificate(pki.client_key, pki.client_key, own));
    write("jwks.json", jwks_of(rfc7515_rsa(), "key-1"));
    write("entra.jwt", entra_token("https://sts.windows.net/1/"));
    out("site set-mp site https");
  }
  std::string entra_token(const std::string& issuer) const {
    const auto now = start().time_since_epoch().count();
    return forge(R"({"typ":"JWT","alg":"RS256","kid":"key-1"})",
                 R"({"iss":")" + issuer + R"(","aud":"api://site","nbf":)" +
                     std::to_string(now - 60) + ",\"exp\":" + std::to_string(now + 86'400) +
                     R"(,"deviceid":"db591e33-05fd-4c5b-82f3-bf673e5bd0a2"})",
                 rfc7515_rsa());
  }
  std::string out(const std::string& line) const {
    const Ran ran = run(line + at(hours{0}));
    INFO(line << "\n" << ran.err);
    REQUIRE(ran.status == 0);
    return ran.out;
  }
  void trust_ca(const std::string& rest = "") const { out("site trust-ca site root.pem " + rest); }
  void trust_entra() const {
    out("site trust-entra site --issuer https://sts.windows.net/1/ --audience api://site "
        "--jwks jwks.json");
  }
};

// By the CMG, or by an HTTPS MP.
void check_refused(const json& answer, const std::string& fault) {
  CHECK(answer["granted"] == false);
  CHECK(answer["reason"] == "credential-required");
  CHECK(answer["fault"] == fault);
  const bool is_at_cmg = answer["network"] == "internet";
  CHECK(answer["rules"] == json::parse(is_at_cmg ? R"(["A11"])" : R"(["R18"])"));
}

}  // namespace

TEST_CASE("R17 R18: an HTTPS MP registers a PKI client, and not a self-signed one", "[slow]") {
  const CredentialDesk desk;
  desk.trust_ca();
  desk.ask(0, "new", "laptop", hours{0}, "--network intranet");
  CHECK(desk.ask(1, "register", "laptop", hours{1})["reason"] == "credential-required");
  CHECK(has(desk.client("register", "laptop", hours{1}).out,
            "An HTTPS MP asks for a PKI certificate, an Entra token or a bulk token"));
  CHECK(has(desk.client("register", "laptop", hours{1}).out,
            "--entra-token - or --bulk-token -; or"));
  check_refused(desk.ask(1, "register", "laptop", hours{1},
                         "--pki impostor.pem --pki-key pki.key --chain issuing.pem"),
                "chain-not-trusted");
  check_refused(desk.ask(1, "register", "laptop", hours{1}, "--pki pki.pem --pki-key pki.key"),
                "chain-not-trusted");
  check_refused(desk.ask(1, "register", "laptop", hours{1},
                         "--pki pki.pem --pki-key laptop/client.key --chain issuing.pem"),
                "credential-not-possessed");
  CHECK(has(desk.client("register", "laptop", hours{1}, "--pki pki.pem --pki-key pki.key").out,
            "give the CA certificates between it and the root with --chain FILE"));
  CHECK(has(desk.client("register", "laptop", hours{1},
                        "--pki pki.pem --pki-key laptop/client.key --chain issuing.pem")
                .out,
            "use --pki-key to give the private key that belongs to the certificate"));
  const json granted = desk.ask(0, "register", "laptop", hours{2}, kShowPki);
  CHECK(granted["granted"] == true);
  CHECK(granted["events"][0]["credential"] == "pki");
  // What it has registered by stands in its token, also in the next one.
  const std::string inspect = "token inspect --token-file laptop/token";
  CHECK(has(desk.run(inspect).out, "PKI"));
  CHECK(desk.ask(0, "renew", "laptop", days{31})["granted"] == true);
  CHECK(has(desk.run(inspect).out, "PKI"));
}

TEST_CASE("A11: PKI and Entra clients register over the CMG without a bulk token", "[slow]") {
  const CredentialDesk desk;
  for (const char* name : {"pki", "entra"}) {
    desk.ask(0, "new", name, hours{0}, "--network internet");
  }
  CHECK(desk.ask(1, "register", "pki", hours{1})["reason"] == "no-credential");
  check_refused(desk.ask(1, "register", "pki", hours{1}, kShowPki), "authority-not-trusted");
  CHECK(has(desk.client("register", "pki", hours{1}, kShowPki).out,
            "make the site trust whoever issued it: `tokenlife site trust-ca DIR CERT`"));
  CHECK(has(desk.client("register", "pki", hours{1}, kShowPki).out,
            "(authority-not-trusted): A11\n  A11  PKI and Entra clients: register and re-register "
            "anywhere.\n"));
  check_refused(desk.ask(1, "register", "entra", hours{1}, kShowEntra), "authority-not-trusted");
  desk.trust_ca();
  desk.trust_entra();
  CHECK(desk.ask(0, "register", "pki", hours{2}, kShowPki)["state"] == "roaming");
  const json granted = desk.ask(0, "register", "entra", hours{2}, kShowEntra);
  CHECK(kinds_of(granted) == "registration-requested registration-completed");
  CHECK(granted["events"][0]["credential"] == "entra");
  CHECK(has(desk.run("token inspect --token-file entra/token").out, "Entra"));
  CHECK(desk.ask(0, "call", "entra", hours{3})["granted"] == true);
  // Re-registration too, months later.
  CHECK(desk.ask(1, "call", "pki", days{100})["state"] == "re-registration-required");
  CHECK(desk.ask(0, "register", "pki", days{101}, kShowPki)["granted"] == true);
  desk.write("entra.jwt", desk.entra_token("https://sts.windows.net/2/"));
  desk.ask(0, "new", "other", hours{0}, "--network internet");
  check_refused(desk.ask(1, "register", "other", hours{2}, kShowEntra), "wrong-issuer");
  CHECK(has(desk.client("register", "other", hours{2}, kShowEntra).out,
            "give an Entra token of the issuer, and for the audience, that `tokenlife site show"));
  desk.write("entra.jwt", "cut");
  CHECK(has(desk.client("register", "other", hours{2}, kShowEntra).out,
            "give the whole Entra token, and nothing else\n"));
}

TEST_CASE("D8 A7: a client that has registered before is told that no bulk token helps", "[slow]") {
  const CredentialDesk desk;
  desk.trust_ca();
  desk.ask(0, "new", "laptop", hours{0}, "--network intranet");
  desk.ask(0, "register", "laptop", hours{0}, kShowPki);
  desk.ask(1, "call", "laptop", days{91}, "--network internet");
  const std::string again =
      "it has to register again: run `tokenlife client register` with --pki and --pki-key or "
      "--entra-token -; a bulk token is only for a client that has never registered: make a new "
      "client with `tokenlife client new --dir NEW --site SITE`; or make the site's management "
      "points accept self-signed clients with `tokenlife site set-mp DIR enhanced-http`, and "
      "register on the intranet (--network intranet) (R60, D8, A7, A11)\n";
  const std::string unused =
      "tokenlife: laptop: warning: the bulk token was not used: this client has registered before "
      "(A7)\n";
  desk.bulk_token("bulk");
  const std::string bulk = "--bulk-token - < bulk";
  const Ran silent = desk.client("register", "laptop", days{91}, bulk);
  CHECK(silent.status == 1);
  CHECK(silent.out.starts_with("no request sent: " + again));
  CHECK(silent.err == unused);
  const Ran refused = desk.client("register", "laptop", days{91}, "--network intranet " + bulk);
  CHECK(refused.status == 1);
  CHECK(has(refused.out, "a PKI certificate, an Entra token or a bulk token.\n" + again));
  CHECK(refused.err == unused);
  CHECK(desk.ask(0, "register", "laptop", days{91}, kShowPki)["granted"] == true);
}

TEST_CASE("A13: a client that shows a PKI certificate is not stranded while it can", "[slow]") {
  const CredentialDesk desk;
  desk.trust_ca();
  desk.ask(0, "new", "laptop", hours{0}, "--network internet --credential pki");
  desk.ask(0, "new", "plain", hours{0}, "--network internet");
  const std::string visit = " laptop --site site --network internet" + desk.at(hours{1}) + " ";
  const Ran alone = desk.run("client call --dir" + visit);
  CHECK(alone.status == 2);
  CHECK(has(alone.err, "shows a PKI certificate to register, which is stored nowhere"));
  CHECK(desk.ask(0, "call", "laptop", hours{1}, kShowPki)["granted"] == true);
  desk.ask(0, "register", "plain", hours{1}, kShowPki);
  for (const auto& [name, stranded] : {std::pair{"laptop", 0}, {"plain", 1}}) {
    CHECK(desk.client("call", name, days{100}).status != 0);
    const json state = json::parse(desk.run(std::string("replay --json ") + name).out);
    CHECK(state["stranded"] == stranded);
  }
}

TEST_CASE("A14: a credential that has expired is worth a self-signed one", "[slow]") {
  const CredentialDesk desk;
  desk.trust_ca();
  const auto now = desk.start();
  desk.write("pki.pem", pki_certificate(desk.pki.client_key, desk.pki.issuing_key,
                                        desk.pki.form.dated(now - days{9}, now - days{1})));
  desk.ask(0, "new", "laptop", hours{0}, "--network intranet");
  check_refused(desk.ask(1, "register", "laptop", hours{1}, kShowPki), "credential-expired");
  CHECK(has(desk.client("register", "laptop", hours{1}, kShowPki).out,
            "give a certificate or Entra token that is valid now; if the CA has expired, trust "
            "its\nsuccessor: `tokenlife site trust-ca DIR CERT`\n"));
  desk.out("site set-mp site enhanced-http");
  const Ran ran = desk.client("register", "laptop", hours{1}, kShowPki);
  CHECK(ran.status == 0);
  CHECK(has(ran.err, "what it shows has expired: it registers like a self-signed client (A14)"));
  CHECK(has(desk.run("token inspect --token-file laptop/token").out, "SelfSigned"));
}

TEST_CASE("R18: a CA and an issuer are trusted until the operator trusts them no more", "[slow]") {
  const CredentialDesk desk;
  desk.trust_ca("--name corporate");
  desk.trust_entra();
  desk.ask(0, "new", "laptop", hours{0}, "--network internet");
  const json shown = json::parse(desk.out("site show site --json"));
  CHECK(shown["mp"] == "https");
  CHECK(shown["trusted-cas"][0]["name"] == "corporate");
  CHECK(shown["entra"]["issuer"] == "https://sts.windows.net/1/");
  // The same again changes nothing; with lists, something.
  CHECK(has(desk.out("site trust-ca site root.pem --name corporate"), "is already trusted"));
  const auto now = desk.start();
  const auto lists = [&](const std::vector<long>& revoked) {
    return pki_crl(desk.pki.issuing_key, "issuing", now - days{1}, now + days{7}, revoked) +
           pki_crl(desk.pki.root_key, "root", now - days{1}, now + days{7}, {});
  };
  desk.write("crl.pem", lists({1}));
  desk.trust_ca("--crl crl.pem");
  check_refused(desk.ask(1, "register", "laptop", hours{1}, kShowPki), "revoked");
  desk.write("old.pem", pki_crl(desk.pki.root_key, "root", now - days{1}, now + days{7}, {}));
  desk.trust_ca("--crl old.pem");
  check_refused(desk.ask(1, "register", "laptop", hours{1}, kShowPki), "revocation-unknown");
  CHECK(has(desk.client("register", "laptop", hours{1}, kShowPki).out,
            "give a file with a current list for every CA of the chain"));
  desk.trust_ca("--crl crl.pem");
  // What is not said again stays.
  desk.trust_ca("--name other");
  check_refused(desk.ask(1, "register", "laptop", hours{1}, kShowPki), "revoked");
  desk.trust_ca("--no-crl");
  CHECK(json::parse(desk.out("site show site --json"))["trusted-cas"][0]["name"] == "other");
  CHECK(desk.ask(0, "register", "laptop", hours{1}, kShowPki)["granted"] == true);
  desk.write("crl.pem", lists({}));
  desk.trust_ca("--crl crl.pem");
  desk.ask(0, "new", "kiosk", hours{0}, "--network internet");
  const std::string thumbprint = shown["trusted-cas"][0]["thumbprint"];
  desk.out("site distrust-ca site " + thumbprint);
  check_refused(desk.ask(1, "register", "kiosk", hours{1}, kShowPki), "authority-not-trusted");
  CHECK(desk.run("site distrust-ca site " + thumbprint).status == 2);
  desk.out("site distrust-entra site");
  check_refused(desk.ask(1, "register", "kiosk", hours{1}, kShowEntra), "authority-not-trusted");
  CHECK(desk.run("site distrust-entra site").status == 2);
  // Nothing is left behind of what is trusted no more.
  for (const auto& entry : std::filesystem::directory_iterator(desk.path("site"))) {
    const std::string name = entry.path().filename().string();
    CHECK_FALSE(
        (name.starts_with("ca-") || name.starts_with("revoked-") || name.starts_with("jwks-")));
  }
  const std::string events = desk.run("events site").out;
  for (const char* kind : {"ca-trusted", "ca-distrusted", "entra-trusted", "entra-distrusted"}) {
    CHECK(has(events, kind));
  }
}

TEST_CASE("R18: a file of what is trusted is the one that the journal names, or is refused",
          "[slow]") {
  const CredentialDesk desk;
  desk.trust_ca();
  desk.trust_entra();
  desk.ask(0, "new", "laptop", hours{0}, "--network internet");
  const ForgedKey own = ForgedKey::ec("P-256");
  for (const auto& entry : std::filesystem::directory_iterator(desk.path("site"))) {
    const std::string name = "site/" + entry.path().filename().string();
    if (name.starts_with("site/ca-")) {
      desk.write(name, pki_certificate(own, own, desk.pki.form.as_ca("root", "root")));
    }
    if (name.starts_with("site/jwks-")) desk.write(name, jwks_of(strangers_rsa(), "key-1"));
  }
  for (const std::string& shown : {kShowPki, kShowEntra}) {
    const Ran ran = desk.client("register", "laptop", hours{1}, shown);
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "is not the file that the journal names"));
  }
}

TEST_CASE("R18: what cannot be trusted, or shown together, is told", "[slow]") {
  const CredentialDesk desk;
  const auto says = [&](const std::string& line, const std::string& what) {
    const Ran ran = desk.run(line);
    INFO(line << "\n" << ran.err);
    CHECK(ran.status == 2);
    CHECK(has(ran.err, what));
  };
  desk.ask(0, "new", "laptop", hours{0});
  says("site trust-ca site issuing.pem", "is not the self-signed certificate of a CA");
  says("site trust-ca site pki.key",
       "it is a private key: give the certificate that belongs to it");
  says("site trust-ca site root.pem --crl root.pem", "does not hold lists of revoked certificates");
  says("site trust-ca site root.pem --name ''", "--name: it has 0 bytes");
  const std::string entra = "site trust-entra site --issuer i --audience a --jwks ";
  says(entra + "root.pem", "is not a single strict JSON object");
  for (const char* wanted : {"trust-ca site laptop", "trust-ca site root.pem --crl laptop",
                             "trust-entra site --issuer i --audience a --jwks laptop"}) {
    CHECK(has(desk.run(std::string("site ") + wanted).err,
              "laptop: cannot be read: it is a folder; give the path of the "));
  }
  says("site set-mp site http", "is not a kind of management point");
  says("site distrust-ca site 12", "is not a SHA-256 thumbprint");
  const std::string registers = "client register --dir laptop --site site ";
  says(registers + "--pki pki.pem", "--pki and --pki-key go together");
  says(registers + "--chain issuing.pem", "--chain goes with --pki");
  says(registers + kShowPki + " --entra-token - < entra.jwt", "is a separate credential");
  says(registers + "--entra-token " + desk.entra_token("i"), "takes only -");
  CHECK_FALSE(has(desk.run(registers + "--entra-token " + desk.entra_token("i")).err,
                  desk.entra_token("i").substr(0, 40)));
}

TEST_CASE("D4: what a client shows is in no file of it or the site", "[slow]") {
  const CredentialDesk desk;
  desk.trust_ca();
  desk.trust_entra();
  for (const char* name : {"laptop", "kiosk"}) {
    desk.ask(0, "new", name, hours{0}, "--network internet");
  }
  desk.ask(0, "register", "laptop", hours{1}, kShowPki);
  desk.ask(0, "register", "kiosk", hours{1}, kShowEntra);
  const std::string token = desk.entra_token("https://sts.windows.net/1/");
  const auto lines = [](const std::string& pem) { return pem.substr(pem.find('\n') + 1, 60); };
  std::size_t files = 0;
  for (const char* folder : {"site", "laptop", "kiosk"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(desk.path(folder))) {
      if (!entry.is_regular_file()) continue;
      ++files;
      INFO(entry.path());
      const std::string text = read_file(entry.path());
      CHECK_FALSE(has(text, lines(desk.pki.client)));
      CHECK_FALSE(has(text, lines(desk.pki.issuing)));
      CHECK_FALSE(has(text, lines(desk.pki.client_key.private_pem())));
      CHECK_FALSE(has(text, token.substr(0, 60)));
      CHECK_FALSE(has(text, "db591e33-05fd-4c5b-82f3-bf673e5bd0a2"));
    }
  }
  CHECK(files > 10);
}

}  // namespace tokenlife::test
