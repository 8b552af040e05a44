// Explores the model, says what holds, and writes the scenario that shows what does not.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "sim/check_explore.hpp"
#include "sim/check_story.hpp"
#include "sim/commands.hpp"
#include "sim/duration_text.hpp"
#include "sim/json_text.hpp"
#include "sim/nearest.hpp"
#include "sim/number_text.hpp"
#include "sim/plain_text.hpp"

namespace tokenlife::sim {
namespace {

using namespace checker;
using Json = nlohmann::ordered_json;

Failed<Error> wrong(const std::string& what, const std::string& advice = "") {
  return Failed<Error>(Error{ErrorKind::input, "", what, advice});
}

Result<Features, Error> features_of(const std::string& words) {
  Features features;
  if (words == "none") return features;
  for (std::size_t from = 0; from <= words.size();) {
    const std::size_t comma = std::min(words.find(',', from), words.size());
    const std::string word = words.substr(from, comma - from);
    from = comma + 1;
    const auto feature = from_name<Feature>(word);
    if (!feature) {
      return wrong(fmt::format("--with knows no `{}`; {}", plain_text(word),
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
  if (!unit) return wrong("--unit: the duration " + unit.error());
  const Policy policy;
  if (*unit <= Duration{0} || policy.renew_after % *unit != Duration{0} ||
      policy.token_validity / *unit > kAgeMax - 1) {
    return wrong(fmt::format("a unit of {} does not divide the 30 days after which tokens are "
                             "renewed, or is too short",
                             to_text(*unit)),
                 "take 1d, 3d, 5d, 10d, 12h, ...");
  }
  if (*unit * command.latency > policy.renew_after) {
    return wrong(fmt::format("answers after {} units of {} come later than the next renewal",
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

  bool is_complete() const { return exploration_.end == End::complete; }
  // What never happened within bounds may happen beyond.
  bool judges_sometimes() const { return is_complete() && !options_.days; }
  bool all_hold() const {
    const auto& entries = exploration_.sometimes;
    const bool all_met = std::all_of(entries.begin(), entries.end(),
                                     [](const Coverage::Entry& entry) { return entry.met; });
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
      case End::complete: return "all of them";
      case End::states_max: return "no more because of --max-states";
      case End::parts_max: return "no more because clients differ in too many ways";
      case End::stopped: return "interrupted";
    }
    return "";
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
  for (std::size_t i = 0; i < always().size(); ++i) {
    const Always& property = always()[i];
    const bool fails = is_violated(i);
    const std::string verdict =
        console.paint(fails ? "FAIL" : "ok  ", fails ? Tone::bad : Tone::good);
    const std::string rules = property.rules.empty() ? "" : fmt::format("  {}", property.rules);
    text += fmt::format("  {}  {}{}\n", verdict, property.claim, rules);
  }
  std::size_t met = 0;
  std::string unmet;
  for (const Coverage::Entry& entry : exploration_.sometimes) {
    if (entry.met) {
      ++met;
      continue;
    }
    const std::string verdict =
        judges_sometimes() ? console.paint("FAIL", Tone::bad) : console.paint("open", Tone::dim);
    unmet += fmt::format("  {}  {}\n", verdict, entry.property.claim);
  }
  text += fmt::format("Sometimes\n  {}  {} of {} things that should be possible happened\n{}",
                      unmet.empty() ? console.paint("ok  ", Tone::good) : "    ", met,
                      exploration_.sometimes.size(), unmet);
  return text;
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
  json["seconds"] = seconds_;
  json["states-per-second"] = states_per_second();
  json["bytes"] = counts.bytes;
  json["bytes-per-state"] = bytes_per_state();
  json["client-parts"] = counts.client_parts;
  json["site-parts"] = counts.site_parts;
  Json properties = Json::array();
  for (std::size_t i = 0; i < always().size(); ++i) {
    const Always& property = always()[i];
    properties.push_back({{"name", property.name},
                          {"kind", "always"},
                          {"claim", property.claim},
                          {"rules", property.rules},
                          {"verdict", is_violated(i) ? "fails" : "holds"}});
  }
  for (const auto& [property, is_met] : exploration_.sometimes) {
    properties.push_back({{"name", property.name},
                          {"kind", "sometimes"},
                          {"claim", property.claim},
                          {"rules", property.rules},
                          {"verdict", is_met               ? "holds"
                                      : judges_sometimes() ? "fails"
                                                           : "not-judged"}});
  }
  json["properties"] = std::move(properties);
  return json;
}

// ---- The counterexample ------------------------------------------------------------------------

// The file, which must not be there yet.
Result<std::string, Error> write_new(const std::optional<std::string>& wanted,
                                     const std::string& text) {
  std::string path = wanted.value_or("counterexample.toml");
  for (int n = 2; !wanted && std::filesystem::exists(path); ++n) {
    path = fmt::format("counterexample-{}.toml", n);
  }
  std::FILE* file = std::fopen(path.c_str(), "wbx");
  const bool written =
      file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (written && closed) return path;
  return Failed<Error>(Error{ErrorKind::file, path,
                             fmt::format("cannot be written: {}", std::strerror(errno)),
                             "name another file with --counterexample"});
}

struct Shown {
  std::string story;
  std::string file;
  std::size_t steps;
  std::uint32_t ticks;
  bool is_visible;  // in events and states, so that the scenario fails
};
Result<Shown, Error> show(const Options& options, const Violation& violation,
                          const std::optional<std::string>& wanted) {
  const Always& property = always()[violation.property];
  const Walk walk = walk_of(options, Rules{}, violation);
  const std::string comment = fmt::format(
      "# Found by tokenlife check: it is not so that {}.\n# Property {}{}{}. What is expected here "
      "is what the rules demand.\n",
      property.claim, property.name, property.rules.empty() ? "" : "; rules ", property.rules);
  const std::string title = fmt::format("Counterexample to {}", property.name);
  const auto file = write_new(wanted, scenario_text(options, walk, title, comment));
  if (!file) return Failed<Error>(file.error());
  return Shown{story(options, walk), *file, violation.path.size(), walk.tick(),
               !walk.demands().empty()};
}

}  // namespace

ExitStatus check_command(const CheckCommand& command, Console& console) {
  const auto options = options_of(command);
  if (!options) return Failed<Error>(options.error());
  if (command.counterexample && std::filesystem::exists(*command.counterexample)) {
    return Failed<Error>(Error{ErrorKind::file, *command.counterexample, "is there already",
                               "name a file that is not, with --counterexample"});
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto since_begin = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const Exploration exploration = explore(*options, Rules{}, [&](const Counts& counts) {
    if (!console.shows_progress()) return true;
    const double rate = static_cast<double>(counts.states) / since_begin();
    console.show_progress(
        fmt::format("{} states, {} a second, depth {}, {} MiB", grouped(counts.states),
                    grouped(static_cast<std::uint64_t>(rate)), counts.depth, counts.bytes >> 20));
    return true;
  });
  const Report report(*options, exploration, since_begin());
  console.show_progress("");

  std::optional<Shown> shown;
  if (!exploration.violations.empty()) {
    const auto result = show(*options, exploration.violations.front(), command.counterexample);
    if (!result) return Failed<Error>(result.error());
    shown = *result;
  }
  if (command.json) {
    Json json = report.json();
    json["counterexample"] = nullptr;
    if (shown) {
      json["counterexample"] = {
          {"property", always()[exploration.violations.front().property].name},
          {"file", shown->file},
          {"steps", shown->steps},
          {"ticks", shown->ticks},
          {"visible", shown->is_visible},
          {"story", shown->story}};
    }
    console.print(json_text(json) + "\n");
  } else {
    console.print(report.text(console));
    if (shown) {
      const std::string again =
          shown->is_visible ? "Again: tokenlife run" : "The way there, which passes: tokenlife run";
      console.print(fmt::format("\nIt is not so that {}:\n{}\n{} {}\n",
                                always()[exploration.violations.front().property].claim,
                                shown->story, again, plain_text(shown->file)));
    }
  }
  return report.all_hold() ? 0 : 1;
}

}  // namespace tokenlife::sim
