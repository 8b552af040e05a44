// The documented tool, as its users meet it.
#include <catch2/catch.hpp>

#include "core/token/token_verify.hpp"
#include "support/site_desk.hpp"

namespace tokenlife::test {

TEST_CASE("R39 R40 R43 R47 A3: the tool takes its three parameters, and nothing else", "[slow]") {
  const SiteDesk desk;
  CHECK(has(lines_of(desk.run_tool("'/?'", "")), "BulkRegistrationTokenTool /new /lifetime"));
  struct Wrong {
    const char* line;
    const char* words;
  };
  for (const auto& [line, words] :
       {Wrong{"", "nothing to do"},
        {"/lifetime 4320", "/lifetime goes with /new; add /new"},
        {"/lifetime", "needs a number of minutes"},
        {"/new /lifetime", "needs a number"},
        {"/New", "unknown parameter `/New`; did you mean `/new`?"},
        {"/n", "unknown parameter `/n`; see `BulkRegistrationTokenTool /?`"},
        {"--help", "unknown parameter `--help`; did you mean `/?`?"},
        {"--new", "unknown parameter `--new`; did you mean `/new`?"},
        {"new", "unknown parameter `new`; did you mean `/new`?"},
        {"/LIFETIME 60", "did you mean `/lifetime`?"},
        {"/lifetmie 60", "did you mean `/lifetime`?"},
        {"/lifetime:60", "write /lifetime MINUTES"},
        {"/Lifetime:60", "write /lifetime MINUTES"},
        {"/x", "see `BulkRegistrationTokenTool /?`"},
        {"//", "see `BulkRegistrationTokenTool /?`"},
        {"/new /new", "/new is given twice"},
        {"/new 60", "unknown parameter `60`"},
        {"/new /lifetime ''", "`` is not a whole number"},
        {"/new /lifetime 5 /lifetime 6", "/lifetime is given twice"},
        {"'/?' /new", "/? stands"},
        {"/new /lifetime=60", "write /lifetime MINUTES"}}) {
    INFO(line);
    const Ran ran = desk.run_tool(line);
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err.starts_with("BulkRegistrationTokenTool: "));
    CHECK(ran.err.find('\n') == ran.err.size() - 1);
    CHECK(has(ran.err, words));
  }
  const Ran nowhere = desk.run_tool("/new", "");
  CHECK(nowhere.status == 2);
  CHECK(has(nowhere.err, "TOKENLIFE_SITE does not name a site"));
  CHECK(desk.shown()["events"] == 1);

  for (const char* line : {"/new", "/new /lifetime 4320", "/lifetime 4320 /new"}) {
    const std::string out = lines_of(desk.run_tool(line));
    const auto good = verified(desk, token_in(out));
    REQUIRE(good);
    CHECK(good->dates().expires - good->dates().not_before == std::chrono::days{3});
  }
}

TEST_CASE("D4: the tool repeats no token and no key, wherever one stands by mistake", "[slow]") {
  const SiteDesk desk;
  const std::string token = token_in(lines_of(desk.run("token new --site site")));
  const std::string key = read_file(desk.path("site/signing-0.key"));
  const std::string payload = token.substr(token.find('.') + 1, 24);
  desk.write("site/" + token.substr(0, 80), "");  // a folder is none without site.log
  for (const std::string& site : {token, "./" + token, "site/" + token.substr(0, 80),
                                  token.substr(token.find('.')), key, std::string("site")}) {
    for (const std::string& line : {std::string("/new"), "/new /lifetime " + token, "/new:" + token,
                                    token, "/new '" + key + "'"}) {
      if (site == "site" && line == "/new") continue;
      const Ran ran = desk.run_tool(line, site);
      CHECK(ran.status >= 2);
      CHECK(ran.out.empty());
      CHECK_FALSE(has(ran.err, token.substr(0, 40)));
      CHECK_FALSE(has(ran.err, payload));
      CHECK_FALSE(has(ran.err, key.substr(40, 24)));
    }
  }
}

}  // namespace tokenlife::test
