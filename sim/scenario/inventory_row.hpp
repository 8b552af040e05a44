// One row of an inventory file: what its fields say, and what they mean together. Part of the
// scenario parser only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/names.hpp"
#include "sim/scenario/inventory_reader.hpp"
#include "sim/text/csv.hpp"

namespace tokenlife::sim {

enum class Column : std::uint8_t {
  device,
  state,
  token_issued,
  token_expires,
  network,
  version,
  credential,
  credential_expires,
  cmg_allowed,
  bulk_token,
  blocked,
  trace,
};
inline constexpr std::array<std::string_view, 12> kColumns{
    "device",      "state",      "token-issued", "token-expires",
    "network",     "version",    "credential",   "credential-expires",
    "cmg-allowed", "bulk-token", "blocked",      "trace"};

class InventoryRowReader {
 public:
  // Both must outlive it.
  InventoryRowReader(const CsvReader& csv, const InventoryContext& context);

  // The header names the column as the one with that number.
  void place(Column column, std::size_t number) { places_[index(column)] = number; }
  bool has(Column column) const { return places_[index(column)] != kAbsent; }

  // Of the row that was read last. Precondition: it has a field for every column.
  const CsvField& device() const { return csv_.fields()[places_[index(Column::device)]]; }
  std::optional<Error> read(AdoptedClient& client);

  // Those that rows have given, each with the place of the first that did.
  std::vector<std::pair<std::uint32_t, Error>> bulk_tokens;
  // Rows that say when a credential expires that never does.
  std::size_t vain_dates = 0;

 private:
  static constexpr std::size_t kAbsent = ~std::size_t{0};
  static constexpr std::size_t index(Column column) { return static_cast<std::size_t>(column); }
  static std::string_view name_of(Column column) { return kColumns[index(column)]; }

  void read_device(AdoptedClient& client);
  void read_token(AdoptedClient& client);
  void read_state(AdoptedClient& client);
  void read_bulk_token(AdoptedClient& client);
  void read_trace(AdoptedClient& client);

  // The row's field, if it says something.
  const CsvField* given(Column column) const;
  template <class Enum>
  std::optional<Enum> word(Column column, std::span<const std::string_view> words);
  std::optional<bool> yes_no(Column column);
  std::optional<Instant> date(Column column);

  // Of the mistakes of a row the first that is found counts.
  void wrong(const CsvField& field, std::string what, std::string advice);
  std::string text_of(Instant moment) const;

  const CsvReader& csv_;
  const InventoryContext& context_;
  std::array<std::size_t, kColumns.size()> places_{};   // by column
  std::optional<Error> error_;                          // in the row at hand
  std::map<std::string_view, std::uint32_t> recorded_;  // devices of the trace
};

}  // namespace tokenlife::sim
