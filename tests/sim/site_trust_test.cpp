// What a site and a client on disk rely on: files that nobody else can have changed or exchanged.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/secret.hpp"
#include "events/journal.hpp"
#include "events/temporary_folder.hpp"
#include "sim/site/client_store.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/private_file.hpp"
#include "sim/site/site_head.hpp"
#include "sim/site/site_repair.hpp"
#include "sim/site/site_store.hpp"

namespace tokenlife::test {
namespace {

using sim::ClientFolder;
using sim::SiteFolder;

constexpr std::chrono::sys_seconds kFounded{std::chrono::seconds{1'767'225'600}};
constexpr Guid kFounder{1, 2};
constexpr mode_t kPermissions = 07777;

struct stat status_of(const std::string& path) {
  struct stat status {};
  INFO(path);
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status;
}

struct TrustDesk {
  TemporaryFolder folder;
  std::string site = folder / "site";
  std::string client = folder / "client";

  mode_t before;

  explicit TrustDesk(mode_t mask = 022) : before(::umask(mask)) {
    REQUIRE(SiteFolder::init(site, kFounder, Policy{}, kFounded));
  }
  TrustDesk(const TrustDesk&) = delete;
  TrustDesk& operator=(const TrustDesk&) = delete;
  ~TrustDesk() { ::umask(before); }
  void make_client() const {
    const ClientInstalled installed{
        {}, Network::intranet, Credential::self_signed, {}, true, false, Guid{}};
    REQUIRE(
        ClientFolder::make(client, KeyKind::ec_p256, {kFounder, Policy{}}, installed, kFounded));
  }
  // What is said to who reads and to who writes, which is the same: without the folder's own name.
  std::string refusal() const {
    const auto read = SiteFolder::open_to_read(site);
    const auto written = SiteFolder::open_to_write(site);
    REQUIRE_FALSE(read);
    REQUIRE_FALSE(written);
    CHECK(read.error().kind == sim::ErrorKind::file);
    CHECK(to_string(read.error()) == to_string(written.error()));
    return to_string(read.error()).substr(folder.path().string().size() + 1);
  }
  std::string client_refusal() const {
    const auto opened = ClientFolder::open(client);
    REQUIRE_FALSE(opened);
    return to_string(opened.error()).substr(folder.path().string().size() + 1);
  }
  void chmod(const std::string& path, mode_t mode) const {
    REQUIRE(::chmod((folder / path).c_str(), mode) == 0);
  }
  // As the version before did it: the journal names no certificate.
  void forget_certificates() const {
    const std::string journal = site + "/site.log";
    std::filesystem::remove(journal);
    auto storage = events::FileStorage::create(journal);
    REQUIRE(storage);
    const auto made = events::Journal::start(
        std::move(*storage), journal, kFounded.time_since_epoch().count(), {kFounder, Policy{}});
    REQUIRE(made);
    REQUIRE(sim::write_head(site, {made->content().head()}));
  }
  void exchange(const std::string& name) const {
    const PrivateKey key = PrivateKey::generate(KeyKind::rsa);
    const Certificate other = Certificate::self_signed(
        key, {"tokenlife signing 0", kFounded, kFounded + std::chrono::days{1}});
    REQUIRE(sim::write_certificate_file(site + "/" + name, other));
  }
};

}  // namespace

TEST_CASE("a site that others can write is refused, with the command that mends it", "[slow]") {
  const TrustDesk desk;
  for (const std::string path : {"site", "site/site.log", "site/signing-0.crt"}) {
    const mode_t good = status_of(desk.folder / path).st_mode & kPermissions;
    for (const mode_t open : {020U, 002U, 022U}) {
      desk.chmod(path, good | open);
      INFO(path << " " << std::oct << open);
      CHECK(desk.refusal() == path + ": can be written by other users; run `chmod go-w " +
                                  (desk.folder / path).string() +
                                  "`, and check what may have been changed");
    }
    desk.chmod(path, good);
  }
  CHECK(SiteFolder::open_to_write(desk.site));
  // Nor is a new one made there.
  std::filesystem::create_directory(desk.folder / "open");
  desk.chmod("open", 0775);
  const auto made = SiteFolder::init(desk.folder / "open", kFounder, Policy{}, kFounded);
  REQUIRE_FALSE(made);
  CHECK(made.error().what == "can be written by other users");
}

TEST_CASE("a link in the place of a site, or of a file of its, is refused") {
  const TrustDesk desk;
  for (const std::string path : {"site", "site/site.log", "site/signing-0.crt"}) {
    std::filesystem::rename(desk.folder / path, desk.folder / "elsewhere");
    std::filesystem::create_symlink(desk.folder / "elsewhere", desk.folder / path);
    INFO(path);
    CHECK(desk.refusal().starts_with(path + ": is a link; "));
    std::filesystem::remove(desk.folder / path);
    std::filesystem::rename(desk.folder / "elsewhere", desk.folder / path);
  }
  CHECK(SiteFolder::open_to_write(desk.site));
}

TEST_CASE(
    "a link is one also if its name ends with a slash, and what cannot be looked at is no good") {
  const TrustDesk desk;
  std::filesystem::create_directory_symlink(desk.site, desk.folder / "link");
  for (const std::string end : {"", "/", "//"}) {
    const auto linked = SiteFolder::open_to_read((desk.folder / "link").string() + end);
    REQUIRE_FALSE(linked);
    CHECK(linked.error().what == "is a link");
    CHECK(SiteFolder::open_to_read(desk.site + end));
  }
  const auto long_name = sim::check_own_folder(std::string(300, 'x'));
  REQUIRE_FALSE(long_name);
  CHECK(long_name.error().what == "cannot be examined: File name too long");
  CHECK(sim::check_own_file(std::string(300, 'x')).has_value() == false);
  CHECK(sim::check_own_folder(desk.folder / "none"));
  CHECK(sim::check_own_file(desk.folder / "none"));
}

TEST_CASE("a site that others can write or own is not repaired, and its journal not read") {
  const TrustDesk desk;
  const auto clock = [] { return Result<std::chrono::sys_seconds, sim::Error>(kFounded); };
  CHECK(sim::repair_site(desk.site, false, clock));
  CHECK(sim::read_kept_journal(desk.site));
  for (const std::string path : {"site", "site/site.log", "site/site.head"}) {
    const mode_t good = status_of(desk.folder / path).st_mode & kPermissions;
    desk.chmod(path, good | 020U);
    INFO(path);
    const auto repaired = sim::repair_site(desk.site, false, clock);
    REQUIRE_FALSE(repaired);
    CHECK(repaired.error().what == "can be written by other users");
    const auto read = sim::read_kept_journal(desk.site);
    REQUIRE_FALSE(read);
    CHECK(read.error().what == "can be written by other users");
    desk.chmod(path, good);
  }
}

TEST_CASE("nobody but root uses a folder of somebody else's", "[slow]") {
  if (::geteuid() != 0) {
    WARN("not run: only root can give files away");
    return;
  }
  const TrustDesk desk;
  const auto told_to = [&](uid_t owner, uid_t user) {
    REQUIRE(::chown(desk.site.c_str(), owner, owner) == 0);
    REQUIRE(::chmod(desk.folder.path().c_str(), 0755) == 0);
    REQUIRE(::seteuid(user) == 0);
    const auto own = sim::check_own_folder(desk.site);
    REQUIRE(::seteuid(0) == 0);
    return own ? "" : own.error().what;
  };
  CHECK(told_to(65'533, 0) == "");
  CHECK(told_to(65'533, 65'533) == "");
  CHECK(told_to(0, 65'533) == "");
  CHECK(told_to(65'533, 65'534) == "belongs to another user");
}

TEST_CASE("a client that others can write is refused") {
  const TrustDesk desk;
  desk.make_client();
  for (const std::string path : {"client", "client/client.crt", "client/log-1"}) {
    const mode_t good = status_of(desk.folder / path).st_mode & kPermissions;
    desk.chmod(path, good | 020U);
    CHECK(desk.client_refusal().starts_with(path + ": can be written by other users; run `chmod "));
    desk.chmod(path, good);
  }
  CHECK(ClientFolder::open(desk.client));
}

TEST_CASE("a signing certificate that was exchanged is refused, by the thumbprint in the journal",
          "[slow]") {
  const TrustDesk desk;
  const std::string first =
      to_string(SiteFolder::open_to_read(desk.site)->certificate({0}).sha256());
  REQUIRE(SiteFolder::open_to_write(desk.site)->rotate(kFounded));
  const std::string second =
      to_string(SiteFolder::open_to_read(desk.site)->certificate({1}).sha256());
  for (const auto& [name, known] :
       {std::pair<std::string, std::string>{"signing-0.crt", first}, {"signing-1.crt", second}}) {
    const std::string bytes = read_file(desk.site + "/" + name);
    desk.exchange(name);
    CHECK(desk.refusal() == "site/" + name +
                                ": is not the certificate that the journal names: it has been "
                                "replaced since; put back the one with the SHA-256 thumbprint " +
                                known);
    write_file(desk.site + "/" + name, bytes);
  }
  CHECK(SiteFolder::open_to_write(desk.site));
}

TEST_CASE("the certificates of a site of the version before are learnt at its first change") {
  const TrustDesk desk;
  desk.forget_certificates();
  {
    auto site = SiteFolder::open_to_write(desk.site);
    REQUIRE(site);
    CHECK(site->events().size() == 1);
    REQUIRE(site->append(IssueBulkToken{"", {7, 7}, 60}, kFounded));
    REQUIRE(site->events().size() == 3);
    CHECK(site->events()[1].event ==
          SiteEvent{SigningCertificateLearnt{{0}, site->certificate({0}).sha256()}});
    REQUIRE(site->append(BlockBulkToken{{7, 7}}, kFounded));
    CHECK(site->events().size() == 4);
  }
  desk.exchange("signing-0.crt");
  CHECK(desk.refusal().find("has been replaced since") != std::string::npos);
}

TEST_CASE("a site of the version before is as it was, and is upgraded by its first write") {
  const TemporaryFolder folder;
  const std::string path = folder / "site";
  std::filesystem::create_directory(path);
  for (const auto& [name, bytes] : read_folder("tests/sim/golden/site-of-schema-2")) {
    write_file(path + "/" + name, bytes);
    REQUIRE(::chmod((path + "/" + name).c_str(), 0644) == 0);
  }
  REQUIRE(::chmod(path.c_str(), 0700) == 0);
  const Files before = read_folder(path);
  const Guid bulk = *parse_guid("7461f274-b9ca-4a4d-b4cb-ffb548233359");
  {
    const auto site = SiteFolder::open_to_read(path);
    REQUIRE(site);
    CHECK(site->events().size() == 5);
    CHECK(site->tenant() == *parse_guid("4d6c1213-060c-4bfe-b5c7-fb8ae4f93aba"));
    CHECK(site->site().bulk_tokens.at(bulk).blocked);
    CHECK(site->site().clients.size() == 1);
    CHECK(site->site().keys.size() == 2);
  }
  CHECK(read_folder(path) == before);
  {
    auto site = SiteFolder::open_to_write(path);
    REQUIRE(site);
    CHECK(read_folder(path) == before);
    const auto unblocked = site->append(UnblockBulkToken{bulk}, kFounded + std::chrono::days{2});
    REQUIRE(unblocked);
    REQUIRE(unblocked->has_value());
  }
  const auto site = SiteFolder::open_to_read(path);
  REQUIRE(site);
  CHECK(site->events().size() == 8);
  CHECK(to_string(*site->site().keys[0].certificate) ==
        "CF1A4818526DEBD32EC646380B447442F1D966A8E1EDE45F4A91BB4A05FAD94D");
  CHECK(to_string(*site->site().keys[1].certificate) ==
        "DCE4FD3FEBE6412C9A946E412108FF7B49CBA292C2DBCD3582E4596BE3D2F959");
  CHECK_FALSE(site->site().bulk_tokens.at(bulk).blocked);
  CHECK(read_folder(path).at("site.log").starts_with(before.at("site.log")));
}

TEST_CASE("modes of what is made do not depend on the umask", "[slow]") {
  for (const mode_t mask : {0U, 022U, 077U, 0177U, 0777U}) {
    const TrustDesk desk(mask);
    desk.make_client();
    REQUIRE(SiteFolder::open_to_write(desk.site)->rotate(kFounded));
    CHECK(::umask(mask) == mask);
    INFO(std::oct << mask);
    const auto mode = [&](const char* path) {
      return status_of(desk.folder / path).st_mode & kPermissions;
    };
    CHECK(mode("site") == 0700);
    CHECK(mode("site/site.log") == 0644);
    CHECK(mode("site/signing-1.crt") == 0644);
    CHECK(mode("site/signing-1.key") == 0600);
    CHECK(mode("client") == 0700);
    CHECK(mode("client/client.crt") == 0644);
    CHECK(mode("client/client.key") == 0600);
    CHECK(mode("client/log-1") == 0755);
    CHECK(mode("client/log-1/site.log") == 0644);
  }
}

TEST_CASE("what root makes in somebody's folder is his", "[slow]") {
  if (::geteuid() != 0) {
    WARN("not run: only root can give files away");
    return;
  }
  const TrustDesk desk;
  desk.make_client();
  constexpr uid_t somebody = 65'533;
  const auto give_all = [&](const std::string& folder) {
    REQUIRE(::chown(folder.c_str(), somebody, somebody) == 0);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      REQUIRE(::lchown(entry.path().c_str(), somebody, somebody) == 0);
    }
  };
  const auto check_all = [&](const std::string& folder) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      CHECK(status_of(entry.path()).st_uid == somebody);
      CHECK(status_of(entry.path()).st_gid == somebody);
    }
  };
  give_all(desk.site);
  give_all(desk.client);
  REQUIRE(SiteFolder::open_to_write(desk.site)->rotate(kFounded));
  {
    auto client = ClientFolder::open(desk.client);
    REQUIRE(client);
    REQUIRE(client->keep_token(Secret{"x"}));
    REQUIRE(client->record(at(Duration{1}), {CauseKind::network, 0},
                           NetworkChanged{Network::intranet, Network::internet}));
  }
  check_all(desk.site);
  check_all(desk.client);
  // A new site in somebody's empty folder, too.
  std::filesystem::create_directory(desk.folder / "new");
  give_all(desk.folder / "new");
  REQUIRE(SiteFolder::init(desk.folder / "new", kFounder, Policy{}, kFounded));
  check_all(desk.folder / "new");
  // A third one's file is not the folder's owner's.
  REQUIRE(::chown((desk.site + "/signing-0.crt").c_str(), 65'534, 65'534) == 0);
  CHECK(desk.refusal() ==
        "site/signing-0.crt: belongs to another user than the folder; check what "
        "it is, and run `chown 65533 " +
            desk.site + "/signing-0.crt`");
}

}  // namespace tokenlife::test
