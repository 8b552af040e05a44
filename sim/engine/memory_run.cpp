#include "sim/engine/memory_run.hpp"

#include <optional>
#include <utility>

#include "core/ensure.hpp"
#include "events/batch_reader.hpp"
#include "sim/engine/client_schedule.hpp"
#include "sim/engine/live_client.hpp"
#include "sim/engine/queues.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/tally.hpp"
#include "sim/engine/token_client.hpp"

namespace tokenlife::sim {
namespace {

// Takes batches apart again.
class Unpacker {
 public:
  // The clients' numbers are from `first` on and below `end`.
  Unpacker(std::uint32_t first, std::uint32_t end, const OnClientEvent& sink)
      : visitor_{Pass{&sink}} {
    position_.first_client = first;
    position_.end_client = end;
  }

  events::ClientBatch& batch() { return batch_; }

  void take() {
    const std::size_t size = batch_.size();
    const events::BatchView view{batch_.slices,
                                 std::span(batch_.kinds).first(size),
                                 std::span(batch_.causes).first(size),
                                 std::span(batch_.details).first(size),
                                 std::span(batch_.times).first(size),
                                 batch_.cause_numbers,
                                 batch_.serials,
                                 batch_.tokens,
                                 batch_.guids,
                                 batch_.cohorts,
                                 batch_.numbers};
    ensure(events::walk(view, position_, visitor_) == events::WalkResult::done,
           "a batch of the engine to be sound");
    batch_.clear();
  }

 private:
  struct Pass {
    const OnClientEvent* sink;
    bool operator()(ClientNumber client, Recorded<ClientEvent>&& recorded) const {
      (*sink)(client, std::move(recorded));
      return true;
    }
  };

  events::ClientBatch batch_{1024};  // small: scenarios of a few clients come by the thousand
  events::StreamPosition position_;
  events::VariantVisitor<Pass> visitor_;  // a stream may go on in the next batch
};

}  // namespace

std::vector<Recorded<SiteEvent>> simulate(const Scenario& scenario, const OnClientEvent& sink,
                                          const TokenSite* real) {
  const SiteTimeline site = timeline_of(scenario);
  const ClientSchedule schedule(scenario);
  const World world{&scenario, &site, &schedule, real};
  RunStatistics tally(scenario);
  std::optional<TokenClient> tokens;
  if (real != nullptr) tokens.emplace(*real, tally.signatures);
  Unpacker unpacker(0, scenario.clients, sink);
  const Recorder recorder{&unpacker.batch(), &tally,
                          [](void* self) { static_cast<Unpacker*>(self)->take(); }, &unpacker,
                          tokens ? &*tokens : nullptr};
  std::vector<PlannedStep> own_steps;
  for (std::uint32_t c = 0; c < scenario.cohorts.size(); ++c) {
    const Cohort& cohort = scenario.cohorts[c];
    const DrawKeys keys = keys_of(scenario, cohort);
    for (std::uint32_t i = 0; i < cohort.clients; ++i) {
      live_client(world, recorder, CohortNumber{c}, i, keys, own_steps);
    }
  }
  unpacker.take();
  return site.events();
}

EngineRun simulate(const Scenario& scenario, const TokenSite* real) {
  EngineRun run;
  run.clients.resize(scenario.clients);
  const OnClientEvent keep = [&run](ClientNumber client, Recorded<ClientEvent>&& recorded) {
    run.clients[client.value].push_back(std::move(recorded));
  };
  run.site = simulate(scenario, keep, real);
  return run;
}

// ---- One client alone --------------------------------------------------------------------------

struct LoneClient::Parts {
  Parts(const Scenario& scenario, ClientNumber number)
      : keep([this](ClientNumber, Recorded<ClientEvent>&& event) {
          events.push_back(std::move(event));
        }),
        client(number),
        tally(scenario) {
    while (cohort.value + 1 < scenario.cohorts.size() &&
           client >= scenario.cohorts[cohort.value + 1].first) {
      ++cohort.value;
    }
  }

  Outlook live(const World& world, const DrawKeys& keys, const Recorder& recorder) {
    if (tally.caused.size() < world.scenario->actions.size()) {
      tally.caused.resize(world.scenario->actions.size());
    }
    const ClientNumber first = world.scenario->cohorts[cohort.value].first;
    return live_client(world, recorder, cohort, client.value - first.value, keys, own_steps)
        .outlook;
  }

  std::vector<Recorded<ClientEvent>> events;
  OnClientEvent keep;
  ClientNumber client;
  CohortNumber cohort;
  RunStatistics tally;  // nobody reads it
  std::vector<PlannedStep> own_steps;
  events::ClientBatch unread{1024};
};

LoneClient::LoneClient(const Scenario& scenario, ClientNumber client)
    : parts_(std::make_unique<Parts>(scenario, client)) {}
LoneClient::~LoneClient() = default;

LoneClient::Life LoneClient::live(const Scenario& scenario, const SiteTimeline& site) {
  Parts& parts = *parts_;
  parts.events.clear();
  const ClientSchedule schedule(scenario);
  Unpacker unpacker(parts.client.value, scenario.clients, parts.keep);
  const Recorder recorder{&unpacker.batch(), &parts.tally,
                          [](void* self) { static_cast<Unpacker*>(self)->take(); }, &unpacker};
  const Outlook end = parts.live({&scenario, &site, &schedule},
                                 keys_of(scenario, scenario.cohorts[parts.cohort.value]), recorder);
  unpacker.take();
  return {parts.events, end};
}

Outlook LoneClient::end_of(const Scenario& scenario, const SiteTimeline& site,
                           const ClientSchedule& schedule, const Reseed& other) {
  Parts& parts = *parts_;
  const DrawKeys keys = keys_of(scenario, scenario.cohorts[parts.cohort.value], other);
  const Recorder recorder{&parts.unread, &parts.tally,
                          [](void* self) { static_cast<events::ClientBatch*>(self)->clear(); },
                          &parts.unread};
  const Outlook end = parts.live({&scenario, &site, &schedule}, keys, recorder);
  parts.unread.clear();
  return end;
}

// ---- Many futures ------------------------------------------------------------------------------

struct ClientFates::Parts {
  Parts(const Scenario& scenario, const SiteTimeline& site, const ClientSchedule& schedule)
      : world{&scenario, &site, &schedule}, tally(scenario) {}

  void go_to(ClientNumber client) {
    const std::vector<Cohort>& cohorts = world.scenario->cohorts;
    if (client < cohorts[cohort.value].first) cohort = {};
    while (cohort.value + 1 < cohorts.size() && client >= cohorts[cohort.value + 1].first) {
      ++cohort.value;
    }
  }
  EndOfLife live(ClientNumber client, const DrawKeys& keys) {
    const Recorder recorder{&unread, &tally,
                            [](void* self) { static_cast<events::ClientBatch*>(self)->clear(); },
                            &unread};
    const ClientNumber first = world.scenario->cohorts[cohort.value].first;
    const EndOfLife end =
        live_client(world, recorder, cohort, client.value - first.value, keys, own_steps);
    unread.clear();
    return end;
  }

  World world;
  CohortNumber cohort;  // of the client at hand
  StrandedWatch watch;
  RunStatistics tally;  // nobody reads it
  std::vector<PlannedStep> own_steps;
  events::ClientBatch unread{1024};
};

ClientFates::ClientFates(const Scenario& scenario, const SiteTimeline& site,
                         const ClientSchedule& schedule)
    : parts_(std::make_unique<Parts>(scenario, site, schedule)) {
  parts_->tally.spells.watch(&parts_->watch);
}
ClientFates::~ClientFates() = default;

EndOfLife ClientFates::end_of(ClientNumber client) {
  Parts& parts = *parts_;
  parts.go_to(client);
  const Scenario& scenario = *parts.world.scenario;
  parts.watch = {};
  return parts.live(client, keys_of(scenario, scenario.cohorts[parts.cohort.value]));
}

ClientFates::Fate ClientFates::fate_of(ClientNumber client, const Reseed& other,
                                       const SiteTimeline* site) {
  Parts& parts = *parts_;
  if (site != nullptr) parts.world.site = site;
  parts.go_to(client);
  const Scenario& scenario = *parts.world.scenario;
  parts.watch = {other.at};
  const EndOfLife end =
      parts.live(client, keys_of(scenario, scenario.cohorts[parts.cohort.value], other));
  return {parts.watch.first, parts.watch.cause, end.outlook.service == Service::stranded};
}

}  // namespace tokenlife::sim
