#include "sim/cli/risk_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/cli/json_text.hpp"
#include "sim/text/csv_name.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShown = 10;
constexpr std::array<std::string_view, 11> kRiskColumns{
    "client",      "device",      "cohort",       "probability",  "low",    "high",
    "median-date", "spell-cause", "token-issued", "last-contact", "network"};
using RiskRow = std::array<std::string, kRiskColumns.size()>;

const Cohort& risked_cohort(const Scenario& scenario, ClientNumber client) {
  const auto after =
      std::upper_bound(scenario.cohorts.begin(), scenario.cohorts.end(), client,
                       [](ClientNumber c, const Cohort& cohort) { return c < cohort.first; });
  return *std::prev(after);
}

// "commuters/17" or "commuters/LT-0193"
std::string client_name(const Scenario& scenario, ClientNumber client) {
  const Cohort& cohort = risked_cohort(scenario, client);
  const std::string& device = device_of(scenario, client);
  return escape_text(cohort.name + "/" +
                     (device.empty() ? std::to_string(client.value - cohort.first.value) : device));
}

RiskRow row_of(const RiskReport& report, const Risk& risk) {
  const std::uint32_t seeds = report.options.seeds();
  const Range range = wilson(risk.stranded, seeds);
  const auto moment = [&](Instant t) { return rfc3339(report.scenario.start, t); };
  const bool is_known = risk.known.state != LifecycleState::not_installed;
  RiskRow row{std::to_string(risk.client.value),
              device_of(report.scenario, risk.client),
              risked_cohort(report.scenario, risk.client).name,
              fmt::format("{}", risk.probability(seeds)),
              fmt::format("{:.6g}", range.low),
              fmt::format("{:.6g}", range.high),
              risk.stranded > 0 ? moment(risk.median) : "",
              risk.stranded > 0 ? std::string(name(risk.cause)) : "",
              is_known && risk.known.token.exists() ? moment(risk.known.token.not_before) : "",
              risk.last_contact ? moment(*risk.last_contact) : "",
              is_known ? std::string(name(risk.known.network)) : ""};
  return row;
}

Json object_of(const RiskRow& row) {
  Json object;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string key(kRiskColumns[i]);
    if (row[i].empty()) {
      object[key] = nullptr;
    } else if (i == 0) {
      object[key] = std::stoul(row[i]);
    } else if (i >= 3 && i <= 5) {
      object[key] = std::stod(row[i]);
    } else {
      object[key] = row[i];
    }
  }
  return object;
}

// ---- For people --------------------------------------------------------------------------------

std::string date_text(const RiskReport& report, Instant moment) {
  return rfc3339(report.scenario.start, moment).substr(0, 10);
}

std::string table_text(const RiskReport& report) {
  std::vector<std::array<std::string, 6>> rows{{"client", "stranded", "95 % interval",
                                                "median date", "spell-cause",
                                                "token issued, last contact, network"}};
  for (const Risk& risk : report.risks) {
    if (rows.size() > kShown || risk.stranded == 0) break;
    if (is_lost_already(risk, report.options)) continue;
    const std::uint32_t seeds = report.options.seeds();
    const Range range = wilson(risk.stranded, seeds);
    const bool is_known = risk.known.state != LifecycleState::not_installed;
    const bool has_token = is_known && risk.known.token.exists();
    rows.push_back(
        {client_name(report.scenario, risk.client),
         fmt::format("{:.1f} %", risk.probability(seeds) * 100),
         fmt::format("{:.1f} - {:.1f} %", range.low * 100, range.high * 100),
         date_text(report, risk.median), std::string(name(risk.cause)),
         !is_known ? "nothing known"
                   : fmt::format("{}, {}, {}",
                                 has_token ? date_text(report, risk.known.token.not_before) : "-",
                                 risk.last_contact ? date_text(report, *risk.last_contact) : "-",
                                 name(risk.known.network))});
  }
  if (rows.size() == 1) return "no other client is stranded in any of these futures\n";
  std::array<std::size_t, 6> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string test_text(const RiskReport& report, const Console& console) {
  const BackTest& test = *report.test;
  std::string text = "\n" + console.paint("What happened", Tone::strong) + "\n";
  text +=
      fmt::format("{} of {} are stranded", grouped(test.stranded), counted(test.devices, "device"));
  if (report.unknown_devices > 0) {
    text += fmt::format("; {} more are not in the scenario", grouped(report.unknown_devices));
  }
  text += "\n  forecast        devices   mean    came true   95 % interval\n";
  for (std::size_t i = 0; i < test.bins.size(); ++i) {
    const BackTest::Bin& bin = test.bins[i];
    if (bin.devices == 0) continue;
    const double share = static_cast<double>(bin.stranded) / static_cast<double>(bin.devices);
    text += fmt::format("  {:>3} - {:>3} %  {:>10}  {:>5.1f} %  {:>8.1f} %   {:.1f} - {:.1f} %\n",
                        i * 10, i * 10 + 10, grouped(bin.devices), bin.mean * 100, share * 100,
                        bin.observed.low * 100, bin.observed.high * 100);
  }
  text +=
      fmt::format("Brier score {:.4f}; {:.4f} for the base rate\n", test.brier, test.base_brier);
  text += "The biggest surprises:\n";
  for (const Forecasted& surprise : test.surprises) {
    text += fmt::format("  {}: {:.1f} %, and it is {}stranded\n",
                        client_name(report.scenario, {surprise.client}), surprise.probability * 100,
                        surprise.came_true ? "" : "not ");
  }
  return text;
}

// ---- For machines ------------------------------------------------------------------------------

Json test_json(const RiskReport& report) {
  if (!report.test) return nullptr;
  const BackTest& test = *report.test;
  Json json;
  json["devices"] = test.devices;
  json["stranded"] = test.stranded;
  json["unknown-devices"] = report.unknown_devices;
  json["brier"] = test.brier;
  json["brier-of-base-rate"] = test.base_brier;
  auto& bins = json["reliability"] = Json::array();
  for (std::size_t i = 0; i < test.bins.size(); ++i) {
    const BackTest::Bin& bin = test.bins[i];
    Json entry;
    entry["from"] = static_cast<double>(i) / 10;
    entry["to"] = static_cast<double>(i + 1) / 10;
    entry["devices"] = bin.devices;
    entry["stranded"] = bin.stranded;
    entry["mean"] = bin.devices > 0 ? Json(bin.mean) : Json();
    entry["low"] = bin.devices > 0 ? Json(bin.observed.low) : Json();
    entry["high"] = bin.devices > 0 ? Json(bin.observed.high) : Json();
    bins.push_back(std::move(entry));
  }
  auto& surprises = json["surprises"] = Json::array();
  for (const Forecasted& surprise : test.surprises) {
    surprises.push_back({{"client", surprise.client},
                         {"device", device_of(report.scenario, {surprise.client})},
                         {"probability", surprise.probability},
                         {"stranded", surprise.came_true}});
  }
  return json;
}

}  // namespace

const std::string& device_of(const Scenario& scenario, ClientNumber client) {
  static const std::string none;
  const Cohort& cohort = risked_cohort(scenario, client);
  if (cohort.inventory == nullptr) return none;
  return cohort.inventory->clients[client.value - cohort.first.value].device;
}

std::string risk_text(const RiskReport& report, const Console& console) {
  const RiskOptions& options = report.options;
  double expected = 0;
  std::size_t lost = 0;
  for (const Risk& risk : report.risks) {
    if (is_lost_already(risk, options)) ++lost;
    expected += risk.probability(options.seeds());
  }
  std::string text = console.paint(escape_text(title(report.scenario)), Tone::strong) + "\n";
  text += fmt::format("{}, seeds {}..{}, from what is known at {} up to {}\n",
                      counted(report.scenario.clients, "client"), options.first_seed,
                      options.last_seed, rfc3339(report.scenario.start, options.known_at),
                      rfc3339(report.scenario.start, options.at));
  // Of a few, a part of one counts.
  const double more = expected - static_cast<double>(lost);
  text += fmt::format("{} stranded already; {} more will be at some time, on average\n\n",
                      lost == 1 ? "1 client is" : grouped(lost) + " clients are",
                      more < 10 ? fmt::format("{:.1f}", more)
                                : "about " + grouped(static_cast<std::uint64_t>(more + 0.5)));
  text += table_text(report);
  if (report.test) text += test_text(report, console);
  return text;
}

std::string risk_csv(const RiskReport& report) {
  std::string text;
  append_csv_row(text, kRiskColumns);
  for (const Risk& risk : report.risks) {
    RiskRow row = row_of(report, risk);
    row[1] = csv_name(row[1]);
    row[2] = csv_name(row[2]);
    append_csv_row(text, row);
  }
  return text;
}

std::string risk_jsonl(const RiskReport& report) {
  std::string text;
  for (const Risk& risk : report.risks) {
    text += json_line(object_of(row_of(report, risk))) + "\n";
  }
  return text;
}

Json risk_json(const RiskReport& report) {
  const RiskOptions& options = report.options;
  Json json;
  json["scenario"] = title(report.scenario);
  json["seeds"] = {{"first", options.first_seed}, {"last", options.last_seed}};
  json["known-at"] = rfc3339(report.scenario.start, options.known_at);
  json["at"] = rfc3339(report.scenario.start, options.at);
  auto& clients = json["clients"] = Json::array();
  for (const Risk& risk : report.risks) clients.push_back(object_of(row_of(report, risk)));
  json["back-test"] = test_json(report);
  auto& warnings = json["warnings"] = Json::array();
  for (const Error& warning : report.scenario.warnings) warnings.push_back(to_string(warning));
  return json;
}

}  // namespace tokenlife::sim
