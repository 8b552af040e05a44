// The command line, and nothing else: which words there are and what each command is handed.
#include <fmt/format.h>

#include <sstream>

#include "core/ensure.hpp"
#include "sim/cli/arguments.hpp"
#include "sim/cli/program.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/redact.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kUsage = static_cast<int>(ErrorKind::input);
constexpr int kBug = 70;  // EX_SOFTWARE of sysexits.h

// In the order in which --help lists them.
using AddCommands = void (*)(CLI::App&, Chosen&);
constexpr AddCommands kAllCommands[] = {add_run_commands, add_log_commands, add_site_commands,
                                        add_token_commands, add_client_commands};

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
    for (const AddCommands add : kAllCommands) add(app_, chosen_);
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
