#include "sim/cli/fit_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kNotObservable = "not observable";

// Three digits and a unit: lengths of stays are read side by side.
std::string short_text(Duration length) {
  const auto seconds = static_cast<double>(length.count());
  if (length < std::chrono::hours{1}) return fmt::format("{:.0f}m", seconds / 60);
  if (length < std::chrono::days{1}) return fmt::format("{:.1f}h", seconds / 3600);
  return fmt::format("{:.{}f}d", seconds / 86'400, length < std::chrono::days{100} ? 1 : 0);
}

std::string percent(std::size_t part, std::size_t whole) {
  return fmt::format("{:.1f} %", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

// ---- Cohorts -----------------------------------------------------------------------------------

std::string leads_to(const FittedCohort::Stays& stays) {
  if (stays.ended == 0 && stays.led_to == decltype(stays.led_to){}) return "nowhere";
  std::uint64_t all = 0;
  for (const std::uint64_t count : stays.led_to) all += count;
  std::string text;
  for (std::size_t to = 0; to < stays.led_to.size(); ++to) {
    if (stays.led_to[to] == 0) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name(static_cast<Network>(to)),
                        percent(stays.led_to[to], all));
  }
  return text;
}

// The quantile nearest to a share in per cent.
Duration quantile(const std::vector<Duration>& quantiles, std::size_t per_cent) {
  return quantiles[((quantiles.size() - 1) * per_cent + 50) / 100];
}

std::string cohorts_text(const FitReport& report) {
  std::string text = fmt::format(
      "Cohorts, from the training part\n"
      "  {:<14}{:>8}  {:<9}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}  {}\n",
      "kind", "devices", "stay", "ended", "cut off", "10 %", "50 %", "90 %", "99 %", "100 %",
      "leads to");
  for (const FittedCohort& cohort : report.cohorts) {
    std::string kind(name(cohort.kind));
    std::string devices = grouped(cohort.devices.size());
    for (std::size_t on = 0; on < cohort.stays.size(); ++on) {
      const std::vector<Duration>& quantiles = cohort.network.stays[on].quantiles;
      if (quantiles.empty()) continue;
      text += fmt::format("  {:<14}{:>8}  {:<9}{:>8}{:>8}", kind, devices,
                          name(static_cast<Network>(on)), grouped(cohort.stays[on].ended),
                          grouped(cohort.stays[on].cut_off));
      for (const std::size_t share : {10U, 50U, 90U, 99U, 100U}) {
        text += fmt::format("{:>8}", short_text(quantile(quantiles, share)));
      }
      text += "  " + leads_to(cohort.stays[on]) + "\n";
      kind.clear();
      devices.clear();
    }
  }
  return text;
}

// ---- Forecasts ---------------------------------------------------------------------------------

std::string in_words(Measure measure, const Forecast& forecast) {
  const auto absent = [&](int days) {
    const std::size_t of = forecast.observable[static_cast<std::size_t>(measure)];
    return of == 0 ? fmt::format("longest absence over {}d", days)
                   : fmt::format("longest absence over {}d, of {}", days, grouped(of));
  };
  switch (measure) {
    case Measure::contacts: return "contacts a day";
    case Measure::absent_7: return absent(7);
    case Measure::absent_30: return absent(30);
    case Measure::absent_60: return absent(60);
    case Measure::absent_90: return absent(90);
    case Measure::renewals: return "renewals";
    case Measure::expiries: return "expiries";
  }
  return "";
}

std::string value_text(Measure measure, double value) {
  return measure == Measure::contacts ? fmt::format("{:.2f}", value)
                                      : grouped(static_cast<std::uint64_t>(value));
}

std::string measure_row(const Forecast& forecast, std::size_t m) {
  const auto measure = static_cast<Measure>(m);
  std::string row = fmt::format("  {:<34}", in_words(measure, forecast));
  if (forecast.observable[m] == 0) return fmt::format("{}{}\n", row, kNotObservable);
  row += fmt::format("{:>12}", value_text(measure, forecast.observed[m]));
  for (const Forecast::Of& of : forecast.models) {
    const Interval& interval = of.intervals[m];
    row += fmt::format("{:>12} to {:<9}{:<4}", value_text(measure, interval.low),
                       value_text(measure, interval.high),
                       interval.covers(forecast.observed[m]) ? "yes" : "no");
  }
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

template <class Covered>
std::string covered_row(const FitReport& report, std::string_view what, std::size_t all,
                        const Covered& covered) {
  std::string row = fmt::format("  {:<46}", what);
  for (const Forecast::Of& of : report.forecast.models) {
    row += fmt::format("{:<29}", fmt::format("   {} of {} ({})", grouped(covered(of)), grouped(all),
                                             percent(covered(of), all)));
  }
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

std::string forecast_text(const FitReport& report) {
  const Forecast& forecast = report.forecast;
  if (forecast.devices == 0) return "Forecast: nothing is held out\n";
  std::string text = fmt::format(
      "Forecast of the held-out part: {}, {} device-days, at most {} each\n"
      "  a token is valid for {} and renewed after {}; intervals hold 95 % of {} seeds\n"
      "  {:<34}{:>12}{:>14}{:<15}{:>15}{}\n",
      counted(forecast.devices, "device"),
      grouped(static_cast<std::uint64_t>(forecast.device_time / std::chrono::days{1})),
      short_text(forecast.held_out), to_text(forecast.token_validity),
      to_text(forecast.renew_after), kForecastSeeds, "", "observed", "dwell", ", covers",
      "resample", ", covers");
  for (std::size_t m = 0; m < kCount<Measure>; ++m) text += measure_row(forecast, m);
  text += "How often the interval covers what was observed\n";
  text += covered_row(report, "of the measures above", forecast.measures(),
                      [](const Forecast::Of& of) { return of.measures_covered; });
  text += covered_row(report, "of single devices' contacts", forecast.devices,
                      [](const Forecast::Of& of) { return of.contacts_covered; });
  text += covered_row(report, "of single devices' longest absence", forecast.devices,
                      [](const Forecast::Of& of) { return of.absences_covered; });
  return text + fmt::format("`{}` is the more reliable here\n", name(forecast.better()));
}

std::string until_text(const FitReport& report) {
  return report.until ? "until " + rfc3339(*report.until) : "the first two thirds of each device";
}

ordered_json forecast_json(const Forecast& forecast) {
  if (forecast.devices == 0) return nullptr;
  ordered_json measures = ordered_json::object();
  for (std::size_t m = 0; m < kCount<Measure>; ++m) {
    ordered_json measure{{"devices", forecast.observable[m]}, {"observed", nullptr}};
    if (forecast.observable[m] > 0) {
      measure["observed"] = forecast.observed[m];
      for (std::size_t i = 0; i < forecast.models.size(); ++i) {
        const Interval& interval = forecast.models[i].intervals[m];
        measure[std::string(name(static_cast<ForecastModel>(i)))] = {
            {"low", interval.low},
            {"high", interval.high},
            {"covers", interval.covers(forecast.observed[m])}};
      }
    }
    measures[std::string(name(static_cast<Measure>(m)))] = std::move(measure);
  }
  ordered_json covered = ordered_json::object();
  for (std::size_t i = 0; i < forecast.models.size(); ++i) {
    const Forecast::Of& of = forecast.models[i];
    covered[std::string(name(static_cast<ForecastModel>(i)))] = {
        {"measures", of.measures_covered},
        {"device-contacts", of.contacts_covered},
        {"device-absences", of.absences_covered}};
  }
  return {{"devices", forecast.devices},
          {"device-seconds", forecast.device_time.count()},
          {"longest", to_text(forecast.held_out)},
          {"token-validity", to_text(forecast.token_validity)},
          {"renew-after", to_text(forecast.renew_after)},
          {"seeds", kForecastSeeds},
          {"observable", forecast.measures()},
          {"measures", std::move(measures)},
          {"covered", std::move(covered)},
          {"better", name(forecast.better())}};
}

}  // namespace

std::string fit_text(const FitReport& report) {
  const std::size_t learned = report.parts.devices.size();
  std::string text = fmt::format(
      "{}: {}, {} to {}\n"
      "  training part: {}; {}",
      escape_text(report.file), counted(report.recording.devices.size(), "device"),
      rfc3339(report.recording.begins()), rfc3339(report.recording.ends()), until_text(report),
      counted(learned, "device"));
  if (report.parts.too_short > 0) {
    text += fmt::format(", and {} too short to learn from", grouped(report.parts.too_short));
  }
  if (report.recording.unobserved > 0) {
    text += fmt::format("; {} with a single row and no span",
                        counted(report.recording.unobserved, "device"));
  }
  text += "\n\n" + cohorts_text(report) + "\n" + forecast_text(report);
  text +=
      "\nTo put after [run] in a scenario (with `inventory` in place of `clients`, clients hold "
      "tokens\n"
      "from its start on):\n\n" +
      cohorts_toml(report.cohorts);
  return text;
}

ordered_json fit_json(const FitReport& report) {
  ordered_json json{{"trace", report.file},
                    {"devices", report.recording.devices.size()},
                    {"begins", rfc3339(report.recording.begins())},
                    {"ends", rfc3339(report.recording.ends())},
                    {"until", nullptr},
                    {"too-short", report.parts.too_short},
                    {"unobserved", report.recording.unobserved},
                    {"cohorts", ordered_json::array()}};
  if (report.until) json["until"] = rfc3339(*report.until);
  for (const FittedCohort& cohort : report.cohorts) {
    ordered_json stays = ordered_json::object();
    for (std::size_t on = 0; on < cohort.stays.size(); ++on) {
      if (cohort.network.stays[on].quantiles.empty()) continue;
      ordered_json quantiles = ordered_json::array();
      for (const Duration length : cohort.network.stays[on].quantiles) {
        quantiles.push_back(to_text(length));
      }
      ordered_json led_to = ordered_json::object();
      for (std::size_t to = 0; to < cohort.stays[on].led_to.size(); ++to) {
        led_to[std::string(name(static_cast<Network>(to)))] = cohort.stays[on].led_to[to];
      }
      stays[std::string(name(static_cast<Network>(on)))] = {{"ended", cohort.stays[on].ended},
                                                            {"cut-off", cohort.stays[on].cut_off},
                                                            {"quantiles", std::move(quantiles)},
                                                            {"led-to", std::move(led_to)}};
    }
    ordered_json devices = ordered_json::array();
    for (const std::uint32_t device : cohort.devices) {
      devices.push_back(report.recording.devices[report.parts.devices[device].device].name);
    }
    json["cohorts"].push_back({{"kind", name(cohort.kind)},
                               {"devices", std::move(devices)},
                               {"stays", std::move(stays)}});
  }
  json["forecast"] = forecast_json(report.forecast);
  json["toml"] = cohorts_toml(report.cohorts);
  return json;
}

}  // namespace tokenlife::sim
