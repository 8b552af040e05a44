#include "sim/engine/memory_run.hpp"

#include <optional>
#include <utility>

#include "core/ensure.hpp"
#include "events/batch_reader.hpp"
#include "sim/engine/client_run.hpp"
#include "sim/engine/client_schedule.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/engine/tally.hpp"
#include "sim/engine/walk_of.hpp"

namespace tokenlife::sim {
namespace {

// Takes batches apart again.
class Unpacker {
 public:
  Unpacker(std::uint32_t clients, const OnClientEvent& sink) : visitor_{Pass{&sink}} {
    position_.end_client = clients;
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
  const SiteTimeline site(scenario);
  const ClientSchedule schedule(scenario);
  const World world{&scenario, &site, &schedule, real};
  RunStatistics tally(scenario);
  std::optional<TokenClient> tokens;
  if (real != nullptr) tokens.emplace(*real, tally.signatures);
  Unpacker unpacker(scenario.clients, sink);
  const Recorder recorder{&unpacker.batch(), &tally,
                          [](void* self) { static_cast<Unpacker*>(self)->take(); }, &unpacker,
                          tokens ? &*tokens : nullptr};
  std::vector<PlannedStep> own_steps;
  for (std::uint32_t c = 0; c < scenario.cohorts.size(); ++c) {
    const Cohort& cohort = scenario.cohorts[c];
    const DrawKeys keys = keys_of(scenario, cohort);
    for (std::uint32_t i = 0; i < cohort.clients; ++i) {
      std::visit(
          [&]<class Model>(const Model& model) {
            ClientRun<typename WalkOf<Model>::type, Model>(
                world, recorder, CohortNumber{c}, model, keys, i,
                schedule.of(CohortNumber{c}, i, keys, own_steps))
                .run();
          },
          cohort.network);
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

}  // namespace tokenlife::sim
