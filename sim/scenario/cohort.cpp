// The [[cohort]] tables, but for their networks.
#include <fmt/format.h>

#include <cmath>

#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kCohortsMax = 10'000;
constexpr std::int64_t kClientsMax = 100'000'000;

// Whether it is known when the first client is installed.
bool read_install(Reading& reading, Keys& keys, Cohort& cohort) {
  const toml::table* table = keys.table("install");
  if (table == nullptr) return !keys.has("install");
  Keys install = reading.keys_of(*table, "`install`");
  const auto at = install.time("at");
  cohort.install_at = at.value_or(Instant{});
  cohort.install_over = install.duration("over", Sign::not_negative).value_or(Duration{0});
  return install.finish() && (at || !install.has("at"));
}

// So many clients after scaling, at least 1; 0 if they are too many.
std::uint32_t scaled_clients(Reading& reading, Keys& keys, std::string_view key, std::int64_t given,
                             double scale) {
  const double scaled = std::round(static_cast<double>(given) * scale);
  const std::int64_t room = kClientsMax - reading.scenario.clients;
  if (scaled > static_cast<double>(room)) {
    keys.wrong(key,
               fmt::format("makes more than {} clients in all{}", kClientsMax,
                           reading.options.clients_scale > 1 ? ", scaled as asked" : ""),
               "use fewer clients");
    reading.scenario.clients = 0;  // It is told once.
    return 0;
  }
  // One client is left to every cohort, so that what the scenario says of it still means something.
  return static_cast<std::uint32_t>(std::max(1.0, scaled));
}

// The cohort's clients after scaling; 0 if the file is wrong.
std::uint32_t read_clients(Reading& reading, Keys& keys) {
  const auto given = keys.whole("clients", {1, kClientsMax}, Need::required);
  return given ? scaled_clients(reading, keys, "clients", *given, reading.options.clients_scale)
               : 0;
}

// The same where an inventory says who they are: the first rows of it.
void read_adopted(Reading& reading, Keys& keys, Cohort& cohort, bool network_is_wrong) {
  constexpr const char* kWhy = "`inventory`, whose rows are the clients";
  keys.forbid("clients", kWhy, "leave it out");
  keys.forbid("install", "`inventory`, whose clients are there when the run begins",
              "leave it out, or give them a cohort of their own");
  cohort.inventory = read_inventory(reading, keys, cohort, network_is_wrong);
  if (cohort.inventory == nullptr) return;
  const auto rows = static_cast<std::uint32_t>(cohort.inventory->clients.size());
  cohort.clients = scaled_clients(reading, keys, "inventory", rows,
                                  std::min(reading.options.clients_scale, 1.0));
  if (reading.options.clients_scale <= 1) return;
  reading.mistakes.warn(
      keys.place("inventory"),
      fmt::format("the inventory has {} device{}: it cannot be scaled beyond that", rows,
                  rows == 1 ? "" : "s"),
      "make a larger inventory");
}

void read_name(Reading& reading, Keys& keys, Cohort& cohort) {
  const auto name = keys.label("name", Need::required);
  if (!name) reading.cohorts.has_gaps = true;
  if (!name) return;
  cohort.name = *name;
  const auto index = static_cast<std::uint32_t>(reading.scenario.cohorts.size());
  if (const auto other = reading.cohorts.add(*name, {index, keys.place("name").line})) {
    reading.cohorts.has_gaps = true;  // One of the two should have another.
    keys.wrong("name",
               fmt::format("is {}, which is also the name of the cohort on line {}",
                           in_quotes(*name), reading.text.line_in_file(other->line)),
               "give every cohort a name of its own");
  }
}

void warn_of_cohort(Reading& reading, const Keys& keys, const Cohort& cohort) {
  // The rows of an inventory say what each has.
  if (cohort.on_intranet == OnIntranet::cmg && cohort.credential == Credential::self_signed &&
      !keys.has("bulk-token") && !keys.has("inventory")) {
    reading.mistakes.warn(keys.place("on-intranet"),
                          "clients that always use the CMG cannot register there: they have no "
                          "bulk token, PKI or Entra",
                          "give them a `bulk-token`, or another `credential`");
  }
  Policy policy = reading.scenario.policy;
  apply(policy, cohort.policy);
  const bool is_own = cohort.policy.renew_after || cohort.policy.renew_jitter;
  if (is_own) warn_of_late_renewal(reading, keys, policy);
}

void read_cohort(Reading& reading, Keys& keys) {
  Cohort cohort;
  read_name(reading, keys, cohort);
  cohort.first = {reading.scenario.clients};
  const bool is_adopted = keys.any("inventory") != nullptr;
  if (!is_adopted) cohort.clients = read_clients(reading, keys);
  reading.install_known.push_back(is_adopted || read_install(reading, keys, cohort));
  // A bulk token is not what a client is, but what it is given.
  const auto credentials = std::span(Names<Credential>::values).first(3);
  cohort.credential =
      keys.word<Credential>("credential", Need::optional, credentials).value_or(cohort.credential);
  cohort.version = keys.word<ClientVersion>("version").value_or(cohort.version);
  cohort.cmg_allowed = keys.yes_no("cmg-allowed").value_or(cohort.cmg_allowed);
  cohort.bulk_token =
      reading.reference(keys, "bulk-token", Need::optional, "bulk token", reading.bulk_tokens);
  reading.bulk_token_places.push_back(keys.place("bulk-token"));
  cohort.contact_every = keys.duration("contact-every", Sign::positive)
                             .value_or(round_up(cohort.contact_every, reading.time.tick));
  cohort.agent_restart_every = keys.duration("agent-restart-every", Sign::positive);
  cohort.clock_skew = read_skew(reading, keys, "clock-skew", Need::optional).value_or(Skew{});
  cohort.policy = read_client_policy(keys);
  cohort.request_timeout = read_request_timeout(reading, keys);
  cohort.renew_draw = keys.word<RenewDraw>("renew-draw");
  cohort.on_intranet = keys.word<OnIntranet>("on-intranet").value_or(OnIntranet::mp);
  cohort.credential_life = read_credential_life(reading, keys, cohort.credential);
  if (!keys.has("network")) {
    keys.missing("network", "give it a table [cohort.network] with a `model`");
  }
  const std::size_t traces = reading.trace_uses.size();
  auto model = read_network(reading, keys);
  const bool has_network = model.has_value();
  if (model) cohort.network = std::move(*model);
  for (TraceUse& use : std::span(reading.trace_uses).subspan(traces)) {
    use.clients_place = keys.place("clients");
    use.cohort = static_cast<std::uint32_t>(reading.scenario.cohorts.size());
  }
  if (is_adopted) read_adopted(reading, keys, cohort, !has_network);
  reading.scenario.clients += cohort.clients;
  keys.finish();
  warn_of_cohort(reading, keys, cohort);
  reading.scenario.cohorts.push_back(std::move(cohort));
}

}  // namespace

void read_cohorts(Reading& reading, Keys& top) {
  if (!top.has("cohort")) top.missing("cohort", "add at least one [[cohort]]");
  const toml::array* list = top.list("cohort");
  if (list == nullptr) reading.cohorts.has_gaps = true;
  if (list == nullptr) return;
  if (list->empty()) {
    top.wrong("cohort", "holds no cohort", "add at least one [[cohort]]");
  }
  for (const toml::node& element : *list) {
    if (reading.scenario.cohorts.size() == kCohortsMax) {
      reading.mistakes.note(position(element),
                            fmt::format("there are more than {} cohorts", kCohortsMax));
      return;
    }
    if (auto keys = reading.keys_of(element, "[[cohort]]")) {
      read_cohort(reading, *keys);
    } else {
      reading.cohorts.has_gaps = true;
    }
  }
}

}  // namespace tokenlife::sim
