#include "sim/sweep/sweep_part.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <utility>

#include "core/hex.hpp"
#include "core/token/sha256.hpp"
#include "sim/sweep/metric.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPartFormat = "tokenlife part of a sweep, 1";

std::string digest_line(std::string_view line) { return "sha256 " + to_hex(sha256(line)) + "\n"; }

Json sweep_of(const SweepRuns& runs) {
  Json sweep;
  sweep["inputs"] = runs.inputs;
  sweep["scenario"] = runs.title;
  sweep["clients"] = runs.clients;
  auto& vary = sweep["vary"] = Json::array();
  for (const Vary& key : runs.plan.vary) vary.push_back({{"key", key.key}, {"values", key.values}});
  sweep["seeds"] = {{"first", runs.plan.first_seed}, {"last", runs.plan.last_seed}};
  auto& metrics = sweep["metrics"] = Json::array();
  for (const std::size_t metric : runs.plan.metrics) metrics.push_back(metric_names()[metric]);
  sweep["warnings"] = runs.warnings;
  return sweep;
}

// Where JSON is not what was asked for, these throw what nlohmann throws.
std::uint64_t whole(const Json& json) {
  if (!json.is_number_unsigned()) throw Json::other_error::create(501, "no whole number", &json);
  return json.get<std::uint64_t>();
}
void hold(bool is_so) {
  if (!is_so) throw Json::other_error::create(501, "a value out of its range", nullptr);
}

SweepRuns runs_from(const Json& sweep) {
  SweepRuns runs;
  runs.inputs = sweep.at("inputs").get<std::string>();
  runs.title = sweep.at("scenario").get<std::string>();
  const std::uint64_t clients = whole(sweep.at("clients"));
  hold(clients <= UINT32_MAX);
  runs.clients = static_cast<std::uint32_t>(clients);
  runs.plan.first_seed = whole(sweep.at("seeds").at("first"));
  runs.plan.last_seed = whole(sweep.at("seeds").at("last"));
  hold(runs.plan.first_seed <= runs.plan.last_seed &&
       runs.plan.last_seed - runs.plan.first_seed < kSweepRunsMax);
  std::size_t count = runs.plan.seeds();
  for (const Json& key : sweep.at("vary")) {
    Vary vary{key.at("key").get<std::string>(), key.at("values").get<std::vector<std::string>>()};
    hold(!vary.values.empty() && vary.values.size() <= kSweepRunsMax / count);
    count *= vary.values.size();
    runs.plan.vary.push_back(std::move(vary));
  }
  for (const Json& name : sweep.at("metrics")) {
    const auto metric = parse_metric(name.get<std::string>());
    hold(metric.has_value());
    runs.plan.metrics.push_back(*metric);
  }
  runs.warnings = sweep.at("warnings").get<std::vector<std::string>>();
  return runs;
}

SweepPart part_from(const Json& json) {
  hold(json.at("format") == kPartFormat);
  const std::uint64_t part = whole(json.at("part"));
  const std::uint64_t parts = whole(json.at("parts"));
  hold(part >= 1 && part <= parts && parts <= UINT32_MAX);
  SweepPart read{static_cast<std::uint32_t>(part - 1), static_cast<std::uint32_t>(parts),
                 runs_from(json.at("sweep"))};
  SweepRuns& runs = read.runs;
  runs.plan.scenario = json.value("file", "");
  for (const Json& text : json.value("set", Json::array())) {
    runs.plan.settings.push_back({"--set", text.get<std::string>()});
  }
  std::tie(runs.first, runs.end) = runs_of_part(runs.plan, read.part, read.parts);
  const Json& numbers = json.at("numbers");
  hold(numbers.size() == (runs.end - runs.first) * runs.kept());
  for (const Json& number : numbers) {
    const double value = number.get<double>();
    hold(number.is_number() && std::isfinite(value));
    runs.numbers.push_back(value);
  }
  runs.is_done.assign(runs.end - runs.first, 1);
  runs.cached = whole(json.at("cached"));
  hold(runs.cached <= runs.is_done.size());
  runs.made = runs.is_done.size() - runs.cached;
  return read;
}

// In words, where two sweeps differ first.
std::string difference_of(const Json& sweep, const Json& first) {
  for (const auto& [key, value] : first.items()) {
    if (sweep.at(key) == value) continue;
    if (key == "inputs") return "its scenario, a file that this names, or the program is different";
    return fmt::format("its {} are {}, and not {}", key, escape_text(sweep.at(key).dump()),
                       escape_text(value.dump()));
  }
  return "";
}

}  // namespace

std::string part_text(const SweepRuns& runs, std::uint32_t part, std::uint32_t parts) {
  Json json;
  json["format"] = kPartFormat;
  json["sweep"] = sweep_of(runs);
  json["part"] = part + 1;
  json["parts"] = parts;
  // How it was called: the page names the command. Whether parts fit says the digest of inputs.
  json["file"] = std::filesystem::path(runs.plan.scenario).filename().string();
  auto& set = json["set"] = Json::array();
  for (const Setting& setting : runs.plan.settings) set.push_back(setting.text);
  json["cached"] = runs.cached;
  json["numbers"] = runs.numbers;
  return with_part_digest(json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n");
}

std::string with_part_digest(const std::string& line) { return line + digest_line(line); }

Result<SweepPart, Error> read_part(const std::string& text, const std::string& name) {
  const std::size_t end = text.find('\n');
  const std::string_view line =
      std::string_view(text).substr(0, end == std::string::npos ? 0 : end + 1);
  // Before the digest: what is no part at all is another mistake than a damaged one.
  if (!line.starts_with(fmt::format("{{\"format\":\"{}\"", kPartFormat))) {
    return input_error(name, "is not a part of a sweep",
                       "give files that `tokenlife sweep --shard I/N -o FILE` wrote");
  }
  const auto damaged = [&] { return file_error(name, "is damaged", "run this part again"); };
  if (std::string_view(text).substr(line.size()) != digest_line(line)) return damaged();
  try {
    return part_from(Json::parse(line));
  } catch (const Json::exception&) {
    return damaged();
  }
}

Result<SweepRuns, Error> join_parts(const std::vector<PartText>& texts) {
  std::vector<SweepPart> parts;
  for (const PartText& text : texts) {
    auto read = read_part(text.text, text.name);
    if (!read) return Failed<Error>(read.error());
    parts.push_back(std::move(*read));
  }
  const SweepPart& first = parts.front();
  const Json sweep = sweep_of(first.runs);
  std::map<std::uint32_t, std::string> names;  // by part
  SweepRuns all = first.runs;
  all.first = 0;
  all.end = all.plan.cells() * all.plan.seeds();
  all.numbers.assign(all.end * all.kept(), 0);
  all.is_done.assign(all.end, 0);
  all.made = all.cached = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const SweepPart& part = parts[i];
    const auto refused = [&](const std::string& what) {
      return input_error(texts[i].name, what, "give each part of one sweep once");
    };
    const Json other = sweep_of(part.runs);
    if (other != sweep) {
      return refused(fmt::format("is of a different sweep from {}: {}", texts.front().name,
                                 difference_of(other, sweep)));
    }
    if (part.parts != first.parts) {
      return refused(fmt::format("is one of {} parts, but {} is one of {}", part.parts,
                                 texts.front().name, first.parts));
    }
    const auto [there, is_new] = names.emplace(part.part, texts[i].name);
    if (!is_new) {
      return refused(
          fmt::format("is part {} of {}, and so is {}", part.part + 1, part.parts, there->second));
    }
    const SweepRuns& runs = part.runs;
    const auto at = static_cast<std::ptrdiff_t>(runs.first);
    std::copy(runs.numbers.begin(), runs.numbers.end(),
              all.numbers.begin() + at * static_cast<std::ptrdiff_t>(all.kept()));
    std::copy(runs.is_done.begin(), runs.is_done.end(), all.is_done.begin() + at);
    all.made += runs.made;
    all.cached += runs.cached;
  }
  for (std::uint32_t part = 0; part < first.parts; ++part) {
    if (names.contains(part)) continue;
    return usage_error(fmt::format("part {} of {} is missing", part + 1, first.parts),
                       fmt::format("run it with --shard {}/{}", part + 1, first.parts));
  }
  return all;
}

}  // namespace tokenlife::sim
