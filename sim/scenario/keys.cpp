#include "sim/scenario/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/scenario/date_advice.hpp"
#include "sim/scenario/example.hpp"
#include "sim/text/duration_advice.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

using Kind = KeyShape::Kind;

std::string_view type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::none: return "nothing";
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "an integer";
    case toml::node_type::floating_point: return "a float";
    case toml::node_type::boolean: return "a boolean";
    case toml::node_type::date: return "a date without a time";
    case toml::node_type::time: return "a time without a date";
    case toml::node_type::date_time: return "a date-time";
  }
  return "something else";
}

std::string range_text(WholeRange range) {
  if (range.max == WholeRange{}.max) return fmt::format("an integer of at least {}", range.min);
  return fmt::format("an integer from {} to {}", range.min, range.max);
}

// A share that stands in quotes, perhaps as a percentage, without them.
std::optional<std::string> share_advice(std::string_view text) {
  const bool is_percent = text.ends_with('%');
  if (is_percent) text.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (is_percent) number /= 100;
  if (!(number >= 0 && number <= 1)) return std::nullopt;
  return fmt::format("write {:.6g} without quotes", number);
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

std::chrono::sys_seconds utc_of(const toml::date_time& moment) {
  const auto date = std::chrono::year{moment.date.year} / moment.date.month / moment.date.day;
  return std::chrono::sys_days{date} + std::chrono::hours{moment.time.hour} +
         std::chrono::minutes{moment.time.minute} + std::chrono::seconds{moment.time.second} -
         std::chrono::minutes{moment.offset->minutes};
}

std::optional<std::string> off_the_tick(Duration duration, Duration tick) {
  if (duration % tick == Duration{0}) return std::nullopt;
  return fmt::format("is not a whole number of ticks of {}", to_text(tick));
}

Keys::Keys(Mistakes& mistakes, const RunTime& time, const toml::table& table, std::string where)
    : mistakes_(mistakes), time_(time), table_(table), where_(std::move(where)) {}

const toml::node* Keys::node(std::string_view key) const { return table_.get(key); }

Position Keys::place(std::string_view key) const {
  const toml::node* value = node(key);
  return value == nullptr ? place() : position(*value);
}

void Keys::wrong(std::string_view key, std::string what, std::string advice) {
  mistakes_.note(place(key), fmt::format("`{}` in {} {}", key, where_, what), std::move(advice));
}

void Keys::wrong_type(std::string_view key, std::string_view expected, std::string advice) {
  wrong(key, fmt::format("must be {}, not {}", expected, type_of(*node(key))), std::move(advice));
}

void Keys::missing(std::string_view key, std::string advice) {
  add_key(known_, {key, Kind::any});
  missing_.emplace_back(key, std::move(advice));
}

void Keys::forbid(std::string_view key, std::string_view why, std::string advice) {
  add_key(known_, {key, Kind::any});
  const auto found = table_.find(key);
  if (found == table_.end()) return;
  mistakes_.note(position(found->first.source().begin),
                 fmt::format("`{}` in {} does not go with {}", key, where_, why),
                 std::move(advice));
}

bool Keys::knows(std::string_view key) const {
  return std::any_of(known_.begin(), known_.end(),
                     [&](const KnownKey& known) { return known.key == key; });
}

bool Keys::may_be_misspelt(std::string_view key) const {
  return std::any_of(table_.begin(), table_.end(), [&](const auto& entry) {
    return entry.first != key && suggestion(entry.first.str(), std::span(&key, 1)).has_value();
  });
}

bool Keys::finish(Others others) {
  bool in_order = missing_.empty();
  for (auto&& [key, value] : table_) {
    if (knows(key.str())) continue;
    const std::string_view name = key.str();
    const auto looks_like_it = std::find_if(missing_.begin(), missing_.end(), [&](const auto& one) {
      return suggestion(name, std::span(&one.first, 1)).has_value();
    });
    const bool explains = looks_like_it != missing_.end();
    if (explains) missing_.erase(looks_like_it);
    if (others == Others::undecided && !explains) continue;
    in_order = false;
    mistakes_.note_unknown_key(position(key.source().begin), key.str(), value.is_value(), where_);
  }
  for (auto& [key, advice] : missing_) {
    mistakes_.note_absent_key(place(), key, where_, std::move(advice));
  }
  missing_.clear();
  mistakes_.know(where_, known_);
  return in_order;
}

void Keys::tell(std::string_view key, Need need, const KeyShape& shape) const {
  if (time_.watch != nullptr) time_.watch->asked(table_, key, need, shape);
}

const toml::node* Keys::take(std::string_view key, Need need, const KeyShape& shape) {
  tell(key, need, shape);
  add_key(known_, {key, shape.kind});
  const toml::node* value = node(key);
  if (value == nullptr && need == Need::required) missing(key, advice_to_add(key, shape));
  return value;
}

std::optional<std::string> Keys::text(std::string_view key, Need need) {
  const toml::node* value = take(key, need, {.kind = Kind::text});
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->as_string()) return text->get();
  wrong_type(key, "a string", string_advice(key, *value));
  return std::nullopt;
}

std::optional<std::string> Keys::label(std::string_view key, Need need) {
  std::optional<std::string> label = text(key, need);
  if (!label) return std::nullopt;
  if (!label->empty() && is_one_line(*label)) return label;
  if (label->empty()) {
    wrong(key, "is empty", key == "name" ? "give it a name" : "write it as a single line");
  } else {
    wrong(key, "holds control characters", "write it as a single line, and \\\\ for a backslash");
  }
  return std::nullopt;
}

std::optional<bool> Keys::yes_no(std::string_view key, Need need) {
  const toml::node* value = take(key, need, {.kind = Kind::yes_no});
  if (value == nullptr) return std::nullopt;
  if (const auto* yes_no = value->as_boolean()) return yes_no->get();
  const auto* word = value->as_string();
  const bool is_quoted = word != nullptr && (word->get() == "true" || word->get() == "false");
  wrong_type(key, "true or false",
             is_quoted ? fmt::format("write {} without quotes", word->get())
                       : advice_to_write(key, Kind::yes_no, *value));
  return std::nullopt;
}

std::optional<std::int64_t> Keys::whole(std::string_view key, WholeRange range, Need need) {
  const toml::node* value = take(key, need, {.kind = Kind::whole, .range = range});
  if (value == nullptr) return std::nullopt;
  const auto* number = value->as_integer();
  if (number == nullptr) {
    wrong_type(key, range_text(range), integer_advice(key, *value));
    return std::nullopt;
  }
  if (number->get() >= range.min && number->get() <= range.max) return number->get();
  wrong(key, fmt::format("is {}, which is not {}", number->get(), range_text(range)));
  return std::nullopt;
}

std::optional<double> Keys::share(std::string_view key, Need need) {
  const toml::node* value = take(key, need, {.kind = Kind::share});
  if (value == nullptr) return std::nullopt;
  constexpr std::string_view kShare = "a number from 0 to 1";
  constexpr std::string_view kAdvice = "write 0.05 for 5 %, and 1 for all";
  if (!value->is_number()) {
    const auto* text = value->as_string();
    const auto advice = text == nullptr ? std::nullopt : share_advice(text->get());
    wrong_type(key, kShare, advice.value_or(std::string(kAdvice)));
    return std::nullopt;
  }
  const auto* fraction = value->as_floating_point();
  const double share =
      fraction != nullptr ? fraction->get() : static_cast<double>(value->as_integer()->get());
  if (share >= 0 && share <= 1) return share;  // False for NaN.
  wrong(key, fmt::format("is {}, which is not {}", share, kShare),
        share > 1 && share <= 100 ? fmt::format("write {:.6g} for {} %", share / 100, share)
                                  : std::string(kAdvice));
  return std::nullopt;
}

void Keys::wrong_value(std::string_view key, const toml::node& value, std::string what,
                       std::string advice) {
  mistakes_.note(position(value), fmt::format("`{}` in {} {}", key, where_, what),
                 std::move(advice));
}

std::optional<Duration> Keys::duration_of(std::string_view key, const toml::node& value,
                                          Sign sign) {
  const bool is_part = &value != node(key);
  const auto* text = value.as_string();
  if (text == nullptr) {
    const auto* number = value.as_integer();
    wrong_value(
        key, value,
        fmt::format("must {} not {}", is_part ? "hold durations," : "be a duration,",
                    type_of(value)),
        number == nullptr
            ? duration_advice("")
            : fmt::format("write its unit, and quotes, as in \"{}d\" for days", number->get()));
    return std::nullopt;
  }
  const Result<Duration, std::string> duration = parse_duration(text->get());
  const auto refuse = [&](std::string_view why, std::string advice) {
    wrong_value(
        key, value,
        fmt::format("{} {}, which {}", is_part ? "holds" : "is", in_quotes(text->get()), why),
        std::move(advice));
    return std::nullopt;
  };
  if (!duration) return refuse(duration.error(), duration_advice(text->get()));
  if (*duration < Duration{0} && sign != Sign::any)
    return refuse("is negative", "it cannot be less than 0");
  if (*duration == Duration{0} && sign == Sign::positive) {
    return refuse("is zero", "it must be longer than zero");
  }
  if (const auto why = off_the_tick(*duration, time_.tick)) {
    return refuse(*why, "round it, or choose a smaller `tick` in [run]");
  }
  return *duration;
}

std::optional<Duration> Keys::duration(std::string_view key, Sign sign, Need need) {
  const toml::node* value = take(key, need, {.kind = Kind::duration, .sign = sign});
  return value == nullptr ? std::nullopt : duration_of(key, *value, sign);
}

std::optional<std::vector<Duration>> Keys::durations(std::string_view key, Sign sign, Need need) {
  tell(key, need, {.kind = Kind::durations, .sign = sign});
  const toml::array* values = list(key, need);
  if (values == nullptr) return std::nullopt;
  std::vector<Duration> durations;
  for (const toml::node& value : *values) {
    if (const auto duration = duration_of(key, value, sign)) durations.push_back(*duration);
  }
  return durations.size() == values->size() ? std::optional(durations) : std::nullopt;
}

std::optional<toml::date_time> Keys::date_time(std::string_view key) {
  const toml::node* value = take(key, Need::optional, {.kind = Kind::date_time});
  if (value == nullptr) return std::nullopt;
  const auto* moment = value->as_date_time();
  if (auto why = no_such_date(*value)) {
    wrong(key, std::move(*why), date_advice(*value));
    return std::nullopt;
  }
  if (moment == nullptr || !moment->get().offset) {
    wrong(key,
          fmt::format("must be a date-time with an offset from UTC, not {}",
                      moment == nullptr ? type_of(*value) : "a local one"),
          date_advice(*value));
    return std::nullopt;
  }
  if (moment->get().time.nanosecond == 0) return moment->get();
  wrong(key, "has a fraction of a second", "leave the fraction out");
  return std::nullopt;
}

std::optional<Instant> Keys::time(std::string_view key, Need need) {
  tell(key, need, {.kind = Kind::moment, .sign = Sign::not_negative});
  const toml::node* value = node(key);
  if (value == nullptr || !(value->is_date_time() || value->is_date())) {
    const auto* text = value == nullptr ? nullptr : value->as_string();
    if (const auto advice = text == nullptr ? std::nullopt : quoted_date_advice(text->get())) {
      take(key, need, {.kind = Kind::moment});
      wrong(key, "is a date in quotes", *advice);
      return std::nullopt;
    }
    if (auto why = value == nullptr ? std::nullopt : no_such_date(*value)) {
      take(key, need, {.kind = Kind::moment});
      wrong(key, std::move(*why), date_advice(*value));
      return std::nullopt;
    }
    if (text != nullptr && looks_like_date(text->get())) {
      take(key, need, {.kind = Kind::moment});
      wrong(
          key, fmt::format("is {}, which is neither a time nor a duration", in_quotes(text->get())),
          "write a time without quotes, as in 2026-06-08T00:00:00Z, or a duration since the run's "
          "start, as in \"90d\"");
      return std::nullopt;
    }
    const std::optional<Duration> after = duration(key, Sign::not_negative, need);
    return after ? std::optional(Instant{*after}) : std::nullopt;
  }
  const std::optional<toml::date_time> moment = date_time(key);
  if (!moment) return std::nullopt;
  if (!time_.start) return std::nullopt;
  const Duration after = utc_of(*moment) - *time_.start;
  if (after < Duration{0}) {
    wrong(key, "is before the run's start", "choose a time at or after `start`");
  } else if (after >= kDurationLimit) {
    wrong(key, fmt::format("is {} or more after the start", kDurationLimitText),
          "choose an earlier time");
  } else if (const auto why = off_the_tick(after, time_.tick)) {
    wrong(key, fmt::format("is {} after the start, which {}", to_text(after), *why),
          "choose a time on a tick, or a smaller `tick` in [run]");
  } else {
    return Instant{after};
  }
  return std::nullopt;
}

std::string Keys::table_advice(std::string_view key, bool is_list) const {
  if (where_ == "the file")
    return fmt::format("write {0}{2}{1}", is_list ? "[[" : "[", is_list ? "]]" : "]", key);
  if (key == "network") return "write [cohort.network]";
  const KeyShape shape{.kind = is_list ? Kind::list : Kind::table};
  return fmt::format("write {} = {}", key, example_of(key, shape));
}

const toml::table* Keys::table(std::string_view key, Need need) {
  const toml::node* value = take(key, need, {.kind = Kind::table});
  if (value == nullptr) return nullptr;
  if (const toml::table* table = value->as_table()) return table;
  wrong_type(key, "a table", table_advice(key, false));
  return nullptr;
}

const toml::array* Keys::list(std::string_view key, Need need) {
  const toml::node* value = take(key, need, {.kind = Kind::list});
  if (value == nullptr) return nullptr;
  if (const toml::array* list = value->as_array()) return list;
  // `[cohort.network]` makes a table below a `[[cohorts]]`.
  const bool is_side_effect = value->is_table() && may_be_misspelt(key);
  if (!is_side_effect) wrong_type(key, "an array", table_advice(key, true));
  return nullptr;
}

const toml::node* Keys::any(std::string_view key) { return take(key, Need::optional, {}); }

std::optional<std::size_t> Keys::choice(std::string_view key, Need need,
                                        std::span<const std::string_view> words) {
  const KeyShape shape{.kind = Kind::words, .words = {words.begin(), words.end()}};
  tell(key, need, shape);
  const bool is_missing = need == Need::required && !has(key);
  if (is_missing) missing(key, advice_to_add(key, shape));
  const toml::node* value = take(key, is_missing ? Need::optional : need, {.kind = Kind::text});
  if (value == nullptr) return std::nullopt;
  const auto* text = value->as_string();
  if (text == nullptr) {
    wrong_type(key, "a string", which_of("", words));
    return std::nullopt;
  }
  const std::string& word = text->get();
  const auto found = std::find(words.begin(), words.end(), word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  wrong(key, fmt::format("cannot be {}", in_quotes(word)), which_of(word, words));
  return std::nullopt;
}

}  // namespace tokenlife::sim
