// What the program does so that its files and its memory stay its own.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/token/certificate.hpp"
#include "core/token/secret.hpp"
#include "core/token/token_verify.hpp"
#include "sim/site/key_file.hpp"
#include "support/site_desk.hpp"

namespace tokenlife::test {
namespace {

// The site's certificate 0 is exchanged for that of a key of one's own, which signs a token for the
// client certificate in the file mine.crt.
void put_own_certificate(const SiteDesk& desk, const std::string& tenant) {
  const PrivateKey key = PrivateKey::generate(KeyKind::rsa);
  // By the machine's clock.
  const auto now =
      std::chrono::floor<std::chrono::seconds>(std::filesystem::file_time_type::clock::to_sys(
          std::filesystem::last_write_time(desk.path("site"))));
  const Certificate own = Certificate::self_signed(
      key, {"evil", now - std::chrono::hours{1}, now + std::chrono::days{30}});
  desk.write("mine.crt", own.to_pem());
  const ClientClaims claims{{now - std::chrono::minutes{1}, now + std::chrono::days{1}},
                            *parse_guid(tenant),
                            TokenSerial::of({0}, 1),
                            Credential::self_signed,
                            own.sha256()};
  desk.write("evil", std::string(sign_token(claims, key, own).reveal()));
  REQUIRE(sim::write_certificate_file(desk.path("site/signing-0.crt"), own));
}

}  // namespace

TEST_CASE("D2: an exchanged signing certificate makes no foreign token good", "[slow]") {
  const SiteDesk desk;
  const std::string tenant = desk.shown()["tenant"];
  lines_of(desk.run("site rotate site"));
  put_own_certificate(desk, tenant);
  for (const char* line :
       {"token verify --token-file evil --site site --client-certificate mine.crt",
        "token new --site site", "site show site", "log verify site"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(ran.out.empty());
    CHECK(is_one_message(ran.err));
    CHECK(has(ran.err, "site/signing-0.crt: is not the certificate that the journal names"));
  }
  // The journal and its head can be verified anywhere.
  std::filesystem::create_directory(desk.path("copy"));
  for (const std::string name : {"/site.log", "/site.head"}) {
    std::filesystem::copy(desk.path("site" + name), desk.path("copy" + name));
  }
  CHECK(has(lines_of(desk.run("log verify copy")), "sound: 2 events"));
}

TEST_CASE("a site that others can write is refused by each command, with the chmod", "[slow]") {
  const SiteDesk desk;
  REQUIRE(::chmod(desk.path("site").c_str(), 0777) == 0);
  for (const char* line : {"token new --site site", "token list --site site", "site show site",
                           "site rotate site", "client new --dir c --site site"}) {
    INFO(line);
    const Ran ran = desk.run(line);
    CHECK(ran.status == 3);
    CHECK(has(ran.err, "site: can be written by other users; run `chmod go-w site`"));
  }
  lines_of(desk.run_shell("chmod go-w site"));
  lines_of(desk.run("token new --site site"));
}

// It waits for a bulk token on a pipe, and is looked at meanwhile; by somebody else than root, who
// is not asked.
TEST_CASE("D4: what holds a private key leaves no core and is not looked into") {
  const SiteDesk desk;
  const bool is_root = ::geteuid() == 0;
  REQUIRE(::chmod(desk.path(".").c_str(), 0777) == 0);
  const Ran ran = desk.run_shell(
      "cp '" + program() + "' program; chmod 755 program; mkfifo pipe; chmod 666 pipe; " +
      (is_root ? "chown -R 65534:65534 site; as='setpriv --reuid=65534 --regid=65534 "
                 "--clear-groups'; "
               : "as=; ") +
      "$as ./program client new --dir c --site site --bulk-token - <pipe >made 2>&1 & p=$!; "
      "exec 3>pipe; none='core file size *0 *0'; n=0; "
      "while ! grep -q \"$none\" /proc/$p/limits && kill -0 $p && [ $((n += 1)) -lt 500 ]; do "
      "sleep 0.02; done; "
      "grep -c \"$none\" /proc/$p/limits; stat -c %u /proc/$p/mem; exec 3>&-; wait $p");
  INFO(ran.err << read_file(desk.path("made")));
#ifndef TOKENLIFE_SANITIZED
  CHECK(ran.out == "1\n0\n");
#endif
  CHECK(ran.status == 2);
  CHECK(has(read_file(desk.path("made")), "holds no bulk token"));
}

}  // namespace tokenlife::test
