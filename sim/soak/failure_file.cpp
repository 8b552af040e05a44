#include "sim/soak/failure_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "core/names.hpp"
#include "sim/scenario/inventory_text.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

Result<void, Error> write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file) return {};
  return file_error(path.string(), "the file cannot be written",
                    "choose another folder with --out");
}

// As a file that reads back as the trace, each device from where it begins on.
std::string trace_text(const Trace& trace, std::chrono::sys_seconds start) {
  std::string text = "device,time,network\n";
  for (const Trace::Device& device : trace.devices) {
    const auto row = [&](Duration at, Network on) {
      text += fmt::format("{},{},{}\n", device.name, rfc3339(start + device.begins + at), name(on));
    };
    const TraceRow* last = nullptr;
    for (std::uint32_t i = 0; i < device.row_count; ++i) {
      last = &trace.rows[device.first_row + i];
      row(last->at, last->on);
    }
    if (device.period > last->at) row(device.period, last->on);
  }
  return text;
}

}  // namespace

Result<std::filesystem::path, Error> write_failure(SoakFailure failure,
                                                   const std::filesystem::path& folder) {
  const std::string stem = fmt::format("soak-{}-{}", failure.property, failure.seed);
  for (Cohort& cohort : failure.scenario.cohorts) {
    if (cohort.inventory != nullptr) {
      cohort.bulk_token.reset();  // Rows without one have none.
      Inventory inventory = *cohort.inventory;
      inventory.file = fmt::format("{}-{}-devices.csv", stem, cohort.name);
      auto written = write_file(folder / inventory.file, inventory_text(failure.scenario, cohort));
      if (!written) return Failed<Error>(written.error());
      cohort.inventory = std::make_shared<const Inventory>(std::move(inventory));
    }
    int files = 0;
    Result<void, Error> written;
    for_each_model(cohort.network, [&](auto& model) {
      if constexpr (requires { model.trace; }) {
        const std::string number = files++ == 0 ? "" : fmt::format("-{}", files);
        model.file = fmt::format("{}-{}{}.csv", stem, cohort.name, number);
        if (!written) return;
        written = write_file(folder / model.file, trace_text(*model.trace, failure.scenario.start));
      }
    });
    if (!written) return Failed<Error>(written.error());
  }
  const std::filesystem::path path = folder / (stem + ".toml");
  auto written = write_file(path, failure_text(failure));
  if (!written) return Failed<Error>(written.error());
  return path;
}

}  // namespace tokenlife::sim
