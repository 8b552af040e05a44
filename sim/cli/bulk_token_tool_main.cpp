// BulkRegistrationTokenTool: the documented tool's command line, on the site that an environment
// variable names. It takes the documented parameters, in the documented letters, and no others.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "core/bulk_lifetime.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/command_bulk_token.hpp"
#include "sim/cli/console.hpp"
#include "sim/cli/hide_process.hpp"
#include "sim/cli/new_bulk_token.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/site/signer_life.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/redact.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kBug = 70;  // EX_SOFTWARE of sysexits.h
constexpr const char* kTool = "BulkRegistrationTokenTool: ";
constexpr const char* kSiteVariable = "TOKENLIFE_SITE";
constexpr std::string_view kSee = "see `BulkRegistrationTokenTool /?`";

std::string usage() {
  return fmt::format(
      "Makes a bulk registration token, with which devices on the internet register.\n"
      "\n"
      "  BulkRegistrationTokenTool /?                      this text\n"
      "  BulkRegistrationTokenTool /new                    a new token, good for {} minutes (3 "
      "days)\n"
      "  BulkRegistrationTokenTool /new /lifetime MINUTES  a new token, good for {} to {} minutes\n"
      "\n"
      "The token is printed once and stored nowhere: copy it and keep it safe. Block it by its "
      "GUID.\n"
      "\n"
      "The environment variable TOKENLIFE_SITE names the folder of the site, which\n"
      "`tokenlife site init` makes. The tool has to be run by the owner of the site's key.\n"
      "\n"
      "Examples:\n"
      "  TOKENLIFE_SITE=/srv/site BulkRegistrationTokenTool /new\n"
      "  TOKENLIFE_SITE=/srv/site BulkRegistrationTokenTool /new /lifetime 60\n"
      "\n"
      "Exit status: 0 done; 2 the command line is wrong; 3 a file cannot be read or written, or "
      "is\n"
      "damaged; 70 a bug.\n",
      kBulkLifetimeMinutesDefault, kBulkLifetimeMinutesMin, kBulkLifetimeMinutesMax);
}

struct Line {
  bool help = false;
  bool make = false;
  std::optional<std::string_view> lifetime;
};

Failed<Error> wrong(std::string what, std::string_view advice = kSee) {
  return usage_error(std::move(what), std::string(advice));
}

// Standard error holds no token, wherever in the command line or the environment one stood (D4).
void say(Console& console, const std::string& line) { console.say(kTool + redact_secrets(line)); }

// A parameter's documented spelling: its letters are small, and a value follows it as a word.
std::string advice_on(std::string_view word) {
  std::string name(word.substr(0, word.find_first_of(":=")));
  for (char& letter : name) {
    letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  name = "/" + name.substr(std::min(name.find_first_not_of("-/"), name.size()));
  if (name == "/lifetime" && name.size() < word.size()) return "write /lifetime MINUTES";
  constexpr std::string_view names[] = {"/new", "/lifetime", "/?"};
  if (name == "/help" || name == "/h") name = "/?";
  const auto near = suggestion(name, names);
  return near ? fmt::format("did you mean `{}`?", *near) : std::string(kSee);
}

Result<Line, Error> parse(int argc, char** argv) {
  Line line;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "/?" && !line.help) {
      line.help = true;
    } else if (word == "/new" && !line.make) {
      line.make = true;
    } else if (word == "/lifetime" && !line.lifetime) {
      if (i + 1 == argc) return wrong("/lifetime needs a number of minutes after it");
      line.lifetime = argv[++i];
    } else if (word == "/?" || word == "/new" || word == "/lifetime") {
      return wrong(fmt::format("{} is given twice", word));
    } else {
      return wrong(fmt::format("unknown parameter {}", in_quotes(redact_secrets(word))),
                   advice_on(word));
    }
  }
  if (line.help && (line.make || line.lifetime)) return wrong("/? stands alone");
  if (line.lifetime && !line.make) {
    // A3. The documentation's own example does it, and does not say what comes of it.
    return wrong("/lifetime goes with /new", "add /new");
  }
  if (!line.help && !line.make) return wrong("nothing to do");
  return line;
}

Result<void, Error> make_token(const Line& line, Console& console) {
  hide_process();
  FolderLock::timeout_seconds = FolderLock::kUsualTimeoutSeconds;
  std::int64_t minutes = kBulkLifetimeMinutesDefault;
  if (line.lifetime) {
    const auto lifetime = lifetime_of(*line.lifetime, "/lifetime");
    if (!lifetime) return Failed<Error>(lifetime.error());
    minutes = *lifetime;
  }
  const char* folder = std::getenv(kSiteVariable);
  if (folder == nullptr || *folder == '\0') {
    return wrong(fmt::format("the environment variable {} does not name a site", kSiteVariable),
                 "set it to a folder that `tokenlife site init` made");
  }
  auto site = SiteFolder::open_to_write(folder);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(std::nullopt);
  if (!now) return Failed<Error>(now.error());
  say_warning(*site, console, kTool);
  const auto fresh = issue_bulk_token(*site, "", minutes, *now);
  say_warning(*site, console, kTool);
  if (!fresh) return Failed<Error>(fresh.error());
  const std::string warning = signer_warning(*site, *now);
  if (!warning.empty()) say(console, escape_text(warning));
  console.print(heading_of(*fresh, *site));
  console.print(fresh->token.reveal());
  console.print("\n");
  return finish_or_block(*site, fresh->issued.guid, *now, console);
}

int run_tool(int argc, char** argv) {
  Console console = Console::of_process(false, Colour::automatic);
  const auto line = parse(argc, argv);
  Result<void, Error> done;
  if (!line) {
    done = Failed<Error>(line.error());
  } else if (line->help) {
    console.print(usage());
  } else {
    done = make_token(*line, console);
  }
  if (auto printed = console.finish(); done && !printed) done = printed;
  if (done) return 0;
  say(console, to_string(done.error()));
  return static_cast<int>(done.error().kind);
}

}  // namespace
}  // namespace tokenlife::sim

int main(int argc, char** argv) {
  using namespace tokenlife::sim;
  try {
    return run_tool(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%sa bug in the program: %s\n", kTool,
                 redact_secrets(escape_text(error.what())).c_str());
    return kBug;
  }
}
