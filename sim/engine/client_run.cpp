#include "sim/engine/client_run.hpp"

#include "core/ensure.hpp"
#include "sim/engine/live_client.hpp"
#include "sim/engine/site_timeline.hpp"

namespace tokenlife::sim {

template <class Model>
ClientRun<Model>::ClientRun(const World& world, const Recorder& recorder, CohortNumber cohort,
                            const Model& model, const DrawKeys& draw_keys,
                            std::uint32_t client_in_cohort, const ClientSteps& steps)
    : ClientActions(world, recorder, cohort, draw_keys, client_in_cohort, steps),
      end_(at(scenario_.duration)),
      adopted_(cohort_.inventory ? &cohort_.inventory->clients[client_in_cohort] : nullptr),
      whereabouts_(model, {&draws_, client_in_cohort, scenario_.tick,
                           scenario_.start.time_since_epoch().count(), end_,
                           trace_device_of(cohort_, client_in_cohort)}) {
  if (adopted_ != nullptr) return;
  install_at_ = cohort_.install_at + uniform_ticks(draws_, Purpose::install_time, 0,
                                                   cohort_.install_over, scenario_.tick);
}

template <class Model>
void ClientRun<Model>::run() {
  recorder_.tally->begin_client(as_installed_.cohort);
  recorder_.batch->begin(number_.value, 0);
  if (tokens_ != nullptr) tokens_->begin(number_);
  begin();
  for (Instant next = next_wake(); next < end_; next = next_wake()) {
    if (recorder_.tally->next_observation() < next) {
      recorder_.tally->observe(client_.state, service_, next);
    }
    if (renewal_due_ < next) look_back(next);
    now_ = next;
    tick();
  }
  if (renewal_due_ < end_) look_back(end_);
  recorder_.tally->end_client(number_, client_, state_since_, service_, spells_.spell());
}

template <class Model>
void ClientRun<Model>::begin() {
  if (adopted_ != nullptr) {
    adopt();
    tick();
  } else {
    set_alarm();
  }
}

template <class Model>
Instant ClientRun<Model>::upcoming() {
  const Instant next = next_wake();
  return next < end_ ? next : kNever;
}

template <class Model>
void ClientRun<Model>::live(Instant next) {
  now_ = next;
  tick();
}

template <class Model>
Outlook ClientRun<Model>::outlook() const {
  Outlook outlook = ClientLife::outlook();
  outlook.restarts_at = next_restart_;
  outlook.credential_ends = credential_ends_;
  const Duration since =
      watch_.since_contact(connected(), connected_at_, end_, cohort_.contact_every);
  if (since > Duration{0}) outlook.last_contact = end_ - since;
  return outlook;
}

namespace {

template <class Model>
class SteppedRun final : public SteppedClient {
 public:
  SteppedRun(const World& world, const Recorder& nobody, CohortNumber cohort, const Model& model,
             const DrawKeys& keys, std::uint32_t client_in_cohort)
      : run_(world, nobody, cohort, model, keys, client_in_cohort,
             world.schedule->of(cohort, client_in_cohort, keys, own_steps_)) {
    run_.begin();
  }

  Instant live_to_request() override {
    while (!run_.has_arrived()) {
      const Instant next = run_.upcoming();
      if (next == kNever) return kNever;
      run_.live(next);
    }
    return run_.now();
  }
  Instant upcoming() override { return run_.upcoming(); }
  void live(Instant now) override { run_.live(now); }
  std::optional<Arrival> take_arrival() override { return run_.take_arrival(); }
  void handle(std::uint32_t request, Handling handling, Instant now) override {
    run_.handle(request, handling, now);
  }
  std::uint64_t place_in_line(std::uint32_t request) const override {
    return run_.place_in_line(request);
  }

 private:
  std::vector<PlannedStep> own_steps_;
  ClientRun<Model> run_;
};

}  // namespace

EndOfLife live_client(const World& world, const Recorder& recorder, CohortNumber cohort,
                      std::uint32_t client_in_cohort, const DrawKeys& keys,
                      std::vector<PlannedStep>& own_steps) {
  ensure(world.site->timetable() != nullptr || !has_capacity(*world.scenario),
         "who runs a client of a scenario with capacity to know the timetable");
  return std::visit(
      [&]<class Model>(const Model& model) {
        ClientRun<Model> run(world, recorder, cohort, model, keys, client_in_cohort,
                             world.schedule->of(cohort, client_in_cohort, keys, own_steps));
        run.run();
        return EndOfLife{run.client(), run.outlook()};
      },
      world.scenario->cohorts[cohort.value].network);
}

std::unique_ptr<SteppedClient> begin_client(const World& world, const Recorder& nobody,
                                            CohortNumber cohort, std::uint32_t client_in_cohort,
                                            const DrawKeys& keys) {
  return std::visit(
      [&]<class Model>(const Model& model) -> std::unique_ptr<SteppedClient> {
        return std::make_unique<SteppedRun<Model>>(world, nobody, cohort, model, keys,
                                                   client_in_cohort);
      },
      world.scenario->cohorts[cohort.value].network);
}

}  // namespace tokenlife::sim
