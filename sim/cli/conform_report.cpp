#include "sim/cli/conform_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "sim/cli/output_file.hpp"
#include "sim/cli/rule_table.hpp"
#include "sim/soak/coverage_rules.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;
using Counts = std::map<std::string_view, std::uint64_t>;

constexpr std::size_t kLogLinesMax = 20;

double per_second(const ConformReport& report) {
  const auto requests = static_cast<double>(report.examiner.coverage().requests);
  return report.seconds > 0 ? requests / report.seconds : 0;
}

std::string hello_words(const Hello& hello, Role role) {
  std::string can;
  for (const Ability ability : hello.can) {
    can += fmt::format("{}{}", can.empty() ? "" : ", ", name(ability));
  }
  return fmt::format("{} {}, a {}; capabilities: {}; {} tokens; reasons: {}\n",
                     escape_text(hello.name), escape_text(hello.version), name(role),
                     can.empty() ? "none" : can, hello.jwt ? "JWT" : "opaque",
                     hello.reasons ? "tokenlife's names" : "its own, not examined");
}

std::vector<std::pair<std::string_view, std::uint64_t>> sorted_rules(const Counts& counts) {
  std::vector<std::pair<std::string_view, std::uint64_t>> rules(counts.begin(), counts.end());
  std::sort(rules.begin(), rules.end(),
            [](const auto& a, const auto& b) { return rule_order(a.first) < rule_order(b.first); });
  return rules;
}

template <class Rows>
std::string count_lines(const Rows& rows) {
  std::string text;
  for (const auto& [what, count] : rows) {
    text += fmt::format("  {:<26} {:>13}\n", what, grouped(count));
  }
  return text;
}

std::string unmet_lines(const std::vector<UnmetRule>& unmet) {
  std::string text;
  for (const auto& [id, why] : unmet) text += fmt::format("  {:<26} {}\n", id, why);
  return text;
}

std::string coverage_lines(const ConformReport& report) {
  const Examiner& examiner = report.examiner;
  const ConformCoverage& coverage = examiner.coverage();
  std::string text = "\nExamined, by operation\n" + count_lines(coverage.operations);
  text += "\nBy rule\n" + count_lines(sorted_rules(coverage.rules));
  if (!coverage.reasons.empty()) text += "\nBy reason\n" + count_lines(coverage.reasons);
  std::vector<UnmetRule> unmet = unmet_rules(examiner.role(), examiner.hello(), coverage);
  const auto reasons = unmet_reasons(examiner.role(), examiner.hello(), coverage);
  unmet.insert(unmet.end(), reasons.begin(), reasons.end());
  if (!unmet.empty()) text += "\nNot examined\n" + unmet_lines(unmet);
  return text;
}

std::string failure_lines(const ConformReport& report, Console& console) {
  const ConformFailure& failure = *report.result.failure;
  std::string text = fmt::format("\n{}  request {}: {}\n{}", console.paint("FAIL", Tone::bad),
                                 failure.difference.step, escape_text(failure.difference.what),
                                 rule_lines(failure.difference.rules.ids()));
  text += fmt::format("\nThe shortest history found that shows it{}\n",
                      failure.repeats ? "" : " (it did not happen again)");
  text += story_of(failure);
  if (!failure.log.empty()) text += "\n" + log_lines(failure.log) + "\n";
  return text;
}

Json counts_json(const Counts& counts) {
  Json json = Json::object();
  for (const auto& [what, count] : counts) json[std::string(what)] = count;
  return json;
}
Json unmet_json(const std::vector<UnmetRule>& unmet) {
  Json json = Json::object();
  for (const auto& [id, why] : unmet) json[std::string(id)] = why;
  return json;
}

Json failure_json(const ConformFailure& failure, const Examiner& examiner) {
  Json json;
  json["request"] = failure.difference.step;
  json["what"] = failure.difference.what;
  json["rules"] = Json::array();
  for (const std::string_view id : failure.difference.rules.ids()) {
    for (const RuleText& rule : rule_table()) {
      if (rule.id == id) json["rules"].push_back({{"id", rule.id}, {"text", rule.rule}});
    }
  }
  json["repeats"] = failure.repeats;
  json["history"] = Json::array();
  const std::string file = file_of(failure, examiner);
  for (std::size_t from = file.find('\n') + 1; from < file.size();) {
    const std::size_t end = file.find('\n', from);
    json["history"].push_back(Json::parse(file.substr(from, end - from)));
    from = end + 1;
  }
  return json;
}

}  // namespace

std::string log_lines(const std::string& log) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < log.size();) {
    const std::size_t end = std::min(log.find('\n', from), log.size());
    lines.push_back("  | " + escape_text(log.substr(from, std::min<std::size_t>(end - from, 300))));
    from = end + 1;
  }
  std::string text = "The adapter's standard error";
  const std::size_t first = lines.size() > kLogLinesMax ? lines.size() - kLogLinesMax : 0;
  for (std::size_t i = first; i < lines.size(); ++i) text += "\n" + lines[i];
  return text;
}

std::string text_of(const ConformReport& report, Console& console) {
  const ConformResult& result = report.result;
  const std::string_view verdict = result.loss      ? "the adapter was lost"
                                   : result.failure ? "it does not conform"
                                                    : "it conforms";
  std::string text = hello_words(report.examiner.hello(), report.examiner.role());
  const std::string histories =
      result.histories == 1 ? "1 history" : grouped(result.histories) + " histories";
  text += fmt::format(
      "{}{}, {} in {:.1f} s ({:.0f} a second): {}\n", histories,
      report.is_replay ? " from a file" : fmt::format(" from seed {} on", report.seed),
      counted(report.examiner.coverage().requests, "request"), report.seconds, per_second(report),
      console.paint(verdict, result.loss || result.failure ? Tone::bad : Tone::good));
  if (result.failure) return text + failure_lines(report, console);
  if (result.loss || report.is_replay) return text;
  return text + coverage_lines(report);
}

std::string json_of(const ConformReport& report) {
  const ConformResult& result = report.result;
  const Examiner& examiner = report.examiner;
  Json json;
  json["adapter"] = Json::parse(examiner.hello_line());
  json["role"] = name(examiner.role());
  json["conforms"] = !result.failure && !result.loss;
  json["seed"] = report.seed;
  json["histories"] = result.histories;
  json["requests"] = examiner.coverage().requests;
  json["wall-seconds"] = report.seconds;
  json["operations"] = counts_json(examiner.coverage().operations);
  json["rules"] = counts_json(examiner.coverage().rules);
  json["reasons"] = counts_json(examiner.coverage().reasons);
  json["rules-not-examined"] =
      unmet_json(unmet_rules(examiner.role(), examiner.hello(), examiner.coverage()));
  json["reasons-not-examined"] =
      unmet_json(unmet_reasons(examiner.role(), examiner.hello(), examiner.coverage()));
  json["difference"] = result.failure ? failure_json(*result.failure, examiner) : Json();
  json["lost"] = result.loss ? Json(result.loss->what) : Json();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string json_of_hello(const std::string& what) {
  Json json;
  json["conforms"] = false;
  json["difference"]["request"] = 1;
  json["difference"]["what"] = "its answer to `hello` " + what;
  json["difference"]["rules"] = Json::array();
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string history_file(const std::string& folder, Role role, std::uint64_t seed) {
  return (std::filesystem::path(folder) / fmt::format("conform-{}-{}.jsonl", name(role), seed))
      .string();
}

Result<std::string, Error> write_history(const ConformReport& report, const std::string& folder) {
  const ConformResult& result = report.result;
  const std::string text = result.failure ? file_of(*result.failure, report.examiner)
                                          : file_of(result.lost_in, report.examiner);
  const std::string path = history_file(folder, report.examiner.role(), result.last_seed);
  if (auto written = replace_output(path, text); !written) return Failed<Error>(written.error());
  return path;
}

}  // namespace tokenlife::sim
