#include "sim/sweep/back_test.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "core/utf8.hpp"
#include "sim/text/csv.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/not_utf8.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kSurprises = 10;
constexpr std::size_t kTruthBytesMax = std::size_t{1} << 30;
constexpr const char* kHeaderAdvice =
    "begin with the names of the columns, as in `device,stranded`";

struct Columns {
  std::size_t device;
  std::size_t stranded;
};

Result<Columns, Error> columns_of(const CsvReader& csv) {
  if (csv.lacks_commas()) {
    return Failed<Error>(csv.wrong(fmt::format("unknown column {}", in_quotes(csv.row())),
                                   "put commas between the columns"));
  }
  std::optional<std::size_t> device;
  std::optional<std::size_t> stranded;
  for (std::size_t i = 0; i < csv.fields().size(); ++i) {
    if (csv.fields()[i].text == "device") device = i;
    if (csv.fields()[i].text == "stranded") stranded = i;
  }
  if (device && stranded) return Columns{*device, *stranded};
  return Failed<Error>(csv.wrong(
      fmt::format("the column `{}` is missing", device ? "stranded" : "device"), kHeaderAdvice));
}

}  // namespace

Result<Truth, Error> load_truth(const std::string& path) {
  const auto text = read_text_file(path, kTruthBytesMax);
  if (!text) {
    return input_error(path, "cannot be read: " + text.error(),
                       "give the path of a CSV file with the columns `device,stranded`");
  }
  if (text->empty()) return input_error(path, "is empty", kHeaderAdvice);
  if (!is_utf8(*text)) return input_error(path, "is " + not_utf8(*text), kUtf8Advice);
  CsvReader csv(*text, path);
  if (auto error = csv.read_row()) return Failed<Error>(std::move(*error));
  const auto columns = columns_of(csv);
  if (!columns) return Failed<Error>(columns.error());
  const std::size_t width = csv.fields().size();
  Truth truth;
  std::map<std::string_view, const char*> places;  // by device: where it stands
  while (!csv.at_end()) {
    if (auto error = csv.read_row()) return Failed<Error>(std::move(*error));
    if (csv.row().empty()) continue;
    if (csv.fields().size() != width) return Failed<Error>(csv.wrong_width(width));
    const CsvField& device = csv.fields()[columns->device];
    const CsvField& stranded = csv.fields()[columns->stranded];
    if (stranded.text != "0" && stranded.text != "1") {
      return Failed<Error>(csv.wrong_at(
          stranded.raw, fmt::format("`stranded` cannot be {}", in_quotes(stranded.text)),
          "write 1 for yes and 0 for no"));
    }
    const auto [known, is_new] = truth.emplace(device.text, stranded.text == "1");
    if (!is_new) {
      return Failed<Error>(
          csv.wrong_at(device.raw,
                       fmt::format("`device` is {}, as on line {}", in_quotes(device.text),
                                   csv.line_number(places.at(known->first))),
                       "give every device a row of its own, and only one"));
    }
    places.emplace(known->first, device.raw.data());
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
