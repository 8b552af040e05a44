// What the journal of a site on disk says of whom the site trusts: CAs, and an Entra issuer.
#include "core/site.hpp"
#include "events/journal_story.hpp"

namespace tokenlife::test {
namespace {

const std::filesystem::path kTrustJournal = "tests/events/golden/schema-6/site.log";

constexpr Sha256Thumbprint kRoot{0xca, 0x01};
constexpr Sha256Thumbprint kLists{0xca, 0x02};
constexpr Sha256Thumbprint kKeys{0xe1, 0x01};

// In an order that can happen; at the end it trusts both.
std::vector<SiteEvent> trust_story() {
  return {CaTrusted{"corporate", kRoot, std::nullopt},
          CaTrusted{"corporate \xc3\xa4", kRoot, kLists},
          CaDistrusted{kRoot},
          CaTrusted{"corporate", kRoot, kLists},
          EntraTrusted{"https://sts.windows.net/1/", "api://a", kLists},
          EntraTrusted{"https://sts.windows.net/1/", "api://a", kKeys},
          EntraDistrusted{"https://sts.windows.net/1/"},
          EntraTrusted{std::string(1024, 'i'), std::string(1024, 'a'), kKeys}};
}

std::string trust_journal() {
  Disk disk;
  auto journal = Journal::start(storage_on(disk), "site.log", kStart, {{1, 2}, Policy{}, kRoot});
  REQUIRE(journal);
  for (const SiteEvent& event : trust_story()) REQUIRE(append(*journal, event));
  return disk.synced;
}

}  // namespace

TEST_CASE("a journal of schema 6 is read for ever, and is still written byte by byte") {
  const auto content = read(read_file(kTrustJournal));
  REQUIRE(content);
  REQUIRE(content->events.size() == 9);
  for (std::size_t i = 0; i < 8; ++i) CHECK(content->events[i + 1].event == trust_story()[i]);
  CHECK(content->site->cas ==
        std::map<Sha256Thumbprint, TrustedCa>{{kRoot, {"corporate", kLists}}});
  CHECK(content->site->entra ==
        EntraTrusted{std::string(1024, 'i'), std::string(1024, 'a'), kKeys});
  CHECK(read_file(kTrustJournal) == trust_journal());
}

TEST_CASE("write the golden journal of schema 6", "[.write-golden]") {
  write_file(kTrustJournal, trust_journal());
}

}  // namespace tokenlife::test
