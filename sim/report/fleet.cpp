#include "sim/report/fleet.hpp"

#include <algorithm>
#include <optional>

#include "core/site_history.hpp"
#include "events/partition_fold.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/analysis/held_clients.hpp"
#include "sim/analysis/lives.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr Duration kLevelWidths[] = {minutes{1}, minutes{5}, minutes{15}, hours{1}, hours{3},
                                     hours{6},   days{1},    days{7},     days{28}, days{364}};
// What happens in six hours goes up and down with the time of day.
constexpr Duration kDoingWidths[] = {hours{1}, days{1}, days{7}, days{28}, days{364}};
// A token that is older is counted with those of this age.
constexpr std::size_t kHoursMax = 24 * 366 * 10;

std::int64_t floor_to(std::int64_t second, std::int64_t width) {
  return (second / width - (second % width < 0 ? 1 : 0)) * width;
}

// How it ends the token that a client holds. Nothing: it leaves that as it is, or finds none.
template <AnyOf<ClientInstalled, NetworkChanged, AgentRestarted, RegistrationRequested,
                RegistrationRefused, RegistrationFailed, RenewalRequested, RenewalRefused,
                RenewalFailed, TokenExpired, ClientUpgraded, ClientBlocked, ClientUnblocked,
                CmgAllowedChanged, ClientAdopted, ClientPolicyChanged, CredentialRenewed,
                CredentialExpired, ClockChanged, AskedToRenew>
              Event>
std::optional<TokenEnd> end_by(const Event&) {
  return std::nullopt;
}
std::optional<TokenEnd> end_by(const RegistrationCompleted&) { return TokenEnd::registered_again; }
std::optional<TokenEnd> end_by(const TokenRenewed&) { return TokenEnd::renewed; }
std::optional<TokenEnd> end_by(const ReRegistrationRequired&) { return TokenEnd::refused; }
std::optional<TokenEnd> end_by(const ClientReinstalled&) { return TokenEnd::reinstalled; }

template <class T>
T& place_in(std::vector<T>& places, std::size_t i) {
  if (i >= places.size()) places.resize(i + 1);
  return places[i];
}

// Which stretch a moment is in: one division for many events.
class GridCursor {
 public:
  GridCursor(const Grid& grid, std::int64_t start) : grid_(grid), start_(start) {}
  std::size_t at(Instant now) {
    if (now < begins_ || now >= ends_) find(now);
    return place_;
  }

 private:
  void find(Instant now) {
    const std::int64_t past = now.time_since_epoch().count() + start_ - grid_.first;
    const auto last = static_cast<std::int64_t>(grid_.count) - 1;
    const std::int64_t place = std::clamp<std::int64_t>(past / grid_.width.count(), 0, last);
    place_ = static_cast<std::size_t>(place);
    begins_ = tokenlife::at(Duration{grid_.begin_of(place_) - start_});
    ends_ = begins_ + grid_.width;
  }

  Grid grid_;
  std::int64_t start_;
  Instant begins_ = kNever;
  Instant ends_ = Instant::min();
  std::size_t place_ = 0;
};

// A fold over partitions, and the listener of their clients' lives.
class FleetFold {
 public:
  FleetFold(const events::LogHeader& header, const SiteHistory& site,
            std::span<const Recorded<SiteEvent>> site_events, std::vector<Fate>* fates)
      : header_(&header),
        site_(&site),
        fates_(fates),
        levels_(grid_of(header, kLevelsMax, kLevelWidths)),
        doings_(grid_of(header, kDoingsMax, kDoingWidths)),
        level_at_(levels_, header.start_unix_seconds),
        doing_at_(doings_, header.start_unix_seconds),
        load_(header, site_events, levels_, doings_) {
    moves_.resize(levels_.count);
    fleet_.done.resize(doings_.count);
    fleet_.cohorts.resize(header.cohorts.size());
  }

  Result<void, events::LogError> add(const events::LogReader& log,
                                     const events::PartitionSummary& partition) {
    return follow_lives(log, *site_, partition, {}, *this);
  }
  void merge(const FleetFold& other);
  Result<Fleet, events::LogError> finish(const events::LogReader& log);

  // ---- A listener ----
  template <class Event>
  void happened(const Client& before, const Recorded<Event>& recorded,
                const events::StandingReplay& after) {
    load_.happened(recorded);
    const Client& client = after.replay().client();
    if (client.state != before.state) move(recorded.time, before.state, client.state);
    if constexpr (Event::kind == EventKind::token_renewed) {
      const Duration age = recorded.time - before.token.not_before;
      ++place_in(fleet_.renewed_at, hours_in(age));
    }
    if (const auto doing = Days::doing_of(Event::kind))
      ++fleet_.done[doing_at_.at(recorded.time)][*doing];
    if (const auto& ended = after.ended()) {
      SpellCount& count = fleet_.spells[static_cast<std::size_t>(ended->spell.cause)];
      ++(ended->by_action ? count.by_action : count.by_itself);
      ++count.lengths[ended->end - ended->spell.begin];
    }
    if constexpr (Event::kind == EventKind::token_expired)
      end_token(recorded.time, TokenEnd::expired);
    if (client.token.serial == before.token.serial) return;
    const std::optional<TokenEnd> how = end_by(recorded.event);
    if (how && before.token.exists()) end_token(recorded.time, *how);
    // One that was adopted has been held for longer than the log knows of.
    const bool is_new = client.token.exists() && Event::kind != EventKind::client_adopted;
    if (is_new) token_since_ = recorded.time;
  }
  void serves(Instant now, Service before, Service after) {
    const auto step = [&](Level& level, Service least) {
      if ((before >= least) != (after >= least)) level.add(now, after >= least ? 1 : -1);
    };
    step(out_of_service_, Service::out_of_service);
    step(stranded_, Service::stranded);
  }
  void ended(const events::StandingReplay& standing, Service service);

 private:
  static std::size_t hours_in(Duration length) {
    const auto whole = std::chrono::floor<hours>(length).count();
    return static_cast<std::size_t>(std::clamp<std::int64_t>(whole, 0, kHoursMax));
  }
  void move(Instant now, LifecycleState before, LifecycleState after) {
    auto& moves = moves_[level_at_.at(now)];
    --moves[static_cast<std::size_t>(before)];
    ++moves[static_cast<std::size_t>(after)];
    ++fleet_.arrows[static_cast<std::size_t>(before)][static_cast<std::size_t>(after)];
  }
  void end_token(Instant now, TokenEnd how) {
    if (!token_since_) return;
    ++place_in(fleet_.tokens, hours_in(now - *token_since_)).ended[static_cast<std::size_t>(how)];
    token_since_.reset();
  }

  const events::LogHeader* header_;
  const SiteHistory* site_;
  std::vector<Fate>* fates_;
  Grid levels_, doings_;
  GridCursor level_at_, doing_at_;
  std::vector<std::array<std::int64_t, kCount<LifecycleState>>> moves_;
  LoadFold load_;
  Level out_of_service_, stranded_;
  Fleet fleet_;
  std::optional<Instant> token_since_;  // of the client's, if it was issued in the run
};

void FleetFold::ended(const events::StandingReplay& standing, Service service) {
  load_.client_ended();
  const events::ClientStanding client = standing.standing();
  if (token_since_) {
    ++place_in(fleet_.tokens, hours_in(at(header_->duration) - *token_since_)).held;
    token_since_.reset();
  }
  if (client.spell) ++fleet_.spells[static_cast<std::size_t>(client.spell->cause)].not_at_all;
  CohortEnd& end = fleet_.cohorts[cohort_of(*header_, client.number)];
  ++end.states[static_cast<std::size_t>(client.client.state)];
  if (service != Service::served) ++end.out_of_service;
  const SpellCause cause = client.spell ? client.spell->cause : SpellCause::not_recorded;
  if (service == Service::stranded) {
    ++end.stranded;
    ++end.stranded_causes[static_cast<std::size_t>(cause)];
    // Each thread comes to its partitions in their order: what is left out here is not among the
    // first of all.
    if (fleet_.stranded_now.size() < kListedMax) fleet_.stranded_now.push_back(client);
  }
  if (fates_ != nullptr) {
    (*fates_)[client.number.value] = {client.client.state, service, client.since, cause};
  }
}

void FleetFold::merge(const FleetFold& other) {
  const auto add = [](auto& sums, const auto& more) {
    for (std::size_t i = 0; i < more.size(); ++i) sums[i] += more[i];
  };
  for (std::size_t i = 0; i < moves_.size(); ++i) add(moves_[i], other.moves_[i]);
  for (std::size_t i = 0; i < doings_.count; ++i) add(fleet_.done[i], other.fleet_.done[i]);
  for (std::size_t i = 0; i < fleet_.arrows.size(); ++i)
    add(fleet_.arrows[i], other.fleet_.arrows[i]);
  for (std::size_t i = 0; i < other.fleet_.renewed_at.size(); ++i) {
    place_in(fleet_.renewed_at, i) += other.fleet_.renewed_at[i];
  }
  for (std::size_t i = 0; i < other.fleet_.tokens.size(); ++i) {
    TokenHours& sums = place_in(fleet_.tokens, i);
    add(sums.ended, other.fleet_.tokens[i].ended);
    sums.held += other.fleet_.tokens[i].held;
  }
  for (std::size_t i = 0; i < fleet_.spells.size(); ++i) {
    const SpellCount& more = other.fleet_.spells[i];
    fleet_.spells[i].by_itself += more.by_itself;
    fleet_.spells[i].by_action += more.by_action;
    fleet_.spells[i].not_at_all += more.not_at_all;
    for (const auto& [length, count] : more.lengths) fleet_.spells[i].lengths[length] += count;
  }
  for (std::size_t i = 0; i < fleet_.cohorts.size(); ++i) {
    fleet_.cohorts[i].add(other.fleet_.cohorts[i]);
  }
  load_.merge(other.load_);
  out_of_service_.add(other.out_of_service_);
  stranded_.add(other.stranded_);
  fleet_.stranded_now.insert(fleet_.stranded_now.end(), other.fleet_.stranded_now.begin(),
                             other.fleet_.stranded_now.end());
}

Result<Fleet, events::LogError> FleetFold::finish(const events::LogReader& log) {
  Fleet& fleet = fleet_;
  fleet.levels = levels_;
  fleet.doings = doings_;
  std::array<std::int64_t, kCount<LifecycleState>> level{};
  std::vector<Instant> ends;
  for (std::size_t i = 0; i < levels_.count; ++i) {
    auto& states = fleet.states.emplace_back();
    for (std::size_t s = 1; s < level.size(); ++s) {
      level[s] += moves_[i][s];
      states[s] = static_cast<std::uint64_t>(level[s]);
    }
    ends.push_back(at(Duration{levels_.begin_of(i + 1) - header_->start_unix_seconds - 1}));
  }
  fleet.out_of_service = out_of_service_.at(ends);
  fleet.stranded = stranded_.at(ends);
  fleet.stranded_peak = stranded_.peak();
  fleet.load = load_.finish(log.site_events());
  std::sort(fleet.stranded_now.begin(), fleet.stranded_now.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  fleet.stranded_now.resize(std::min(fleet.stranded_now.size(), kListedMax));
  // Of many clients the log has no event yet: they are there all the same.
  for (std::size_t i = 0; i < fleet.cohorts.size(); ++i) {
    CohortEnd& cohort = fleet.cohorts[i];
    const events::LogCohort& its = header_->cohorts[i];
    cohort.clients = its.clients;
    if (!log.summary().complete) {
      cohort.clients = 0;
      for (std::uint32_t c = 0; c < its.clients; ++c) {
        if (holds_client(log, ClientNumber{its.first.value + c})) ++cohort.clients;
      }
    }
    std::uint64_t installed = 0;
    for (std::size_t s = 1; s < cohort.states.size(); ++s) installed += cohort.states[s];
    cohort.states[0] = cohort.clients - std::min(installed, cohort.clients);
    fleet.end.add(cohort);
  }
  return std::move(fleet);
}

}  // namespace

void CohortEnd::add(const CohortEnd& other) {
  clients += other.clients;
  out_of_service += other.out_of_service;
  stranded += other.stranded;
  for (std::size_t i = 0; i < states.size(); ++i) states[i] += other.states[i];
  for (std::size_t i = 0; i < stranded_causes.size(); ++i) {
    stranded_causes[i] += other.stranded_causes[i];
  }
}

Grid grid_of(const events::LogHeader& header, std::size_t count_max,
             std::span<const Duration> widths) {
  Grid grid;
  for (const Duration width : widths) {
    grid.width = width;
    grid.first = floor_to(header.start_unix_seconds, width.count());
    const std::int64_t end =
        header.start_unix_seconds + std::max<std::int64_t>(header.duration.count(), 1);
    grid.count = static_cast<std::size_t>((end - grid.first + width.count() - 1) / width.count());
    if (width >= header.tick && grid.count <= count_max) break;
  }
  return grid;
}

Result<Fleet, events::LogError> count_fleet(const events::LogReader& log, unsigned threads,
                                            Fates fates) {
  // Of a log that nobody has checked.
  if (const auto site = events::check_site(log); !site) {
    return Failed<events::LogError>(site.error());
  }
  const SiteHistory site(log.site_events());
  std::vector<Fate> found(fates == Fates::wanted ? log.header().clients : 0);
  const FleetFold empty(log.header(), site, log.site_events(),
                        fates == Fates::wanted ? &found : nullptr);
  auto fold = events::fold_partitions(log, threads, empty);
  if (!fold) return Failed<events::LogError>(fold.error());
  auto fleet = fold->finish(log);
  if (fleet) fleet->fates = std::move(found);
  return fleet;
}

}  // namespace tokenlife::sim
