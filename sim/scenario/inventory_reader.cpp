#include "sim/scenario/inventory_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "core/token/sha256.hpp"
#include "core/utf8.hpp"
#include "sim/scenario/inventory_row.hpp"
#include "sim/text/csv.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/not_utf8.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kOwnColumns = "x-";  // how the names of columns begin that we pass over

// ---- Text that is none --------------------------------------------------------------------------

// How many bytes at the beginning are ASCII: most files are nothing else.
std::size_t ascii_bytes(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (i < text.size() && static_cast<unsigned char>(text[i]) < 0x80) ++i;
  return i;
}

// The first byte that is not UTF-8. Precondition: there is one.
std::string_view first_bad_byte(std::string_view text) {
  while (true) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (is_utf8(line)) {
      text.remove_prefix(line.size() + 1);
      continue;
    }
    for (std::size_t i = 0, bytes = 1; i < line.size(); bytes = 1) {
      while (bytes <= 4 && !is_utf8(line.substr(i, bytes))) ++bytes;
      if (bytes > 4) return line.substr(i, 1);
      i += bytes;
    }
  }
}

// ---- Rows ---------------------------------------------------------------------------------------

class InventoryReader {
 public:
  InventoryReader(std::string_view text, const std::string& path, const InventoryContext& context)
      : text_(text), csv_(text, path), row_(csv_, context) {}

  std::optional<Error> read_all() {
    const std::size_t ascii = ascii_bytes(text_);
    if (!is_utf8(text_.substr(ascii))) {
      const std::string_view bad = first_bad_byte(text_);
      return csv_.wrong_at(bad, fmt::format("the byte {} is {}", in_quotes(bad), not_utf8(text_)),
                           kUtf8Advice);
    }
    if (auto error = read_header()) return error;
    if (csv_.at_end()) {
      return csv_.wrong("the inventory has no rows", "add a row for each device");
    }
    auto error = read_rows();
    // Whichever comes first in the file: the rows behind a mistake are not read.
    auto repeated = repeated_device();
    return repeated ? std::move(repeated) : std::move(error);
  }

  InventoryFile take() && {
    inventory_.digest = {sha256(text_)};
    return {std::move(inventory_), std::move(row_.bulk_tokens), row_.vain_dates};
  }

 private:
  std::optional<Error> read_header();
  std::optional<Error> read_column(const CsvField& field);
  std::optional<Error> read_rows();
  std::optional<Error> repeated_device() const;

  std::string_view text_;
  CsvReader csv_;
  InventoryRowReader row_;
  std::size_t columns_ = 0;  // that the header names
  Inventory inventory_;
  std::vector<const char*> places_;  // by client: where its device stands
};

// Be it with another spelling.
bool names_device(const CsvField& field) {
  constexpr std::string_view kDevice = kColumns[static_cast<std::size_t>(Column::device)];
  return field.text == kDevice || suggestion(field.text, kColumns) == kDevice;
}

std::optional<Error> InventoryReader::read_header() {
  static constexpr const char* kAdvice =
      "begin with the names of the columns, as in `device,state,token-issued`";
  if (csv_.at_end()) return csv_.wrong("the file is empty", kAdvice);
  if (auto error = csv_.read_row()) return error;
  if (csv_.row().empty()) return csv_.wrong("the first line is empty", kAdvice);
  // That says more than that one of the columns is unknown.
  const auto& fields = csv_.fields();
  const bool is_list = fields.size() > 1;
  if (is_list && std::none_of(fields.begin(), fields.end(), names_device)) {
    return csv_.wrong("the column `device` is missing", kAdvice);
  }
  for (const CsvField& field : csv_.fields()) {
    if (auto error = read_column(field)) return error;
    ++columns_;
  }
  if (!row_.has(Column::device)) {
    return csv_.wrong("the column `device` is missing", kAdvice);
  }
  return std::nullopt;
}

std::optional<Error> InventoryReader::read_column(const CsvField& field) {
  if (field.text.starts_with(kOwnColumns)) return std::nullopt;
  const auto known = std::find(kColumns.begin(), kColumns.end(), field.text);
  if (known == kColumns.end()) {
    std::string advice = did_you_mean("column", field.text, kColumns);
    advice += advice.ends_with('?') ? " Columns of your own begin with `x-`"
                                    : ", and those of your own, which begin with `x-`";
    if (csv_.lacks_commas()) advice = "put commas between the columns";
    return csv_.wrong_at(field.raw, fmt::format("unknown column {}", in_quotes(field.text)),
                         std::move(advice));
  }
  const auto column = static_cast<Column>(known - kColumns.begin());
  if (row_.has(column)) {
    return csv_.wrong_at(field.raw, fmt::format("the column {} appears twice", in_quotes(*known)),
                         "leave one of them out");
  }
  row_.place(column, columns_);
  return std::nullopt;
}

std::optional<Error> InventoryReader::read_rows() {
  while (!csv_.at_end()) {
    if (auto error = csv_.read_row()) return error;
    if (csv_.fields().size() != columns_) {
      if (csv_.row().empty()) return csv_.wrong("the line is empty", "leave it out");
      return csv_.wrong_width(columns_);
    }
    if (inventory_.clients.size() == kInventoryRowsMax) {
      return csv_.wrong(fmt::format("there are more than {} rows", kInventoryRowsMax),
                        "split the inventory into two cohorts");
    }
    places_.push_back(row_.device().raw.data());
    if (auto error = row_.read(inventory_.clients.emplace_back())) return error;
  }
  return std::nullopt;
}

// Of the rows that have been read, the first whose device an earlier one has.
std::optional<Error> InventoryReader::repeated_device() const {
  struct Key {
    std::size_t hash;
    std::uint32_t row;
  };
  const auto& clients = inventory_.clients;
  std::vector<Key> keys(clients.size());
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    keys[i] = {std::hash<std::string>{}(clients[i].device), i};
  }
  // Where hashes are alike the names decide, so that no choice of names makes it slow.
  std::sort(keys.begin(), keys.end(), [&](const Key& a, const Key& b) {
    if (a.hash != b.hash) return a.hash < b.hash;
    const int order = clients[a.row].device.compare(clients[b.row].device);
    return order != 0 ? order < 0 : a.row < b.row;
  });
  std::optional<std::pair<std::uint32_t, std::uint32_t>> found;  // the later row, and the earlier
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const auto [earlier, later] = std::pair(keys[i - 1].row, keys[i].row);
    if (keys[i - 1].hash != keys[i].hash || clients[earlier].device != clients[later].device) {
      continue;
    }
    if (!found || later < found->first) found.emplace(later, earlier);
  }
  if (!found) return std::nullopt;
  const char* place = places_[found->first];
  const auto offset = static_cast<std::size_t>(place - text_.data());
  return csv_.wrong_at(
      text_.substr(offset),
      fmt::format("`device` is {}, as on line {}", in_quotes(clients[found->first].device),
                  csv_.line_number(places_[found->second])),
      "give every device a row of its own, and only one");
}

}  // namespace

Result<InventoryFile, Error> parse_inventory(std::string_view text, const std::string& path,
                                             const InventoryContext& context) {
  InventoryReader reader(text, path, context);
  if (auto error = reader.read_all()) return Failed<Error>(std::move(*error));
  return std::move(reader).take();
}

const Trace* trace_of(const NetworkModel& network) {
  const Trace* trace = nullptr;
  for_each_model(network, [&](const auto& model) {
    if constexpr (requires { model.trace; }) {
      if (trace == nullptr) trace = model.trace.get();
    }
  });
  return trace;
}

}  // namespace tokenlife::sim
