// Clients on disk that get nothing: copied, damaged, foreign, too late. D2, D6, R15, R24, R62.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "support/client_desk.hpp"

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::days;
using std::chrono::hours;

// Registered on the intranet, and on the internet since.
void make_roaming(const ClientDesk& desk, const std::string& name) {
  desk.ask(0, "new", name, hours{0});
  desk.ask(0, "register", name, hours{0});
  desk.ask(0, "call", name, hours{1}, "--network internet");
}

}  // namespace

TEST_CASE("D6 R15: a token with another client's certificate is refused", "[slow]") {
  const ClientDesk desk;
  make_roaming(desk, "laptop");
  make_roaming(desk, "thief");
  fs::copy_file(desk.path("laptop/token"), desk.path("thief/token"),
                fs::copy_options::overwrite_existing);
  const json refused = desk.ask(1, "call", "thief", hours{2});
  CHECK(refused["reason"] == "certificate-mismatch");
  CHECK(refused["fault"] == "certificate-mismatch");
  CHECK(refused["rules"] == json::parse(R"(["D6","R15"])"));
  CHECK(refused["state"] == "re-registration-required");
  CHECK(desk.ask(0, "call", "laptop", hours{2})["granted"] == true);
}

TEST_CASE("what a client without a token can be given is said", "[slow]") {
  const ClientDesk desk;
  desk.ask(0, "new", "laptop", hours{0}, "--network internet");
  CHECK(desk.ask(1, "call", "laptop", hours{1})["answer"] ==
        "no request sent: no credential that the CMG accepts: give --bulk-token -, --pki and "
        "--pki-key, or --entra-token -; or take it to the intranet with --network intranet (R19, "
        "R20)");
  const std::string nothing =
      "no request sent: it has no token to renew: run `tokenlife client register --dir DIR "
      "--site SITE` first";
  CHECK(desk.ask(1, "renew", "laptop", hours{2})["answer"] == nothing);
  CHECK(desk.ask(1, "renew", "laptop", hours{3}, "--network intranet")["answer"] == nothing);
}

TEST_CASE("a client whose token is refused is told at once how it gets another", "[slow]") {
  const ClientDesk desk;
  make_roaming(desk, "laptop");
  desk.write("laptop/token", "garbage");
  const std::string again =
      "it has to register again: run `tokenlife client register` on the intranet (--network "
      "intranet), or with --pki and --pki-key or --entra-token -; a bulk token is only for a "
      "client that has never registered: make a new client with `tokenlife client new --dir NEW "
      "--site SITE` (R60, D8, A7, A11)\n"
      "the client has to register again (re-registration-required)\n";
  // D2 is of bulk tokens.
  CHECK(has(desk.client("call", "laptop", hours{2}).out,
            "\nrefused (malformed): it is not three segments with dots between them "
            "(not-three-segments)\n" +
                again));
  CHECK(desk.client("call", "laptop", hours{3}).out == "no request sent: " + again);
  make_roaming(desk, "garbled");
  desk.write("garbled/token", "garbage");
  CHECK(desk.ask(1, "call", "garbled", hours{2})["rules"] == json::array());
}

TEST_CASE("D6: certificate and token are worth nothing without the key", "[slow]") {
  const ClientDesk desk;
  make_roaming(desk, "laptop");
  fs::copy(desk.path("laptop"), desk.path("copy"),
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  fs::remove(desk.path("copy/client.key"));
  const Ran without = desk.client("call", "copy", hours{2});
  CHECK(without.status == 3);
  CHECK(is_one_message(without.err));
  CHECK(has(without.err, "client.key"));
  // Nor with another key.
  desk.ask(0, "new", "other", hours{0});
  fs::copy_file(desk.path("other/client.key"), desk.path("copy/client.key"));
  const Ran other = desk.client("call", "copy", hours{2});
  CHECK(other.status == 3);
  CHECK(has(other.err, "not the certificate of the client's key"));
}

TEST_CASE("D6: a reinstalled client has a new certificate, and its old token is refused",
          "[slow]") {
  const ClientDesk desk;
  make_roaming(desk, "before");
  make_roaming(desk, "after");
  fs::copy_file(desk.path("before/token"), desk.path("after/token"),
                fs::copy_options::overwrite_existing);
  CHECK(desk.ask(1, "call", "after", hours{2})["reason"] == "certificate-mismatch");
  const Ran ran = desk.run(
      "token verify --token-file before/token --site site --client-certificate "
      "after/client.crt" +
      desk.at(hours{2}));
  CHECK(ran.status == 1);
  CHECK(has(ran.out, "certificate-mismatch"));
}

TEST_CASE("D2 R62: bulk tokens that are expired, blocked, unknown or damaged register nobody",
          "[slow]") {
  const ClientDesk desk;
  const json old = desk.bulk_token("old", "--lifetime 60");
  const json blocked = desk.bulk_token("blocked");
  const std::string guid = blocked["guid"];
  REQUIRE(desk.run("token block " + guid + " --site site" + desk.at(hours{0})).status == 0);
  REQUIRE(desk.run("site init elsewhere").status == 0);
  const Ran foreign = desk.run("token new --site elsewhere --json");
  desk.write("foreign", json::parse(foreign.out)["token"].get<std::string>());
  std::string damaged = old["token"];
  damaged[damaged.find('.') + 9] ^= 1;
  desk.write("damaged", damaged);
  desk.write("garbage", "\x1b[2J\xff.\xb5.");
  desk.ask(0, "new", "donor", hours{0});
  desk.ask(0, "register", "donor", hours{0});
  struct Case {
    const char* file;
    const char* reason;
  };
  for (const Case& one : {Case{"old", "bulk-token-expired"}, Case{"blocked", "bulk-token-blocked"},
                          Case{"foreign", "unknown-signer"}, Case{"garbage", "malformed"},
                          Case{"donor/token", "wrong-type"}}) {
    INFO(one.file);
    const std::string name = std::string("for-") + one.reason;
    desk.ask(0, "new", name, hours{2}, "--network internet");
    const json refused =
        desk.ask(1, "register", name, hours{3}, std::string("--bulk-token - < ") + one.file);
    CHECK(refused["reason"] == one.reason);
    CHECK(refused["state"] == "installed");
    CHECK(kinds_of(refused) == "client-reinstalled registration-requested registration-refused");
    CHECK_FALSE(fs::exists(desk.path(name + "/token")));
  }
  const auto said = [&](const std::string& file) {
    const std::string name = "for-" + file;
    desk.ask(0, "new", name, hours{2}, "--network internet");
    return desk.client("register", name, hours{3}, "--bulk-token - < " + file).out;
  };
  desk.write("cut", std::string(old["token"]).substr(0, 100));
  CHECK(has(said("cut"), "give the whole token, and nothing else, as `tokenlife token new`"));
  desk.write("strange", read_file(desk.path("foreign")));
  CHECK(has(said("strange"), "was the token made with `tokenlife token new --site` for this same"));
  desk.ask(0, "new", "last", hours{2}, "--network internet");
  const json refused = desk.ask(1, "register", "last", hours{3}, "--bulk-token - < damaged");
  CHECK((refused["reason"] == "malformed" || refused["reason"] == "bad-signature"));
  // A7: with another token the client is installed again, and registers.
  desk.bulk_token("fresh");
  CHECK(desk.ask(0, "register", "last", hours{4}, "--bulk-token - < fresh")["granted"] == true);
}

TEST_CASE("A9 D2: a bulk token whose signer is retired registers nobody, as in a run", "[slow]") {
  const ClientDesk desk;
  desk.bulk_token("bulk");
  const auto change = [&](const std::string& command, hours after) {
    REQUIRE(desk.run(command + desk.at(after)).status == 0);
  };
  change("site rotate site", hours{1});
  desk.ask(0, "new", "early", hours{1}, "--network internet");
  CHECK(desk.ask(0, "register", "early", hours{1}, "--bulk-token - < bulk")["granted"] == true);
  change("site retire site 0", hours{2});
  desk.ask(0, "new", "late", hours{6}, "--network internet");
  const json refused = desk.ask(1, "register", "late", hours{6}, "--bulk-token - < bulk");
  CHECK(refused["reason"] == "unknown-signer");
  CHECK(refused["rules"] == json::parse(R"(["A9"])"));
  CHECK(kinds_of(refused) == "client-reinstalled registration-requested registration-refused");
  // D1: a token of the client's own is another one's work.
  CHECK(desk.ask(0, "call", "early", hours{6})["granted"] == true);
}

TEST_CASE("R24: a bulk token is no client token", "[slow]") {
  const ClientDesk desk;
  desk.bulk_token("bulk");
  make_roaming(desk, "laptop");
  fs::remove(desk.path("laptop/token"));
  fs::copy_file(desk.path("bulk"), desk.path("laptop/token"));
  fs::permissions(desk.path("laptop/token"), fs::perms::owner_read);
  CHECK(desk.ask(1, "call", "laptop", hours{2})["reason"] == "wrong-type");
}

TEST_CASE("files that others can read are not used", "[slow]") {
  const ClientDesk desk;
  make_roaming(desk, "laptop");
  for (const char* file : {"laptop/token", "laptop/client.key"}) {
    INFO(file);
    CHECK(fs::status(desk.path(file)).permissions() ==
          (fs::perms::owner_read | fs::perms::owner_write));
    fs::permissions(desk.path(file), fs::perms::group_read, fs::perm_options::add);
    const Ran ran = desk.client("call", "laptop", hours{2});
    CHECK(ran.status == 3);
    CHECK(has(ran.err,
              "can be read or written by other users; run `chmod 600` on it; if it may have been "
              "read, run `tokenlife site block-client SITE CLIENT` and make a new client with "
              "`tokenlife client new --dir NEW --site SITE`\n"));
    fs::permissions(desk.path(file), fs::perms::group_read, fs::perm_options::remove);
  }
  fs::rename(desk.path("laptop/token"), desk.path("elsewhere"));
  fs::create_symlink("../elsewhere", desk.path("laptop/token"));
  CHECK(desk.client("call", "laptop", hours{2}).status == 3);
}

TEST_CASE("damage to a client's folder is an error, and never a state", "[slow]") {
  const ClientDesk desk;
  make_roaming(desk, "laptop");
  const fs::path log = fs::canonical(desk.path("laptop/log"));
  for (const auto& entry : fs::directory_iterator(log)) {
    const std::string bytes = read_file(entry.path());
    for (const std::size_t at : {std::size_t{3}, bytes.size() / 2, bytes.size() - 1}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
      write_file(entry.path(), damaged);
      INFO(entry.path() << " " << at);
      const Ran ran = desk.client("call", "laptop", hours{2});
      CHECK(ran.status == 3);
      CHECK(is_one_message(ran.err));
    }
    write_file(entry.path(), bytes);
  }
  CHECK(desk.ask(0, "call", "laptop", hours{2})["granted"] == true);
  // A token that is not there, or is garbage, is shown as it is, and refused.
  desk.write("laptop/token", "garbage");
  fs::permissions(desk.path("laptop/token"), fs::perms::owner_read);
  CHECK(desk.ask(1, "call", "laptop", hours{2})["reason"] == "malformed");
  desk.write("plain-file", "x");
  CHECK(desk.client("call", "plain-file", hours{2}).status == 3);
  CHECK(desk.client("call", "nothing-there", hours{2}).status == 3);
  CHECK(desk.client("new", "laptop", hours{2}).status == 3);
  fs::create_directory(desk.path("empty"));
  CHECK(desk.client("call", "empty", hours{2}).status == 3);
}

TEST_CASE("what is wrong with a client's line is said in one line", "[slow]") {
  const ClientDesk desk;
  desk.bulk_token("bulk");
  desk.ask(0, "new", "kiosk", hours{0}, "--network internet --bulk-token - < bulk");
  check_refused(
      desk,
      {
          {"client", "a command is missing; see `tokenlife client --help`"},
          {"client regster", "did you mean `register`?"},
          {"client call --dir kiosk", "--site is required"},
          {"client call --site site", "--dir is required"},
          {"client renew --dir kiosk --site site --bulk-token -", "--bulk-token"},
          {"client register --dir kiosk --site site --bulk-token abc", "takes only -"},
          {"client register --dir kiosk --site site --bulk-token - < /dev/null", "no bulk token"},
          {"client register --dir kiosk --site site --network moon", "--network"},
          {"client register --dir kiosk --site site --host https://x", "not a host name"},
          {"client register --dir kiosk --site site", "stored nowhere (R22)"},
          {"client new --dir second --site site --key dsa", "--key"},
      });
  const Ran taken = desk.run("client new --dir kiosk --site site");
  CHECK(taken.status == 3);
  CHECK(has(taken.err, "kiosk: is not empty; give a new folder, or an empty one"));
  CHECK(desk.run("client new --dir third --site nothing-there").status == 3);
  CHECK_FALSE(fs::exists(desk.path("third")));
}

}  // namespace tokenlife::test
