#include "sim/scenario/mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/scenario_text.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kListed = 20;

}  // namespace

bool Mistakes::lists(Position at) const {
  return !first_.contains(at) && (first_.size() < kListed || at < first_.rbegin()->first);
}

void Mistakes::add(Position at, Noted noted) {
  if (first_.contains(at)) return;
  ++count_;
  if (!lists(at)) return;
  if (first_.size() == kListed) first_.erase(std::prev(first_.end()));
  first_.emplace(at, std::move(noted));
}

void Mistakes::note(Position at, std::string what, std::string advice) {
  add(at, {{ErrorKind::input, "", std::move(what), std::move(advice)}, std::nullopt});
}

void Mistakes::note(Position at, Error error) { add(at, {std::move(error), std::nullopt}); }

void Mistakes::note_unknown_key(Position at, std::string_view key, bool is_table,
                                const std::string& where) {
  unknown_keys_.emplace(key);
  std::string what = fmt::format("unknown key {} in {}", in_quotes(key), where);
  add(at,
      {{ErrorKind::input, "", std::move(what), ""}, UnknownKey{std::string(key), is_table, where}});
}

void Mistakes::note_absent_key(Position at, std::string_view key, const std::string& where,
                               std::string advice) {
  absent_.push_back({at, key, where, std::move(advice)});
}

void Mistakes::warn(Position at, std::string what, std::string advice) {
  warnings_.emplace(at, Error{ErrorKind::input, "", std::move(what), std::move(advice)});
}

void Mistakes::know(const std::string& where, const std::vector<std::string_view>& keys) {
  std::vector<std::string_view>& known = known_[where];
  for (const std::string_view key : keys) {
    if (std::find(known.begin(), known.end(), key) == known.end()) known.push_back(key);
  }
}

std::optional<std::string> Mistakes::home_of(const UnknownKey& unknown) const {
  // Keys of actions and expectations are words that mean something else elsewhere.
  const auto is_settings = [](std::string_view where) {
    return where == "the file" || where == "[run]" || where == "[site]" || where == "[[cohort]]" ||
           where.ends_with(" network");
  };
  if (!is_settings(unknown.where)) return std::nullopt;
  std::vector<std::string> homes;
  for (const auto& [where, keys] : known_) {
    if (std::find(keys.begin(), keys.end(), unknown.key) != keys.end()) homes.push_back(where);
  }
  if (homes.size() != 1 || !is_settings(homes[0])) return std::nullopt;
  const bool is_of_cohort = homes[0] == "[[cohort]]";
  if (is_of_cohort && unknown.key == "network" && !unknown.is_table) return std::nullopt;
  if (is_of_cohort && unknown.where == "the file" && !unknown.is_table) return std::nullopt;
  return homes[0];
}

std::string Mistakes::advice_on(const UnknownKey& unknown) const {
  const std::vector<std::string_view>& own = known_.at(unknown.where);
  const auto home = suggestion(unknown.key, own) ? std::nullopt : home_of(unknown);
  if (!home) return did_you_mean("key", unknown.key, own);
  if (!unknown.is_table) return fmt::format("it is a key of {}", *home);
  return fmt::format("write [cohort.{}] below its [[cohort]]", unknown.key);
}

Error Mistakes::told(const ScenarioText& text, Position at, Noted noted) const {
  if (!noted.error.place.empty()) return std::move(noted.error);
  if (noted.unknown) noted.error.advice = advice_on(*noted.unknown);
  return text.error_at(path_, at, std::move(noted.error.what), std::move(noted.error.advice));
}

std::vector<Error> Mistakes::take_warnings(const ScenarioText& text) && {
  std::vector<Error> warnings;
  for (auto& [at, warning] : warnings_) {
    warnings.push_back(told(text, at, {std::move(warning), std::nullopt}));
  }
  return warnings;
}

Error Mistakes::take(const ScenarioText& text) && {
  // A key that stands where it does not belong is not said to be absent where it does.
  std::erase_if(absent_, [&](const AbsentKey& key) { return unknown_keys_.contains(key.key); });
  const std::size_t count = count_ + absent_.size();
  std::stable_sort(absent_.begin(), absent_.end(),
                   [](const AbsentKey& a, const AbsentKey& b) { return a.at < b.at; });
  absent_.resize(std::min(absent_.size(), kListed));
  std::multimap<Position, Noted> all(std::make_move_iterator(first_.begin()),
                                     std::make_move_iterator(first_.end()));
  for (AbsentKey& key : absent_) {
    std::string what = fmt::format("the key `{}` is missing from {}", key.key, key.where);
    all.emplace(key.at, Noted{{ErrorKind::input, "", std::move(what), std::move(key.advice)},
                              std::nullopt});
  }
  std::vector<Error> errors;
  for (auto& [at, noted] : all) {
    if (errors.size() == kListed) break;
    errors.push_back(told(text, at, std::move(noted)));
  }
  Error first = std::move(errors.front());
  first.others.assign(std::make_move_iterator(errors.begin() + 1),
                      std::make_move_iterator(errors.end()));
  first.not_listed = count - errors.size();
  return first;
}

}  // namespace tokenlife::sim
