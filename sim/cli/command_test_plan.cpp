#include "sim/cli/command_test_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <regex>

#include "sim/cli/output_file.hpp"
#include "sim/scenario/format_key.hpp"
#include "sim/scenario/put_value.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

// ---- Files -------------------------------------------------------------------------------------

// Each once, in the order of their names.
struct Files {
  std::vector<std::string> scenarios;
  std::vector<std::string> others;  // not named by the user, and no scenarios
  std::vector<std::string> linked;  // folders that are not looked into
};

// What lies below a folder, but for what is hidden. Links to folders are not followed: they may
// lead in a circle.
Result<void, Error> look_into(const std::string& folder, Files& files) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::end(entry); entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code unknown;
    const bool is_folder = entry->is_directory(unknown);
    if (path.filename().native().starts_with('.')) {
      if (is_folder) entry.disable_recursion_pending();
      continue;
    }
    if (is_folder && entry->is_symlink(unknown)) files.linked.push_back(path.string());
    if (is_folder || path.extension() != ".toml") continue;
    (lacks_format(path.string()) ? files.others : files.scenarios).push_back(path.string());
  }
  if (!error) return {};
  return usage_error(fmt::format("cannot list {}: {}", in_quotes(folder), error.message()));
}

void sort_once(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

Result<Files, Error> find_files(const std::vector<std::string>& paths) {
  Files files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (fs::is_directory(path, error)) {
      if (auto looked = look_into(path, files); !looked) return Failed<Error>(looked.error());
    } else if (fs::exists(path, error)) {
      files.scenarios.push_back(path);
    } else {
      return usage_error(fmt::format("there is no {}", in_quotes(path)),
                         "give a scenario file, or a folder of them");
    }
  }
  sort_once(files.scenarios);
  sort_once(files.others);
  sort_once(files.linked);
  std::erase_if(files.others, [&](const std::string& path) {
    return std::binary_search(files.scenarios.begin(), files.scenarios.end(), path);
  });
  std::erase_if(files.linked, [&](const std::string& path) {
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  });
  return files;
}

Failed<Error> nothing_to_run(const Files& files) {
  if (files.others.empty() && !files.linked.empty()) {
    return usage_error(
        fmt::format("no scenario to run: links to folders are not followed; the first is {}",
                    in_quotes(files.linked.front())),
        "give the linked folder by name");
  }
  if (files.others.empty()) {
    return usage_error("no scenario to run: there is no .toml file in what was given",
                       "give files, or folders with .toml files in them");
  }
  return usage_error(fmt::format("no scenario to run: none of {} .toml files has a `format` key; "
                                 "the first is {}",
                                 files.others.size(), in_quotes(files.others.front())),
                     "a scenario begins with `format = 1`");
}

// ---- Names ---------------------------------------------------------------------------

// Which names are wanted.
class Filter {
 public:
  static Result<Filter, Error> of(const std::optional<std::string>& text) {
    Filter filter;
    try {
      if (text) filter.wanted_.emplace(*text, std::regex::ECMAScript);
    } catch (const std::regex_error&) {
      return usage_error(
          fmt::format("--filter {} is not a valid regular expression", in_quotes(*text)),
          "put a `\\` before a character that stands for itself, as in `\\(`");
    }
    return filter;
  }
  bool wants(const std::string& name) const {
    return !wanted_ || std::regex_search(name, *wanted_);
  }

 private:
  std::optional<std::regex> wanted_;
};

TestTarget target_of(const std::string& path, const TestCommand& command, const Filter& filter) {
  TestTarget target{path, filter.wants(path), {}, command.coverage, command.fail_fast, command.set};
  std::error_code unknown;
  if (!fs::is_regular_file(path, unknown)) {
    // What cannot be read is said when it is run.
    if (auto text = read_scenario_file(path)) target.text = std::move(*text);
  }
  if (command.scenarios_only) return target;
  for (SoakProperty& property : soak_properties()) {
    if (filter.wants(property_name(path, property.name))) {
      target.properties.push_back(std::move(property));
    }
  }
  return target;
}

}  // namespace

Result<TestPlan, Error> plan_tests(const TestCommand& command) {
  const auto files = find_files(command.paths);
  if (!files) return Failed<Error>(files.error());
  if (files->scenarios.empty()) return nothing_to_run(*files);
  if (command.junit) {
    std::vector<TakenPlace> taken;
    for (const std::string& path : files->scenarios) taken.push_back({path, "a scenario itself"});
    for (const std::string& path : files->others) taken.push_back({path, "one of the TOML files"});
    if (auto good = keep_apart(*command.junit, taken); !good) return Failed<Error>(good.error());
  }
  TestPlan plan;
  if (command.seeds) {
    const auto range = parse_seeds(*command.seeds);
    if (!range) return Failed<Error>(range.error());
    plan.seeds = *range;
  }
  const auto filter = Filter::of(command.filter);
  if (!filter) return Failed<Error>(filter.error());
  for (const std::string& path : files->scenarios) {
    TestTarget target = target_of(path, command, *filter);
    if (target.expectations || !target.properties.empty()) plan.targets.push_back(target);
  }
  for (const std::string& path : files->others) {
    if (filter->wants(path)) plan.others.push_back(path);
  }
  for (const std::string& path : files->linked) {
    if (filter->wants(path)) plan.linked.push_back(path);
  }
  if (!plan.targets.empty()) return plan;
  const std::string& first = files->scenarios.front();
  return usage_error(
      fmt::format("--filter {} finds no test", in_quotes(*command.filter)),
      fmt::format(
          "tests are named as in {}{}", in_quotes(first),
          command.scenarios_only ? "" : " and " + in_quotes(property_name(first, "replay"))));
}

}  // namespace tokenlife::sim
