#include "sim/cli/standing_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/cli/json_text.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/text/csv_name.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::array<std::string_view, 10> kColumns{
    "client",      "device",       "cohort",  "state",        "since",
    "spell-cause", "last-contact", "network", "token-issued", "token-expires"};
using Row = std::array<std::string, kColumns.size()>;

Row row_of(const events::ClientStanding& standing, const events::LogHeader& header) {
  const events::LogCohort& cohort = header.cohorts[cohort_of(header, standing.number)];
  const std::uint32_t number = standing.number.value - cohort.first.value;
  const Client& client = standing.client;
  const auto moment = [&](Instant t) { return rfc3339(header.start(), t); };
  Row row{std::to_string(standing.number.value),
          number < cohort.devices.size() ? cohort.devices[number] : "",
          cohort.name,
          std::string(name(client.state)),
          moment(standing.since),
          "",
          "",
          std::string(name(client.network)),
          "",
          ""};
  if (standing.spell && standing.spell->cause != SpellCause::not_recorded) {
    row[5] = name(standing.spell->cause);
    if (standing.spell->since_contact > Duration{0}) {
      row[6] = moment(standing.spell->begin - standing.spell->since_contact);
    }
  }
  if (client.token.exists()) {
    row[8] = moment(client.token.not_before);
    row[9] = moment(client.token.expires);
  }
  return row;
}

nlohmann::ordered_json object_of(const Row& row) {
  nlohmann::ordered_json object;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string key(kColumns[i]);
    if (i == 0) {
      object[key] = std::stoul(row[i]);
    } else if (row[i].empty()) {
      object[key] = nullptr;
    } else {
      object[key] = row[i];
    }
  }
  return object;
}

}  // namespace

std::string standings_csv(std::span<const events::ClientStanding> standings,
                          const events::LogHeader& header) {
  std::string text;
  append_csv_row(text, kColumns);
  for (const events::ClientStanding& standing : standings) {
    Row row = row_of(standing, header);
    for (std::string& cell : row) cell = csv_name(cell);
    append_csv_row(text, row);
  }
  return text;
}

std::string standings_jsonl(std::span<const events::ClientStanding> standings,
                            const events::LogHeader& header) {
  std::string text;
  for (const events::ClientStanding& standing : standings) {
    text += json_line(object_of(row_of(standing, header))) + "\n";
  }
  return text;
}

nlohmann::ordered_json standings_json(std::span<const events::ClientStanding> standings,
                                      const events::LogHeader& header) {
  auto list = nlohmann::ordered_json::array();
  for (const events::ClientStanding& standing : standings) {
    list.push_back(object_of(row_of(standing, header)));
  }
  return list;
}

std::string standings_text(std::span<const events::ClientStanding> standings,
                           const events::LogHeader& header) {
  if (standings.empty()) return "";
  std::vector<std::array<std::string, kColumns.size()>> rows(1);
  std::copy(kColumns.begin(), kColumns.end(), rows[0].begin());
  for (const events::ClientStanding& standing : standings) {
    Row row = row_of(standing, header);
    for (std::string& cell : row) cell = escape_text(cell);
    rows.push_back(std::move(row));
  }
  std::array<std::size_t, kColumns.size()> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  const bool has_devices =
      std::any_of(rows.begin() + 1, rows.end(), [](const auto& row) { return !row[1].empty(); });
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0 || (i == 1 && !has_devices)) continue;
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace tokenlife::sim
