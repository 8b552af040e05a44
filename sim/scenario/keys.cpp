#include "sim/scenario/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kDurationAdvice =
    "write whole numbers with units, largest first, as in \"90d\", \"1d12h\" or \"30m\"";

std::string_view type_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::none: return "nothing";
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "an array";
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a fraction";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::date: return "a date without a time";
    case toml::node_type::time: return "a time of day without a date";
    case toml::node_type::date_time: return "a date-time";
  }
  return "something else";
}

bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

void Mistakes::note(Position at, Stage stage, std::string what, std::string advice) {
  if (!would_be_first(at, stage)) return;
  first_rank_ = rank(at, stage);
  first_ = Error{ErrorKind::input, fmt::format("{}:{}:{}", path_, at.line, at.column),
                 std::move(what), std::move(advice)};
}

void Mistakes::note(Position at, Error error) {
  if (!would_be_first(at, Stage::value)) return;
  first_rank_ = rank(at, Stage::value);
  first_ = std::move(error);
}

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
  return value == nullptr ? place() : value->source().begin;
}

void Keys::wrong(std::string_view key, Stage stage, std::string what, std::string advice) {
  mistakes_.note(place(key), stage, fmt::format("`{}` in {} {}", key, where_, what),
                 std::move(advice));
}

void Keys::wrong_type(std::string_view key, std::string_view expected, std::string advice) {
  wrong(key, Stage::value, fmt::format("must be {}, not {}", expected, type_of(*node(key))),
        std::move(advice));
}

void Keys::missing(std::string_view key, std::string advice) {
  mistakes_.note(place(), Stage::absence, fmt::format("the key `{}` is missing in {}", key, where_),
                 std::move(advice));
}

void Keys::forbid(std::string_view key, std::string_view why, std::string advice) {
  known_.push_back(key);
  const auto found = table_.find(key);
  if (found == table_.end()) return;
  mistakes_.note(found->first.source().begin, Stage::value,
                 fmt::format("`{}` in {} does not go with {}", key, where_, why),
                 std::move(advice));
}

void Keys::finish() {
  for (auto&& [key, value] : table_) {
    if (std::find(known_.begin(), known_.end(), key.str()) != known_.end()) continue;
    const Position at = key.source().begin;
    if (!mistakes_.would_be_first(at, Stage::value)) continue;
    mistakes_.note(at, Stage::value,
                   fmt::format("unknown key {} in {}", in_quotes(key.str()), where_),
                   did_you_mean("key", key.str(), known_));
  }
}

const toml::node* Keys::take(std::string_view key, Need need) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  const toml::node* value = node(key);
  if (value == nullptr && need == Need::required) missing(key);
  return value;
}

std::optional<std::string> Keys::text(std::string_view key, Need need) {
  const toml::node* value = take(key, need);
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->as_string()) return text->get();
  wrong_type(key, "a string", "put it in quotes");
  return std::nullopt;
}

std::optional<std::string> Keys::label(std::string_view key, Need need) {
  std::optional<std::string> label = text(key, need);
  if (!label) return std::nullopt;
  if (!label->empty() && is_one_line(*label)) return label;
  wrong(key, Stage::value, label->empty() ? "is empty" : "holds control characters",
        "write a text of one line");
  return std::nullopt;
}

std::optional<bool> Keys::yes_no(std::string_view key, Need need) {
  const toml::node* value = take(key, need);
  if (value == nullptr) return std::nullopt;
  if (const auto* yes_no = value->as_boolean()) return yes_no->get();
  wrong_type(key, "true or false", "write it without quotes");
  return std::nullopt;
}

std::optional<std::int64_t> Keys::whole(std::string_view key, WholeRange range, Need need) {
  const toml::node* value = take(key, need);
  if (value == nullptr) return std::nullopt;
  const auto* number = value->as_integer();
  if (number == nullptr) {
    wrong_type(key, "a whole number");
    return std::nullopt;
  }
  if (number->get() >= range.min && number->get() <= range.max) return number->get();
  const bool is_below = number->get() < range.min;
  wrong(key, Stage::value, fmt::format("is {}", number->get()),
        is_below ? fmt::format("it must be at least {}", range.min)
                 : fmt::format("it must be at most {}", range.max));
  return std::nullopt;
}

std::optional<double> Keys::share(std::string_view key, Need need) {
  const toml::node* value = take(key, need);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    wrong_type(key, "a number from 0 to 1");
    return std::nullopt;
  }
  const auto* fraction = value->as_floating_point();
  const double share =
      fraction != nullptr ? fraction->get() : static_cast<double>(value->as_integer()->get());
  if (share >= 0 && share <= 1) return share;  // False for NaN.
  wrong(key, Stage::value, fmt::format("is {}", share), "it must be from 0 to 1");
  return std::nullopt;
}

std::optional<Duration> Keys::duration(std::string_view key, Sign sign, Need need) {
  const toml::node* value = take(key, need);
  if (value == nullptr) return std::nullopt;
  const auto* text = value->as_string();
  if (text == nullptr) {
    wrong_type(key, "a duration", std::string(kDurationAdvice));
    return std::nullopt;
  }
  const Result<Duration, std::string> duration = parse_duration(text->get());
  const auto refuse = [&](std::string_view why, std::string_view advice) {
    wrong(key, Stage::value, fmt::format("is {}, which {}", in_quotes(text->get()), why),
          std::string(advice));
    return std::nullopt;
  };
  if (!duration) return refuse(duration.error(), kDurationAdvice);
  if (*duration < Duration{0} && sign != Sign::any) return refuse("is negative", kDurationAdvice);
  if (*duration == Duration{0} && sign == Sign::positive) {
    return refuse("is zero", "it must be longer than that");
  }
  if (const auto why = off_the_tick(*duration, time_.tick)) {
    return refuse(*why, "round it, or choose a smaller `tick` in [run]");
  }
  return *duration;
}

std::optional<toml::date_time> Keys::date_time(std::string_view key) {
  const toml::node* value = take(key, Need::optional);
  if (value == nullptr) return std::nullopt;
  const auto* moment = value->as_date_time();
  if (moment == nullptr || !moment->get().offset) {
    wrong(key, Stage::value,
          fmt::format("must be a date-time with an offset from UTC, not {}",
                      moment == nullptr ? type_of(*value) : "a local one"),
          "write it as in 2026-01-01T00:00:00Z, without quotes");
    return std::nullopt;
  }
  if (moment->get().time.nanosecond == 0) return moment->get();
  wrong(key, Stage::value, "has a fraction of a second", "leave the fraction out");
  return std::nullopt;
}

std::optional<Instant> Keys::time(std::string_view key, Need need) {
  const toml::node* value = node(key);
  if (value == nullptr || value->is_string()) {
    const std::optional<Duration> after = duration(key, Sign::not_negative, need);
    return after ? std::optional(Instant{*after}) : std::nullopt;
  }
  if (!value->is_date_time() && !value->is_date() && !value->is_time()) {
    take(key, need);
    wrong_type(key, "a duration after the start, or a date-time", std::string(kDurationAdvice));
    return std::nullopt;
  }
  const std::optional<toml::date_time> moment = date_time(key);
  if (!moment) return std::nullopt;
  const Duration after = utc_of(*moment) - time_.start;
  if (after < Duration{0}) {
    wrong(key, Stage::value, "is before the run's start", "choose a time at or after `start`");
  } else if (after >= kDurationLimit) {
    wrong(key, Stage::value,
          fmt::format("is not less than {} after the start", kDurationLimitText));
  } else if (const auto why = off_the_tick(after, time_.tick)) {
    wrong(key, Stage::value, fmt::format("is {} after the start, which {}", to_text(after), *why),
          "choose a time on a tick, or a smaller `tick` in [run]");
  } else {
    return Instant{after};
  }
  return std::nullopt;
}

const toml::table* Keys::table(std::string_view key, Need need) {
  const toml::node* value = take(key, need);
  if (value == nullptr) return nullptr;
  if (const toml::table* table = value->as_table()) return table;
  wrong_type(key, "a table");
  return nullptr;
}

const toml::array* Keys::list(std::string_view key, Need need) {
  const toml::node* value = take(key, need);
  if (value == nullptr) return nullptr;
  if (const toml::array* list = value->as_array()) return list;
  wrong_type(key, "an array", value->is_table() ? fmt::format("write [[{}]]", key) : "");
  return nullptr;
}

const toml::node& Keys::any(std::string_view key) { return *take(key, Need::optional); }

std::optional<std::size_t> Keys::choice(std::string_view key, Need need,
                                        std::span<const std::string_view> words) {
  const std::optional<std::string> word = text(key, need);
  if (!word) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *word);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  wrong(key, Stage::value, fmt::format("cannot be {}", in_quotes(*word)),
        did_you_mean("word", *word, words));
  return std::nullopt;
}

}  // namespace tokenlife::sim
