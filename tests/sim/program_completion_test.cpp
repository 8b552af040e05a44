// `tokenlife completion`: what the scripts say. sim/completion.sh asks the shells that read them.
#include <catch2/catch.hpp>

#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {

namespace {

// What bash offers behind the program's name and these words, the last of which is being typed.
std::string offered_by_bash(const std::string& words, int count) {
  const Desk desk;
  desk.write("ask.sh", desk.run("completion bash").out + "COMP_WORDS=(tokenlife " + words +
                           ") COMP_CWORD=" + std::to_string(count) +
                           "\n_tokenlife\necho \"${COMPREPLY[*]}\"\n");
  return desk.run_shell("bash ask.sh").out;
}

}  // namespace

TEST_CASE("bash completes commands, options and values") {
  CHECK(offered_by_bash("site tr", 2) == "trust-ca trust-entra\n");
  CHECK(offered_by_bash("--color always log ver", 4) == "verify\n");
  CHECK(offered_by_bash("--color log ver", 3) == "\n");  // a value, if a wrong one
  CHECK(offered_by_bash("log verify --di", 3) == "--digest\n");
  CHECK(offered_by_bash("log verify --no", 3) == "--no-progress\n");
  CHECK(offered_by_bash("events --format ''", 3) == "text jsonl csv\n");
  CHECK(offered_by_bash("events --format = j", 4) == "jsonl\n");
  CHECK(offered_by_bash("run --color n", 3) == "never\n");
  CHECK(offered_by_bash("run small", 2) == "small.toml\n");
  CHECK(offered_by_bash("run --log small", 3) == "small.toml\n");
  CHECK(offered_by_bash("machine small", 2) == "\n");
  CHECK(offered_by_bash("run --threads ''", 3) == "\n");
}

TEST_CASE("quotes in what a command is said to do end no string of a shell's") {
  const Desk desk;
  const std::string text = "Print the lifecycle";
  CHECK(has(desk.run("completion zsh").out, text + "'\\''s transition table'"));
  CHECK(has(desk.run("completion fish").out, text + "\\'s transition table'"));
}

TEST_CASE("there are scripts for three shells") {
  const Desk desk;
  const Ran ran = desk.run("completion tcsh");
  CHECK(ran.status == 2);
  CHECK(ran.out.empty());
  CHECK(has(ran.err, "`tcsh` is not one of bash, zsh, fish; see `tokenlife completion --help`"));
}

}  // namespace tokenlife::test
