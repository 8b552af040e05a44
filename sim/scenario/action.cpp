// The [[action]] tables.
#include <fmt/format.h>

#include <algorithm>

#include "core/bulk_lifetime.hpp"
#include "core/policy.hpp"
#include "sim/scenario/guid_of_seed.hpp"
#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kActionsMax = 10'000;
constexpr std::size_t kBulkTokensMax = 1'000;

std::optional<std::uint32_t> bulk_reference(Reading& reading, Keys& keys, std::string_view key,
                                            Need need) {
  return reading.reference(keys, key, need, "bulk token", reading.bulk_tokens);
}

// In minutes.
std::int64_t read_lifetime(Keys& keys) {
  const toml::node* node = keys.any("lifetime");
  if (node == nullptr) return kBulkLifetimeMinutesDefault;
  const auto* minutes = node->as_integer();
  const auto is_allowed = [](std::int64_t number) {
    return number >= kBulkLifetimeMinutesMin && number <= kBulkLifetimeMinutesMax;
  };
  if (minutes != nullptr && is_allowed(minutes->get())) return minutes->get();
  std::string said = minutes == nullptr ? "" : fmt::format("is {}, which ", minutes->get());
  std::string advice =
      fmt::format("give minutes as a number without quotes, at most {} ({})",
                  kBulkLifetimeMinutesMax, to_text(std::chrono::minutes{kBulkLifetimeMinutesMax}));
  if (const auto* text = node->as_string()) {
    said = fmt::format("is {}, which ", in_quotes(text->get()));
    const auto duration = parse_duration(text->get());
    const std::int64_t meant = duration ? *duration / std::chrono::minutes{1} : 0;
    if (is_allowed(meant)) advice = fmt::format("write {}", meant);
  }
  keys.wrong("lifetime",
             fmt::format("{}is not an integer from {} to {}, in minutes (R44, R46, A4)", said,
                         kBulkLifetimeMinutesMin, kBulkLifetimeMinutesMax),
             std::move(advice));
  return kBulkLifetimeMinutesDefault;
}

// ---- The actions -------------------------------------------------------------------------------
// One reader for each, which is chosen by what it returns. Each gives nothing if something is
// wrong, which is then noted.

std::optional<Outage> read(Reading&, Keys& keys, ActionType<Outage>) {
  const auto endpoint = keys.word<Endpoint>("endpoint", Need::required);
  const auto length = keys.duration("for", Sign::positive, Need::required);
  if (!endpoint || !length) return std::nullopt;
  return Outage{*endpoint, *length};
}

std::optional<IssueBulk> read(Reading& reading, Keys& keys, ActionType<IssueBulk>) {
  const auto name = keys.label("name", Need::required);
  const std::int64_t lifetime = read_lifetime(keys);
  const auto known = name ? reading.bulk_tokens.find(*name) : std::nullopt;
  if (!known) return std::nullopt;
  const std::uint32_t line = keys.place("name").line;
  if (known->line != line) {
    reading.bulk_tokens.has_gaps = true;  // One of the two should be another.
    keys.wrong("name",
               fmt::format("is {}, as is that of the bulk token on line {}", in_quotes(*name),
                           reading.text.line_in_file(known->line)),
               "give every bulk token a name of its own");
    return std::nullopt;
  }
  reading.scenario.bulk_tokens[known->index] = {
      *name, bulk_token_of_seed(reading.scenario.seed, *name), lifetime};
  return IssueBulk{known->index};
}

std::optional<BlockBulk> read(Reading& reading, Keys& keys, ActionType<BlockBulk>) {
  const auto token = bulk_reference(reading, keys, "name", Need::required);
  return token ? std::optional(BlockBulk{*token}) : std::nullopt;
}
std::optional<UnblockBulk> read(Reading& reading, Keys& keys, ActionType<UnblockBulk>) {
  const auto token = bulk_reference(reading, keys, "name", Need::required);
  return token ? std::optional(UnblockBulk{*token}) : std::nullopt;
}

std::optional<RotateCertificate> read(Reading&, Keys& keys, ActionType<RotateCertificate>) {
  return RotateCertificate{keys.duration("retire-old-after", Sign::not_negative)};
}

std::optional<LoseAnswers> read(Reading&, Keys& keys, ActionType<LoseAnswers>) {
  const auto endpoint = keys.word<Endpoint>("endpoint", Need::required);
  const auto length = keys.duration("for", Sign::positive, Need::required);
  const auto share = keys.share("share", Need::required);
  if (!endpoint || !length || !share) return std::nullopt;
  return LoseAnswers{*endpoint, *length, to_share(*share)};
}

std::optional<SetCmgAllowed> read(Reading& reading, Keys& keys, ActionType<SetCmgAllowed>) {
  const auto target = read_target(reading, keys);
  const auto value = keys.yes_no("value", Need::required);
  const Arrives arrives = read_arrives(keys);
  if (!target || !value) return std::nullopt;
  return SetCmgAllowed{*target, *value, arrives};
}

std::optional<Upgrade> read(Reading& reading, Keys& keys, ActionType<Upgrade>) {
  const auto target = read_target(reading, keys);
  return target ? std::optional(Upgrade{*target}) : std::nullopt;
}
std::optional<BlockClients> read(Reading& reading, Keys& keys, ActionType<BlockClients>) {
  const auto target = read_target(reading, keys);
  return target ? std::optional(BlockClients{*target}) : std::nullopt;
}
std::optional<UnblockClients> read(Reading& reading, Keys& keys, ActionType<UnblockClients>) {
  const auto target = read_target(reading, keys);
  return target ? std::optional(UnblockClients{*target}) : std::nullopt;
}

std::optional<Reinstall> read(Reading& reading, Keys& keys, ActionType<Reinstall>) {
  const auto target = read_target(reading, keys);
  const auto token = bulk_reference(reading, keys, "bulk-token", Need::optional);
  const auto new_identity = keys.yes_no("new-identity");
  if (!target) return std::nullopt;
  return Reinstall{*target, token, new_identity.value_or(false)};
}

std::optional<RestartAgents> read(Reading& reading, Keys& keys, ActionType<RestartAgents>) {
  const auto target = read_target(reading, keys);
  return target ? std::optional(RestartAgents{*target}) : std::nullopt;
}

std::optional<Move> read(Reading& reading, Keys& keys, ActionType<Move>) {
  const auto target = read_target(reading, keys);
  const auto on = keys.word<Network>("on", Need::required);
  const auto length = keys.duration("for", Sign::positive);
  if (!target || !on) return std::nullopt;
  return Move{*target, *on, length};
}

std::optional<SetPolicy> read(Reading& reading, Keys& keys, ActionType<SetPolicy>) {
  SetPolicy set;
  constexpr std::string_view kWhom[] = {"cohort", "client", "share", "state", "over"};
  set.is_for_all = std::none_of(std::begin(kWhom), std::end(kWhom),
                                [&](std::string_view key) { return keys.has(key); });
  const auto target = set.is_for_all ? std::optional(Target{}) : read_target(reading, keys);
  for (const std::string_view key : kWhom) keys.any(key);
  set.clients = read_client_policy(keys);
  set.arrives = read_arrives(keys);
  if (set.is_for_all) {
    set.site = read_site_policy(keys);
  } else {
    for (const std::string_view key :
         {"token-validity", "internal-registration", "mp", "leeway", "bulk-leeway"}) {
      keys.forbid(key, "a choice of clients, since it is the site's",
                  "give it in an action that is for all clients");
    }
  }
  constexpr std::string_view kSettings[] = {"token-validity",
                                            "internal-registration",
                                            "mp",
                                            "leeway",
                                            "bulk-leeway",
                                            "renew-after",
                                            "renew-on",
                                            "renew-jitter",
                                            "retry-after-failure",
                                            "retry-after-refusal",
                                            "retry-backoff",
                                            "retry-max",
                                            "retry-jitter"};
  const bool sets = std::any_of(std::begin(kSettings), std::end(kSettings),
                                [&](std::string_view key) { return keys.has(key); });
  if (!sets) keys.missing("renew-after", "say what is set: `renew-after`, `token-validity`, ...");
  if (!target) return std::nullopt;
  set.target = *target;
  return set;
}

std::optional<SetClock> read(Reading& reading, Keys& keys, ActionType<SetClock>) {
  const auto target = read_target(reading, keys);
  const auto skew = read_skew(reading, keys, "skew", Need::required);
  if (!target || !skew) return std::nullopt;
  return SetClock{*target, *skew};
}

std::optional<AskToRenew> read(Reading& reading, Keys& keys, ActionType<AskToRenew>) {
  const auto target = read_target(reading, keys);
  const Arrives arrives = read_arrives(keys);
  return target ? std::optional(AskToRenew{*target, arrives}) : std::nullopt;
}

std::optional<SetCapacity> read(Reading&, Keys& keys, ActionType<SetCapacity>) {
  return read_set_capacity(keys);
}

// By position in kActionNames.
template <class... Whats>
constexpr auto readers_of(ActionList<Whats...>) {
  using Reader = std::optional<AnyAction> (*)(Reading&, Keys&);
  return std::array<Reader, sizeof...(Whats)>{
      [](Reading& reading, Keys& keys) -> std::optional<AnyAction> {
        return read(reading, keys, ActionType<Whats>{});
      }...};
}
constexpr auto kReaders = readers_of(AllActions{});

std::optional<Repeat> read_repeat(Keys& keys) {
  const auto every = keys.duration("repeat-every", Sign::positive);
  const auto times = keys.whole("times", WholeRange{1, UINT32_MAX});
  if (keys.has("times") && !keys.has("repeat-every") && !keys.may_be_misspelt("repeat-every")) {
    keys.wrong("times", "says how often, but not how far apart", "give `repeat-every` too");
  }
  if (!every) return std::nullopt;
  return Repeat{*every, times ? std::optional(static_cast<std::uint32_t>(*times)) : std::nullopt};
}

void read_action(Reading& reading, const toml::node& element) {
  auto unknown = reading.keys_of(element, "[[action]]");
  if (!unknown) return;
  const auto kind = unknown->choice("do", Need::required, kActionNames);
  // The valid keys depend on the kind: without one they cannot be told from the others.
  if (!kind) {
    unknown->time("at", Need::required);
    unknown->finish(Others::undecided);
    return;
  }
  Keys keys =
      reading.keys_of(*element.as_table(), fmt::format("the action `{}`", kActionNames[*kind]));
  const auto at = keys.time("at", Need::required);
  keys.choice("do", Need::required, kActionNames);
  auto what = kReaders[*kind](reading, keys);
  if (*kind < std::variant_size_v<SiteAction>) forbid_selectors(keys);
  const auto repeat = read_repeat(keys);
  keys.finish();
  if (!at || !what) return;
  if (at->time_since_epoch() >= reading.time.duration) {
    reading.mistakes.warn(
        keys.place("at"),
        fmt::format("the action `{}` is at {}, but the run ends at {}: it never happens",
                    kActionNames[*kind], to_text(at->time_since_epoch()),
                    to_text(reading.time.duration)),
        "choose an earlier time, or lengthen the run");
  }
  const auto line = static_cast<int>(reading.text.line_in_file(element.source().begin.line));
  reading.scenario.actions.push_back({*at, std::move(*what), line, false, repeat});
}

// Of each that sets when tokens are due or end, after what the earlier ones have set for all.
void warn_of_set_policies(Reading& reading, const toml::array& list) {
  if (reading.mistakes.any()) return;  // Otherwise each has become an action.
  std::vector<std::pair<const Action*, const toml::table*>> setting;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Action& action = reading.scenario.actions[i];
    if (action_if<SetPolicy>(action)) setting.emplace_back(&action, list[i].as_table());
  }
  std::stable_sort(setting.begin(), setting.end(),
                   [](const auto& a, const auto& b) { return a.first->at < b.first->at; });
  Policy for_all = reading.scenario.policy;
  for (const auto& [when, table] : setting) {
    const auto& set = *action_if<SetPolicy>(*when);
    Policy policy = for_all;
    if (!set.is_for_all) apply(policy, reading.scenario.cohorts[set.target.cohort.value].policy);
    apply(policy, set.site);
    apply(policy, set.clients);
    if (set.is_for_all) for_all = policy;
    if (!set.site.token_validity && !set.clients.renew_after && !set.clients.renew_jitter) continue;
    warn_of_late_renewal(reading, reading.keys_of(*table, "the action `set-policy`"), policy);
  }
}

// When it begins last, but not after `moment`; when it begins first, if that is after.
Instant last_begin(const Action& action, Instant moment) {
  if (!action.repeat || moment < action.at) return action.at;
  const std::int64_t since = (moment - action.at) / action.repeat->every;
  const std::int64_t times = action.repeat->times.value_or(UINT32_MAX);
  return action.at + action.repeat->every * std::min(since, times - 1);
}

// Who is installed when its bulk token is no longer good cannot register with it.
void warn_of_late_install(Reading& reading, std::size_t cohort_index, const Action& issue) {
  const Scenario& scenario = reading.scenario;
  const Cohort& cohort = scenario.cohorts[cohort_index];
  const ScenarioBulkToken& token = scenario.bulk_tokens[*cohort.bulk_token];
  const Instant last =
      std::min(cohort.install_at + std::max(cohort.install_over - scenario.tick, Duration{0}),
               at(scenario.duration) - scenario.tick);
  const Instant issued = last_begin(issue, last);
  const Instant end =
      bulk_refused_from(scenario.policy, issued + std::chrono::minutes{token.lifetime_minutes});
  if (last < end) return;
  reading.mistakes.warn(
      reading.bulk_token_places[cohort_index],
      fmt::format("the bulk token {} is refused from {} on, but clients are given it up to {}",
                  in_quotes(token.name), to_text(end.time_since_epoch()),
                  to_text(last.time_since_epoch())),
      "give it a longer `lifetime`, or install them earlier");
}

// A cohort's bulk token is issued no later than the cohort's first install. At the same tick it is
// in time: actions come first.
void check_bulk_tokens(Reading& reading) {
  const Scenario& scenario = reading.scenario;
  std::vector<const Action*> issues(scenario.bulk_tokens.size());
  for (const Action& action : scenario.actions) {
    if (const auto* issue = action_if<IssueBulk>(action)) issues[issue->bulk_token] = &action;
  }
  for (std::size_t i = 0; i < scenario.cohorts.size(); ++i) {
    const Cohort& cohort = scenario.cohorts[i];
    if (!cohort.bulk_token || !reading.install_known[i]) continue;
    const Action* issue = issues[*cohort.bulk_token];
    // One without is noted elsewhere.
    const Instant since = issue == nullptr ? Instant{} : issue->at;
    if (since <= cohort.install_at) {
      if (issue != nullptr) warn_of_late_install(reading, i, *issue);
      continue;
    }
    reading.mistakes.note(
        reading.bulk_token_places[i],
        fmt::format("`bulk-token` is {}, which is issued at {}, after the first install at {}",
                    in_quotes(scenario.bulk_tokens[*cohort.bulk_token].name),
                    to_text(since.time_since_epoch()),
                    to_text(cohort.install_at.time_since_epoch())),
        "issue it earlier, or install the cohort later");
  }
}

}  // namespace

void list_bulk_tokens(Reading& reading, Keys& top) {
  NameList& tokens = reading.bulk_tokens;
  tokens.has_gaps = !top.has("action") && top.may_be_misspelt("action");
  const toml::node* node = top.any("action");
  const toml::array* list = node == nullptr ? nullptr : node->as_array();
  if (list == nullptr) {
    tokens.has_gaps = tokens.has_gaps || node != nullptr;
    return;
  }
  for (const toml::node& element : *list) {
    const toml::table empty;
    const toml::table& table = element.is_table() ? *element.as_table() : empty;
    const auto kind = table["do"].value<std::string_view>();
    const bool is_known =
        kind && std::find(kActionNames.begin(), kActionNames.end(), *kind) != kActionNames.end();
    const toml::node* name = table.get("name");
    const bool is_issue = kind == IssueBulk::kName;
    if (!is_known || (is_issue && (name == nullptr || !name->is_string()))) tokens.has_gaps = true;
    if (!is_issue || name == nullptr || !name->is_string()) continue;
    const auto index = static_cast<std::uint32_t>(tokens.names().size());
    if (tokens.add(name->ref<std::string>(), {index, position(*name).line})) continue;
    if (index == kBulkTokensMax) {
      reading.mistakes.note(position(element),
                            fmt::format("there are more than {} bulk tokens", kBulkTokensMax));
      break;
    }
  }
  reading.scenario.bulk_tokens.resize(tokens.names().size());
}

void read_actions(Reading& reading, Keys& top) {
  const toml::array* list = top.list("action");
  if (list == nullptr) return;
  std::size_t count = 0;
  for (const toml::node& element : *list) {
    if (++count > kActionsMax) {
      reading.mistakes.note(position(element),
                            fmt::format("there are more than {} actions", kActionsMax));
      break;
    }
    read_action(reading, element);
  }
  check_bulk_tokens(reading);
  check_capacities(reading, *list);
  warn_of_set_policies(reading, *list);
}

}  // namespace tokenlife::sim
