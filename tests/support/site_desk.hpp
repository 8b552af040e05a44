// A desk with a site on disk, for the program and the documented tool.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "core/result.hpp"
#include "support/desk.hpp"

namespace tokenlife {
enum class TokenFault : std::uint8_t;  // core/token/token_fault.hpp
class VerifiedToken;                   // core/token/token_verify.hpp
}  // namespace tokenlife

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

// What the site itself says of a token (core/token/token_verify.hpp).
Result<VerifiedToken, TokenFault> verified(const Desk& desk, const std::string& token);

}  // namespace tokenlife::test
