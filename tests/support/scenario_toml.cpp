// A scenario written as a file again, to be pasted from a failed test.
#include <cstdio>
#include <sstream>

#include "core/names.hpp"
#include "support/random_scenario.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string text_of(Duration duration) {
  const std::int64_t s = duration.count();
  return quoted((s < 0 ? "-" : "") + std::to_string(s < 0 ? -s : s) + "s");
}
std::string text_of(Instant moment) { return text_of(moment.time_since_epoch()); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(Share share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g",
                static_cast<double>(share.of_2_32) / static_cast<double>(Share::kWhole));
  std::string number = text;
  return number.find('.') == std::string::npos ? number + ".0" : number;
}
template <class Enum>
std::string word(Enum value) {
  return quoted(name(value));
}

std::string clock_time(Duration since_midnight) {
  const std::int64_t minutes = since_midnight.count() / 60 % (24 * 60);
  char text[16];
  std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(minutes / 60),
                static_cast<int>(minutes % 60));
  return text;
}

std::string date_time(std::chrono::sys_seconds moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(moment - day);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

// ---- Networks ----------------------------------------------------------------------------------

struct WriteNetwork {
  std::ostream& out;

  void operator()(const FixedNetwork& fixed) const {
    out << "model = \"fixed\"\non = " << word(fixed.on) << "\n";
  }
  void operator()(const TimelineNetwork& timeline) const {
    out << "model = \"timeline\"\nsteps = [\n";
    for (const auto& step : timeline.steps) {
      out << "  { at = " << text_of(step.at) << ", on = " << word(step.on) << " },\n";
    }
    out << "]\n";
    if (timeline.repeat_every) out << "repeat-every = " << text_of(*timeline.repeat_every) << "\n";
  }
  void operator()(const DwellNetwork& dwell) const {
    out << "model = \"dwell\"\nstart = " << word(dwell.start) << "\n";
    for (std::size_t i = 0; i < dwell.stays.size(); ++i) {
      const auto& stay = dwell.stays[i];
      out << name(static_cast<Network>(i)) << " = { mean = " << text_of(stay.mean) << ", to = { ";
      std::uint64_t before = 0;
      std::string_view comma;
      for (std::size_t to = 0; to < stay.to.size(); ++to) {
        const Share share{stay.to[to] - before};
        before = stay.to[to];
        if (share.of_2_32 == 0) continue;
        out << comma << name(static_cast<Network>(to)) << " = " << text_of(share);
        comma = ", ";
      }
      out << " } }\n";
    }
  }
  void operator()(const WeekNetwork& week) const {
    constexpr std::string_view days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    out << "model = \"week\"\noffice-days = [";
    for (std::size_t i = 0; i < 7; ++i) {
      if (week.office_days[i]) out << quoted(days[i]) << ", ";
    }
    const bool whole_day = week.opens == Duration{0} && week.closes == std::chrono::days{1};
    out << "]\nhours = \"" << clock_time(week.opens) << "-"
        << (whole_day ? "24:00" : clock_time(week.closes))
        << "\"\nattendance = " << text_of(week.attendance)
        << "\notherwise = " << word(week.otherwise) << "\n";
  }
  void operator()(const TraceNetwork& network) const {
    out << "model = \"trace\"\nfile = " << quoted(network.file)
        << "\nloop = " << text_of(network.loop) << "\n";
    const Trace& trace = *network.trace;
    for (const Trace::Device& device : trace.devices) {
      out << "# " << device.name << ", starts over after " << text_of(device.period) << ":";
      for (std::uint32_t i = 0; i < device.row_count; ++i) {
        const TraceRow& row = trace.rows[device.first_row + i];
        out << " " << text_of(row.at) << " " << name(row.on);
      }
      out << "\n";
    }
  }
};

// ---- Actions -----------------------------------------------------------------------------------

struct WriteAction {
  std::ostream& out;
  const Scenario& scenario;

  void aim(const Target& target) const {
    const std::string& cohort = scenario.cohorts[target.cohort.value].name;
    if (target.client) {
      out << "client = " << quoted(cohort + "/" + std::to_string(*target.client)) << "\n";
    } else {
      out << "cohort = " << quoted(cohort) << "\n";
    }
  }
  void kind(std::string_view what) const { out << "do = " << quoted(what) << "\n"; }
  std::string token(std::uint32_t bulk) const { return quoted(scenario.bulk_tokens[bulk].name); }

  void operator()(const Outage& outage) const {
    kind("outage");
    out << "endpoint = " << word(outage.endpoint) << "\nfor = " << text_of(outage.length) << "\n";
  }
  void operator()(const IssueBulk& issue) const {
    kind("issue-bulk-token");
    out << "name = " << token(issue.bulk_token)
        << "\nlifetime = " << scenario.bulk_tokens[issue.bulk_token].lifetime_minutes << "\n";
  }
  void operator()(const BlockBulk& block) const {
    kind("block-bulk-token");
    out << "name = " << token(block.bulk_token) << "\n";
  }
  void operator()(const UnblockBulk& unblock) const {
    kind("unblock-bulk-token");
    out << "name = " << token(unblock.bulk_token) << "\n";
  }
  void operator()(const SetCmgAllowed& setting) const {
    kind("set-cmg-allowed");
    aim(setting.target);
    out << "value = " << text_of(setting.value) << "\n";
  }
  void operator()(const Upgrade& upgrade) const {
    kind("upgrade");
    aim(upgrade.target);
  }
  void operator()(const BlockClients& block) const {
    kind("block-client");
    aim(block.target);
  }
  void operator()(const UnblockClients& unblock) const {
    kind("unblock-client");
    aim(unblock.target);
  }
  void operator()(const RotateCertificate& rotation) const {
    kind("rotate-signing-certificate");
    if (rotation.retire_old_after) {
      out << "retire-old-after = " << text_of(*rotation.retire_old_after) << "\n";
    }
  }
  void operator()(const Reinstall& reinstall) const {
    kind("reinstall");
    aim(reinstall.target);
    if (reinstall.bulk_token) out << "bulk-token = " << token(*reinstall.bulk_token) << "\n";
  }
  void operator()(const RestartAgents& restart) const {
    kind("restart-agents");
    aim(restart.target);
  }
  void operator()(const Move& move) const {
    kind("move");
    aim(move.target);
    out << "on = " << word(move.on) << "\n";
    if (move.length) out << "for = " << text_of(*move.length) << "\n";
  }
  void operator()(const LoseAnswers& loss) const {
    kind("lose-answers");
    out << "endpoint = " << word(loss.endpoint) << "\nfor = " << text_of(loss.length)
        << "\nshare = " << text_of(loss.share) << "\n";
  }
};

// ---- The rest ----------------------------------------------------------------------------------

void write_run_and_site(std::ostream& out, const Scenario& scenario) {
  const Policy& policy = scenario.policy;
  out << "format = 1\n[run]\nname = " << quoted(scenario.name)
      << "\nstart = " << date_time(scenario.start) << "\nduration = " << text_of(scenario.duration)
      << "\nseed = " << scenario.seed << "\ntick = " << text_of(scenario.tick)
      << "\n\n[site]\nmp = " << word(policy.mp)
      << "\ninternal-registration = " << text_of(policy.internal_registration)
      << "\ntoken-validity = " << text_of(policy.token_validity)
      << "\nrenew-after = " << text_of(policy.renew_after)
      << "\nrenew-on = " << word(policy.renew_on)
      << "\nrenew-jitter = " << text_of(policy.renew_jitter)
      << "\nleeway = " << text_of(policy.leeway) << "\nlatency = " << text_of(policy.latency)
      << "\nretry-after-failure = " << text_of(policy.retry_after_failure)
      << "\nretry-after-refusal = " << text_of(policy.retry_after_refusal) << "\n";
}

void write_cohort(std::ostream& out, const Scenario& scenario, const Cohort& cohort) {
  out << "\n[[cohort]]\nname = " << quoted(cohort.name) << "\nclients = " << cohort.clients
      << "\ninstall = { at = " << text_of(cohort.install_at)
      << ", over = " << text_of(cohort.install_over) << " }"
      << "\ncredential = " << word(cohort.credential) << "\nversion = " << word(cohort.version)
      << "\ncmg-allowed = " << text_of(cohort.cmg_allowed)
      << "\ncontact-every = " << text_of(cohort.contact_every)
      << "\nclock-skew = " << text_of(cohort.clock_skew) << "\n";
  if (cohort.bulk_token) {
    out << "bulk-token = " << quoted(scenario.bulk_tokens[*cohort.bulk_token].name) << "\n";
  }
  if (cohort.agent_restart_every) {
    out << "agent-restart-every = " << text_of(*cohort.agent_restart_every) << "\n";
  }
  out << "[cohort.network]\n";
  std::visit(WriteNetwork{out}, cohort.network);
}

}  // namespace

std::string to_toml(const Scenario& scenario) {
  std::ostringstream out;
  write_run_and_site(out, scenario);
  for (const Cohort& cohort : scenario.cohorts) write_cohort(out, scenario, cohort);
  for (const Action& action : scenario.actions) {
    out << "\n[[action]]\nat = " << text_of(action.at) << "\n";
    std::visit(WriteAction{out, scenario}, action.what);
  }
  return out.str();
}

}  // namespace tokenlife::test
