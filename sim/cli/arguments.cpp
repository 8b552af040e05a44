// The command line, and nothing else: which words there are and what each command is handed.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <sstream>

#include "sim/cli/arguments.hpp"
#include "sim/cli/arguments_help.hpp"
#include "sim/cli/program.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/redact.hpp"
#include "sim/text/show_error.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kUsage = static_cast<int>(ErrorKind::input);

// In the order in which --help lists them.
using AddCommands = void (*)(CLI::App&, Chosen&);
constexpr AddCommands kAllCommands[] = {
    add_run_commands,   add_sweep_commands,  add_conform_commands,
    add_log_commands,   add_site_commands,   add_trust_commands,
    add_token_commands, add_client_commands, add_completion_commands};

// Of the processes of a run one speaks.
bool is_heard(const RunRanks* ranks) { return ranks == nullptr || ranks->rank() == 0; }

class CommandLine {
 public:
  explicit CommandLine(RunRanks* ranks)
      : name_(ranks == nullptr ? "tokenlife" : "tokenlife-mpi"), is_told_(is_heard(ranks)) {
    app_.name(name_);
    app_.formatter(help_format());  // its commands take it over
    app_.description(
        "Simulates the life of short-lived client tokens: who renews in time, who is stranded, "
        "when\n"
        "and why. The rules are those of token-based authentication for the cloud management "
        "gateway.");
    app_.set_version_flag("--version", "tokenlife " TOKENLIFE_VERSION_TEXT);
    app_.set_help_flag("-h,--help", "Show this help");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.add_flag("--no-progress", no_progress_, "Hide progress");
    app_.add_option("--color", color_,
                    "auto: on a terminal, unless NO_COLOR is set or TERM is dumb; always or never\n"
                    "(default: auto)")
        ->check(one_of({"auto", "always", "never"}));
    app_.footer(
        "Exit status: 0 done and everything held; 1 refused, no request sent, a difference found,\n"
        "or something did not hold; 2 the command line, a scenario or what it names is wrong or\n"
        "missing; 3 any other file or folder cannot be read or written, or is damaged; 70 a bug;\n"
        "130 ended by Ctrl-C.\n"
        "`tokenlife COMMAND --help`, or `tokenlife help COMMAND`, has examples.");
    if (ranks == nullptr) {
      for (const AddCommands add : kAllCommands) add(app_, chosen_);
    } else {
      add_run(app_, chosen_, ranks);
      add_sweep(app_, chosen_, ranks);
    }
  }

  // The exit status, where the command line itself says it all.
  std::optional<int> parse(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
      return std::nullopt;
    } catch (const CLI::ParseError& error) {
      const Words words = read(argc, argv);
      if (error.get_exit_code() == 0 && words.unknown.empty()) {  // --help, --version
        std::ostringstream text;
        app_.exit(error, text, text);
        help_ = text.str();
        return 0;
      }
      const std::string line = redact_secrets(explain(words, error));
      if (is_told_) std::fprintf(stderr, "%s: %s\n", name_.c_str(), line.c_str());
      return kUsage;
    }
  }

  const std::string& name() const { return name_; }
  const std::string& help() const { return help_; }  // that was asked for
  bool progress_wanted() const { return !no_progress_; }
  Colour colour() const {
    return color_ == "always"  ? Colour::always
           : color_ == "never" ? Colour::never
                               : Colour::automatic;
  }
  ExitStatus run(Console& console) const { return chosen_(console); }

 private:
  // The command that the words name, as far as there is one; and the first of them that names none,
  // or no option.
  struct Words {
    const CLI::App* command;
    std::string path;
    std::string unknown;  // empty if there is none
  };

  Words read(int argc, char** argv) const {
    Words words{&app_, name_, ""};
    const auto unknown = [](std::string_view noun, std::string_view word,
                            const std::vector<std::string>& known) {
      const std::vector<std::string_view> candidates(known.begin(), known.end());
      const auto near = suggestion(word, candidates);
      return fmt::format("unknown {} {}{}", noun, in_quotes(word),
                         near ? fmt::format("; did you mean {}?", in_quotes(*near)) : "");
    };
    for (int i = 1; i < argc && words.unknown.empty(); ++i) {
      const std::string word = argv[i];
      const bool is_option = word.size() > 1 && word[0] == '-';
      if (is_option && std::isdigit(static_cast<unsigned char>(word[1])) == 0) {
        const std::string name = word.substr(0, word.find('='));
        const CLI::Option* option = words.command->get_option_no_throw(name);
        if (option == nullptr) option = app_.get_option_no_throw(name);
        if (option == nullptr) {
          words.unknown = unknown("option", name, options_of(*words.command));
        } else if (option->get_items_expected_max() > 0 && name == word) {
          ++i;  // its value, which names no command
        }
        continue;
      }
      std::vector<std::string> names;
      const CLI::App* next = nullptr;
      for (const CLI::App* command : words.command->get_subcommands({})) {
        names.push_back(command->get_name());
        if (names.back() == word) next = command;
      }
      if (next != nullptr) {
        words.command = next;
        words.path += " " + word;
      } else if (!names.empty()) {
        words.unknown = unknown("command", word, names);
      }
    }
    return words;
  }

  // What is wrong with the command line, and where help is.
  std::string explain(const Words& words, const CLI::ParseError& error) const {
    std::string what = !words.unknown.empty()                        ? words.unknown
                       : !words.command->get_subcommands({}).empty() ? "a command is missing"
                                                                     : error.what();
    // "--vary: 1 required TEXT missing"
    const bool lacks_value = error.get_name() == "ArgumentMismatch" && what.ends_with(" missing");
    if (lacks_value) what = lack_of_value(*words.command, what.substr(0, what.find(':')));
    // "The following argument was not expected: b", "LOG: At Most 2 required but received 3"
    const std::size_t colon = what.find(": ");
    if (what.starts_with("The following argument")) {
      const bool are_many = what.starts_with("The following arguments");
      what =
          (are_many ? "unexpected arguments: " : "unexpected argument: ") + what.substr(colon + 2);
    } else if (const std::size_t most = what.find(": At Most "); most != std::string::npos) {
      what = too_many(what, most);
    }
    // Options of all commands are in the help of the program alone.
    const std::string name = what.substr(0, what.find_first_of(": "));
    const bool is_of_all = words.command->get_option_no_throw(name) == nullptr &&
                           app_.get_option_no_throw(name) != nullptr;
    const std::string& path = is_of_all ? name_ : words.path;
    const bool asks = what.ends_with('?');
    return escape_text(fmt::format("{}{}ee `{} --help`", what, asks ? " S" : "; s", path));
  }

  // "LOG: At Most 2 required but received 3"
  static std::string too_many(const std::string& what, std::size_t most) {
    const std::size_t number = most + std::string_view(": At Most ").size();
    const std::string limit = what.substr(number, what.find(' ', number) - number);
    return fmt::format("{}: {} are given; give {}", what.substr(0, most),
                       what.substr(what.rfind(' ') + 1),
                       limit == "2" ? "one, or two" : "at most " + limit);
  }

  // With what the help of the option says first: "KEY=A,B,C: run with each of these values".
  static std::string lack_of_value(const CLI::App& command, const std::string& name) {
    const CLI::Option* option = command.get_option_no_throw(name);
    if (option == nullptr) return name + " needs a value";
    std::string help = option->get_description();
    help.erase(std::min(help.find_first_of(";("), help.size()));
    std::replace(help.begin(), help.end(), '\n', ' ');
    help.erase(help.find_last_not_of(' ') + 1);
    return fmt::format("{} needs a value ({})", name, help);
  }

  std::vector<std::string> options_of(const CLI::App& app) const {
    std::vector<std::string> names;
    for (const CLI::App* level : {&app, &app_}) {
      for (const CLI::Option* option : level->get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
      }
    }
    return names;
  }

  std::string name_;
  bool is_told_;  // or another process says it
  CLI::App app_;
  std::string help_;
  bool no_progress_ = false;
  std::string color_ = "auto";
  Chosen chosen_;
};

int run_program(int argc, char** argv, RunRanks* ranks) {
  CommandLine line(ranks);
  // `help run` is `run --help`.
  std::vector<char*> words(argv, argv + argc);
  std::string help = "--help";
  const auto begin = words.begin() + std::min(argc, 1);
  const auto first = std::find_if(
      begin, words.end(), [](const char* word) { return std::string_view(word) != "help"; });
  if (first != begin) {
    words.erase(begin, first);
    words.push_back(help.data());
  }
  const auto said = line.parse(static_cast<int>(words.size()), words.data());
  Console console = !is_heard(ranks)   ? Console::silent()
                    : ranks != nullptr ? Console::of_ranks(line.progress_wanted(), line.colour())
                                       : Console::of_process(line.progress_wanted(), line.colour());
  console.print(line.help());
  ExitStatus status = said ? ExitStatus(*said) : line.run(console);
  if (auto printed = console.finish(); status && !printed) {
    status = Failed<Error>(printed.error());
  }
  if (status) return *status;
  console.say(redact_secrets(show_error(status.error(), line.name())));
  return static_cast<int>(status.error().kind);
}

}  // namespace

int program(int argc, char** argv, RunRanks* ranks) {
  try {
    return run_program(argc, argv, ranks);
  } catch (const std::exception& error) {
    std::string line;
    for (int i = 0; i < argc; ++i) line += fmt::format("{}{}", i == 0 ? "" : " ", argv[i]);
    std::fprintf(stderr,
                 "tokenlife: a bug in the program: %s\n"
                 "tokenlife: please report it with the files that it was given, and: %s\n",
                 redact_secrets(escape_text(error.what())).c_str(),
                 redact_secrets(escape_text(line)).c_str());
    return kBugStatus;
  }
}

}  // namespace tokenlife::sim
