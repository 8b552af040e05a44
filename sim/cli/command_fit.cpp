#include "sim/cli/command_fit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/fit_report.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/progress.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;

Result<std::optional<sys_seconds>, Error> until_of(const FitCommand& command,
                                                   const Recording& recording) {
  if (!command.until) return std::nullopt;
  const sys_seconds begins = recording.begins();
  const auto moment = parse_moment(*command.until, begins);
  if (!moment) {
    return usage_error(
        fmt::format("--until: {}", moment.error()),
        "write it as in 60d, after the recording's beginning, or 2026-01-01T00:00:00Z");
  }
  const sys_seconds until = begins + moment->time_since_epoch();
  if (until > begins && until <= recording.ends()) return until;
  return usage_error(
      fmt::format("--until {} is not inside the recording", in_quotes(*command.until)),
      fmt::format("give a time after {} that is not after {}", rfc3339(begins),
                  rfc3339(recording.ends())));
}

}  // namespace

ExitStatus fit_command(const FitCommand& command, Console& console) {
  const auto recording = load_recording(command.trace, command.span);
  if (!recording) return Failed<Error>(recording.error());
  const auto until = until_of(command, *recording);
  if (!until) return Failed<Error>(until.error());
  const Split parts = split(*recording, *until);
  if (parts.devices.empty()) {
    return input_error(command.trace,
                       "no device was observed for seven days before the training part ends",
                       *until ? "give a later --until" : "record for longer");
  }
  const std::vector<FittedCohort> cohorts = fit(*recording, parts);

  const SignalWatch signals;
  ForecastOptions options;
  options.threads = std::max(1U, command.threads);
  options.go_on = [&](std::size_t done, std::size_t all) {
    console.show_progress(fmt::format("{} of {} futures", done, all));
    return !interrupted();
  };
  const auto forecasts = forecast(*recording, parts, cohorts, options);
  console.show_progress("");
  if (!forecasts) return kInterrupted;

  const FitReport report{command.trace, *recording, *until, parts, cohorts, *forecasts};
  console.print(command.json ? json_text(fit_json(report)) + "\n" : fit_text(report));
  return 0;
}

}  // namespace tokenlife::sim
