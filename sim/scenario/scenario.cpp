#include "sim/scenario/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/scenario/reading.hpp"
#include "sim/scenario/toml_limits.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::int64_t kFormat = 1;

Error at_place(const std::string& path, Position at, std::string what, std::string advice) {
  return {ErrorKind::input, fmt::format("{}:{}:{}", path, at.line, at.column), std::move(what),
          std::move(advice)};
}

void read_format(Keys& top) {
  const auto format = top.whole("format", WholeRange{}, Need::required);
  if (format && *format != kFormat) {
    top.wrong("format", Stage::value, fmt::format("is {}", *format),
              fmt::format("this program reads format {}", kFormat));
  }
}

void read_all(Reading& reading, const toml::table& root) {
  Keys top = reading.keys_of(root, "the file");
  read_format(top);
  read_run(reading, top);
  read_site(reading, top);
  list_bulk_tokens(reading, root);
  read_cohorts(reading, top);
  read_actions(reading, top);
  read_expectations(reading, top);
  top.finish();
}

}  // namespace

bool NameList::add(const std::string& name) {
  if (!index_.emplace(name, static_cast<std::uint32_t>(names_.size())).second) return false;
  names_.push_back(name);
  return true;
}

std::optional<std::uint32_t> NameList::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Keys> Reading::keys_of(const toml::node& element, const std::string& where) {
  if (const toml::table* table = element.as_table()) return keys_of(*table, where);
  mistakes.note(element.source().begin, Stage::value, fmt::format("{} must be a table", where),
                where.starts_with('[') ? fmt::format("write {} above its keys", where)
                                       : "write it in braces");
  return std::nullopt;
}

std::optional<std::uint32_t> Reading::reference(Keys& keys, std::string_view key, Need need,
                                                std::string_view noun, const NameList& list) {
  const std::optional<std::string> name = keys.text(key, need);
  if (!name) return std::nullopt;
  if (const auto found = list.find(*name)) return found;
  if (!mistakes.would_be_first(keys.place(key), Stage::reference)) return std::nullopt;
  const std::vector<std::string_view> names(list.names().begin(), list.names().end());
  keys.wrong(key, Stage::reference,
             fmt::format("is {}, and there is no {} of that name", in_quotes(*name), noun),
             did_you_mean(noun, *name, names));
  return std::nullopt;
}

Share to_share(double probability) {
  return {static_cast<std::uint64_t>(std::floor(std::ldexp(probability, 32)))};
}

Result<Scenario, Error> parse_scenario(std::string text, const std::string& path,
                                       const ScenarioOptions& options) {
  if (!std::isfinite(options.clients_scale) || options.clients_scale <= 0) {
    return usage_error(fmt::format("clients cannot be scaled by {}", options.clients_scale),
                       "give a number above 0");
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Failed<Error>(
        at_place(path, {1, 1}, "the file is empty", "a scenario begins with `format = 1`"));
  }
  if (text.size() > kFileBytesMax) {
    return Failed<Error>(at_place(path, {1, 1}, "the file is longer than 16 MiB", ""));
  }
  if (const auto at = too_deep_key(text)) {
    return Failed<Error>(at_place(path, *at, "a key has too many parts",
                                  fmt::format("use fewer than {} dots", kKeyPartsMax)));
  }
  Reading reading(path, options);
  try {
    read_all(reading, toml::parse(std::string_view(text), std::string_view(path)));
  } catch (const toml::parse_error& error) {
    return Failed<Error>(
        at_place(path, error.source().begin, fmt::format("not TOML: {}", error.description()), ""));
  }
  if (reading.mistakes.first()) return Failed<Error>(*reading.mistakes.first());
  reading.scenario.text = std::move(text);
  reading.scenario.clients_scale = options.clients_scale;
  return std::move(reading.scenario);
}

std::string title(const Scenario& scenario) {
  return scenario.name.empty() ? "unnamed scenario" : scenario.name;
}

Result<Scenario, Error> load_scenario(const std::string& path, const ScenarioOptions& options) {
  Result<std::string, std::string> text = read_text_file(path, kFileBytesMax);
  if (!text) {
    return input_error(path, "the scenario cannot be read: " + text.error(),
                       "give the path of a scenario file");
  }
  return parse_scenario(std::move(*text), path, options);
}

}  // namespace tokenlife::sim
