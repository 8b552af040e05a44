#include "sim/scenario/to_toml.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sstream>
#include <type_traits>

#include <utility>
#include <vector>

#include "core/names.hpp"
#include "sim/scenario/guid_of_seed.hpp"
#include "sim/scenario/inventory_text.hpp"
#include "sim/scenario/toml_text.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

// A fixed one, or a range.
std::string skew_of(const Skew& skew) {
  if (skew.from == skew.to) return toml_of(skew.from);
  return "{ from = " + toml_of(skew.from) + ", to = " + toml_of(skew.to) + " }";
}

// The keys of what is there.
struct WriteSettings {
  std::ostream& out;

  void line(std::string_view key, const std::string& value) const {
    out << key << " = " << value << "\n";
  }
  void key(std::string_view key, const std::optional<Duration>& value) const {
    if (value) line(key, toml_of(*value));
  }
  void write(const ClientPolicyChange& policy) const {
    key("renew-after", policy.renew_after);
    key("renew-jitter", policy.renew_jitter);
    if (policy.renew_on) line("renew-on", word(*policy.renew_on));
    key("retry-after-failure", policy.retry_after_failure);
    key("retry-after-refusal", policy.retry_after_refusal);
    if (policy.retry_backoff) line("retry-backoff", toml_of(*policy.retry_backoff));
    key("retry-max", policy.retry_max);
    if (policy.retry_jitter) line("retry-jitter", toml_of(*policy.retry_jitter));
  }
  void write(const SitePolicyChange& policy) const {
    key("token-validity", policy.token_validity);
    if (policy.internal_registration) {
      line("internal-registration", toml_of(*policy.internal_registration));
    }
    if (policy.mp) line("mp", word(*policy.mp));
    key("leeway", policy.leeway);
    key("bulk-leeway", policy.bulk_leeway);
  }
  void write(Arrives arrives) const {
    if (arrives != Arrives::contact) line("arrives", word(arrives));
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
      out << "client = " << toml_string(cohort + "/" + std::to_string(*target.client)) << "\n";
    } else {
      out << "cohort = " << toml_string(cohort) << "\n";
    }
    if (target.share.of_2_32 != Share::kWhole) out << "share = " << toml_of(target.share) << "\n";
    if (target.state) out << "state = " << word(*target.state) << "\n";
    if (target.over != Duration{0}) out << "over = " << toml_of(target.over) << "\n";
  }
  std::string token(std::uint32_t bulk) const {
    return toml_string(scenario.bulk_tokens[bulk].name);
  }

  void operator()(const Outage& outage) const {
    out << "endpoint = " << word(outage.endpoint) << "\nfor = " << toml_of(outage.length) << "\n";
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
    out << "value = " << toml_of(setting.value) << "\n";
    WriteSettings{out}.write(setting.arrives);
  }
  void operator()(const SetPolicy& set) const {
    if (!set.is_for_all) aim(set.target);
    const WriteSettings settings{out};
    settings.write(set.site);
    settings.write(set.clients);
    settings.write(set.arrives);
  }
  void operator()(const SetClock& set) const {
    aim(set.target);
    out << "skew = " << skew_of(set.skew) << "\n";
  }
  void operator()(const AskToRenew& ask) const {
    aim(ask.target);
    WriteSettings{out}.write(ask.arrives);
  }
  void operator()(const SetCapacity& set) const {
    out << "endpoint = " << word(set.endpoint) << "\n";
    if (set.unlimited) out << "per-minute = \"unlimited\"\n";
    if (set.per_minute) out << "per-minute = " << *set.per_minute << "\n";
    if (set.queue) out << "queue = " << *set.queue << "\n";
  }
  void operator()(const Upgrade& upgrade) const { aim(upgrade.target); }
  void operator()(const BlockClients& block) const { aim(block.target); }
  void operator()(const UnblockClients& unblock) const { aim(unblock.target); }
  void operator()(const RotateCertificate& rotation) const {
    if (rotation.retire_old_after) {
      out << "retire-old-after = " << toml_of(*rotation.retire_old_after) << "\n";
    }
  }
  void operator()(const Reinstall& reinstall) const {
    aim(reinstall.target);
    if (reinstall.bulk_token) out << "bulk-token = " << token(*reinstall.bulk_token) << "\n";
    if (reinstall.new_identity) out << "new-identity = true\n";
  }
  void operator()(const RestartAgents& restart) const { aim(restart.target); }
  void operator()(const Move& move) const {
    aim(move.target);
    out << "on = " << word(move.on) << "\n";
    if (move.length) out << "for = " << toml_of(*move.length) << "\n";
  }
  void operator()(const LoseAnswers& loss) const {
    out << "endpoint = " << word(loss.endpoint) << "\nfor = " << toml_of(loss.length)
        << "\nshare = " << toml_of(loss.share) << "\n";
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
      always(key, toml_of(value));
    }
  }

 private:
  std::ostream& out_;
};

void write_capacities(std::ostream& out, const Scenario& scenario) {
  if (!scenario.capacities.any() && scenario.queue_order == QueueOrder::drawn) return;
  out << "\n[site.capacity]\n";
  KeyWriter keys(out);
  keys.unless(QueueOrder::drawn, "order", scenario.queue_order);
  for (const Endpoint endpoint : {Endpoint::mp, Endpoint::cmg}) {
    const auto& capacity = scenario.capacities.of(endpoint);
    if (!capacity) continue;
    keys.always(name(endpoint), fmt::format("{{ per-minute = {}, queue = {} }}",
                                            capacity->per_minute, capacity->queue));
  }
}

void write_run_and_site(std::ostream& out, const Scenario& scenario) {
  KeyWriter keys(out);
  out << "format = 1\n\n[run]\n";
  if (!scenario.name.empty()) keys.always("name", toml_string(scenario.name));
  keys.always("start", rfc3339(scenario.start));
  keys.always("duration", toml_of(scenario.duration));
  keys.always("seed", std::to_string(scenario.seed));
  if (scenario.reseed) {
    keys.always("reseed", fmt::format("{{ at = {}, seed = {} }}", toml_of(scenario.reseed->at),
                                      scenario.reseed->seed));
  }
  keys.unless(Scenario{}.tick, "tick", scenario.tick);

  const Policy plain;
  const Policy& policy = scenario.policy;
  const bool own_tenant = scenario.tenant != tenant_of_seed(scenario.seed);
  if (policy == plain && !own_tenant && !scenario.real_crypto) {
    return write_capacities(out, scenario);
  }
  out << "\n[site]\n";
  if (own_tenant) keys.always("tenant", toml_string(to_string(scenario.tenant)));
  keys.unless(plain.mp, "mp", policy.mp);
  keys.unless(plain.internal_registration, "internal-registration", policy.internal_registration);
  keys.unless(plain.token_validity, "token-validity", policy.token_validity);
  keys.unless(plain.renew_after, "renew-after", policy.renew_after);
  keys.unless(plain.renew_on, "renew-on", policy.renew_on);
  keys.unless(plain.renew_jitter, "renew-jitter", policy.renew_jitter);
  keys.unless(plain.leeway, "leeway", policy.leeway);
  if (policy.bulk_leeway) keys.always("bulk-leeway", toml_of(*policy.bulk_leeway));
  keys.unless(plain.latency, "latency", policy.latency);
  keys.unless(plain.retry_after_failure, "retry-after-failure", policy.retry_after_failure);
  keys.unless(plain.retry_after_refusal, "retry-after-refusal", policy.retry_after_refusal);
  keys.unless(plain.retry_backoff, "retry-backoff", policy.retry_backoff);
  if (policy.retry_max) keys.always("retry-max", toml_of(*policy.retry_max));
  keys.unless(plain.retry_jitter, "retry-jitter", policy.retry_jitter);
  if (policy.request_timeout) keys.always("request-timeout", toml_of(*policy.request_timeout));
  keys.unless(plain.renew_draw, "renew-draw", policy.renew_draw);
  if (scenario.real_crypto) {
    keys.always("crypto", toml_string("real"));
    keys.unless(Scenario{}.client_keys, "client-keys", scenario.client_keys);
  }
  write_capacities(out, scenario);
}

// The rows of the inventory, for the reader of the text alone: they stand in a file of their own.
void write_adopted(std::ostream& out, const Scenario& scenario, const Cohort& cohort) {
  std::istringstream rows(inventory_text(scenario, cohort));
  for (std::string row; std::getline(rows, row);) out << "# " << row << "\n";
}

void write_cohort(std::ostream& out, const Scenario& scenario, const Cohort& cohort) {
  const Cohort plain;
  KeyWriter keys(out);
  out << "\n[[cohort]]\n";
  keys.always("name", toml_string(cohort.name));
  if (cohort.inventory != nullptr) {
    keys.always("inventory", toml_string(cohort.inventory->file));
  } else {
    keys.always("clients", std::to_string(cohort.clients));
  }
  const bool is_installed = cohort.inventory == nullptr;
  if (is_installed &&
      (cohort.install_at != plain.install_at || cohort.install_over != plain.install_over)) {
    keys.always("install", "{ at = " + toml_of(cohort.install_at) +
                               ", over = " + toml_of(cohort.install_over) + " }");
  }
  keys.unless(plain.credential, "credential", cohort.credential);
  keys.unless(plain.version, "version", cohort.version);
  keys.unless(plain.cmg_allowed, "cmg-allowed", cohort.cmg_allowed);
  keys.unless(plain.contact_every, "contact-every", cohort.contact_every);
  if (cohort.clock_skew != plain.clock_skew) {
    keys.always("clock-skew", skew_of(cohort.clock_skew));
  }
  WriteSettings{out}.write(cohort.policy);
  if (cohort.request_timeout) keys.always("request-timeout", toml_of(*cohort.request_timeout));
  if (cohort.renew_draw) keys.always("renew-draw", word(*cohort.renew_draw));
  keys.unless(plain.on_intranet, "on-intranet", cohort.on_intranet);
  // Only who has a credential has one that ends; rows of an inventory may, whatever their cohort
  // has.
  if (cohort.credential_life &&
      (cohort.inventory != nullptr || cohort.credential != Credential::self_signed)) {
    keys.always("credential-validity", toml_of(cohort.credential_life->validity));
    keys.always("credential-renew-before", toml_of(cohort.credential_life->renew_before));
    keys.always("credential-renews-on", word(cohort.credential_life->renews_on));
  }
  if (cohort.bulk_token) {
    keys.always("bulk-token", toml_string(scenario.bulk_tokens[*cohort.bulk_token].name));
  }
  if (cohort.agent_restart_every) {
    keys.always("agent-restart-every", toml_of(*cohort.agent_restart_every));
  }
  if (cohort.inventory != nullptr) write_adopted(out, scenario, cohort);
  write_network(out, cohort.network);
}

void write_expectation(std::ostream& out, const Scenario& scenario, const Expectation& expect) {
  KeyWriter keys(out);
  out << "\n[[expect]]\n";
  if (expect.cohort) {
    keys.always("cohort", toml_string(scenario.cohorts[expect.cohort->value].name));
  }
  if (!expect.states.empty()) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < kCount<StateWord>; ++i) {
      const auto state = static_cast<StateWord>(i);
      if (expect.states.has(state)) words.push_back(word(state));
    }
    keys.always("at", toml_of(expect.at));
    if (words.size() == 1) keys.always("state", words[0]);
    if (words.size() > 1) keys.always("states", fmt::format("[{}]", fmt::join(words, ", ")));
  }
  if (expect.event) {
    keys.always(expect.peak_per ? "peak-of" : "event", word(*expect.event));
    if (expect.peak_per) keys.always("per", toml_of(*expect.peak_per));
  }
  if (expect.spell_cause) keys.always("cause", word(*expect.spell_cause));
  if (expect.event || expect.spell_cause) {
    keys.always("from", toml_of(expect.from));
    keys.always("to", toml_of(expect.to));
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
  if (expect.share_min) keys.always("share-min", toml_of(*expect.share_min));
  if (expect.share_max) keys.always("share-max", toml_of(*expect.share_max));
}

}  // namespace

std::string to_toml(const Scenario& scenario) {
  std::ostringstream out;
  write_run_and_site(out, scenario);
  for (const Cohort& cohort : scenario.cohorts) write_cohort(out, scenario, cohort);
  for (const Action& action : scenario.actions) {
    out << "\n[[action]]\nat = " << toml_of(action.at) << "\ndo = " << toml_string(name_of(action))
        << "\n";
    visit_action(WriteAction{out, scenario}, action);
    if (!action.repeat) continue;
    out << "repeat-every = " << toml_of(action.repeat->every) << "\n";
    if (action.repeat->times) out << "times = " << *action.repeat->times << "\n";
  }
  for (const Expectation& expectation : scenario.expectations) {
    write_expectation(out, scenario, expectation);
  }
  return out.str();
}

}  // namespace tokenlife::sim
