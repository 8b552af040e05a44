#include "sim/scenario/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/scenario/guid_of_seed.hpp"
#include "sim/scenario/put_value.hpp"
#include "sim/scenario/reading.hpp"
#include "sim/scenario/syntax_error.hpp"
#include "sim/scenario/toml_limits.hpp"
#include "sim/scenario/toml_text.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/not_utf8.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::int64_t kFormat = 1;

void read_format(Keys& top) {
  if (!top.has("format")) top.missing("format", "begin with `format = 1`");
  const Need need = top.has("format") ? Need::required : Need::optional;  // said once
  const auto format = top.whole("format", WholeRange{}, need);
  if (format && *format != kFormat) {
    top.wrong("format",
              fmt::format("is {}, but this program reads only format {}", *format, kFormat),
              fmt::format("write `format = {}`, or use a newer tokenlife", kFormat));
  }
}

}  // namespace

void read_all(Reading& reading, const toml::table& root) {
  Keys top = reading.keys_of(root, "the file");
  read_format(top);
  read_run(reading, top);
  read_site(reading, top);
  list_bulk_tokens(reading, top);
  read_cohorts(reading, top);
  read_actions(reading, top);
  check_adopted_bulk_tokens(reading);
  read_expectations(reading, top);
  warn_of_traces(reading, top);
  top.finish();
}

std::optional<NameList::Entry> NameList::add(const std::string& name, Entry entry) {
  const auto [at, is_new] = entries_.emplace(name, entry);
  if (!is_new) return at->second;
  names_.push_back(name);
  return std::nullopt;
}

std::optional<NameList::Entry> NameList::find(const std::string& name) const {
  const auto found = entries_.find(name);
  return found == entries_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Keys> Reading::keys_of(const toml::node& element, const std::string& where) {
  if (const toml::table* table = element.as_table()) return keys_of(*table, where);
  mistakes.note(position(element), fmt::format("{} must be a table", where),
                where.starts_with('[') ? fmt::format("write {} above its keys", where)
                                       : "write it in braces");
  return std::nullopt;
}

std::pair<std::string, std::string> no_such_bulk_token(std::string_view name,
                                                       const NameList& list) {
  if (list.names().empty()) {
    return {
        fmt::format("is {}, but no action issues a bulk token", in_quotes(name)),
        fmt::format("add an [[action]] with do = \"issue-bulk-token\", name = {} and at = \"0d\"",
                    toml_string(name))};
  }
  const std::vector<std::string_view> names(list.names().begin(), list.names().end());
  return {fmt::format("is {}, but there is no bulk token of that name", in_quotes(name)),
          did_you_mean("bulk token", name, names)};
}

std::optional<std::uint32_t> Reading::reference(Keys& keys, std::string_view key, Need need,
                                                std::string_view noun, const NameList& list) {
  const std::optional<std::string> name = keys.text(key, need);
  if (!name) return std::nullopt;
  if (const auto found = list.find(*name)) return found->index;
  if (list.has_gaps) return std::nullopt;
  if (&list == &bulk_tokens && list.names().empty()) {
    auto [what, advice] = no_such_bulk_token(*name, list);
    keys.wrong(key, std::move(what), std::move(advice));
    return std::nullopt;
  }
  keys.wrong(key, fmt::format("is {}, but there is no {} of that name", in_quotes(*name), noun),
             nearest_name(keys.place(key), noun, *name, list));
  return std::nullopt;
}

std::string Reading::nearest_name(Position at, std::string_view noun, const std::string& name,
                                  const NameList& list) const {
  if (!mistakes.lists(at)) return "";  // There may be many such mistakes, and many names.
  const std::vector<std::string_view> names(list.names().begin(), list.names().end());
  return did_you_mean(noun, name, names);
}

Share to_share(double probability) {
  return {static_cast<std::uint64_t>(std::floor(std::ldexp(probability, 32)))};
}

namespace {

std::optional<Error> too_much(const ScenarioText& text, const std::string& path) {
  if (text.text().find_first_not_of(" \t\r\n") == std::string::npos) {
    return text.error_at(path, {1, 1}, "the file is empty", "a scenario begins with `format = 1`");
  }
  if (text.text().size() > kFileBytesMax) {
    return text.error_at(path, {1, 1}, "the file is longer than 16 MiB", "");
  }
  const auto at = too_deep_key(text.text());
  if (!at) return std::nullopt;
  return text.error_at(path, *at, "a key has too many parts",
                       fmt::format("use fewer than {} dots", kKeyPartsMax));
}

}  // namespace

namespace {

// Whether a line names the format, in a text that is no TOML.
bool begins_like_one(std::string_view text) {
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t end = std::min(text.find('\n', line), text.size());
    const std::size_t word = text.find_first_not_of(" \t\"'", line);
    if (word < end && text.substr(word).starts_with("format")) return true;
    line = end + 1;
  }
  return false;
}

}  // namespace

bool cannot_be_parsed(const ScenarioText& text, const std::string& path) {
  if (too_much(text, path)) return true;
  try {
    static_cast<void>(toml::parse(std::string_view(text.text())));
  } catch (const toml::parse_error&) {
    return true;
  }
  return false;
}

Result<Scenario, Error> read_scenario(const ScenarioText& text, const std::string& path,
                                      const ScenarioOptions& options) {
  if (!std::isfinite(options.clients_scale) || options.clients_scale <= 0) {
    return usage_error(fmt::format("clients cannot be scaled by {}", options.clients_scale),
                       "give a number above 0");
  }
  if (auto error = too_much(text, path)) return Failed<Error>(std::move(*error));
  Reading reading(text, path, options);
  try {
    read_all(reading, toml::parse(std::string_view(text.text()), std::string_view(path)));
  } catch (const toml::parse_error& error) {
    Error wrong =
        syntax_error(path, text.text(), position(error.source().begin), error.description());
    if (!begins_like_one(text.text()) && !looks_like_utf16(text.text())) {
      wrong.advice = "is this a scenario? it begins with `format = 1`";
    }
    return Failed<Error>(std::move(wrong));
  }
  if (reading.mistakes.any()) return Failed<Error>(std::move(reading.mistakes).take(text));
  reading.scenario.warnings = std::move(reading.mistakes).take_warnings(text);
  reading.scenario.text = text.text();
  reading.scenario.clients_scale = options.clients_scale;
  return std::move(reading.scenario);
}

Result<Scenario, Error> parse_scenario(std::string text, const std::string& path,
                                       const ScenarioOptions& options) {
  return read_scenario(ScenarioText(std::move(text)), path, options);
}

Guid bulk_token_guid(const Scenario& scenario, std::uint32_t bulk_token, std::uint32_t repetition) {
  const ScenarioBulkToken& token = scenario.bulk_tokens[bulk_token];
  return repetition == 0 ? token.guid : bulk_token_of_seed(scenario.seed, token.name, repetition);
}

std::string title(const Scenario& scenario) {
  return scenario.name.empty() ? "unnamed scenario" : scenario.name;
}

Result<std::string, Error> read_scenario_file(const std::string& path) {
  Result<std::string, std::string> text = read_text_file(path, kFileBytesMax);
  const auto is_packed_log = [](const Result<std::string, std::string>& bytes) {
    return bytes && bytes->starts_with("TLPACK");
  };
  // A packed log may be longer than a scenario can be.
  if (is_packed_log(text) || (!text && is_packed_log(read_beginning(path, 8)))) {
    return input_error(path, "this is a packed log, not a scenario",
                       "give one scenario file; `tokenlife replay LOG` shows a log");
  }
  if (text) return std::move(*text);
  const bool is_folder = text.error() == kIsFolder;
  return input_error(
      path, "the scenario cannot be read: " + text.error(),
      is_folder ? "give one scenario file; `tokenlife test FOLDER` runs those in a folder, "
                  "and `tokenlife replay LOG` shows a log"
                : "give the path of a scenario file");
}

Result<Scenario, Error> load_scenario(const std::string& path, const ScenarioOptions& options) {
  auto text = read_scenario_file(path);
  if (!text) return Failed<Error>(text.error());
  return parse_scenario(std::move(*text), path, options);
}

}  // namespace tokenlife::sim
