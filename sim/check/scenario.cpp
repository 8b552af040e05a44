#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/event.hpp"
#include "core/possible_reason.hpp"
#include "sim/check/story.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim::checker {
namespace {

using sim::to_text;

class ScenarioWriter {
 public:
  ScenarioWriter(const Options& options, const ModelRun& walk)
      : options_(options), walk_(walk), lives_(options.clients) {}

  std::string text(const std::string& title, const std::string& comment) {
    for (const WalkStep& action : walk_.actions()) {
      if (action.taken.client) {
        of_client(action.taken.action, *action.taken.client, action.tick);
      } else {
        of_site(action.taken.action, action.tick);
      }
    }
    finish();
    return comment + head(title) + cohorts() + actions() + expectations();
  }

 private:
  struct Life {
    std::optional<std::uint32_t> installed;
    Action install;
    bool allowed = true;  // the CMG, as was said last
    std::vector<std::pair<std::uint32_t, Network>> networks;
  };
  struct Doing {
    std::uint32_t tick;
    std::string text;
  };

  std::string time(std::uint32_t tick) const { return to_text(options_.unit * tick); }

  void act(std::uint32_t tick, const std::string& what, const std::string& keys) {
    doings_.push_back(
        {tick, fmt::format("\n[[action]]\nat = \"{}\"\ndo = \"{}\"\n{}", time(tick), what, keys)});
  }

  void of_client(const Action& action, std::uint32_t client, std::uint32_t tick) {
    Life& life = lives_[client];
    const std::string cohort = fmt::format("cohort = \"client-{}\"\n", client);
    switch (action.kind) {
      case ActionKind::install:
        life.installed = tick;
        life.install = action;
        life.networks.emplace_back(tick, action.network);
        break;
      case ActionKind::move: life.networks.emplace_back(tick, action.network); break;
      case ActionKind::block: act(tick, "block-client", cohort); break;
      case ActionKind::unblock: act(tick, "unblock-client", cohort); break;
      case ActionKind::forbid_cmg:
        life.allowed = false;
        act(tick, "set-cmg-allowed", cohort + "value = false\narrives = \"at-once\"\n");
        break;
      case ActionKind::allow_cmg:
        life.allowed = true;
        act(tick, "set-cmg-allowed", cohort + "value = true\narrives = \"at-once\"\n");
        break;
      case ActionKind::announce: announce(life, cohort, tick); break;
      case ActionKind::upgrade: act(tick, "upgrade", cohort); break;
      case ActionKind::restart: act(tick, "restart-agents", cohort); break;
      case ActionKind::reinstall:
        names_bulk_ = names_bulk_ || action.with_bulk;
        // Carried out when the next tick begins.
        act(tick + 1, "reinstall",
            cohort + (action.with_bulk ? fmt::format("bulk-token = \"{}\"\n", kBulkName) : "") +
                (action.new_identity ? "new-identity = true\n" : ""));
        break;
      case ActionKind::tick:
      case ActionKind::outage_begins:
      case ActionKind::outage_ends:
      case ActionKind::lose_answers:
      case ActionKind::issue_bulk:
      case ActionKind::block_bulk:
      case ActionKind::unblock_bulk:
      case ActionKind::rotate:
      case ActionKind::retire: break;
    }
  }

  void announce(Life& life, const std::string& cohort, std::uint32_t tick) {
    life.allowed = !life.allowed;
    act(tick, "set-cmg-allowed", fmt::format("{}value = {}\n", cohort, life.allowed));
  }

  void of_site(const Action& action, std::uint32_t tick) {
    const std::string bulk = fmt::format("name = \"{}\"\n", kBulkName);
    switch (action.kind) {
      case ActionKind::outage_begins: down_since_[action.endpoint] = tick; break;
      case ActionKind::outage_ends: outage_ends(action.endpoint, tick); break;
      case ActionKind::lose_answers:
        act(tick, "lose-answers",
            fmt::format("endpoint = \"{}\"\nfor = \"{}\"\nshare = 1.0\n", name(action.endpoint),
                        time(1)));
        break;
      case ActionKind::issue_bulk:
        act(tick, "issue-bulk-token", bulk);
        issues_bulk_ = true;
        break;
      case ActionKind::block_bulk: act(tick, "block-bulk-token", bulk); break;
      case ActionKind::unblock_bulk: act(tick, "unblock-bulk-token", bulk); break;
      case ActionKind::rotate:
        // Its place is here, before what follows in the same tick.
        rotation_ = doings_.size();
        act(tick, "rotate-signing-certificate", "");
        break;
      case ActionKind::retire: retire(tick); break;
      case ActionKind::tick:
      case ActionKind::install:
      case ActionKind::move:
      case ActionKind::block:
      case ActionKind::unblock:
      case ActionKind::forbid_cmg:
      case ActionKind::allow_cmg:
      case ActionKind::announce:
      case ActionKind::upgrade:
      case ActionKind::restart:
      case ActionKind::reinstall: break;
    }
  }
  void outage_ends(Endpoint endpoint, std::uint32_t tick) {
    const auto down = down_since_.extract(endpoint);
    if (!down || down.mapped() == tick) return;
    const std::uint32_t since = down.mapped();
    act(since, "outage",
        fmt::format("endpoint = \"{}\"\nfor = \"{}\"\n", name(endpoint), time(tick - since)));
  }
  void retire(std::uint32_t tick) {
    if (!rotation_) return;
    Doing& rotation = doings_[*rotation_];
    rotation.text += fmt::format("retire-old-after = \"{}\"\n", time(tick - rotation.tick));
    rotation_.reset();
  }

  // The last tick ends with its expiries: nobody makes contact any more.
  void finish() {
    const std::uint32_t last = walk_.tick();
    for (const auto& [endpoint, since] : std::map(down_since_)) outage_ends(endpoint, last + 1);
    if (names_bulk_ && !issues_bulk_) {  // What is named has to exist; this comes too late.
      act(last + 1, "issue-bulk-token", fmt::format("name = \"{}\"\n", kBulkName));
    }
    // What concerns the site alone happens beside a client all the same: there is no scenario
    // without one.
    const auto is_there = [](const Life& life) { return life.installed.has_value(); };
    if (std::none_of(lives_.begin(), lives_.end(), is_there)) lives_.front().installed = last;
    for (Life& life : lives_) {
      if (life.installed) life.networks.emplace_back(last, Network::offline);
    }
    std::stable_sort(doings_.begin(), doings_.end(),
                     [](const Doing& a, const Doing& b) { return a.tick < b.tick; });
  }

  std::string head(const std::string& title) const {
    const Policy policy = policy_of(options_);
    std::string text = fmt::format(
        "format = 1\n\n[run]\nname = \"{}\"\nduration = \"{}\"\ntick = \"{}\"\n\n[site]\n"
        "latency = \"{}\"\nretry-after-failure = \"{}\"\nretry-after-refusal = \"{}\"\n",
        title, time(walk_.tick() + 1), time(1), to_text(policy.latency),
        to_text(policy.retry_after_failure), to_text(policy.retry_after_refusal));
    if (policy.renew_on != RenewOn::contact) text += "renew-on = \"agent-start\"\n";
    if (policy.mp != MpMode::enhanced_http) text += "mp = \"https\"\n";
    if (!policy.internal_registration) text += "internal-registration = false\n";
    return text;
  }

  std::string cohorts() const {
    std::string text;
    for (std::uint32_t i = 0; i < lives_.size(); ++i) {
      const Life& life = lives_[i];
      if (!life.installed) continue;
      text += fmt::format(
          "\n[[cohort]]\nname = \"client-{}\"\nclients = 1\ninstall = {{ at = "
          "\"{}\" }}\ncontact-every = \"{}\"\n",
          i, time(*life.installed), time(1));
      if (life.install.credential == Credential::pki) text += certificate();
      if (life.install.version == ClientVersion::outdated) text += "version = \"outdated\"\n";
      if (life.install.with_bulk) text += fmt::format("bulk-token = \"{}\"\n", kBulkName);
      text += "[cohort.network]\nmodel = \"timeline\"\nsteps = [\n";
      for (std::size_t n = 0; n < life.networks.size(); ++n) {
        text +=
            fmt::format("  {{ at = \"{}\", on = \"{}\" }},\n",
                        time(n == 0 ? 0 : life.networks[n].first), name(life.networks[n].second));
      }
      text += "]\n";
    }
    return text;
  }

  std::string certificate() const {
    std::string text = "credential = \"pki\"\n";
    if (options_.features.has(Feature::pki_expiry)) {
      text += fmt::format("credential-validity = \"{}\"\ncredential-renew-before = \"0d\"\n",
                          to_text(kCertificateValidity));
    }
    return text;
  }

  std::string actions() const {
    std::string text;
    for (const Doing& doing : doings_) text += doing.text;
    return text;
  }

  std::string expectations() const {
    std::string text;
    for (const Demand& demand : walk_.demands()) {
      // What only faulty rules make happen is none of the format's expectations.
      if (demand.count == 0 && demand.event && demand.event->refusal &&
          !can_have(demand.event->kind, *demand.event->refusal, false)) {
        continue;
      }
      text += fmt::format("\n[[expect]]\ncohort = \"client-{}\"\n", demand.client);
      if (demand.state) {
        text +=
            fmt::format("at = \"{}\"\nstate = \"{}\"\n", time(demand.tick), name(*demand.state));
      } else {
        text += fmt::format("event = \"{}\"\nfrom = \"{}\"\nto = \"{}\"\n",
                            name(demand.event->kind), time(demand.tick), time(demand.tick + 1));
        const auto add_reason = [&](std::string_view reason) {
          text += fmt::format("reason = \"{}\"\n", reason);
        };
        if (demand.event->refusal) add_reason(name(*demand.event->refusal));
        if (demand.event->failure) add_reason(name(*demand.event->failure));
      }
      text += fmt::format("count = {}\n", demand.count);
    }
    return text;
  }

  const Options& options_;
  const ModelRun& walk_;
  std::vector<Life> lives_;
  std::vector<Doing> doings_;
  std::map<Endpoint, std::uint32_t> down_since_;
  std::optional<std::size_t> rotation_;  // its place in doings_, until the one before is retired
  bool issues_bulk_ = false;
  bool names_bulk_ = false;
};

}  // namespace

std::string scenario_text(const Options& options, const ModelRun& walk, const std::string& title,
                          const std::string& comment) {
  return ScenarioWriter(options, walk).text(title, comment);
}

}  // namespace tokenlife::sim::checker
