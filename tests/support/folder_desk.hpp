// A site on disk to change and to break, each time a new one.
#pragma once

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "events/temporary_folder.hpp"
#include "sim/site/site_store.hpp"

namespace tokenlife::test {

using sim::SiteFolder;
using std::chrono::days;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

inline constexpr sys_seconds kMade{seconds{1'767'225'600}};
inline constexpr Guid kTenant{1, 2};
inline constexpr Guid kBulk{0xb5, 1};
inline constexpr Sha256Thumbprint kThumbprint{0xc1, 0x1e};

// One site for all tests: its keys take time. Each works on a copy.
inline const Files& new_site() {
  static const Files files = [] {
    const TemporaryFolder folder;
    REQUIRE(SiteFolder::init(folder / "site", kTenant, Policy{}, kMade));
    return read_folder(folder / "site");
  }();
  return files;
}

struct FolderDesk {
  TemporaryFolder folder;
  std::string site = folder / "site";

  FolderDesk() {
    write_folder(site, new_site());
    REQUIRE(::chmod((site + "/signing-0.key").c_str(), 0600) == 0);
  }
  SiteFolder open() const {
    auto opened = SiteFolder::open_to_write(site);
    REQUIRE(opened);
    return std::move(*opened);
  }
};

// The event, which there must be.
inline SiteEvent done(SiteFolder& site, const SiteCommand& command, sys_seconds now = kMade) {
  const auto appended = site.append(command, now);
  REQUIRE(appended);
  REQUIRE(*appended);
  return **appended;
}

}  // namespace tokenlife::test
