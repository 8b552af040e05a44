// The command line, and nothing else: which words there are and what each command is handed.
#include <fmt/format.h>

#include <charconv>
#include <sstream>

#include "core/ensure.hpp"
#include "sim/cli/arguments.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/redact.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kUsage = static_cast<int>(ErrorKind::input);
constexpr int kBug = 70;  // EX_SOFTWARE of sysexits.h

// What is wrong with a seed, which CLI11 would wrap around or cut off.
std::string is_seed(const std::string& text) {
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
  if (error == std::errc{} && end == text.data() + text.size()) return "";
  return in_quotes(text) + " is no whole number from 0 to 18446744073709551615";
}

class CommandLine {
 public:
  CommandLine() {
    app_.description(
        "Simulates the life of short-lived client tokens: who renews in time, who is stranded, "
        "when\n"
        "and why. The rules are those of token-based authentication for the cloud management "
        "gateway.");
    app_.set_version_flag("--version", "tokenlife " TOKENLIFE_VERSION);
    app_.set_help_flag("-h,--help", "What there is, with examples");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.add_flag("--no-progress", no_progress_, "No line of progress on a terminal");
    app_.footer(
        "Exit status: 0 done and everything held; 1 something did not hold; 2 the command line or "
        "an\n"
        "input file is wrong; 3 a file cannot be read or written, or is damaged; 70 a bug.\n"
        "`tokenlife COMMAND --help` has examples.");
    add_run();
    add_test();
    add_soak();
    add_replay();
    add_events();
    add_machine();
    add_check();
    add_log();
    add_site_commands(app_, chosen_);
    add_token_commands(app_, chosen_);
    add_client_commands(app_, chosen_);
  }

  // The exit status, where the command line itself says it all.
  std::optional<int> parse(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
      return std::nullopt;
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0) {  // --help, --version
        std::ostringstream text;
        app_.exit(error, text, text);
        help_ = text.str();
        return 0;
      }
      const std::string advice = advice_on(argc, argv);
      std::fprintf(stderr, "tokenlife: %s%s\n", hide_tokens(plain_text(error.what())).c_str(),
                   hide_tokens(advice).c_str());
      return kUsage;
    }
  }

  const std::string& help() const { return help_; }  // that was asked for
  bool progress_wanted() const { return !no_progress_; }
  ExitStatus run(Console& console) const { return chosen_(console); }

 private:
  template <class Command>
  CLI::App* add(CLI::App& parent, const char* name, const char* description,
                ExitStatus (*does)(const Command&, Console&), Command& command,
                const std::string& footer) {
    CLI::App* app = parent.add_subcommand(name, description);
    app->footer(footer);
    app->fallthrough();
    app->callback([this, does, &command] {
      chosen_ = [does, &command](Console& c) { return does(command, c); };
    });
    return app;
  }

  void add_run() {
    CLI::App* app = add(app_, "run", "Run a scenario and say what came of it", run_command, run_,
                        "Examples:\n"
                        "  tokenlife run scenarios/mixed-fleet.toml\n"
                        "  tokenlife run scenarios/mixed-fleet.toml --seed 7 --log /tmp/fleet\n"
                        "  tokenlife run scenarios/mixed-fleet.toml --json | jq .stranded");
    app->add_option("SCENARIO", run_.scenario, "The scenario file")->required();
    app->add_option("--seed", run_.seed, "Another seed than the scenario's")->check(is_seed);
    app->add_option("--log", run_.log, "Write the events to this folder, which must not exist");
    app->add_option("--clients-scale", run_.clients_scale,
                    "So many times the clients of every cohort");
    app->add_option("--threads", run_.threads, "How many threads; all cores if absent")
        ->check(CLI::Range(1U, 1024U));
    app->add_flag("--json", run_.json, "The summary as one JSON object");
  }

  void add_test() {
    CLI::App* app =
        add(app_, "test", "Run many scenarios and report like a test runner", test_command, test_,
            "A scenario's expectations are a test, called like its file. So is each property of "
            "every run\n"
            "that `tokenlife soak` knows, called like scenarios/clocks.toml: replay. Properties "
            "are asked\n"
            "of the first 20 clients of each cohort; of fewer, and then of the run's beginning, if "
            "they\n"
            "have more than 100,000 events.\n"
            "Examples:\n"
            "  tokenlife test scenarios\n"
            "  tokenlife test scenarios --filter 'cmg-outage' --junit report.xml\n"
            "  tokenlife test scenarios --filter ': replay$'\n"
            "  tokenlife test scenarios/mixed-fleet.toml --seeds 1..100\n"
            "  tokenlife test scenarios --coverage");
    app->add_option("PATH", test_.paths, "Scenario files, or folders to search for .toml files")
        ->required();
    app->add_option("--filter", test_.filter,
                    "Only tests in whose name this regular expression finds something");
    app->add_flag("--scenarios-only", test_.scenarios_only, "Expectations, and no properties");
    app->add_option("--junit", test_.junit, "Write a JUnit XML report to this file");
    app->add_option("--seeds", test_.seeds, "Run every test with every seed of the range A..B");
    app->add_flag("--coverage", test_.coverage,
                  "Also say which transitions, reasons and rules were met, and which never");
  }

  void add_soak() {
    CLI::App* app = add(app_, "soak", "Hold random scenarios to what must hold of every run",
                        soak_command, soak_,
                        "A scenario that fails is made as small as it can be and written to a "
                        "file.\n"
                        "Examples:\n"
                        "  tokenlife soak --for 10m\n"
                        "  tokenlife soak --for 8h --seed 1000000 --out /tmp/found");
    app->add_option("--for", soak_.length, "How long: 30s, 10m, 8h")->required();
    app->add_option("--seed", soak_.seed, "The seed of the first scenario, 1 if absent")
        ->check(is_seed);
    app->add_option("--out", soak_.out, "The folder for a scenario that fails; this one if absent");
  }

  void add_replay() {
    CLI::App* app = add(app_, "replay", "Rebuild the state of clients from the events alone",
                        replay_command, replay_,
                        "Examples:\n"
                        "  tokenlife replay /tmp/fleet\n"
                        "  tokenlife replay /tmp/fleet --at 120d\n"
                        "  tokenlife replay /tmp/fleet --client commuters/17 --json");
    app->add_option("LOG", replay_.log, "The log's folder")->required();
    app->add_option("--at", replay_.at,
                    "A moment: 120d, or 2026-05-01T00:00:00Z; the end if absent");
    app->add_option("--client", replay_.client, "A client's number, COHORT/NUMBER or GUID");
    app->add_flag("--json", replay_.json, "As one JSON object");
  }

  void add_events() {
    CLI::App* app =
        add(app_, "events", "Print events, in the order of time", events_command, events_,
            "Of a site on disk, the events of its journal: it has no clients' ones.\n"
            "Examples:\n"
            "  tokenlife events /tmp/fleet --client commuters/17\n"
            "  tokenlife events /tmp/fleet --kind token-expired --from 90d\n"
            "  tokenlife events /tmp/fleet --format jsonl | jq -c .kind\n"
            "  tokenlife events /srv/site --kind bulk-token-issued");
    app->add_option("LOG", events_.log, "The log's folder, or a site's")->required();
    app->add_option("--client", events_.client,
                    "Only of this client: number, COHORT/NUMBER or GUID");
    app->add_option("--kind", events_.kinds, "Only of this kind; may be repeated");
    app->add_option("--from", events_.from, "From this moment on: 120d, or an RFC 3339 time");
    app->add_option("--to", events_.to, "Before this moment");
    app->add_option("--format", events_.format, "text, jsonl or csv")
        ->check(CLI::IsMember({"text", "jsonl", "csv"}));
  }

  void add_machine() {
    CLI::App* app = add(app_, "machine", "Print the lifecycle, as the program runs it",
                        machine_command, machine_,
                        "Examples:\n"
                        "  tokenlife machine\n"
                        "  tokenlife machine --format dot | dot -Tsvg > lifecycle.svg");
    app->add_option("--format", machine_.format, "table, dot, mermaid or scxml")
        ->check(CLI::IsMember({"table", "dot", "mermaid", "scxml"}));
  }

  void add_check() {
    CLI::App* app =
        add(app_, "check", "Explore every state that the rules allow, and say what holds",
            check_command, check_,
            "Examples:\n"
            "  tokenlife check\n"
            "  tokenlife check --unit 10d --with outage,block,rotate,bulk\n"
            "  tokenlife check --clients 1 --with bulk,reinstall --latency 2 --json");
    app->add_option("--clients", check_.clients, "How many clients, 1 to 4; 2 if absent")
        ->check(CLI::Range(1U, 4U));
    app->add_option("--days", check_.days, "Stop at this many units of time; never if absent")
        ->check(CLI::Range(1U, 10'000U));
    app->add_option("--unit", check_.unit, "The step of time; 1d if absent");
    app->add_option("--latency", check_.latency, "Units from a request to its answer, 1 to 3")
        ->check(CLI::Range(1U, 3U));
    app->add_option("--with", check_.with,
                    "What may happen, separated by commas: none, or outage, lose-answers, block,\n"
                    "cmg-setting, bulk, rotate, reinstall, restart, upgrade, pki; outage,block if "
                    "absent");
    app->add_option("--mp", check_.mp, "enhanced-http or https")
        ->check(CLI::IsMember({"enhanced-http", "https"}));
    app->add_flag("--no-internal-registration", check_.no_internal_registration,
                  "MPs register no self-signed clients");
    app->add_flag("--no-symmetry", check_.no_symmetry,
                  "Tell states apart that differ in who is who only");
    app->add_option("--max-states", check_.max_states, "Stop at this many states")
        ->check(CLI::Range(1U, 4'000'000'000U));
    app->add_option("--counterexample", check_.counterexample,
                    "Write the scenario that shows what does not hold to this new file");
    app->add_flag("--json", check_.json, "As one JSON object");
  }

  void add_log() {
    CLI::App* log = app_.add_subcommand("log", "Check and describe logs");
    log->require_subcommand(1);
    log->fallthrough();
    log->footer(
        "Examples:\n"
        "  tokenlife log verify /tmp/fleet\n"
        "  tokenlife log info /tmp/fleet --json | jq -r '.\"scenario-text\"' > again.toml");
    CLI::App* verify =
        add(*log, "verify", "Check every byte and every event of a log", log_verify_command, log_,
            "A site's journal may have a torn end, which a crash cut off: it is told, "
            "and is no damage.\n"
            "Examples:\n  tokenlife log verify /tmp/fleet\n"
            "  tokenlife log verify /srv/site");
    CLI::App* info = add(*log, "info", "What a log holds", log_info_command, log_,
                         "Example:\n  tokenlife log info /tmp/fleet --json");
    for (CLI::App* app : {verify, info}) {
      app->add_option("LOG", log_.log, "The log's folder, or a site's")->required();
      app->add_flag("--json", log_.json, "As one JSON object");
    }
  }

  // "; did you mean `run`?" for the first word that no command knows.
  std::string advice_on(int argc, char** argv) const {
    const CLI::App* app = &app_;
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      const bool is_option = word.size() > 1 && word[0] == '-';
      std::vector<std::string> known;
      const CLI::App* sub = nullptr;
      for (const CLI::App* command : app->get_subcommands({})) {
        if (!is_option) known.push_back(command->get_name());
        if (command->get_name() == word) sub = command;
      }
      if (sub != nullptr) {
        app = sub;
        continue;
      }
      for (const CLI::App* level : {app, &app_}) {
        for (const CLI::Option* option : level->get_options()) {
          if (is_option && !option->get_lnames().empty()) {
            known.push_back("--" + option->get_lnames().front());
          }
        }
      }
      const std::string name = word.substr(0, word.find('='));
      if (known.empty() || std::find(known.begin(), known.end(), name) != known.end()) continue;
      const std::vector<std::string_view> words(known.begin(), known.end());
      return "; " + did_you_mean(is_option ? "option" : "command", name, words);
    }
    return "; see `tokenlife --help`";
  }

  CLI::App app_{"", "tokenlife"};
  std::string help_;
  bool no_progress_ = false;
  RunCommand run_;
  TestCommand test_;
  SoakCommand soak_;
  ReplayCommand replay_;
  EventsCommand events_;
  MachineCommand machine_;
  CheckCommand check_;
  LogCommand log_;
  Chosen chosen_;
};

int run_program(int argc, char** argv) {
  CommandLine line;
  const auto said = line.parse(argc, argv);
  Console console = Console::of_process(line.progress_wanted());
  console.print(line.help());
  ExitStatus status = said ? ExitStatus(*said) : line.run(console);
  if (auto printed = console.finish(); status && !printed) {
    status = Failed<Error>(printed.error());
  }
  if (status) return *status;
  console.say("tokenlife: " + hide_tokens(to_string(status.error())));
  return static_cast<int>(status.error().kind);
}

}  // namespace

int program(int argc, char** argv) {
  try {
    return run_program(argc, argv);
  } catch (const std::exception& error) {
    std::string line;
    for (int i = 0; i < argc; ++i) line += fmt::format("{}{}", i == 0 ? "" : " ", argv[i]);
    std::fprintf(stderr,
                 "tokenlife: a bug in the program: %s\n"
                 "tokenlife: please report it with the files that it was given, and: %s\n",
                 hide_tokens(plain_text(error.what())).c_str(),
                 hide_tokens(plain_text(line)).c_str());
    return kBug;
  }
}

}  // namespace tokenlife::sim
