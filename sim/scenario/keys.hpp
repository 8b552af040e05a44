// Reading the tables of a scenario file: each value is taken by its key, checked where it is taken,
// and what nobody took is a mistake. Part of the scenario parser only.
#pragma once

// The compiled library, not the header-only one, which takes seconds in every file.
#ifndef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 0
#endif
#include <toml++/toml.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/names.hpp"
#include "core/time.hpp"
#include "sim/scenario/mistakes.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {

enum class Need : std::uint8_t { optional, required };

// What a table's keys that nobody asked for are.
enum class Others : std::uint8_t { unknown, undecided };

enum class Sign : std::uint8_t { positive, not_negative, any };

struct WholeRange {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

struct KeyShape {
  using Kind = ValueKind;
  Kind kind = Kind::any;
  Sign sign = Sign::any;  // of a duration
  WholeRange range{};     // of a whole number
  std::vector<std::string_view> words{};
};

// Hears what is asked for, whether it is there or not: so is the schema made (schema.hpp).
class KeyWatch {
 public:
  virtual void asked(const toml::table& table, std::string_view key, Need need,
                     const KeyShape& shape) = 0;

 protected:
  ~KeyWatch() = default;
};

// What values are checked against.
struct RunTime {
  // One second, which everything is a multiple of, until [run] has said something else.
  Duration tick{1};
  // Nothing: it is wrong.
  std::optional<std::chrono::sys_seconds> start;
  // As long as possible, until [run] has said something else.
  Duration duration = kDurationLimit;
  KeyWatch* watch = nullptr;
};

inline Position position(const toml::source_position& at) { return {at.line, at.column}; }
inline Position position(const toml::node& node) { return position(node.source().begin); }

// The keys of one table. Every function that takes a key gives nothing if the key is absent or its
// value is wrong; the latter is noted, and so is the absence of a required key.
class Keys {
 public:
  // `where` completes "... in", for messages. The table and the mistakes must outlive the object.
  Keys(Mistakes& mistakes, const RunTime& time, const toml::table& table, std::string where);

  std::optional<std::string> text(std::string_view key, Need need = Need::optional);
  // A text of one line that is not empty.
  std::optional<std::string> label(std::string_view key, Need need = Need::optional);
  std::optional<bool> yes_no(std::string_view key, Need need = Need::optional);
  std::optional<std::int64_t> whole(std::string_view key, WholeRange range,
                                    Need need = Need::optional);
  std::optional<double> share(std::string_view key, Need need = Need::optional);
  std::optional<Duration> duration(std::string_view key, Sign sign, Need need = Need::optional);
  // Of an array; nothing if one of them is wrong.
  std::optional<std::vector<Duration>> durations(std::string_view key, Sign sign,
                                                 Need need = Need::optional);
  // A duration after the run's start, or an offset date-time.
  std::optional<Instant> time(std::string_view key, Need need = Need::optional);
  std::optional<toml::date_time> date_time(std::string_view key);
  const toml::table* table(std::string_view key, Need need = Need::optional);
  const toml::array* list(std::string_view key, Need need = Need::optional);

  // Whatever the key holds.
  const toml::node* any(std::string_view key);

  // The position of one of the words.
  std::optional<std::size_t> choice(std::string_view key, Need need,
                                    std::span<const std::string_view> words);
  template <class Enum>
  std::optional<Enum> word(std::string_view key, Need need = Need::optional,
                           std::span<const std::string_view> words = Names<Enum>::values) {
    const std::optional<std::size_t> chosen = choice(key, need, words);
    return chosen ? from_name<Enum>(words[*chosen]) : std::nullopt;
  }

  bool has(std::string_view key) const { return node(key) != nullptr; }
  // Whether the key has been asked for.
  bool knows(std::string_view key) const;
  // Whether a key that is not there may be there under a wrong name.
  bool may_be_misspelt(std::string_view key) const;
  // Of the key's value; of the table if it has no such key.
  Position place(std::string_view key) const;
  Position place() const { return position(table_); }

  // Notes a mistake of a key's value.
  void wrong(std::string_view key, std::string what, std::string advice = {});
  // Notes a key that does not go with another one.
  void forbid(std::string_view key, std::string_view why, std::string advice = {});
  // Notes a key that must be there, when the table is finished. It is a literal.
  void missing(std::string_view key, std::string advice = {});
  // Notes every key that was never asked for, and those that are missing, unless one that was not
  // asked for looks like it. Undecided: what is valid depends on a key that is wrong or missing, so
  // that of the others only those are noted that look like a missing one. Whether all was in order.
  bool finish(Others others = Others::unknown);

 private:
  const toml::node* node(std::string_view key) const;
  // The node of a key that is asked for.
  const toml::node* take(std::string_view key, Need need, const KeyShape& shape);
  void tell(std::string_view key, Need need, const KeyShape& shape) const;
  void wrong_type(std::string_view key, std::string_view expected, std::string advice = {});
  // The same two for a value that is the key's or part of it.
  void wrong_value(std::string_view key, const toml::node& value, std::string what,
                   std::string advice);
  std::optional<Duration> duration_of(std::string_view key, const toml::node& value, Sign sign);
  // How what the key should hold is written, a table or a list.
  std::string table_advice(std::string_view key, bool is_list) const;

  Mistakes& mistakes_;
  const RunTime& time_;
  const toml::table& table_;
  std::string where_;
  std::vector<KnownKey> known_;
  std::vector<std::pair<std::string_view, std::string>> missing_;  // with advice
};

// The moment in UTC, without its fraction of a second. Precondition: it has an offset.
std::chrono::sys_seconds utc_of(const toml::date_time& moment);

// Whether a duration is a whole number of ticks, and in words if it is not.
std::optional<std::string> off_the_tick(Duration duration, Duration tick);

}  // namespace tokenlife::sim
