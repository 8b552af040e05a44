#include "sim/cli/command_log_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "events/journal.hpp"
#include "sim/analysis/log_diff.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/text/csv_name.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

struct TwoLogs {
  const events::LogReader& a;
  const events::LogReader& b;
  const LogDiff& diff;
};

// ---- Headers -----------------------------------------------------------------------------------

struct HeaderLine {
  std::string_view what;
  std::string a;
  std::string b;
};

std::string inputs_text(const events::LogHeader& header) {
  std::string text;
  for (const events::LogInput& input : header.inputs) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", input.name,
                        events::to_string(input.digest).substr(0, 12));
  }
  return text.empty() ? "none" : text;
}

// What differs, without the scenario's text.
std::vector<HeaderLine> header_lines(const events::LogHeader& a, const events::LogHeader& b) {
  const auto line = [](std::string_view what, const events::LogHeader& header) -> std::string {
    if (what == "scenario") return header.scenario_name;
    if (what == "seed") return std::to_string(header.seed);
    if (what == "clients") return std::to_string(header.clients);
    if (what == "clients-scale") return fmt::format("{}", header.clients_scale);
    if (what == "start") return rfc3339(header.start());
    if (what == "duration") return to_text(header.duration);
    if (what == "tick") return to_text(header.tick);
    if (what == "inputs") return inputs_text(header);
    return fmt::format("{:016x}", header.lifecycle_fingerprint);
  };
  std::vector<HeaderLine> lines;
  for (const std::string_view what : {"scenario", "seed", "clients", "clients-scale", "start",
                                      "duration", "tick", "inputs", "lifecycle"}) {
    HeaderLine both{what, line(what, a), line(what, b)};
    if (both.a != both.b) lines.push_back(std::move(both));
  }
  return lines;
}

// ---- Fates -------------------------------------------------------------------------------------

struct Change {
  LifecycleState state_a, state_b;
  bool stranded_a, stranded_b;
  friend auto operator<=>(const Change&, const Change&) = default;
};

// With how many clients each, the most first.
std::vector<std::pair<Change, std::uint64_t>> changes_of(const LogDiff& diff) {
  std::map<Change, std::uint64_t> counts;
  for (const MatchedClient& client : diff.matches.clients) {
    ++counts[{client.fate_a.state, client.fate_b.state, client.fate_a.is_stranded(),
              client.fate_b.is_stranded()}];
  }
  std::vector<std::pair<Change, std::uint64_t>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& x, const auto& y) { return x.second > y.second; });
  return sorted;
}
bool is_change(const Change& change) {
  return change.state_a != change.state_b || change.stranded_a != change.stranded_b;
}
std::string state_words(LifecycleState state, bool stranded) {
  return fmt::format("{}{}", name(state), stranded ? ", stranded" : "");
}

std::string cause_word(const Fate& fate) {
  return fate.cause == SpellCause::not_recorded ? "" : std::string(name(fate.cause));
}

std::string differing_csv(const TwoLogs& logs) {
  constexpr std::array<std::string_view, 11> kColumns{
      "client",     "device",  "cohort",  "state-a",       "state-b",      "stranded-a",
      "stranded-b", "since-a", "since-b", "spell-cause-a", "spell-cause-b"};
  std::string text;
  append_csv_row(text, kColumns);
  const events::LogHeader& header = logs.a.header();
  for (const MatchedClient& client : logs.diff.matches.clients) {
    if (client.has_same_fate()) continue;
    const events::LogCohort& cohort = header.cohorts[cohort_of(header, client.a)];
    const std::uint32_t number = client.a.value - cohort.first.value;
    const auto since = [](const events::LogHeader& its, const Fate& fate) {
      return fate.state == LifecycleState::not_installed ? "" : rfc3339(its.start(), fate.since);
    };
    append_csv_row(
        text, std::array<std::string, kColumns.size()>{
                  std::to_string(client.a.value),
                  number < cohort.devices.size() ? csv_name(cohort.devices[number]) : "",
                  csv_name(cohort.name), std::string(name(client.fate_a.state)),
                  std::string(name(client.fate_b.state)), client.fate_a.is_stranded() ? "1" : "0",
                  client.fate_b.is_stranded() ? "1" : "0", since(header, client.fate_a),
                  since(logs.b.header(), client.fate_b), cause_word(client.fate_a),
                  cause_word(client.fate_b)});
  }
  return text;
}

// ---- Text --------------------------------------------------------------------------------------

class DiffText {
 public:
  explicit DiffText(const TwoLogs& logs) : logs_(logs), diff_(logs.diff) {}

  std::string all() {
    headers();
    fates();
    counts();
    if (diff_.first) {
      first(*diff_.first);
    } else if (diff_.is_equal()) {
      out_ += "\nThe events are the same\n";
    } else {
      out_ += "\nThe events of the clients that both have are the same\n";
    }
    return std::move(out_);
  }

 private:
  void headers() {
    const auto lines = header_lines(logs_.a.header(), logs_.b.header());
    const auto text = text_diff(logs_.a.header().scenario_text, logs_.b.header().scenario_text);
    if (lines.empty() && text.empty()) {
      out_ += "The headers are the same\n";
      return;
    }
    out_ += "Headers\n";
    for (const HeaderLine& line : lines) {
      if (line.what == "clients") {
        out_ += fmt::format("  {:<14} {}  ->  {}\n", line.what, grouped(logs_.a.header().clients),
                            grouped(logs_.b.header().clients));
        continue;
      }
      out_ +=
          fmt::format("  {:<14} {}  ->  {}\n", line.what, escape_text(line.a), escape_text(line.b));
    }
    if (text.empty()) return;
    constexpr std::size_t kLinesMax = 40;
    out_ += "  the scenario's text\n";
    for (std::size_t i = 0; i < std::min(text.size(), kLinesMax); ++i) {
      out_ += "    " + escape_text(text[i]) + "\n";
    }
    if (text.size() > kLinesMax) {
      out_ += fmt::format("    and {}\n", counted(text.size() - kLinesMax, "line"));
    }
  }

  void fates() {
    const Matches& matches = diff_.matches;
    out_ += fmt::format("\nClients at the end, from A to B ({} in both",
                        grouped(matches.clients.size()));
    if (matches.only_a > 0) out_ += fmt::format(", {} in A only", grouped(matches.only_a));
    if (matches.only_b > 0) out_ += fmt::format(", {} in B only", grouped(matches.only_b));
    out_ += ")\n";
    std::uint64_t same = 0;
    std::uint64_t stranded_a = 0;
    std::uint64_t stranded_b = 0;
    const auto changes = changes_of(diff_);
    for (const auto& [change, count] : changes) {
      if (change.stranded_a) stranded_a += count;
      if (change.stranded_b) stranded_b += count;
      if (!is_change(change)) same += count;
    }
    out_ += fmt::format("  {:>12}  in the same state\n", grouped(same));
    for (const auto& [change, count] : changes) {
      if (!is_change(change)) continue;
      out_ += fmt::format("  {:>12}  {}  ->  {}\n", grouped(count),
                          state_words(change.state_a, change.stranded_a),
                          state_words(change.state_b, change.stranded_b));
    }
    out_ += fmt::format("  stranded, among those in both: {} in A, {} in B\n", grouped(stranded_a),
                        grouped(stranded_b));
  }

  template <class Counts, class Words>
  void table(std::string_view title, const Counts& a, const Counts& b, const Words& words) {
    constexpr int kLabel = 30;
    out_ += fmt::format("\n{:<{}}{:>14}{:>14}{:>14}\n", title, kLabel, "A", "B", "B - A");
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i] == 0 && b[i] == 0) continue;
      const auto change = static_cast<std::int64_t>(b[i]) - static_cast<std::int64_t>(a[i]);
      const std::string more =
          change == 0 ? "0"
                      : fmt::format("{}{}", change < 0 ? "-" : "+",
                                    grouped(static_cast<std::uint64_t>(std::abs(change))));
      out_ += fmt::format("  {:<{}}{:>14}{:>14}{:>14}\n", words[i], kLabel - 2, grouped(a[i]),
                          grouped(b[i]), more);
    }
  }
  void counts() {
    table("Events", diff_.a.kinds, diff_.b.kinds, Names<EventKind>::values);
    table("Without a good token, cause", diff_.a.spells, diff_.b.spells, Names<SpellCause>::values);
  }

  void first(const FirstDifference& found) {
    const events::LogHeader& header = logs_.a.header();
    out_ += fmt::format(
        "\nThe first event that differs: {}, {}, number {}\n", rfc3339(header.start(), found.time),
        found.client ? escape_text(client_name(header, found.client->a)) : "site", found.seq);
    side("A", logs_.a.header(), found.seq, found.around_a, found.site_a);
    side("B", logs_.b.header(), found.seq, found.around_b, found.site_b);
  }
  void side(std::string_view which, const events::LogHeader& header, std::uint32_t seq,
            const std::vector<Recorded<ClientEvent>>& clients,
            const std::vector<Recorded<SiteEvent>>& site) {
    out_ += fmt::format("  {}\n", which);
    bool is_there = false;
    const auto line = [&](std::uint32_t its, const std::string& text) {
      out_ += fmt::format("  {} {}\n", its == seq ? ">" : " ", text);
      is_there = is_there || its == seq;
    };
    for (const auto& recorded : clients) line(recorded.seq, event_line(recorded, header));
    for (const auto& recorded : site) line(recorded.seq, event_line(recorded, header));
    if (!is_there) out_ += "  > (none)\n";
  }

  const TwoLogs& logs_;
  const LogDiff& diff_;
  std::string out_;
};

// ---- JSON --------------------------------------------------------------------------------------

template <class Counts, class Words>
Json both_counts_json(const Counts& a, const Counts& b, const Words& words) {
  Json json = Json::object();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != 0 || b[i] != 0) json[std::string(words[i])] = {{"a", a[i]}, {"b", b[i]}};
  }
  return json;
}

Json first_json(const TwoLogs& logs) {
  if (!logs.diff.first) return nullptr;
  const FirstDifference& found = *logs.diff.first;
  const events::LogHeader& header = logs.a.header();
  Json json;
  json["time"] = rfc3339(header.start(), found.time);
  json["stream"] = found.client ? Json(found.client->a.value) : Json("site");
  json["client"] = found.client ? Json(client_name(header, found.client->a)) : nullptr;
  json["seq"] = found.seq;
  const auto side = [](const events::LogHeader& its, const auto& clients, const auto& site) {
    Json events = Json::array();
    for (const auto& recorded : clients) events.push_back(event_json(recorded, its));
    for (const auto& recorded : site) events.push_back(event_json(recorded, its));
    return events;
  };
  json["a"] = side(logs.a.header(), found.around_a, found.site_a);
  json["b"] = side(logs.b.header(), found.around_b, found.site_b);
  return json;
}

Json diff_json(const TwoLogs& logs) {
  Json json;
  json["equal"] = logs.diff.is_equal();
  json["complete"] = {{"a", logs.a.summary().complete}, {"b", logs.b.summary().complete}};
  json["headers"] = Json::object();
  for (const HeaderLine& line : header_lines(logs.a.header(), logs.b.header())) {
    json["headers"][std::string(line.what)] = {{"a", line.a}, {"b", line.b}};
  }
  json["scenario-diff"] = text_diff(logs.a.header().scenario_text, logs.b.header().scenario_text);
  json["clients"] = {{"both", logs.diff.matches.clients.size()},
                     {"only-a", logs.diff.matches.only_a},
                     {"only-b", logs.diff.matches.only_b}};
  json["fates"] = Json::array();
  for (const auto& [change, count] : changes_of(logs.diff)) {
    json["fates"].push_back({{"state-a", name(change.state_a)},
                             {"stranded-a", change.stranded_a},
                             {"state-b", name(change.state_b)},
                             {"stranded-b", change.stranded_b},
                             {"clients", count}});
  }
  json["event-kinds"] =
      both_counts_json(logs.diff.a.kinds, logs.diff.b.kinds, Names<EventKind>::values);
  json["spells"] =
      both_counts_json(logs.diff.a.spells, logs.diff.b.spells, Names<SpellCause>::values);
  json["first"] = first_json(logs);
  return json;
}

Result<OpenedLog, Error> open_for_diff(const std::string& folder, Console& console) {
  const auto journal = open_journal(folder);
  if (!journal) return Failed<Error>(journal.error());
  if (*journal) {
    return usage_error(
        fmt::format("{} is a site's journal, which has no clients", in_quotes(folder)),
        "give the folders of two logs of runs");
  }
  auto log = open_log(folder);
  if (log) say_if_incomplete(*log, console);
  return log;
}

}  // namespace

ExitStatus log_diff_command(const LogDiffCommand& command, Console& console) {
  if (auto good = check_read_once({command.a, command.b}); !good) {
    return Failed<Error>(good.error());
  }
  const auto a = open_for_diff(command.a, console);
  if (!a) return Failed<Error>(a.error());
  const auto b = open_for_diff(command.b, console);
  if (!b) return Failed<Error>(b.error());
  if (command.differing) {
    const auto good = keep_apart(*command.differing,
                                 {{command.a, "the log itself"}, {command.b, "the log itself"}});
    if (!good) return Failed<Error>(good.error());
    if (auto ready = try_new_output(*command.differing, command.force); !ready) {
      return Failed<Error>(ready.error());
    }
  }
  const auto diff = diff_logs(*a, *b, command.inputs, std::max(1U, command.threads));
  if (!diff) return Failed<Error>(point_to_verify(to_error(diff.error())));
  for (const auto& [log, why] : {std::pair(&command.a, &diff->causes_unknown_a),
                                 std::pair(&command.b, &diff->causes_unknown_b)}) {
    if (why->empty()) continue;
    console.say(fmt::format(
        "tokenlife: {} does not say why spells began, and that cannot be worked out: {}",
        in_quotes(*log), escape_text(*why)));
  }
  const TwoLogs logs{*a, *b, *diff};
  if (command.differing) {
    if (auto written = replace_output(*command.differing, differing_csv(logs)); !written) {
      return Failed<Error>(written.error());
    }
  }
  console.print(command.json ? json_text(diff_json(logs)) + "\n" : DiffText(logs).all());
  return diff->is_equal() ? 0 : 1;
}

}  // namespace tokenlife::sim
