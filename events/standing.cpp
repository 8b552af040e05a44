#include "events/standing.hpp"

#include "core/decide.hpp"
#include "core/request.hpp"
#include "core/site_history.hpp"
#include "core/spell.hpp"
#include "core/verdict.hpp"

namespace tokenlife::events {

bool ServiceReplay::is_granted() const {
  const Client& client = replay_.client();
  if (client.pending == PendingRequest::none) return false;
  const bool renews = client.pending == PendingRequest::renewal;
  const Request request{renews ? RequestKind::renewal : RequestKind::registration,
                        client.pending_via, credential_, bulk_};
  const Client& asked = is_as_asked_ ? client : asked_;
  return judge(asked, request, site_->view(asked, request, asked_at_), site_->policy(asked_at_),
               asked_at_)
             .kind == Verdict::Kind::granted;
}

void ServiceReplay::go_on(ClientNumber number, const ServiceState& state) {
  replay_.go_on(number, state.client);
  is_refused_as_blocked_ = state.is_refused_as_blocked;
  is_as_asked_ = false;
  if (state.client.pending == PendingRequest::none) return;
  credential_ = state.credential;
  bulk_ = state.bulk;
  asked_at_ = state.asked_at;
  asked_ = state.asked;
}

ServiceState ServiceReplay::state() const {
  ServiceState state{replay_.client(), is_refused_as_blocked_, {}, {}, {}, {}};
  if (state.client.pending == PendingRequest::none) return state;
  state.credential = credential_;
  state.bulk = bulk_;
  state.asked_at = asked_at_;
  state.asked = is_as_asked_ ? replay_.client() : asked_;
  return state;
}

Service ServiceReplay::service(Instant now) const {
  if (!is_out_of_service(replay_.client().state)) return Service::served;
  return service_of(client(), is_granted(), site_->policy(now), now,
                    [&](const Client& there, const Request& request) {
                      return site_->view(there, request, now);
                    });
}

StandingReplay::StandingReplay(const SiteHistory& site, const LogHeader& header, Instant until)
    : site_(&site), service_(site, header, until), spells_(site.admission_changes()) {}

void StandingReplay::begin(ClientNumber number) {
  service_.begin(number);
  spells_ = SpellFollower(site_->admission_changes());
  ended_.reset();
  since_ = Instant{};
}

}  // namespace tokenlife::events
