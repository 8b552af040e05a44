// D4, R22, R28, R42: after a whole session, with errors, no file holds a token or a key but those
// that are made to, and no message does.
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/token/base64url.hpp"
#include "support/client_desk.hpp"
#include "support/token_desk.hpp"

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::hours;

// A desk that hears everything that is said to standard error.
class Session {
 public:
  const ClientDesk& desk() const { return desk_; }
  Ran run(const std::string& line) {
    Ran ran = desk_.run(line);
    said_ += ran.err;
    return ran;
  }
  Ran client(const std::string& verb, const std::string& name, std::chrono::seconds after,
             const std::string& rest = "") {
    const Ran ran =
        run("client " + verb + " --dir " + name + " --site site" + desk_.at(after) + " " + rest);
    printed_ += ran.out;
    return ran;
  }
  const std::string& said() const { return said_; }
  const std::string& printed() const { return printed_; }

 private:
  ClientDesk desk_;
  std::string said_;
  std::string printed_;  // by clients, who show no token either
};

// The lines of a PEM text that are neither its first nor its last.
std::vector<std::string> body_of(const std::string& pem) {
  std::vector<std::string> lines;
  std::istringstream text(pem);
  for (std::string line; std::getline(text, line);) {
    if (line.size() > 20 && line[0] != '-') lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("D4 R22 R28: a session leaves no token and no key where none belongs", "[slow]") {
  Session session;
  const ClientDesk& desk = session.desk();
  const std::string bulk = desk.bulk_token("bulk")["token"];
  REQUIRE(session.run("ccmsetup-line --site site --host cmg.example.com").status == 0);
  session.client("new", "laptop", hours{0});
  session.client("register", "laptop", hours{1});
  session.client("new", "kiosk", hours{0}, "--network internet --bulk-token - < bulk");
  session.client("register", "kiosk", hours{1}, "--bulk-token - --host cmg.example.com < bulk");
  std::vector<std::string> tokens{bulk, read_file(desk.path("laptop/token")),
                                  read_file(desk.path("kiosk/token"))};
  session.client("call", "kiosk", hours{2});
  session.client("renew", "laptop", days{31}, "--json");
  tokens.push_back(read_file(desk.path("laptop/token")));
  session.client("call", "laptop", days{32}, "--network internet");
  // Errors and refusals.
  session.client("register", "kiosk", days{33}, "--bulk-token " + bulk);
  session.client("register", "kiosk", days{33}, "--bulk-token - < bulk");
  session.client("call", bulk, days{33});
  session.client("call", "kiosk", days{120});
  session.client("new", "late", days{120}, "--network internet");
  session.client("register", "late", days{121}, "--bulk-token - < bulk");
  session.run("token verify " + bulk + " --site " + bulk);
  session.run("token verify " + bulk + bulk + " --site site");
  session.run("token block " + bulk + " --site site");
  session.run("ccmsetup-line --parse ccmsetup.exe /regtoken:" + bulk);
  session.run("ccmsetup-line --site site --host " + bulk);
  session.run("ccmsetup-line --site site --host h --token-file bulk");
  session.run("site show " + bulk);
  for (const std::string& token : tokens) REQUIRE(token.size() > 500);
  REQUIRE(tokens[1] != tokens[3]);
  CHECK(session.said().size() > 200);

  std::map<std::string, std::string> keys;
  for (const auto& entry : fs::recursive_directory_iterator(desk.path("."))) {
    if (entry.path().extension() == ".key") keys[entry.path().string()] = read_file(entry.path());
  }
  REQUIRE(keys.size() >= 4);  // the site's, and three clients'

  std::map<std::string, std::string> texts{{"what was said", session.said()},
                                           {"what clients printed", session.printed()}};
  for (const std::string folder : {"site", "laptop", "kiosk", "late"}) {
    for (const auto& entry : fs::recursive_directory_iterator(desk.path(folder))) {
      if (!entry.is_regular_file()) continue;
      texts[entry.path().string()] = read_file(entry.path());
    }
  }
  REQUIRE(texts.size() > 12);
  for (const auto& [where, text] : texts) {
    INFO(where);
    for (const std::string& token : tokens) {
      // The header alone is the same for all, and the payload is no secret; both would be a part.
      const bool own = where.ends_with("/token");
      if (!own) CHECK_FALSE(holds_part_of(text, token));
      const std::size_t dot = token.rfind('.');
      if (!own) CHECK_FALSE(has(text, *from_base64url(token.substr(dot + 1))));
    }
    // R28: the bulk token is not even where the client's own may be.
    CHECK_FALSE(has(text, bulk.substr(bulk.rfind('.'))));
    for (const auto& [file, pem] : keys) {
      if (file == where || fs::equivalent(file, fs::exists(where) ? where : file)) continue;
      for (const std::string& line : body_of(pem)) CHECK_FALSE(has(text, line));
    }
  }
}

}  // namespace tokenlife::test
