#include "sim/scenario/to_toml.hpp"

#include <fmt/format.h>

#include <sstream>
#include <type_traits>

#include "core/names.hpp"
#include "sim/scenario/guid_of_seed.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// TOML's basic strings. Names hold no other control characters: the reader refuses them.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string text_of(Duration duration) { return quoted(to_text(duration)); }
std::string text_of(Instant moment) { return text_of(moment.time_since_epoch()); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(double value) {
  const std::string number = fmt::format("{:.17g}", value);
  return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}
std::string text_of(Share share) {
  return text_of(static_cast<double>(share.of_2_32) / static_cast<double>(Share::kWhole));
}
template <class Enum>
std::string word(Enum value) {
  return quoted(name(value));
}

std::string clock_time(Duration since_midnight) {
  const std::int64_t minutes = since_midnight.count() / 60 % (24 * 60);
  return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60);
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

// Its keys but `at` and `do`.
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
  std::string token(std::uint32_t bulk) const { return quoted(scenario.bulk_tokens[bulk].name); }

  void operator()(const Outage& outage) const {
    out << "endpoint = " << word(outage.endpoint) << "\nfor = " << text_of(outage.length) << "\n";
  }
  void operator()(const IssueBulk& issue) const {
    out << "name = " << token(issue.bulk_token)
        << "\nlifetime = " << scenario.bulk_tokens[issue.bulk_token].lifetime_minutes << "\n";
  }
  void operator()(const BlockBulk& block) const {
    out << "name = " << token(block.bulk_token) << "\n";
  }
  void operator()(const UnblockBulk& unblock) const {
    out << "name = " << token(unblock.bulk_token) << "\n";
  }
  void operator()(const SetCmgAllowed& setting) const {
    aim(setting.target);
    out << "value = " << text_of(setting.value) << "\n";
  }
  void operator()(const Upgrade& upgrade) const { aim(upgrade.target); }
  void operator()(const BlockClients& block) const { aim(block.target); }
  void operator()(const UnblockClients& unblock) const { aim(unblock.target); }
  void operator()(const RotateCertificate& rotation) const {
    if (rotation.retire_old_after) {
      out << "retire-old-after = " << text_of(*rotation.retire_old_after) << "\n";
    }
  }
  void operator()(const Reinstall& reinstall) const {
    aim(reinstall.target);
    if (reinstall.bulk_token) out << "bulk-token = " << token(*reinstall.bulk_token) << "\n";
  }
  void operator()(const RestartAgents& restart) const { aim(restart.target); }
  void operator()(const Move& move) const {
    aim(move.target);
    out << "on = " << word(move.on) << "\n";
    if (move.length) out << "for = " << text_of(*move.length) << "\n";
  }
  void operator()(const LoseAnswers& loss) const {
    out << "endpoint = " << word(loss.endpoint) << "\nfor = " << text_of(loss.length)
        << "\nshare = " << text_of(loss.share) << "\n";
  }
};

// ---- The rest ----------------------------------------------------------------------------------

// Writes keys, but not those whose value is the format's default anyway.
class KeyWriter {
 public:
  explicit KeyWriter(std::ostream& out) : out_(out) {}
  void always(std::string_view key, const std::string& text) {
    out_ << key << " = " << text << "\n";
  }
  template <class T>
  void unless(const std::type_identity_t<T>& plain, std::string_view key, const T& value) {
    if (value == plain) return;
    if constexpr (std::is_enum_v<T>) {
      always(key, word(value));
    } else {
      always(key, text_of(value));
    }
  }

 private:
  std::ostream& out_;
};

void write_run_and_site(std::ostream& out, const Scenario& scenario) {
  KeyWriter keys(out);
  out << "format = 1\n\n[run]\n";
  if (!scenario.name.empty()) keys.always("name", quoted(scenario.name));
  keys.always("start", rfc3339(scenario.start));
  keys.always("duration", text_of(scenario.duration));
  keys.always("seed", std::to_string(scenario.seed));
  keys.unless(Scenario{}.tick, "tick", scenario.tick);

  const Policy plain;
  const Policy& policy = scenario.policy;
  const bool own_tenant = scenario.tenant != tenant_of_seed(scenario.seed);
  if (policy == plain && !own_tenant && !scenario.real_crypto) return;
  out << "\n[site]\n";
  if (own_tenant) keys.always("tenant", quoted(to_string(scenario.tenant)));
  keys.unless(plain.mp, "mp", policy.mp);
  keys.unless(plain.internal_registration, "internal-registration", policy.internal_registration);
  keys.unless(plain.token_validity, "token-validity", policy.token_validity);
  keys.unless(plain.renew_after, "renew-after", policy.renew_after);
  keys.unless(plain.renew_on, "renew-on", policy.renew_on);
  keys.unless(plain.renew_jitter, "renew-jitter", policy.renew_jitter);
  keys.unless(plain.leeway, "leeway", policy.leeway);
  keys.unless(plain.latency, "latency", policy.latency);
  keys.unless(plain.retry_after_failure, "retry-after-failure", policy.retry_after_failure);
  keys.unless(plain.retry_after_refusal, "retry-after-refusal", policy.retry_after_refusal);
  if (!scenario.real_crypto) return;
  keys.always("crypto", quoted("real"));
  keys.unless(Scenario{}.client_keys, "client-keys", scenario.client_keys);
}

void write_cohort(std::ostream& out, const Scenario& scenario, const Cohort& cohort) {
  const Cohort plain;
  KeyWriter keys(out);
  out << "\n[[cohort]]\n";
  keys.always("name", quoted(cohort.name));
  keys.always("clients", std::to_string(cohort.clients));
  if (cohort.install_at != plain.install_at || cohort.install_over != plain.install_over) {
    keys.always("install", "{ at = " + text_of(cohort.install_at) +
                               ", over = " + text_of(cohort.install_over) + " }");
  }
  keys.unless(plain.credential, "credential", cohort.credential);
  keys.unless(plain.version, "version", cohort.version);
  keys.unless(plain.cmg_allowed, "cmg-allowed", cohort.cmg_allowed);
  keys.unless(plain.contact_every, "contact-every", cohort.contact_every);
  keys.unless(plain.clock_skew, "clock-skew", cohort.clock_skew);
  if (cohort.bulk_token) {
    keys.always("bulk-token", quoted(scenario.bulk_tokens[*cohort.bulk_token].name));
  }
  if (cohort.agent_restart_every) {
    keys.always("agent-restart-every", text_of(*cohort.agent_restart_every));
  }
  out << "\n[cohort.network]\n";
  std::visit(WriteNetwork{out}, cohort.network);
}

void write_expectation(std::ostream& out, const Scenario& scenario, const Expectation& expect) {
  KeyWriter keys(out);
  out << "\n[[expect]]\n";
  if (expect.cohort) {
    keys.always("cohort", quoted(scenario.cohorts[expect.cohort->value].name));
  }
  if (expect.state) {
    keys.always("at", text_of(expect.at));
    keys.always("state", word(*expect.state));
  }
  if (expect.event) {
    keys.always("event", word(*expect.event));
    keys.always("from", text_of(expect.from));
    keys.always("to", text_of(expect.to));
  }
  if (expect.reason) {
    std::visit([&](const auto reason) { keys.always("reason", word(reason)); }, *expect.reason);
  }
  const auto number = [&](std::string_view key, const std::optional<std::uint64_t>& value) {
    if (value) keys.always(key, std::to_string(*value));
  };
  number("count", expect.count);
  number("min", expect.min);
  number("max", expect.max);
  number("per-client-min", expect.per_client_min);
  number("per-client-max", expect.per_client_max);
  if (expect.share_min) keys.always("share-min", text_of(*expect.share_min));
  if (expect.share_max) keys.always("share-max", text_of(*expect.share_max));
}

}  // namespace

std::string to_toml(const Scenario& scenario) {
  std::ostringstream out;
  write_run_and_site(out, scenario);
  for (const Cohort& cohort : scenario.cohorts) write_cohort(out, scenario, cohort);
  for (const Action& action : scenario.actions) {
    out << "\n[[action]]\nat = " << text_of(action.at) << "\ndo = " << quoted(name_of(action))
        << "\n";
    visit_action(WriteAction{out, scenario}, action);
  }
  for (const Expectation& expectation : scenario.expectations) {
    write_expectation(out, scenario, expectation);
  }
  return out.str();
}

}  // namespace tokenlife::sim
