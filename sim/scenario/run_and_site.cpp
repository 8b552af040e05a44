// The tables [run] and [site].
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/bulk_lifetime.hpp"
#include "core/token/token.hpp"
#include "sim/scenario/guid_of_seed.hpp"
#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds kStartDefault =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

// A default that is a rule must not be bent: it fits the tick, or the scenario gives its own.
void check_default(Reading& reading, Keys& run, std::string_view key, std::string_view rule,
                   Duration duration) {
  if (!off_the_tick(duration, reading.scenario.tick)) return;
  run.wrong("tick",
            fmt::format("is {}, but the default of `{}` ({}, {}) is not a multiple of it",
                        to_text(reading.scenario.tick), key, to_text(duration), rule),
            fmt::format("choose another tick, or give `{}` in [site]", key));
}

void read_start(Reading& reading, Keys& run) {
  std::chrono::sys_seconds& start = reading.scenario.start;
  start = kStartDefault;
  const auto given = run.date_time("start");
  if (given) start = utc_of(*given);
  const Duration time_of_day = start - std::chrono::floor<std::chrono::days>(start);
  if (const auto why = off_the_tick(time_of_day, reading.time.tick)) {
    run.wrong("start",
              fmt::format("is {} after midnight UTC, which {}", to_text(time_of_day), *why),
              "choose midnight, which always is");
  } else if (given || !run.has("start")) {
    reading.time.start = start;
  }
}

void read_reseed(Reading& reading, Keys& run) {
  const toml::table* table = run.table("reseed");
  if (table == nullptr) return;
  Keys keys = reading.keys_of(*table, "`reseed`");
  const auto at = keys.time("at", Need::required);
  const auto seed = keys.whole("seed", WholeRange{}, Need::required);
  keys.finish();
  if (!at || !seed) return;
  reading.scenario.reseed = Reseed{*at, static_cast<std::uint64_t>(*seed)};
  const Duration after = at->time_since_epoch();
  if (after < reading.time.duration) return;
  reading.mistakes.warn(
      keys.place("at"),
      fmt::format("`reseed` is at {}, but the run is over after {}: nothing is drawn from its seed",
                  to_text(after), to_text(reading.time.duration)),
      "choose an earlier time, or leave it out");
}

void read_run_keys(Reading& reading, Keys& run) {
  Scenario& scenario = reading.scenario;
  // The tick first: every other duration must be a multiple of it. It is one of itself.
  const auto tick = run.duration("tick", Sign::positive);
  if (tick) scenario.tick = *tick;
  if (tick || !run.has("tick")) reading.time.tick = scenario.tick;
  read_start(reading, run);
  scenario.name = run.label("name").value_or("");
  const auto seed = run.whole("seed", WholeRange{});
  scenario.seed = reading.options.seed.value_or(static_cast<std::uint64_t>(seed.value_or(1)));
  if (const auto duration = run.duration("duration", Sign::positive, Need::required)) {
    scenario.duration = *duration;
    reading.time.duration = *duration;
  }
  read_reseed(reading, run);
  run.finish();
}

void read_periods(Reading& reading, Keys& site) {
  const Duration tick = reading.scenario.tick;
  Policy& policy = reading.scenario.policy;
  const Policy defaults;
  // Defaults that are not rules give way to a coarse tick.
  policy.renew_jitter = site.duration("renew-jitter", Sign::not_negative).value_or(0s);
  policy.leeway = site.duration("leeway", Sign::not_negative).value_or(0s);
  policy.bulk_leeway = site.duration("bulk-leeway", Sign::not_negative);
  policy.latency =
      site.duration("latency", Sign::positive).value_or(round_up(defaults.latency, tick));
  policy.retry_after_failure = site.duration("retry-after-failure", Sign::not_negative)
                                   .value_or(round_up(defaults.retry_after_failure, tick));
  policy.retry_after_refusal = site.duration("retry-after-refusal", Sign::not_negative)
                                   .value_or(round_up(defaults.retry_after_refusal, tick));
  policy.retry_backoff =
      read_thousandths(site, "retry-backoff", {1000}, {1'000'000}).value_or(defaults.retry_backoff);
  policy.retry_max = site.duration("retry-max", Sign::not_negative);
  policy.retry_jitter =
      read_thousandths(site, "retry-jitter", {0}, {1000}).value_or(Thousandths{0});
  policy.request_timeout = read_request_timeout(reading, site);
}

void read_site_keys(Reading& reading, Keys& site) {
  Scenario& scenario = reading.scenario;
  Policy& policy = scenario.policy;
  if (const auto tenant = site.text("tenant")) {
    const std::optional<Guid> guid = parse_guid(*tenant);
    if (!guid) {
      site.wrong("tenant", fmt::format("is {}, which is not a GUID", in_quotes(*tenant)),
                 "write it as in \"cdcc5e91-0adf-4a24-82d0-196667f1c081\"");
    }
    scenario.tenant = guid.value_or(Guid{});
  }
  policy.mp = site.word<MpMode>("mp").value_or(policy.mp);
  policy.internal_registration =
      site.yes_no("internal-registration").value_or(policy.internal_registration);
  policy.renew_on = site.word<RenewOn>("renew-on").value_or(policy.renew_on);
  policy.renew_draw = site.word<RenewDraw>("renew-draw").value_or(policy.renew_draw);
  read_periods(reading, site);
  read_capacities(reading, site);
}

// Tokens of OpenSSL hold dates as seconds since 1970, up to the last one of the year 9999.
void check_dates(Reading& reading, Keys& site) {
  const Scenario& scenario = reading.scenario;
  const auto lifetime_max = std::max<Duration>(scenario.policy.token_validity,
                                               std::chrono::minutes{kBulkLifetimeMinutesMax});
  const auto latest = std::chrono::sys_seconds{std::chrono::seconds{kTokenDateMax}};
  if (scenario.start.time_since_epoch() < 0s) {
    site.wrong("crypto", "is `real`, but the run starts before 1970",
               "tokens cannot hold such dates: choose a later `start` in [run]");
  } else if (scenario.start > latest - scenario.duration - lifetime_max) {
    site.wrong("crypto", "is `real`, but tokens would outlive the year 9999",
               "tokens cannot hold such dates: choose an earlier `start` in [run]");
  }
}

void read_crypto(Reading& reading, Keys& site) {
  static constexpr std::string_view crypto[] = {"modelled", "real"};
  Scenario& scenario = reading.scenario;
  const auto chosen = site.choice("crypto", Need::optional, crypto);
  scenario.real_crypto = chosen == 1U;
  const bool is_undecided = site.has("crypto") && !chosen;
  if (!scenario.real_crypto && !is_undecided) {
    return site.forbid("client-keys", "modelled tokens, which need no keys",
                       "leave it out, or write crypto = \"real\"");
  }
  scenario.client_keys = site.word<ClientKeys>("client-keys").value_or(ClientKeys::pool);
  if (scenario.real_crypto) check_dates(reading, site);
}

}  // namespace

// A token that ends before it is due, or may, is renewed too late.
void warn_of_late_renewal(Reading& reading, const Keys& site, const Policy& policy) {
  const std::string validity = to_text(policy.token_validity);
  if (policy.renew_after >= policy.token_validity) {
    reading.mistakes.warn(site.place(site.has("renew-after") ? "renew-after" : "token-validity"),
                          fmt::format("tokens are due for renewal after {}, but are valid for {}",
                                      to_text(policy.renew_after), validity),
                          "choose a `renew-after` below `token-validity`");
  } else if (policy.renew_after + policy.renew_jitter > policy.token_validity) {
    reading.mistakes.warn(
        site.place("renew-jitter"),
        fmt::format("tokens are due for renewal up to {} after {}, but are valid "
                    "for {}",
                    to_text(policy.renew_jitter), to_text(policy.renew_after), validity),
        "choose a shorter `renew-jitter`");
  }
}

void read_run(Reading& reading, Keys& top) {
  if (!top.has("run")) top.missing("run", "add a table [run] with a `duration`");
  if (const toml::table* table = top.table("run")) {
    Keys run = reading.keys_of(*table, "[run]");
    read_run_keys(reading, run);
  }
}

void read_site(Reading& reading, Keys& top) {
  reading.scenario.tenant = tenant_of_seed(reading.scenario.seed);
  static const toml::table empty;
  const toml::table* given = top.table("site");
  Keys site = reading.keys_of(given == nullptr ? empty : *given, "[site]");
  read_site_keys(reading, site);

  // Where the scenario keeps the defaults of rules, its tick is to blame if they do not fit.
  const toml::table* run_table = top.table("run");
  Keys run = reading.keys_of(run_table == nullptr ? empty : *run_table, "[run]");
  Policy& policy = reading.scenario.policy;
  const auto validity = site.duration("token-validity", Sign::positive);
  if (!site.has("token-validity")) {
    check_default(reading, run, "token-validity", "R57", policy.token_validity);
  }
  const auto renewal = site.duration("renew-after", Sign::not_negative);
  if (!site.has("renew-after")) {
    check_default(reading, run, "renew-after", "R56", policy.renew_after);
  }
  policy.token_validity = validity.value_or(policy.token_validity);
  policy.renew_after = renewal.value_or(policy.renew_after);
  warn_of_late_renewal(reading, site, policy);
  read_crypto(reading, site);
  site.finish();
}

}  // namespace tokenlife::sim
