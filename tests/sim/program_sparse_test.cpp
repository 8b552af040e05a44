// Files of a terabyte, which cost nothing to make, in the place of each that a site on disk or a
// client reads: one message each, and no more memory and time than for any other.
#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>

#include "support/client_desk.hpp"
#include "support/pki.hpp"

namespace tokenlife::test {
namespace {

constexpr std::uintmax_t kTerabyte = std::uintmax_t{1} << 40;

#ifdef TOKENLIFE_SANITIZED
const std::string kLimits = "timeout 60 ";  // The sanitizer itself takes terabytes of addresses.
#else
const std::string kLimits = "ulimit -v 2000000; timeout 20 ";
#endif

struct SparseDesk : ClientDesk {
  SparseDesk() {
    bulk_token("bulk");
    ask(0, "new", "kiosk", std::chrono::hours{0}, "--key ec-p256");
    ask(0, "register", "kiosk", std::chrono::hours{0});
    ask(0, "new", "fresh", std::chrono::hours{0}, "--key ec-p256");
  }

  void grow(const std::string& file) const { std::filesystem::resize_file(path(file), kTerabyte); }

  Ran expect_status(int status, const std::string& line) const {
    Ran ran = run_shell(kLimits + "'" + program() + "' " + line);
    INFO(line << "\n" << ran.out << ran.err);
    CHECK(ran.status == status);
    return ran;
  }

  // One message and exit status 3, with that in it.
  void expect_error(const std::string& line, const std::string& what) const {
    const Ran ran = expect_status(3, line);
    INFO(line << "\n" << ran.err);
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, what));
  }
};

}  // namespace

TEST_CASE("a journal behind which a terabyte of nothing stands is refused, whatever is asked",
          "[slow]") {
  const SparseDesk desk;
  const std::uintmax_t bytes = std::filesystem::file_size(desk.path("site/site.log"));
  desk.grow("site/site.log");
  const std::string damage = "site/site.log: byte " + std::to_string(bytes) + ": ";
  for (const char* line :
       {"token list --site site", "token new --site site", "site show site", "site rotate site",
        "site restore site", "site set-mp site https", "site block-client site kiosk",
        "client list --site site", "client show kiosk --site site",
        "client call --dir kiosk --site site", "client register --dir fresh --site site",
        "client new --dir another --site site", "token verify --token-file bulk --site site",
        "ccmsetup-line --site site --host h --token-file bulk", "events site", "log verify site"}) {
    desk.expect_error(line,
                      damage + "damaged: this frame (block of the file) has the invalid length 0");
  }
  for (const char* line : {"site repair site", "site repair site --salvage"}) {
    desk.expect_error(line, damage + "nothing can be read from here on, for ");
  }
  // What the message says mends it.
  REQUIRE(desk.run_shell("truncate --size " + std::to_string(bytes) + " site/site.log").status ==
          0);
  CHECK(desk.run("token list --site site").status == 0);
}

TEST_CASE("no other file of a site or client is read that is longer than it can be", "[slow]") {
  struct Place {
    const char* file;
    const char* line;
    const char* what;
  };
  for (const Place& place : {
           Place{"site/site.head", "site show site", "is longer than 512 bytes"},
           Place{"site/site.head", "site repair site", "too many to keep a copy of it; move it"},
           Place{"site/signing-0.crt", "site show site", "is longer than 65536 bytes"},
           Place{"site/signing-0.key", "token new --site site", "is longer than 65536 bytes"},
           Place{"kiosk/client.crt", "client call --dir kiosk --site site", "is longer than"},
           Place{"kiosk/client.crt", "site block-client site kiosk", "is longer than"},
           Place{"kiosk/client.key", "client call --dir kiosk --site site", "is longer than"},
           Place{"kiosk/token", "client call --dir kiosk --site site", "is longer than"},
           Place{"kiosk/log/site.log", "client call --dir kiosk --site site", "bytes after the"},
           Place{"kiosk/log/clients-00000.log", "client call --dir kiosk --site site",
                 "that were written"},
       }) {
    const SparseDesk desk;
    INFO(place.file);
    desk.grow(place.file);
    desk.expect_error(place.line, place.what);
  }
}

TEST_CASE("no file that a command is given is read that is longer than it can be", "[slow]") {
  const SparseDesk desk;
  desk.write("root.pem", TestPki{desk.start()}.root);
  desk.write("big", "");
  desk.grow("big");
  for (const char* line : {
           "site trust-ca site big",
           "site trust-ca site root.pem --crl big",
           "site trust-entra site --issuer i --audience a --jwks big",
           "client register --dir fresh --site site --pki big --pki-key kiosk/client.key",
           "client register --dir fresh --site site --pki kiosk/client.crt --pki-key big",
           "client register --dir fresh --site site --pki kiosk/client.crt "
           "--pki-key kiosk/client.key --chain big",
           "token verify --token-file bulk --key big",
       }) {
    desk.expect_error(line, "big: cannot be read: it is longer than ");
  }
  // What is no token is an answer.
  desk.expect_status(1, "token verify --token-file big --site site");
  desk.expect_status(0, "token inspect --token-file big");
  desk.expect_status(1, "ccmsetup-line --site site --host h --token-file big");
  desk.expect_status(1, "client register --dir fresh --site site --entra-token - <big");
}

}  // namespace tokenlife::test
