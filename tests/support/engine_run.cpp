#include "support/engine_run.hpp"

#include "core/ensure.hpp"
#include "events/batch_view.hpp"
#include "events/log_reader.hpp"
#include "sim/client_run.hpp"
#include "sim/client_schedule.hpp"
#include "sim/site_timeline.hpp"
#include "sim/tally.hpp"
#include "support/walk_of.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

class Streams {
 public:
  explicit Streams(std::uint32_t clients) : events_(clients) { position_.end_client = clients; }

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
                                 batch_.cohorts};
    ensure(events::walk(view, position_, visitor_) == events::Walk::done,
           "a batch of the engine to be sound");
    batch_.clear();
  }

  std::vector<std::vector<Recorded<ClientEvent>>> events() && { return std::move(events_); }

 private:
  struct Append {
    Streams* streams;
    bool operator()(ClientNumber client, Recorded<ClientEvent>&& recorded) const {
      streams->events_[client.value].push_back(std::move(recorded));
      return true;
    }
  };

  events::ClientBatch batch_;
  events::StreamPosition position_;
  events::VariantVisitor<Append> visitor_{Append{this}};  // a stream may go on in the next batch
  std::vector<std::vector<Recorded<ClientEvent>>> events_;
};

}  // namespace

EngineRun simulate(const Scenario& scenario) {
  const SiteTimeline site(scenario);
  const ClientSchedule schedule(scenario);
  const World world{&scenario, &site, &schedule};
  Tally tally(scenario);
  Streams streams(scenario.clients);
  const Recorder recorder{&streams.batch(), &tally,
                          [](void* self) { static_cast<Streams*>(self)->take(); }, &streams};
  std::vector<ClientStep> scratch;
  for (std::uint32_t c = 0; c < scenario.cohorts.size(); ++c) {
    const Cohort& cohort = scenario.cohorts[c];
    for (std::uint32_t i = 0; i < cohort.clients; ++i) {
      std::visit(
          [&]<class Model>(const Model& model) {
            ClientRun<typename WalkOf<Model>::type, Model>(world, recorder, CohortNumber{c}, model,
                                                           mix(scenario.seed, cohort.name), i,
                                                           schedule.of(CohortNumber{c}, i, scratch))
                .run();
          },
          cohort.network);
    }
  }
  streams.take();
  return {site.events(), std::move(streams).events()};
}

}  // namespace tokenlife::test
