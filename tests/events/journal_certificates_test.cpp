// What the journal of a site on disk says of certificates: by which ones the site signs, and whose
// are blocked.
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "events/journal_story.hpp"

namespace tokenlife::test {
namespace {

const std::filesystem::path kCertificateJournal = "tests/events/golden/schema-5/site.log";

constexpr Sha256Thumbprint kFirst{0x51, 0x60};
constexpr Sha256Thumbprint kSecond{0x51, 0x61};

// In an order that can happen, behind a site-established without a certificate.
std::vector<SiteEvent> certificate_story() {
  return {SigningCertificateLearnt{KeyNumber{0}, kFirst},
          SigningCertificateRotated{KeyNumber{1}, kSecond}, ClientCertificateBlocked{kThumbprint},
          ClientCertificateUnblocked{kThumbprint}, ClientCertificateBlocked{kSecond}};
}

// What a site on disk writes whose events name its certificates.
std::string certificate_journal() {
  Disk disk;
  auto journal = Journal::start(storage_on(disk), "site.log", kStart, {{1, 2}, Policy{}, kFirst});
  REQUIRE(journal);
  for (const SiteEvent& event : certificate_story()) {
    if (!std::holds_alternative<SigningCertificateLearnt>(event)) REQUIRE(append(*journal, event));
  }
  return disk.synced;
}

}  // namespace

TEST_CASE("a journal of schema 5 is read for ever, and is still written byte by byte") {
  const auto content = events::read_journal(kCertificateJournal);
  REQUIRE(content);
  CHECK(content->site->keys == std::vector<SigningKey>{{false, kFirst}, {false, kSecond}});
  CHECK(content->site->blocked_clients == std::set{kSecond});
  CHECK(read_file(kCertificateJournal) == certificate_journal());
}

TEST_CASE("write the golden journal of certificates", "[.write-golden]") {
  write_file(kCertificateJournal, certificate_journal());
}

TEST_CASE("a journal says by which certificates a site signs, and which clients are blocked") {
  Disk disk;
  {
    auto journal = start(disk);
    REQUIRE(journal);
    for (const SiteEvent& event : certificate_story()) REQUIRE(append(*journal, event));
  }
  const auto content = read(disk.synced);
  REQUIRE(content);
  REQUIRE(content->events.size() == 6);
  for (std::size_t i = 0; i < 5; ++i) CHECK(content->events[i + 1].event == certificate_story()[i]);
  CHECK(content->site->keys[0].certificate == kFirst);
  CHECK(content->site->keys[1].certificate == kSecond);
  CHECK(content->site->blocked_clients == std::set{kSecond});
}

TEST_CASE("a site on disk is established with its certificate, by schema 5") {
  Policy policy;
  policy.bulk_leeway = Duration{7};
  Disk disk;
  const SiteEstablished established{{1, 2}, policy, kFirst};
  REQUIRE(Journal::start(storage_on(disk), "site.log", kStart, established));
  const auto content = read(disk.synced);
  REQUIRE(content);
  CHECK(content->events.front().event == SiteEvent{established});
  CHECK(content->site->keys == std::vector<SigningKey>{{false, kFirst}});
}

TEST_CASE("no event puts another certificate in the place of one that is known") {
  Site site;
  site.keys = {{false, kFirst}, {false, std::nullopt}};
  CHECK(evolve(site, SigningCertificateLearnt{{0}, kSecond}).error() ==
        SiteRefusal::nothing_to_change);
  CHECK(evolve(site, SigningCertificateLearnt{{0}, kFirst}).error() ==
        SiteRefusal::nothing_to_change);
  CHECK(evolve(site, SigningCertificateLearnt{{2}, kFirst}).error() == SiteRefusal::no_such_key);
  CHECK(evolve(site, SigningCertificateLearnt{{1}, kSecond})->keys[1].certificate == kSecond);
  CHECK(decide(site, LearnSigningCertificate{{0}, kSecond}, {}).error() ==
        SiteRefusal::nothing_to_change);
  CHECK(decide(site, LearnSigningCertificate{{2}, kSecond}, {}).error() ==
        SiteRefusal::no_such_key);
}

TEST_CASE("A8: a client is blocked once, and unblocked if it is blocked") {
  Site site;
  CHECK(decide(site, UnblockClientCertificate{kFirst}, {}).error() ==
        SiteRefusal::nothing_to_change);
  CHECK(evolve(site, ClientCertificateUnblocked{kFirst}).error() == SiteRefusal::nothing_to_change);
  site = *evolve(site, *decide(site, BlockClientCertificate{kFirst}, {}));
  CHECK(site.blocked_clients == std::set{kFirst});
  CHECK(decide(site, BlockClientCertificate{kFirst}, {}).error() == SiteRefusal::nothing_to_change);
  CHECK(evolve(site, ClientCertificateBlocked{kFirst}).error() == SiteRefusal::nothing_to_change);
  site = *evolve(site, *decide(site, UnblockClientCertificate{kFirst}, {}));
  CHECK(site.blocked_clients.empty());
}

}  // namespace tokenlife::test
