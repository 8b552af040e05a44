// Explores the model, says what holds, and writes the scenario that shows what does not.
#include "sim/cli/command_check.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/check/explore.hpp"
#include "sim/check/story.hpp"
#include "sim/check/walk.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/progress.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/duration_advice.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

using namespace checker;
using Json = nlohmann::ordered_json;

Result<Features, Error> features_of(const std::string& words) {
  Features features;
  if (words == "none") return features;
  for (std::size_t from = 0; from <= words.size();) {
    const std::size_t comma = std::min(words.find(',', from), words.size());
    const std::string word = words.substr(from, comma - from);
    from = comma + 1;
    const auto feature = from_name<Feature>(word);
    if (!feature) {
      return usage_error(fmt::format("--with does not know `{}`; {}", escape_text(word),
                                     did_you_mean("feature", word, Names<Feature>::values)));
    }
    features = features | *feature;
  }
  return features;
}

std::string text_of(Features features) {
  std::string text;
  for (std::size_t i = 0; i < kCount<Feature>; ++i) {
    const auto feature = static_cast<Feature>(i);
    if (features.has(feature)) text += fmt::format("{}{}", text.empty() ? "" : ",", name(feature));
  }
  return text.empty() ? "none" : text;
}

Result<Options, Error> options_of(const CheckCommand& command) {
  Options options;
  options.clients = command.clients;
  options.latency = command.latency;
  options.days = command.days;
  options.symmetry = !command.no_symmetry;
  options.states_max = command.max_states;
  options.mp = *from_name<MpMode>(command.mp);
  options.internal_registration = !command.no_internal_registration;
  const auto unit = parse_duration(command.unit);
  if (!unit) {
    return usage_error(fmt::format("--unit: {} {}", in_quotes(command.unit), unit.error()),
                       duration_advice(command.unit));
  }
  const Policy policy;
  if (*unit <= Duration{0} || policy.renew_after % *unit != Duration{0} ||
      policy.token_validity / *unit > kAgeMax - 1) {
    return usage_error(
        fmt::format("a unit of {} does not divide the 30 days after which tokens are "
                    "renewed, or is too short",
                    to_text(*unit)),
        "take 1d, 3d, 5d, 10d, 12h, ...");
  }
  if (*unit * command.latency > policy.renew_after) {
    return usage_error(fmt::format("answers after {} units of {} come later than the next renewal",
                                   command.latency, to_text(*unit)),
                       "take a shorter --unit or --latency");
  }
  options.unit = *unit;
  const auto features = features_of(command.with);
  if (!features) return Failed<Error>(features.error());
  options.features = *features;
  return options;
}

// ---- What is said ------------------------------------------------------------------------------

class Report {
 public:
  Report(const Options& options, const Exploration& exploration, double seconds)
      : options_(options), exploration_(exploration), seconds_(seconds) {}

  bool is_complete() const { return exploration_.end == StopReason::complete; }
  bool is_interrupted() const { return exploration_.end == StopReason::stopped; }
  // What never happened within bounds may happen beyond.
  bool judges_sometimes() const { return is_complete() && !options_.days; }
  bool all_hold() const {
    const auto& entries = exploration_.sometimes;
    const bool all_met = std::all_of(entries.begin(), entries.end(),
                                     [](const WitnessSet::Entry& entry) { return entry.met; });
    return exploration_.violations.empty() && (all_met || !judges_sometimes());
  }
  bool is_violated(std::size_t property) const {
    const auto& violations = exploration_.violations;
    return std::any_of(violations.begin(), violations.end(),
                       [&](const Violation& v) { return v.property == property; });
  }
  double states_per_second() const {
    return static_cast<double>(exploration_.counts.states) / seconds_;
  }
  double bytes_per_state() const {
    return static_cast<double>(exploration_.counts.bytes) /
           static_cast<double>(exploration_.counts.states);
  }
  std::string end() const {
    switch (exploration_.end) {
      case StopReason::complete: return "all of them";
      case StopReason::states_max: return "not complete because of --max-states";
      case StopReason::parts_max:
        return "not complete because clients or sites differ in too many ways";
      case StopReason::stopped: return "not complete because interrupted";
    }
    return "";
  }
  // Of states that were not reached nothing is known.
  std::string_view verdict(std::size_t property) const {
    if (is_violated(property)) return "fails";
    return is_complete() ? "holds" : "not-judged";
  }
  std::string_view verdict(const WitnessSet::Entry& entry) const {
    if (entry.met) return "holds";
    return judges_sometimes() ? "fails" : "not-judged";
  }

  std::string text(const Console& console) const;
  Json json() const;

 private:
  const Options& options_;
  const Exploration& exploration_;
  double seconds_;
};

std::string Report::text(const Console& console) const {
  const Counts& counts = exploration_.counts;
  std::string text = fmt::format(
      "{} client{}, unit {}, answers after {} unit{}, with {}{}\n"
      "{} states: {}; {} transitions, depth {}\n"
      "{:.2f} s, {} states/s, {:.1f} bytes a state\n\nAlways\n",
      options_.clients, options_.clients == 1 ? "" : "s", to_text(options_.unit), options_.latency,
      options_.latency == 1 ? "" : "s", text_of(options_.features),
      options_.days ? fmt::format(", for {} units", *options_.days) : "", grouped(counts.states),
      end(), grouped(counts.transitions), counts.depth, seconds_,
      grouped(static_cast<std::uint64_t>(states_per_second())), bytes_per_state());
  const auto paint = [&](std::string_view verdict) {
    if (verdict == "holds") return console.paint("ok  ", Tone::good);
    return verdict == "fails" ? console.paint("FAIL", Tone::bad) : console.paint("open", Tone::dim);
  };
  for (std::size_t i = 0; i < always().size(); ++i) {
    const Invariant& property = always()[i];
    const std::string rules = property.rules.empty() ? "" : fmt::format("  {}", property.rules);
    text += fmt::format("  {}  {}{}\n", paint(verdict(i)), property.claim, rules);
  }
  std::size_t met = 0;
  std::string unmet;
  for (const WitnessSet::Entry& entry : exploration_.sometimes) {
    if (entry.met) {
      ++met;
      continue;
    }
    unmet += fmt::format("  {}  {}\n", paint(verdict(entry)), entry.property.claim);
  }
  text += fmt::format("Sometimes\n  {}  {} of {} things that should be possible happened\n{}",
                      unmet.empty() ? paint("holds") : "    ", met, exploration_.sometimes.size(),
                      unmet);
  return text + "`tokenlife rules R57` prints what a rule says\n";
}

Json Report::json() const {
  const Counts& counts = exploration_.counts;
  Json json;
  json["clients"] = options_.clients;
  json["unit-seconds"] = options_.unit.count();
  json["latency-units"] = options_.latency;
  json["days"] = options_.days ? Json(*options_.days) : Json(nullptr);
  json["features"] = text_of(options_.features);
  json["symmetry"] = options_.symmetry;
  json["states"] = counts.states;
  json["transitions"] = counts.transitions;
  json["depth"] = counts.depth;
  json["complete"] = is_complete();
  json["interrupted"] = is_interrupted();
  json["seconds"] = seconds_;
  json["states-per-second"] = states_per_second();
  json["bytes"] = counts.bytes;
  json["bytes-per-state"] = bytes_per_state();
  json["client-parts"] = counts.client_parts;
  json["site-parts"] = counts.site_parts;
  Json properties = Json::array();
  for (std::size_t i = 0; i < always().size(); ++i) {
    const Invariant& property = always()[i];
    properties.push_back({{"name", property.name},
                          {"kind", "always"},
                          {"claim", property.claim},
                          {"rules", property.rules},
                          {"verdict", verdict(i)}});
  }
  for (const WitnessSet::Entry& entry : exploration_.sometimes) {
    properties.push_back({{"name", entry.property.name},
                          {"kind", "sometimes"},
                          {"claim", entry.property.claim},
                          {"rules", entry.property.rules},
                          {"verdict", verdict(entry)}});
  }
  json["properties"] = std::move(properties);
  return json;
}

// ---- The counterexample ------------------------------------------------------------------------

Error cannot_write(const std::string& path, const std::string& why) {
  return {ErrorKind::file, path, why, "name another file with --counterexample"};
}

// Known before the exploration, which may take long, that it can hardly be written after it.
std::optional<Error> objection_to(const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) == 0) return cannot_write(path, "already exists");
  const auto folder = std::filesystem::path(path).parent_path();
  const bool is_new = errno == ENOENT && !path.empty();
  if (is_new && (folder.empty() || stat(folder.c_str(), &found) == 0)) return std::nullopt;
  return cannot_write(path, fmt::format("cannot be written: {}", std::strerror(errno)));
}

// The file, which must not be there yet.
Result<std::string, Error> write_new(const std::optional<std::string>& wanted,
                                     const std::string& text) {
  std::string path = wanted.value_or("counterexample.toml");
  std::FILE* file = std::fopen(path.c_str(), "wbx");
  for (int n = 2; file == nullptr && errno == EEXIST && !wanted; ++n) {
    path = fmt::format("counterexample-{}.toml", n);
    file = std::fopen(path.c_str(), "wbx");
  }
  const bool written =
      file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file != nullptr && std::fclose(file) == 0;
  const std::string why = std::strerror(errno);
  if (written && closed) return path;
  if (file != nullptr) std::remove(path.c_str());
  return Failed<Error>(cannot_write(path, "cannot be written: " + why));
}

struct ShownProperty {
  const Invariant& property;
  std::vector<RuleWords> rules;  // of a difference to the reference: what that goes by
  std::string story;
  Result<std::string, Error> file;
  std::size_t actions;
  std::uint32_t ticks;
  bool is_visible;  // in events and states, so that the scenario fails
};
ShownProperty show(const Options& options, const Rules& rules, const Violation& violation,
                   const std::optional<std::string>& wanted) {
  const Invariant& property = always()[violation.property];
  const ModelRun walk = walk_of(options, rules, violation);
  const auto concerned =
      property.rules.empty() ? rules_concerned(walk, violation) : std::vector<RuleWords>{};
  std::string ids(property.rules);
  for (const RuleWords& rule : concerned)
    ids += fmt::format("{}{}", ids.empty() ? "" : " ", rule.ids);
  const std::string comment = fmt::format(
      "# Found by tokenlife check: violated: {}.\n# Property {}{}{}. What is expected here "
      "is what the rules demand.\n",
      property.claim, property.name, ids.empty() ? "" : "; rules ", ids);
  const std::string title = fmt::format("Counterexample to {}", property.name);
  return {property,
          concerned,
          story(options, walk),
          write_new(wanted, scenario_text(options, walk, title, comment)),
          violation.path.size(),
          walk.tick(),
          !walk.demands().empty()};
}

Json json_of(const ShownProperty& shown) {
  Json rules = Json::array();
  for (const RuleWords& rule : shown.rules) {
    rules.push_back({{"ids", rule.ids}, {"words", rule.words}});
  }
  return {{"property", shown.property.name},
          {"reference-goes-by", std::move(rules)},
          {"file", shown.file ? Json(*shown.file) : Json(nullptr)},
          {"steps", shown.actions},
          {"ticks", shown.ticks},
          {"visible", shown.is_visible},
          {"story", shown.story}};
}

std::string text_of(const ShownProperty& shown) {
  std::string text = fmt::format("\nViolated: {} ({}):\n{}", shown.property.claim,
                                 shown.property.name, shown.story);
  if (!shown.rules.empty()) text += "The reference follows these rules\n";
  for (const RuleWords& rule : shown.rules) {
    text += fmt::format("  {}: {}\n", rule.ids, rule.words);
  }
  if (!shown.file) return text;
  return text + fmt::format("\n{} {}\n",
                            shown.is_visible
                                ? "Again: tokenlife run"
                                : "The way there, which passes as a test: tokenlife run",
                            escape_text(*shown.file));
}

// With a line of progress, until a signal ends it.
Exploration explore_watched(const Options& options, const Rules& rules, Console& console) {
  using namespace std::chrono_literals;
  using Clock = std::chrono::steady_clock;
  const SignalWatch signals;
  const auto begin = Clock::now();
  auto last_shown = begin;
  return explore(options, rules, [&](const Counts& counts) {
    if (interrupted()) return false;
    const auto now = Clock::now();
    if (!console.shows_progress() || now - last_shown < 200ms) return true;
    last_shown = now;
    const std::chrono::duration<double> seconds = now - begin;
    const double rate = static_cast<double>(counts.states) / seconds.count();
    console.show_progress(
        fmt::format("{} states, {} a second, depth {}, {} MiB", grouped(counts.states),
                    grouped(static_cast<std::uint64_t>(rate)), counts.depth, counts.bytes >> 20));
    return true;
  });
}

}  // namespace

ExitStatus check_by(const Rules& rules, const CheckCommand& command, Console& console) {
  const auto options = options_of(command);
  if (!options) return Failed<Error>(options.error());
  if (command.counterexample) {
    if (auto objection = objection_to(*command.counterexample)) return Failed<Error>(*objection);
  }
  const auto begin = std::chrono::steady_clock::now();
  const Exploration exploration = explore_watched(*options, rules, console);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
  const Report report(*options, exploration, wall.count());
  console.show_progress("");

  std::optional<ShownProperty> shown;
  if (!exploration.violations.empty()) {
    shown.emplace(show(*options, rules, exploration.violations.front(), command.counterexample));
  }
  if (command.json) {
    Json json = report.json();
    json["counterexample"] = shown ? json_of(*shown) : Json(nullptr);
    console.print(json_text(json) + "\n");
  } else {
    console.print(report.text(console) + (shown ? text_of(*shown) : ""));
  }
  if (shown && !shown->file) return Failed<Error>(shown->file.error());
  if (report.is_interrupted()) {
    console.say("tokenlife: interrupted; nothing is known about the states that were not reached");
    return kInterrupted;
  }
  if (exploration.end == StopReason::parts_max) {
    return usage_error("clients or sites differ in more ways than the program has numbers for",
                       "take a longer --unit, or less --with");
  }
  return report.all_hold() ? 0 : 1;
}

ExitStatus check_command(const CheckCommand& command, Console& console) {
  return check_by(Rules{}, command, console);
}

}  // namespace tokenlife::sim
