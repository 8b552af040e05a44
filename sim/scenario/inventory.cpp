// The key `inventory` of a cohort, and the file that it names.
#include <fmt/format.h>

#include <filesystem>

#include "sim/scenario/inventory_reader.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

InventoryContext context_of(const Reading& reading, const Cohort& cohort, bool network_is_wrong) {
  const Scenario& scenario = reading.scenario;
  return {&cohort,
          &scenario.policy,
          scenario.start,
          &reading.bulk_tokens,
          trace_of(cohort.network),
          network_is_wrong,
          scenario.real_crypto};
}

}  // namespace

std::shared_ptr<const Inventory> read_inventory(Reading& reading, Keys& keys, const Cohort& cohort,
                                                bool network_is_wrong) {
  const auto file = keys.label("inventory");
  if (!file) return nullptr;
  const auto directory = std::filesystem::path(reading.scenario.path).parent_path();
  const std::string path = (directory / *file).lexically_normal().string();
  const Result<std::string, std::string> text = read_text_file(path, kInventoryBytesMax);
  if (!text) {
    keys.wrong("inventory",
               fmt::format("is {}, and {} cannot be read: {}", in_quotes(*file), in_quotes(path),
                           text.error()),
               "give the path of an inventory, relative to the scenario file");
    return nullptr;
  }
  if (!reading.time.start) return nullptr;  // Every date would be wrong.
  auto read = parse_inventory(*text, path, context_of(reading, cohort, network_is_wrong));
  if (!read) {
    reading.mistakes.note(keys.place("inventory"), std::move(read.error()));
    return nullptr;
  }
  for (auto& [bulk_token, row] : read->bulk_tokens) {
    reading.adopted_bulk.push_back({bulk_token, keys.place("inventory"), std::move(row)});
  }
  if (read->vain_dates > 0) {
    reading.mistakes.warn(
        keys.place("inventory"),
        fmt::format("{} of the inventory {} a `credential-expires`, but a self-signed credential, "
                    "which never expires: the date is passed over",
                    counted(read->vain_dates, "row"), read->vain_dates == 1 ? "has" : "have"),
        "give the `credential`, `pki` or `entra`, in the row or for the cohort, or drop the date");
  }
  read->inventory.file = *file;
  return std::make_shared<const Inventory>(std::move(read->inventory));
}

// They hold it when the run begins: it is issued in the first tick, whose actions come first.
void check_adopted_bulk_tokens(Reading& reading) {
  const Scenario& scenario = reading.scenario;
  for (const Action& action : scenario.actions) {
    const auto* issue = action_if<IssueBulk>(action);
    if (issue == nullptr || action.at <= Instant{}) continue;
    for (const Reading::AdoptedBulk& adopted : reading.adopted_bulk) {
      if (adopted.bulk_token != issue->bulk_token) continue;
      Error error = adopted.row;
      error.what = fmt::format("`bulk-token` is {}, which is issued at {}, after the run's start",
                               in_quotes(scenario.bulk_tokens[issue->bulk_token].name),
                               to_text(action.at.time_since_epoch()));
      error.advice = "issue it at \"0d\"";
      reading.mistakes.note(adopted.inventory, std::move(error));
    }
  }
}

}  // namespace tokenlife::sim
