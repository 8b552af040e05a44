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
#include <tuple>
#include <utility>
#include <vector>

#include "core/names.hpp"
#include "core/time.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/error.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {

// A line and a column of the scenario file, from 1.
using Position = toml::source_position;

// Mistakes that may only follow from others come after them, wherever they stand.
enum class Stage : std::uint8_t {
  value,      // wrong by itself
  absence,    // something is not there, perhaps because its key is misspelt
  reference,  // wrong because of what stands elsewhere in the file
};

// Keeps the first mistake of a file, whatever the order in which they are found.
class Mistakes {
 public:
  explicit Mistakes(std::string path) : path_(std::move(path)) {}

  // Whether a mistake found there would be the first. Ask before composing advice that takes time.
  bool would_be_first(Position at, Stage stage) const {
    return !first_ || rank(at, stage) < first_rank_;
  }
  void note(Position at, Stage stage, std::string what, std::string advice = {});
  // For a mistake in another file, which `at` names.
  void note(Position at, Error error);

  const std::optional<Error>& first() const { return first_; }

 private:
  using Rank = std::tuple<Stage, std::uint32_t, std::uint32_t>;
  static Rank rank(Position at, Stage stage) { return {stage, at.line, at.column}; }

  std::string path_;
  std::optional<Error> first_;
  Rank first_rank_{};
};

// What values are checked against.
struct RunTime {
  // One second, which everything is a multiple of, until [run] has said something else.
  Duration tick{1};
  std::chrono::sys_seconds start;
  // As long as possible, until [run] has said something else.
  Duration duration = kDurationLimit;
};

enum class Need : std::uint8_t { optional, required };

enum class Sign : std::uint8_t { positive, not_negative, any };

struct WholeRange {
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
};

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
  // A duration after the run's start, or an offset date-time.
  std::optional<Instant> time(std::string_view key, Need need = Need::optional);
  std::optional<toml::date_time> date_time(std::string_view key);
  const toml::table* table(std::string_view key, Need need = Need::optional);
  const toml::array* list(std::string_view key, Need need = Need::optional);

  // Whatever the key holds. Precondition: has(key).
  const toml::node& any(std::string_view key);

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
  // Of the key's value; of the table if it has no such key.
  Position place(std::string_view key) const;
  Position place() const { return table_.source().begin; }

  // Notes a mistake of a key's value.
  void wrong(std::string_view key, Stage stage, std::string what, std::string advice = {});
  // Notes a key that does not go with another one.
  void forbid(std::string_view key, std::string_view why, std::string advice = {});
  void missing(std::string_view key, std::string advice = {});
  // Notes every key that was never asked for.
  void finish();

 private:
  const toml::node* node(std::string_view key) const;
  // The node of a key that is asked for.
  const toml::node* take(std::string_view key, Need need);
  void wrong_type(std::string_view key, std::string_view expected, std::string advice = {});

  Mistakes& mistakes_;
  const RunTime& time_;
  const toml::table& table_;
  std::string where_;
  std::vector<std::string_view> known_;  // literals
};

// The moment in UTC, without its fraction of a second. Precondition: it has an offset.
std::chrono::sys_seconds utc_of(const toml::date_time& moment);

// Whether a duration is a whole number of ticks, and in words if it is not.
std::optional<std::string> off_the_tick(Duration duration, Duration tick);

}  // namespace tokenlife::sim
