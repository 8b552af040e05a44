// A site on disk: what survives a crash, a second writer, a wrong key and a clock that is wrong.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/signing_pair.hpp"
#include "support/folder_desk.hpp"
#include "support/opened_files.hpp"

namespace tokenlife::test {
namespace {

// How many descriptors of this process lead to the folder.
int times_open(const std::string& folder) {
  int count = 0;
  std::error_code gone;  // while this looks on
  std::filesystem::directory_iterator entry("/proc/self/fd", gone);
  for (; !gone && entry != std::filesystem::directory_iterator(); entry.increment(gone)) {
    std::error_code closed;
    count += std::filesystem::read_symlink(entry->path(), closed) == folder ? 1 : 0;
  }
  return count;
}

}  // namespace

TEST_CASE("a site is there again when it is opened again") {
  const FolderDesk desk;
  {
    SiteFolder site = desk.open();
    CHECK(site.tenant() == kTenant);
    done(site, IssueBulkToken{"kiosks", kBulk, 60}, kMade + minutes{1});
    done(site, BlockBulkToken{kBulk}, kMade + minutes{2});
    CHECK(site.append(BlockBulkToken{kBulk}, kMade)->error() == SiteRefusal::nothing_to_change);
  }
  const auto site = SiteFolder::open_to_read(desk.site);
  REQUIRE(site);
  CHECK(site->events().size() == 3);
  CHECK(site->warning().empty());
  const BulkToken& token = site->site().bulk_tokens.at(kBulk);
  CHECK(token.blocked);
  CHECK(site->time_of(token.not_before) == kMade + minutes{1});
  CHECK(site->time_of(token.expires) == kMade + minutes{61});
  CHECK(site->instant_of(kMade + minutes{1}) == token.not_before);
}

TEST_CASE("A9: tokens are signed with the newest certificate, and taken until theirs is retired",
          "[slow]") {
  const FolderDesk desk;
  SiteFolder site = desk.open();
  const auto verified = [&](std::string_view token) {
    const auto signers = site.signers();
    return verify_signature(token, signers);
  };
  const auto sign = [&] {
    const auto pair = site.signing_pair();
    REQUIRE(pair);
    return sign_token(BulkClaims{{kMade, kMade + days{3}}, kTenant, kBulk}, pair->key,
                      pair->certificate);
  };
  const Secret old = sign();
  CHECK(verified(old.reveal()) == KeyNumber{0});
  REQUIRE(site.rotate(kMade));
  CHECK(verified(old.reveal()) == KeyNumber{0});
  const Secret fresh = sign();
  CHECK(verified(fresh.reveal()) == KeyNumber{1});
  done(site, RetireSigningCertificate{{0}});
  CHECK(verified(old.reveal()) == Failed<TokenFault>(TokenFault::signer_retired));
  CHECK(verified(fresh.reveal()) == KeyNumber{1});
  const ClientTokenIssued issued =
      std::get<ClientTokenIssued>(done(site, IssueClientToken{kThumbprint}));
  CHECK(issued.token.signer == KeyNumber{1});
}

TEST_CASE("a site has one writer at a time, and readers do not mind", "[slow]") {
  const FolderDesk desk;
  {
    SiteFolder site = desk.open();
    const auto second = SiteFolder::open_to_write(desk.site);
    REQUIRE_FALSE(second);
    CHECK(to_string(second.error()) ==
          desk.site + ": another program is changing this site; try again when it is done");
    CHECK(SiteFolder::open_to_read(desk.site));
    done(site, IssueBulkToken{"", kBulk, 60});
  }
  SiteFolder site = desk.open();
  done(site, BlockBulkToken{kBulk});
}

TEST_CASE("who waits for a site gets it when it is free, and not before", "[slow]") {
  const FolderDesk desk;
  auto site = std::make_optional(desk.open());
  struct Patience {
    explicit Patience(unsigned most) { sim::FolderLock::timeout_seconds = most; }
    ~Patience() { sim::FolderLock::timeout_seconds = 0; }
  };
  const Patience patience(10);
  std::atomic<bool> is_free = false;
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    while (times_open(desk.site) < 2 && !is_over) std::this_thread::yield();  // until it waits
    is_free = true;
    site = std::nullopt;
  });
  const auto second = SiteFolder::open_to_write(desk.site);
  const bool was_free = is_free;
  is_over = true;
  other.join();
  CHECK(was_free);
  CHECK(second);
  const Patience less(1);
  CHECK_FALSE(SiteFolder::open_to_write(desk.site));
}

// While another program writes, what is in the folder is half of what it will be: who waits for it
// has opened no file, and says so whatever is there.
TEST_CASE("nothing of a site is read to be changed before it is locked") {
  const FolderDesk desk;
  const SiteFolder writer = desk.open();
  const OpenedFiles opened(desk.site);
  const auto told = [&](const auto& site) {
    REQUIRE_FALSE(site);
    CHECK(opened.names() == std::set<std::string>{});
    return to_string(site.error());
  };
  const std::string busy =
      desk.site + ": another program is changing this site; try again when it is done";
  CHECK(told(SiteFolder::open_to_write(desk.site)) == busy);
  CHECK(told(SiteFolder::init(desk.site, kTenant, Policy{}, kMade)) == busy);
  std::filesystem::remove(desk.site + "/site.log");
  CHECK(told(SiteFolder::open_to_write(desk.site)) == busy);
  CHECK(told(SiteFolder::init(desk.site, kTenant, Policy{}, kMade)) == busy);
}

// Two processes, each with its own descriptors, and one event after the other by turns.
TEST_CASE("two programs that change a site by turns see each other's events, and lose none",
          "[slow]") {
  const FolderDesk desk;
  for (std::uint64_t i = 1; i <= 6; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      auto site = SiteFolder::open_to_write(desk.site);
      const bool sees_all = site && site->events().size() == 2 * i - 1;
      const bool done = sees_all && site->append(IssueBulkToken{"", {1, i}, 60}, kMade);
      ::_exit(done ? 0 : 1);
    }
    int status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    SiteFolder site = desk.open();
    CHECK(site.events().size() == 2 * i);
    done(site, IssueBulkToken{"", {2, i}, 60});
  }
  CHECK(SiteFolder::open_to_read(desk.site)->events().size() == 13);
}

TEST_CASE("the torn end of a journal is reported, and is cut off by the next writer", "[slow]") {
  const FolderDesk desk;
  const std::string journal = desk.site + "/site.log";
  const std::string whole = read_file(journal);
  const std::string head = read_file(desk.site + "/site.head");
  {
    SiteFolder site = desk.open();
    done(site, IssueBulkToken{"", kBulk, 60});
  }
  write_file(desk.site + "/site.head", head);  // The event was not acknowledged.
  write_file(journal, read_file(journal).substr(0, whole.size() + 60));
  const std::string torn = journal + ": byte " + std::to_string(whole.size()) +
                           ": warning: the rest, 60 bytes, is of an event that was not written to "
                           "its end";
  CHECK(SiteFolder::open_to_read(desk.site)->warning() == torn);
  CHECK(read_file(journal).size() == whole.size() + 60);
  CHECK(desk.open().warning() == torn + ", and were cut off");
  CHECK(read_file(journal) == whole);
  CHECK(desk.open().warning().empty());
}

TEST_CASE("a key that no event knows does no harm", "[slow]") {
  const FolderDesk desk;
  REQUIRE(sim::write_key_file(desk.site + "/signing-1.key", PrivateKey::generate(KeyKind::rsa)));
  write_file(desk.site + "/signing-1.key.new", "half");
  SiteFolder site = desk.open();
  CHECK(site.signers().size() == 1);
  CHECK(site.signing_pair());
  REQUIRE(site.rotate(kMade));
  CHECK(site.signing_pair()->key.public_key() == site.certificate({1}).key());
}

TEST_CASE("A9 D4: a key that was rotated is gone from the disk, and its certificate is not",
          "[slow]") {
  const FolderDesk desk;
  const auto exists = [&](const char* name) {
    return std::filesystem::exists(desk.site + "/" + name);
  };
  {
    SiteFolder site = desk.open();
    REQUIRE(site.rotate(kMade));
    CHECK(site.warning().empty());
  }
  CHECK_FALSE(exists("signing-0.key"));
  CHECK(exists("signing-0.crt"));
  CHECK(exists("signing-1.key"));
  // A crash between the event and the removal left it: the next writer removes it, no reader does.
  write_file(desk.site + "/signing-0.key", new_site().at("signing-0.key"));
  CHECK(SiteFolder::open_to_read(desk.site));
  CHECK(exists("signing-0.key"));
  CHECK(desk.open().warning().empty());
  CHECK_FALSE(exists("signing-0.key"));
  CHECK(desk.open().signing_pair());
}

TEST_CASE("A9 D4: however often keys are rotated, the newest one alone is on the disk", "[slow]") {
  const FolderDesk desk;
  const auto keys = [&] {
    std::set<std::string> names;
    for (const auto& [name, bytes] : read_folder(desk.site)) {
      if (name.find(".key") != std::string::npos) names.insert(name);
    }
    return names;
  };
  using Names = std::set<std::string>;
  std::vector<Files> after;  // each rotation
  for (int rotation = 1; rotation <= 3; ++rotation) {
    REQUIRE(desk.open().rotate(kMade));
    after.push_back(read_folder(desk.site));
    CHECK(keys() == Names{"signing-" + std::to_string(rotation) + ".key"});
  }
  // By one writer that stays.
  {
    SiteFolder site = desk.open();
    REQUIRE(site.rotate(kMade));
    REQUIRE(site.rotate(kMade));
    CHECK(keys() == Names{"signing-5.key"});
    CHECK(site.signing_pair());
  }
  // Crashes after each event, before any removal, left them all: the next writer removes them.
  const auto leave = [&](const Files& from, const char* name) {
    REQUIRE(sim::write_key_file(desk.site + "/" + name, *PrivateKey::from_pem(from.at(name))));
  };
  leave(new_site(), "signing-0.key");
  leave(after[0], "signing-1.key");
  leave(after[2], "signing-3.key");
  CHECK(keys().size() == 4);
  CHECK(desk.open().warning().empty());
  CHECK(keys() == Names{"signing-5.key"});
  // And so does a rotation.
  {
    SiteFolder site = desk.open();
    leave(after[0], "signing-1.key");
    leave(after[1], "signing-2.key");
    REQUIRE(site.rotate(kMade));
    CHECK(keys() == Names{"signing-6.key"});
  }
  // A crash before the event left the next one, which signs nothing yet.
  write_file(desk.site + "/signing-7.key.new", "half");
  REQUIRE(desk.open().rotate(kMade));
  CHECK(keys() == Names{"signing-7.key"});
  CHECK(desk.open().signing_pair());
}

TEST_CASE("a key that was rotated and cannot be removed is told, and in nobody's way", "[slow]") {
  const FolderDesk desk;
  std::filesystem::remove(desk.site + "/signing-0.key");
  std::filesystem::create_directory(desk.site + "/signing-0.key");
  const std::string told = desk.site + "/signing-0.key: warning: cannot be removed: ";
  SiteFolder site = desk.open();
  REQUIRE(site.rotate(kMade));
  CHECK(site.warning().starts_with(told));
  CHECK(site.warning().ends_with("; it no longer signs anything: remove it"));
  CHECK(site.signing_pair());
}

TEST_CASE("an attempt to make a site that a crash cut off is in nobody's way", "[slow]") {
  const TemporaryFolder folder;
  const auto refusal = [&](const Files& files) {
    std::filesystem::remove_all(folder / "site");
    write_folder(folder / "site", files);
    const auto site = SiteFolder::init(folder / "site", kTenant, Policy{}, kMade);
    return site ? std::string() : to_string(site.error());
  };
  const std::string key = new_site().at("signing-0.key");
  CHECK(refusal({}) == "");
  CHECK(refusal({{"signing-0.key.new", "half"}}) == "");
  CHECK(refusal({{"signing-0.key", key}, {"signing-0.crt.new", ""}}) == "");
  CHECK(refusal({{"signing-0.key", key}, {"signing-0.crt", ""}, {"site.log.new", "TLS"}}) == "");
  CHECK(read_folder(folder / "site").size() == 4);
  CHECK(refusal({{"thesis.txt", "precious"}}).find("the folder is not empty") != std::string::npos);
  CHECK(refusal(new_site()).find("already a site") != std::string::npos);
  CHECK(read_folder(folder / "site") == new_site());
}

TEST_CASE("a certificate and a key that do not belong together sign nothing", "[slow]") {
  const FolderDesk desk;
  REQUIRE(sim::write_key_file(desk.site + "/signing-0.key", PrivateKey::generate(KeyKind::rsa)));
  const SiteFolder site = desk.open();
  const auto pair = site.signing_pair();
  REQUIRE_FALSE(pair);
  CHECK(pair.error().what == "is not the key of signing-0.crt");
}

TEST_CASE("a site whose files are missing or damaged says which") {
  const auto refusal = [](const char* name, const std::optional<std::string>& bytes) {
    const FolderDesk desk;
    std::filesystem::remove(desk.site + "/" + name);
    if (bytes) write_file(desk.site + "/" + name, *bytes);
    const auto site = SiteFolder::open_to_read(desk.site);
    REQUIRE_FALSE(site);
    CHECK(site.error().kind == sim::ErrorKind::file);
    return to_string(site.error()).substr(desk.site.size());
  };
  CHECK(refusal("site.log", {}) ==
        ": its journal, site.log, is missing; put back a copy of it, and run `tokenlife site "
        "restore DIR`; if `tokenlife site init` was cut off here, run that again");
  for (const char* name : {"site.head", "signing-0.crt", "other"}) {
    const TemporaryFolder without;
    write_file(without / name, "");
    const auto site = SiteFolder::open_to_read(without / "");
    REQUIRE_FALSE(site);
    const bool is_site = name != std::string("other");
    CHECK(site.error().what == (is_site ? "its journal, site.log, is missing"
                                        : "not a site's folder: it has no site.log"));
  }
  const TemporaryFolder swapped;
  write_file(swapped / "client.crt", "");
  const auto client = SiteFolder::open_to_read(swapped / "");
  REQUIRE_FALSE(client);
  CHECK(client.error().what == "a client's folder, and not a site's");
  CHECK(refusal("site.log", "") ==
        "/site.log: byte 0: damaged: the file ends inside its first 8 bytes; run `tokenlife site "
        "repair DIR`");
  CHECK(refusal("signing-0.crt", {}) ==
        "/signing-0.crt: cannot be read: No such file or directory; put it back from a copy");
  CHECK(refusal("signing-0.crt", "x") == "/signing-0.crt: does not hold one certificate in PEM");
  std::string journal = new_site().at("site.log");
  journal[60] = 'x';
  CHECK(refusal("site.log", journal) ==
        "/site.log: byte 8: damaged: the digest of this frame (block of the file) is wrong; run "
        "`tokenlife site repair DIR`");
}

}  // namespace tokenlife::test
