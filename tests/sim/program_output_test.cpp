// The files that options name: none of them is one that the command reads, or writes besides.
#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;

// A run's log as a folder and as a file, a scenario with an inventory, and the parts of a sweep.
struct OutputDesk : Desk {
  OutputDesk() {
    write("fleet.csv", "device\nlt-1\nlt-2\n");
    write("fleet.toml",
          "format = 1\n[run]\nduration = \"5d\"\n[[cohort]]\nname = \"fleet\"\n"
          "inventory = \"fleet.csv\"\nnetwork = { model = \"fixed\", on = \"internet\" }\n");
    write("plain.toml",
          "format = 1\n[run]\nduration = \"5d\"\n[[cohort]]\nname = \"fleet\"\nclients = 2\n"
          "network = { model = \"fixed\", on = \"internet\" }\n");
    for (const char* line : {"run plain.toml --log log", "run plain.toml --log log.tlog",
                             "sweep plain.toml --seeds 1..2 --shard 1/2 -o part-1",
                             "sweep plain.toml --seeds 1..2 --shard 2/2 -o part-2"}) {
      const Ran ran = run(line);
      INFO(line << "\n" << ran.err);
      REQUIRE(ran.status == 0);
    }
    for (const auto& [name, to] : {std::pair("link.tlog", "log.tlog"),
                                   {"link", "log"},
                                   {"link.toml", "plain.toml"},
                                   {"ahead", "new.tlog"}}) {
      fs::create_symlink(to, path(name));
    }
    fs::create_hard_link(path("log.tlog"), path("twin.tlog"));
  }
};

}  // namespace

TEST_CASE("no output is written over what the command reads, whatever it is called") {
  const OutputDesk desk;
  const auto log = read_folder(desk.path("log"));
  const std::vector<std::string> names{"log.tlog",  "plain.toml", "fleet.toml",
                                       "fleet.csv", "part-1",     "part-2"};
  std::vector<std::string> files;
  for (const std::string& name : names) files.push_back(read_file(desk.path(name)));
  check_refused(
      desk,
      {{"log export log.tlog --sqlite log.tlog --force",
        "`log.tlog` is the log itself; choose another file\n"},
       {"log export log.tlog --sqlite link.tlog --force", "`link.tlog` is the log itself"},
       {"log export link.tlog --sqlite ./log.tlog --force", "`./log.tlog` is the log itself"},
       {"log export log.tlog --sqlite twin.tlog --force", "`twin.tlog` is the log itself"},
       {"log export - --sqlite log.tlog --force < log.tlog", "`log.tlog` is the log itself"},
       {"log export log --sqlite link/site.log --force",
        "`link/site.log` is in the log's own folder; choose a file outside it\n"},
       {"log export log --sqlite log/new.db", "is in the log's own folder"},
       {"log diff log.tlog log --differing log.tlog --force", "is the log itself"},
       {"log diff log log.tlog --differing link.tlog --force", "is the log itself"},
       {"log diff log.tlog log --differing log/site.log --force", "in the log's own folder"},
       {"report log.tlog -o twin.tlog --force", "`twin.tlog` is the log itself"},
       {"report - -o log.tlog --force < log.tlog", "`log.tlog` is the log itself"},
       {"report log -o link/page.html", "is in the log's own folder"},
       {"test plain.toml --scenarios-only --junit plain.toml", "is a scenario itself"},
       {"test plain.toml --scenarios-only --junit link.toml", "is a scenario itself"},
       {"test . --filter plain --scenarios-only --junit fleet.toml", "is a scenario itself"},
       {"run plain.toml --stranded plain.toml --force", "`plain.toml` is the scenario itself"},
       {"run link.toml --stranded plain.toml --force", "`plain.toml` is the scenario itself"},
       {"run fleet.toml --stranded fleet.csv --force",
        "`fleet.csv` is a file that the scenario names; choose another file\n"},
       {"risk plain.toml --seeds 1..1 -o plain.toml --force", "is the scenario itself"},
       {"risk fleet.toml --seeds 1..1 -o fleet.csv --force", "is a file that the scenario names"},
       {"sweep plain.toml --seeds 1..1 --report plain.toml --force", "is the scenario itself"},
       {"sweep plain.toml --seeds 1..2 --shard 1/2 -o link.toml --force", "the scenario itself"},
       {"sweep --merge part-1 part-2 --report part-1 --force",
        "`part-1` is one of the --merge files; choose another file\n"},
       {"sweep --merge part-1 part-2 --report part-2 --force", "is one of the --merge files"}});
  for (std::size_t i = 0; i < names.size(); ++i) {
    INFO(names[i]);
    CHECK((read_file(desk.path(names[i])) == files[i]));
  }
  CHECK((read_folder(desk.path("log")) == log));
  // What lies beside is nobody's.
  CHECK(desk.run("log export log --sqlite log.db").status == 0);
  CHECK(desk.run("test . --filter plain --scenarios-only --junit report.xml").status == 0);
  CHECK(desk.run("run plain.toml --stranded /dev/null").status == 0);
}

TEST_CASE("a run's list of clients is not written over its own log, there already or not") {
  const OutputDesk desk;
  fs::create_directory(desk.path("empty"));
  check_refused(
      desk, {{"run plain.toml --log o.tlog --stranded o.tlog",
              "`o.tlog` is the log itself; choose another file\n"},
             {"run plain.toml --log new.tlog --stranded ahead", "`ahead` is the log itself"},
             {"run plain.toml --log o.tlog --stranded ./empty/../o.tlog", "is the log itself"},
             {"run plain.toml --log o --stranded o", "`o` is the log itself"},
             {"run plain.toml --log o/ --stranded o", "`o` is the log itself"},
             {"run plain.toml --log empty --stranded empty/site.log", "in the log's own folder"},
             {"run plain.toml --log o.tlog --stranded o.tlog.partial",
              "`o.tlog.partial` is the folder in which the log is written first"},
             {"run plain.toml --log log.tlog --resume --stranded log.tlog --force",
              "`log.tlog` is the log itself"}});
  CHECK(fs::is_empty(desk.path("empty")));
  for (const char* name : {"o.tlog", "o", "new.tlog", "o.tlog.partial"}) {
    CHECK_FALSE(fs::exists(desk.path(name)));
  }
  CHECK(desk.run("run plain.toml --log o.tlog --stranded o.csv").status == 0);
}

TEST_CASE("standard input is one log, and not two") {
  const OutputDesk desk;
  const char* why =
      "only one of the logs can be -, which is standard input; save the other to a file, and give "
      "that\n";
  check_refused(desk, {{"log diff - - < log.tlog", why}, {"report - - -o - < log.tlog", why}});
  CHECK(desk.run("log diff - log < log.tlog").status == 0);
  CHECK(desk.run("log diff log - < log.tlog").status == 0);
}

TEST_CASE("a full disk leaves nothing of a log that is merged or salvaged") {
  const OutputDesk desk;
  REQUIRE(desk.run("run plain.toml --clients-scale 2000 --log big").status == 0);
  fs::create_directory(desk.path("empty"));
  fs::create_directory_symlink("empty", desk.path("other"));
  for (const std::string room : {"0", "1", "8"}) {
    for (const std::string line : {"log merge big -o ", "log salvage big -o "}) {
      for (const std::string out : {"new", "new.tlog", "empty", "other"}) {
        const Ran full =
            desk.run_shell("trap '' XFSZ; (ulimit -f " + room + "; exec '" + program() + "' " +
                           line + out + " >/dev/null 2>/dev/null); echo $?");
        INFO(room << " " << line << out);
        CHECK(full.out == "3\n");
        CHECK(desk.run_shell("ls -d new*").out.empty());
        CHECK(fs::is_empty(desk.path("empty")));
        CHECK(fs::is_symlink(desk.path("other")));
      }
    }
  }
  CHECK(desk.run("log merge big -o new.tlog").status == 0);
  CHECK(desk.run("log salvage big -o other").status == 0);
}

TEST_CASE("a full disk leaves what was there before in place of an output") {
  const OutputDesk desk;
  for (const char* line :
       {"test plain.toml --scenarios-only --junit old", "log diff log log --force --differing old",
        "run plain.toml --force --stranded old", "risk plain.toml --seeds 1..1 --force -o old",
        "report log --force -o old", "sweep plain.toml --seeds 1..1 --force --report old"}) {
    desk.write("old", "the last one\n");
    fs::permissions(desk.path("old"), fs::perms{0640});
    const Ran full = desk.run_shell("trap '' XFSZ; (ulimit -f 0; exec '" + program() + "' " + line +
                                    " >/dev/null 2>/dev/null); echo $?");
    INFO(line);
    CHECK(full.out == "3\n");
    CHECK(read_file(desk.path("old")) == "the last one\n");
    CHECK(desk.run_shell("ls old*").out == "old\n");
    CHECK(desk.run(line).status == 0);
    CHECK(read_file(desk.path("old")) != "the last one\n");
    CHECK(fs::status(desk.path("old")).permissions() == fs::perms{0640});
  }
}

}  // namespace tokenlife::test
