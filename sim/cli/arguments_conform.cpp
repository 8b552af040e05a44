// The command line of `conform`.
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_conform.hpp"

namespace tokenlife::sim {

void add_conform_commands(CLI::App& app, Chosen& chosen) {
  auto [added, command] = add_command(
      app, chosen, "conform", "Hold somebody else's site or client to the rules", conform_command,
      "Runs a program of yours, and sends it random histories (sequences of requests) over\n"
      "its standard input and output, one JSON object per line. A history in which it differs\n"
      "from the rules is made as short as possible, and shown with the rules that were broken.\n"
      "tests/conform/README.md has the protocol, and adapters to begin with. Exit status: 0 it\n"
      "conforms; 1 it does not; 2 the command line is wrong, or it cannot play the role; 3 it\n"
      "could not be started, died, hung or did not speak JSON.\n"
      "Examples:\n"
      "  tokenlife conform --role site --adapter 'tests/conform/site.py'\n"
      "  tokenlife conform --role client --adapter 'tests/conform/client.py' --for 10m\n"
      "  tokenlife conform --role site --adapter './authority --port 0' --cases 10000 --seed 7\n"
      "  tokenlife conform --role site --adapter 'tests/conform/site.py' --out /tmp/found\n"
      "  tokenlife conform --role site --adapter 'tests/conform/site.py' \\\n"
      "    --replay /tmp/found/conform-site-1.jsonl\n"
      "  tokenlife conform --role site --adapter 'tests/conform/site.py' --json | jq .conforms");
  added->add_option("--role", command.role, "What the program is: site or client")
      ->required()
      ->check(one_of({"site", "client"}));
  added
      ->add_option("--adapter", command.adapter,
                   "The program and its arguments, with quotes as in sh; no shell is started")
      ->required();
  CLI::Option* length =
      added->add_option("--for", command.length, "How long, such as 30s or 8h (default: 1m)");
  CLI::Option* cases =
      added->add_option("--cases", command.cases, "How many histories, in place of how long")
          ->check(decimal(1, UINT64_MAX))
          ->excludes(length);
  CLI::Option* seed =
      added->add_option("--seed", command.seed, "Seed of the first history (default: 1)")
          ->check(decimal(0, UINT64_MAX));
  added->add_option("--timeout", command.timeout, "How long to wait for an answer (default: 5s)");
  added->add_option(
      "--out", command.out,
      "Folder for the history that differs: JSON lines, without any token (default: it is\n"
      "shown and not written)");
  added->add_option("--replay", command.replay, "Send it only the history in this file")
      ->excludes(length)
      ->excludes(cases)
      ->excludes(seed);
  added->add_flag("--json", command.json, "Print JSON");
}

}  // namespace tokenlife::sim
