// What `tokenlife report` writes, and when it does not.
#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator{}));
}

TEST_CASE("a page is written where a link leads, and the link stays") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  fs::create_directory(desk.path("pages"));
  fs::create_symlink("pages/second", desk.path("first"));
  fs::create_symlink("fleet.html", desk.path("pages/second"));
  for (const std::string force : {"", " --force"}) {
    CHECK(desk.run("report log -o first" + force).status == 0);
    CHECK(fs::read_symlink(desk.path("first")) == "pages/second");
    CHECK(fs::read_symlink(desk.path("pages/second")) == "fleet.html");
    CHECK(fs::is_regular_file(fs::symlink_status(desk.path("pages/fleet.html"))));
  }
  fs::create_symlink("circle", desk.path("circle"));
  const Ran circle = desk.run("report log -o circle");
  CHECK(circle.status == 3);
  CHECK(fs::is_symlink(desk.path("circle")));
}

TEST_CASE("a report is the same for the same log, wherever it lies and with any threads") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log a").status == 0);
  REQUIRE(desk.run("report a -o one.html --threads 1").status == 0);
  fs::copy(desk.path("a"), desk.path("b"));
  REQUIRE(desk.run("report b -o other.html --threads 3").status == 0);
  const std::string page = read_file(desk.path("one.html"));
  CHECK(page == read_file(desk.path("other.html")));
  CHECK(page == desk.run("report a -o -").out);
  CHECK(has(page, "3 of "));
  CHECK(has(page, "default-src 'none'; script-src 'sha256-"));
  CHECK(page.size() < 500'000);
}

TEST_CASE("a report replaces a file only if it is told to, and then at once") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log a").status == 0);
  desk.write("page.html", "mine");
  const Ran refused = desk.run("report a -o page.html");
  CHECK(refused.status == 3);
  CHECK(has(refused.err, "already exists"));
  CHECK(read_file(desk.path("page.html")) == "mine");
  const std::size_t files = files_in(desk.path(""));
  CHECK(desk.run("report a -o page.html --force").status == 0);
  CHECK(read_file(desk.path("page.html")).starts_with("<!DOCTYPE html>"));
  CHECK(files_in(desk.path("")) == files);
  // A link stays one.
  fs::create_symlink("page.html", desk.path("link.html"));
  CHECK(desk.run("report a -o link.html --force").status == 0);
  CHECK(fs::is_symlink(desk.path("link.html")));
}

TEST_CASE("a report of what is no run's log is refused, with what to do") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log a").status == 0);
  const auto refused = [&](const std::string& arguments, int status, const std::string& why) {
    const Ran ran = desk.run("report " + arguments);
    INFO(arguments << "\n" << ran.err);
    CHECK(ran.status == status);
    CHECK(has(ran.err, why));
  };
  refused("nowhere -o p.html", 3, "nowhere");
  refused("small.toml -o p.html", 3, "small.toml");
  refused("a a a -o p.html", 2, "--help");
  refused("a", 2, "--output");
  REQUIRE(desk.run("site init site").status == 0);
  refused("site -o p.html", 2, "site's journal");
  refused("a site -o p.html", 2, "site's journal");
  REQUIRE(desk.run("client new --dir kiosk --site site --network internet").status == 0);
  refused("kiosk -o p.html", 2, "client on disk");
  refused("a -o a/page.html", 2, "the log's own folder");
  refused("a -o a/site.log --force", 2, "the log's own folder");
  refused("a -o no/such/page.html", 3, "no/such/page.html");
  refused("a -o a", 2, "the log itself");
  CHECK_FALSE(fs::exists(desk.path("p.html")));
  CHECK(desk.run("log verify a").status == 0);

  for (const auto& entry : fs::directory_iterator(desk.path("a"))) {
    if (entry.path().filename() == "site.log") continue;
    std::string bytes = read_file(entry.path());
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    desk.write("a/" + entry.path().filename().string(), bytes);
  }
  refused("a -o p.html", 3, "a/");
  CHECK_FALSE(fs::exists(desk.path("p.html")));
}

TEST_CASE("a report of two runs says what became of clients from one to the other") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log a").status == 0);
  std::string other = read_file(desk.path("small.toml"));
  other.replace(other.find("95d"), 3, "85d");
  other.replace(other.find("duration = \""), 14, "duration = \"11");  // another length
  desk.write("other.toml", other.substr(0, other.find("[[expect]]")));
  REQUIRE(desk.run("run other.toml --log b").status == 0);
  const Ran ran = desk.run("report a b -o -");
  INFO(ran.err);
  CHECK(ran.status == 0);
  CHECK(has(ran.out, "From A to B"));
  CHECK(has(ran.out, "<th scope=\"row\">re-registration-required, stranded</th>"));
  CHECK(has(ran.out, "\"runs\":2"));
}

}  // namespace
}  // namespace tokenlife::test
