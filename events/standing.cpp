#include "events/standing.hpp"

#include "core/decide.hpp"
#include "core/spell.hpp"

namespace tokenlife::events {

bool ServiceReplay::is_granted() const {
  if (replay_.client().pending == PendingRequest::none) return false;
  const Client& asked = is_as_asked_ ? replay_.client() : asked_;
  return judge(asked, request_, site_->view(asked, request_, asked_at_), site_->policy(asked_at_),
               asked_at_)
             .kind == Verdict::Kind::granted;
}

void ServiceReplay::go_on(ClientNumber number, const ServiceState& state) {
  replay_.go_on(number, state.client);
  is_refused_as_blocked_ = state.is_refused_as_blocked;
  is_as_asked_ = false;
  if (state.client.pending == PendingRequest::none) return;
  request_ = state.request;
  asked_at_ = state.asked_at;
  asked_ = state.asked;
}

ServiceState ServiceReplay::state() const {
  ServiceState state{replay_.client(), is_refused_as_blocked_, {}, {}, {}};
  if (state.client.pending == PendingRequest::none) return state;
  state.request = request_;
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

}  // namespace tokenlife::events
