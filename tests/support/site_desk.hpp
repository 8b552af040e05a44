// A desk with a site on disk, for the program and the documented tool.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/site.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "sim/site/site_store.hpp"
#include "support/desk.hpp"

namespace tokenlife::test {

inline std::string lines_of(const Ran& ran) {
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  CHECK(ran.err.empty());
  return ran.out;
}

// The token of an output of `token new` or the tool: alone on the last line.
inline std::string token_in(const std::string& output) {
  REQUIRE(output.ends_with("\n"));
  const std::size_t begin = output.rfind('\n', output.size() - 2) + 1;
  return output.substr(begin, output.size() - begin - 1);
}

// A desk with a site in it.
struct SiteDesk : Desk {
  SiteDesk() { lines_of(run("site init site")); }
  nlohmann::json shown(const std::string& options = "") const {
    return nlohmann::json::parse(lines_of(run("site show site --json " + options)));
  }
  Ran run_tool(const std::string& line, const std::string& site = "site") const {
    return run_shell("export TOKENLIFE_SITE='" + site + "'; exec '" +
                     std::string(TOKENLIFE_BULK_TOKEN_TOOL) + "' " + line);
  }
};

// What the site itself says of a token.
inline Result<VerifiedToken, TokenFault> verified(const Desk& desk, const std::string& token) {
  const auto site = sim::SiteFolder::open_to_read(desk.path("site"));
  REQUIRE(site);
  const auto signers = site->signers();
  TokenChecks checks{.signers = signers, .now = site->time_of(site->events().back().time)};
  checks.issued = [&](Guid guid) {
    const auto& known = site->site().bulk_tokens;
    const auto found = known.find(guid);
    return found == known.end() ? std::nullopt : std::optional(found->second);
  };
  return verify(token, checks);
}

}  // namespace tokenlife::test
