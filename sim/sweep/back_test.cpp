#include "sim/sweep/back_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/utf8.hpp"
#include "sim/text/csv.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kSurprises = 10;
constexpr std::size_t kTruthBytesMax = std::size_t{1} << 30;

struct Columns {
  std::size_t device;
  std::size_t stranded;
};

Result<Columns, Error> columns_of(const CsvReader& csv) {
  std::optional<std::size_t> device;
  std::optional<std::size_t> stranded;
  for (std::size_t i = 0; i < csv.fields().size(); ++i) {
    if (csv.fields()[i].text == "device") device = i;
    if (csv.fields()[i].text == "stranded") stranded = i;
  }
  if (device && stranded) return Columns{*device, *stranded};
  return Failed<Error>(
      csv.wrong(fmt::format("the header has no column `{}`", device ? "stranded" : "device"),
                "begin the file with device,stranded"));
}

}  // namespace

Result<Truth, Error> load_truth(const std::string& path) {
  const auto text = read_text_file(path, kTruthBytesMax);
  if (!text) return input_error(path, "cannot be read: " + text.error(), "give it with --truth");
  if (text->empty()) return input_error(path, "is empty", "begin the file with device,stranded");
  if (!is_utf8(*text)) return input_error(path, "is not UTF-8", "save the file as UTF-8");
  CsvReader csv(*text, path);
  if (auto error = csv.read_row()) return Failed<Error>(std::move(*error));
  const auto columns = columns_of(csv);
  if (!columns) return Failed<Error>(columns.error());
  const std::size_t width = csv.fields().size();
  Truth truth;
  while (!csv.at_end()) {
    if (auto error = csv.read_row()) return Failed<Error>(std::move(*error));
    if (csv.row().empty()) continue;
    if (csv.fields().size() != width) {
      return Failed<Error>(csv.wrong(
          fmt::format("the row has {} fields, the header {}", csv.fields().size(), width), ""));
    }
    const std::string_view device = csv.fields()[columns->device].text;
    const std::string_view stranded = csv.fields()[columns->stranded].text;
    if (stranded != "0" && stranded != "1") {
      return Failed<Error>(csv.wrong(fmt::format("`stranded` is {}", in_quotes(stranded)),
                                     "write 1 for yes and 0 for no"));
    }
    if (!truth.emplace(device, stranded == "1").second) {
      return Failed<Error>(
          csv.wrong(fmt::format("`device` is {}, as in a row before", in_quotes(device)),
                    "give every device one row"));
    }
  }
  return truth;
}

BackTest back_test(std::vector<Forecasted> forecasts) {
  BackTest test;
  test.devices = forecasts.size();
  for (const Forecasted& forecast : forecasts) {
    const double off = forecast.probability - (forecast.came_true ? 1 : 0);
    test.brier += off * off;
    if (forecast.came_true) ++test.stranded;
    const auto tenth = static_cast<std::size_t>(forecast.probability * BackTest::kBins);
    BackTest::Bin& bin = test.bins[std::min(tenth, BackTest::kBins - 1)];
    ++bin.devices;
    if (forecast.came_true) ++bin.stranded;
    bin.mean += forecast.probability;
  }
  const auto devices = static_cast<double>(test.devices);
  const double base = static_cast<double>(test.stranded) / devices;
  test.brier /= devices;
  test.base_brier = base * (1 - base);
  for (BackTest::Bin& bin : test.bins) {
    if (bin.devices == 0) continue;
    bin.mean /= static_cast<double>(bin.devices);
    bin.observed = wilson(bin.stranded, bin.devices);
  }
  const auto off = [](const Forecasted& forecast) {
    return std::abs(forecast.probability - (forecast.came_true ? 1 : 0));
  };
  std::sort(forecasts.begin(), forecasts.end(), [&](const Forecasted& a, const Forecasted& b) {
    return off(a) != off(b) ? off(a) > off(b) : a.client < b.client;
  });
  forecasts.resize(std::min(forecasts.size(), kSurprises));
  test.surprises = std::move(forecasts);
  return test;
}

}  // namespace tokenlife::sim
