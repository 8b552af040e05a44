#include "sim/scenario/mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/scenario/example.hpp"
#include "sim/scenario/scenario_text.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kListed = 20;

}  // namespace

void add_key(std::vector<KnownKey>& keys, const KnownKey& key) {
  const auto known = std::find_if(keys.begin(), keys.end(),
                                  [&](const KnownKey& other) { return other.key == key.key; });
  if (known == keys.end()) {
    keys.push_back(key);
  } else if (known->kind == ValueKind::any) {
    known->kind = key.kind;
  }
}

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

void Mistakes::note_unknown_key(Position at, std::string_view key, bool is_plain,
                                const std::string& where) {
  unknown_keys_.emplace(key);
  std::string what = fmt::format("unknown key {} in {}", in_quotes(key), where);
  add(at,
      {{ErrorKind::input, "", std::move(what), ""}, UnknownKey{std::string(key), is_plain, where}});
}

void Mistakes::note_absent_key(Position at, std::string_view key, const std::string& where,
                               std::string advice) {
  absent_.push_back({at, key, where, std::move(advice)});
}

void Mistakes::warn(Position at, std::string what, std::string advice) {
  warnings_.emplace(at, Error{ErrorKind::input, "", std::move(what), std::move(advice)});
}

void Mistakes::know(const std::string& where, const std::vector<KnownKey>& keys) {
  std::vector<KnownKey>& known = known_[where];
  for (const KnownKey& key : keys) add_key(known, key);
}

std::optional<Mistakes::Home> Mistakes::home_of(const UnknownKey& unknown) const {
  // Keys of actions and expectations are words that mean something else elsewhere.
  const auto is_settings = [](std::string_view where) {
    return where == "the file" || where == "[run]" || where == "[site]" || where == "[[cohort]]" ||
           where.ends_with(" network");
  };
  if (!is_settings(unknown.where)) return std::nullopt;
  std::vector<Home> homes;
  for (const auto& [where, keys] : known_) {
    for (const KnownKey& known : keys) {
      if (known.key == unknown.key) homes.push_back({where, known.kind});
    }
  }
  if (homes.size() != 1 || !is_settings(homes[0].where)) return std::nullopt;
  const bool is_of_cohort = homes[0].where == "[[cohort]]";
  if (is_of_cohort && unknown.key == "network" && unknown.is_plain) return std::nullopt;
  if (is_of_cohort && unknown.where == "the file" && unknown.is_plain) return std::nullopt;
  return homes[0];
}

std::string Mistakes::advice_on(const UnknownKey& unknown) const {
  std::vector<std::string_view> own;
  for (const KnownKey& known : known_.at(unknown.where)) own.push_back(known.key);
  const auto home = suggestion(unknown.key, own) ? std::nullopt : home_of(unknown);
  if (!home) return did_you_mean("key", unknown.key, own);
  const auto& [where, kind] = *home;
  const bool is_table = kind == ValueKind::table;
  if (where == "the file" && is_table) return fmt::format("write [{}]", unknown.key);
  if (where == "the file" && kind == ValueKind::list)
    return fmt::format("write [[{}]]", unknown.key);
  if (unknown.is_plain || !where.starts_with('[')) return fmt::format("it is a key of {}", where);
  if (is_table && where == "[[cohort]]") {
    return fmt::format("write [cohort.{}] below its [[cohort]]", unknown.key);
  }
  // [run] and [site]
  if (is_table) return fmt::format("write [{}.{}]", where.substr(1, where.size() - 2), unknown.key);
  return fmt::format("it is a key of {}: write {} = {} below it", where, unknown.key,
                     example_of(unknown.key, {.kind = kind}));
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
