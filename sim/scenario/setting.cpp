#include "sim/scenario/setting.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/utf8.hpp"
#include "sim/scenario/put_value.hpp"
#include "sim/scenario/toml_limits.hpp"
#include "sim/scenario/toml_text.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kExample = "write KEY=VALUE, as in site.renew-after=40d";

// What TOML makes of a line that says `v = ...`, and nothing else.
std::optional<toml::table> only_value(const std::string& line) {
  if (too_deep_key(line)) return std::nullopt;
  try {
    toml::table table = toml::parse(std::string_view(line));
    if (table.size() != 1 || !table.contains("v")) return std::nullopt;
    return table;
  } catch (const toml::parse_error&) {
    return std::nullopt;
  }
}

// The value as TOML: as it stands there if TOML can read it, else as a text in quotes.
std::string as_toml(std::string_view value) {
  const std::string line = "v = " + std::string(value);
  const auto table = only_value(line);
  if (!table) return toml_string(value);
  const toml::source_region& region = table->get("v")->source();
  const std::size_t begin = offset_of(line, position(region.begin));
  return line.substr(begin, offset_of(line, position(region.end)) - begin);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// A part of the key in quotes, from the beginning of `rest`, which it is taken off.
std::optional<std::string> take_quoted(std::string_view& rest) {
  const char quote = rest[0];
  std::size_t end = 1;
  for (; end < rest.size() && rest[end] != quote; ++end) {
    if (rest[end] == '\\' && quote == '"') ++end;
  }
  if (end >= rest.size()) return std::nullopt;
  const auto table = only_value("v = " + std::string(rest.substr(0, end + 1)));
  rest.remove_prefix(end + 1);
  const auto text = table ? table->get("v")->value<std::string>() : std::optional<std::string>{};
  return text;
}

// The parts of the key, which is taken off; nothing if it is none.
std::optional<std::vector<std::string>> take_key(std::string_view& rest) {
  std::vector<std::string> parts;
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.starts_with('"') || rest.starts_with('\'')) {
      auto part = take_quoted(rest);
      if (!part) return std::nullopt;
      parts.push_back(std::move(*part));
    } else {
      const std::size_t end = rest.find_first_of(".=");
      const std::string_view part = trimmed(rest.substr(0, end));
      if (part.empty()) return std::nullopt;
      parts.emplace_back(part);
      rest.remove_prefix(std::min(end, rest.size()));
    }
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (!rest.starts_with('.')) return parts;
    rest.remove_prefix(1);
  }
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
}

// "--set site.leeway=5m"
std::string author_of(const Setting& setting) {
  constexpr std::size_t kShown = 80;
  const std::string text =
      setting.text.size() <= kShown ? setting.text : setting.text.substr(0, kShown) + "...";
  return setting.option + " " + text;
}

}  // namespace

Result<KeyValue, Error> parse_setting(const Setting& setting) {
  const auto wrong = [&](std::string what, std::string advice) {
    return input_error(author_of(setting), std::move(what), std::move(advice));
  };
  if (!is_utf8(setting.text)) return wrong("this is not UTF-8", "write it as UTF-8");
  std::string_view rest = setting.text;
  auto key = take_key(rest);
  if (!key) {
    return wrong("this does not begin with a key",
                 "write its parts with a `.` between them, and a name with "
                 "dots in quotes, as in cohort.\"a.b\".clients=5");
  }
  if (key->size() >= static_cast<std::size_t>(kKeyPartsMax)) {
    return wrong("the key has too many parts", std::string(kExample));
  }
  if (!rest.starts_with('=')) {
    return wrong(rest.empty() ? "there is no `=`" : "there is something after the key",
                 std::string(kExample));
  }
  rest.remove_prefix(1);
  if (has_control_characters(rest)) {
    return wrong("the value holds control characters", "write it as a TOML string");
  }
  return KeyValue{std::move(*key), as_toml(trimmed(rest))};
}

Result<Scenario, Error> parse_scenario_with(std::string text, const std::string& path,
                                            const ScenarioOptions& options,
                                            const std::vector<Setting>& settings) {
  ScenarioText edited(std::move(text));
  for (const Setting& setting : settings) {
    const auto said = parse_setting(setting);
    if (!said) return Failed<Error>(said.error());
    // What is wrong with the file is said below.
    if (cannot_be_parsed(edited, path)) break;
    if (auto put = put_value(edited, *said, author_of(setting)); !put) {
      return Failed<Error>(put.error());
    }
  }
  return read_scenario(edited, path, options);
}

Result<Scenario, Error> load_scenario_with(const std::string& path, const ScenarioOptions& options,
                                           const std::vector<Setting>& settings) {
  auto text = read_scenario_file(path);
  if (!text) return Failed<Error>(text.error());
  return parse_scenario_with(std::move(*text), path, options, settings);
}

}  // namespace tokenlife::sim
