// What is wrong in a scenario file: collected while it is read, told in the order of the file. Part
// of the scenario parser only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/text/error.hpp"

namespace tokenlife::sim {

// A line and a column of the scenario file, from 1.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  friend auto operator<=>(const Position&, const Position&) = default;
};

class ScenarioText;

// As what a key is read. A kind that is read by means of others stands behind them.
enum class ValueKind : std::uint8_t {
  any,
  text,
  yes_no,
  whole,
  share,
  table,
  list,
  duration,
  date_time,
  words,
  durations,
  moment,  // a duration or a date-time
};

// A key that a kind of table can have: a literal.
struct KnownKey {
  std::string_view key;
  ValueKind kind;
};

// Adds a key, or says of what kind one is that is there.
void add_key(std::vector<KnownKey>& keys, const KnownKey& key);

// Collects mistakes in whatever order they are found. Of those at one place the first counts; what
// only follows from another is left out.
class Mistakes {
 public:
  explicit Mistakes(std::string path) : path_(std::move(path)) {}

  bool any() const { return count_ > 0 || !absent_.empty(); }

  // Whether a mistake there would be among the first so far, which are listed. Ask before composing
  // what takes time.
  bool lists(Position at) const;
  void note(Position at, std::string what, std::string advice = {});
  // In another file, which `at` names.
  void note(Position at, Error error);

  // `where` completes "... in"; a plain key holds neither a table nor a list.
  void note_unknown_key(Position at, std::string_view key, bool is_plain, const std::string& where);
  // Keys that are not there, but must be. `key` is a literal, and `at` the place of the table.
  void note_absent_key(Position at, std::string_view key, const std::string& where,
                       std::string advice);
  // The valid keys of a kind of table: for what is said of unknown ones.
  void know(const std::string& where, const std::vector<KnownKey>& keys);

  // Something that is allowed and hardly meant.
  void warn(Position at, std::string what, std::string advice);
  std::vector<Error> take_warnings(const ScenarioText& text) &&;

  // All of them: the first, with the others. Precondition: any().
  Error take(const ScenarioText& text) &&;

 private:
  struct UnknownKey {
    std::string key;
    bool is_plain;
    std::string where;
  };
  struct Noted {
    Error error;  // without place and line, unless it is in another file
    std::optional<UnknownKey> unknown;
  };
  struct AbsentKey {
    Position at;
    std::string_view key;
    std::string where;
    std::string advice;
  };

  // Counts it, and keeps it if it is among the first.
  void add(Position at, Noted noted);
  // The only other kind of table that has the key, if it may be meant.
  struct Home {
    std::string where;
    ValueKind kind;  // of the key
  };
  std::optional<Home> home_of(const UnknownKey& unknown) const;
  std::string advice_on(const UnknownKey& unknown) const;
  Error told(const ScenarioText& text, Position at, Noted noted) const;

  std::string path_;
  std::size_t count_ = 0;  // without the absent keys
  std::map<Position, Noted> first_;
  std::vector<AbsentKey> absent_;
  std::set<std::string, std::less<>> unknown_keys_;
  std::map<std::string, std::vector<KnownKey>> known_;  // by where
  std::multimap<Position, Error> warnings_;
};

}  // namespace tokenlife::sim
