// `tokenlife log export --parquet`: what is said, and what there is afterwards.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;

int entries_like(const Desk& desk, const std::string& name) {
  int entries = 0;
  for (const auto& entry : fs::directory_iterator(desk.path("."))) {
    if (has(entry.path().filename().string(), name)) ++entries;
  }
  return entries;
}

}  // namespace

TEST_CASE("log export writes a folder for each table, and a file for every 1,024 clients") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  const Ran ran = desk.run("log export log --parquet its/");
  CHECK(ran.status == 0);
  CHECK(ran.out.empty());
  for (const char* file : {"events/site", "events/clients-00000", "clients/clients-00000",
                           "tokens/clients-00000", "spells/clients-00000", "requests/clients-00000",
                           "site_events/all", "days/all", "run/all"}) {
    INFO(file);
    const std::string bytes = read_file(desk.path("its") / (std::string(file) + ".parquet"));
    CHECK(bytes.substr(0, 4) == "PAR1");
    CHECK(bytes.substr(bytes.size() - 4) == "PAR1");
  }
  CHECK(entries_like(desk, "its") == 1);
  // A site's journal has no clients.
  REQUIRE(desk.run("site init site").status == 0);
  REQUIRE(desk.run("log export site --parquet journal").status == 0);
  CHECK(fs::exists(desk.path("journal/events/site.parquet")));
  CHECK_FALSE(fs::exists(desk.path("journal/clients")));
}

TEST_CASE("only an export, or nothing, gives way to an export", "[slow]") {
  const Desk desk;
  REQUIRE(desk.run("run small.toml --log log").status == 0);
  fs::create_directory(desk.path("its"));
  CHECK(desk.run("log export log --parquet its").status == 0);  // it was empty
  const Ran again = desk.run("log export log --parquet its");
  CHECK(again.status == 3);
  CHECK(again.err == "tokenlife: its: already exists; choose another folder, or add --force\n");
  desk.write("its/days/old.parquet", "");
  fs::create_directory_symlink("its", desk.path("link"));
  CHECK(desk.run("log export log --parquet link --force").status == 0);
  CHECK(fs::is_symlink(desk.path("link")));
  CHECK(fs::exists(desk.path("its/days/all.parquet")));
  CHECK_FALSE(fs::exists(desk.path("its/days/old.parquet")));

  desk.write("its/days/mine.txt", "mine");
  const Ran mine = desk.run("log export log --parquet its --force");
  CHECK(mine.status == 3);
  CHECK(has(mine.err, "holds something other than Parquet tables; choose another folder"));
  CHECK(read_file(desk.path("its/days/mine.txt")) == "mine");
  CHECK(desk.run("log export log --parquet log --force").status == 3);
  CHECK(desk.run("log verify log").status == 0);
  CHECK(desk.run("log export log --parquet small.toml --force").status == 3);
  CHECK(desk.run("log export log --parquet nowhere/its").status == 3);
  CHECK(desk.run("log export log").status == 2);
  CHECK(desk.run("log export log --parquet a --sqlite b").status == 2);
  CHECK(entries_like(desk, "partial") == 0);
}

TEST_CASE("the bytes of Parquet do not depend on the threads", "[slow]") {
  const Desk desk;
  desk.write("large.toml",
             "format = 1\n[run]\nduration = \"40d\"\n[[cohort]]\nname = \"a\"\nclients = 5000\n"
             "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n");
  REQUIRE(desk.run("run large.toml --log log").status == 0);
  REQUIRE(desk.run("log export log --parquet one --threads 1").status == 0);
  REQUIRE(desk.run("log export log --parquet four --threads 4").status == 0);
  CHECK(desk.run_shell("diff -r one four").status == 0);
}

TEST_CASE("exports of the parts of a run make up the export of the whole, in one folder",
          "[slow]") {
  const Desk desk;
  desk.write("large.toml",
             "format = 1\n[run]\nduration = \"40d\"\n[[cohort]]\nname = \"a\"\nclients = 5000\n"
             "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n");
  for (const char* part : {"1", "2"}) {
    REQUIRE(desk.run(std::string("run large.toml --log log-") + part + " --shard " + part + "/2")
                .status == 0);
    REQUIRE(desk.run(std::string("log export log-") + part + " --parquet its-" + part).status == 0);
  }
  REQUIRE(desk.run("log merge log-1 log-2 -o log").status == 0);
  REQUIRE(desk.run("log export log --parquet whole").status == 0);
  REQUIRE(desk.run_shell("mkdir all && cp -r its-1/. its-2/. all").status == 0);
  // Of 5,000 clients in partitions of 1,024, the first part has two.
  const Ran compared = desk.run_shell("LC_ALL=C diff -rq all whole");
  CHECK(compared.out ==
        "Only in whole/days: all.parquet\nOnly in all/days: part-00000.parquet\n"
        "Only in all/days: part-00002.parquet\nOnly in whole/run: all.parquet\n"
        "Only in all/run: part-00000.parquet\nOnly in all/run: part-00002.parquet\n");
}

TEST_CASE("an export to Parquet that is interrupted, or has no room, leaves no folder", "[slow]") {
  const Desk desk;
  desk.write("large.toml",
             "format = 1\n[run]\nduration = \"300d\"\n[[cohort]]\nname = \"a\"\nclients = 20000\n"
             "[cohort.network]\nmodel = \"fixed\"\non = \"intranet\"\n");
  REQUIRE(desk.run("run large.toml --log log").status == 0);
  const Ran ran = desk.run_shell("'" + program() + "' log export log --parquet its & p=$!; " +
                                 kUntilItListens + "; kill -INT $p; wait $p");
  CHECK(ran.status == 130);
  CHECK(has(ran.err, "interrupted; there is no folder"));
  CHECK(entries_like(desk, "its") == 0);
  // As a disk that is full, for which the shell's limit of 4 KiB a file stands in.
  const Ran full = desk.run_shell("trap '' XFSZ; ulimit -f 4; exec '" + program() +
                                  "' log export log --parquet its");
  CHECK(full.status == 3);
  CHECK(has(full.err, "cannot write the file: File too large"));
  CHECK(entries_like(desk, "its") == 0);
}

}  // namespace tokenlife::test
