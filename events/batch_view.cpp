#include "events/batch_view.hpp"

namespace tokenlife::events {
namespace batch_detail {
namespace {

constexpr std::size_t index_of(EventKind kind) { return static_cast<std::size_t>(kind); }

// Clients talk to an MP or the CMG, never to the STS.
constexpr unsigned kVias = 2;
static_assert(detail_byte::code(Endpoint::mp) < kVias && detail_byte::code(Endpoint::cmg) < kVias);

constexpr bool is_installation(unsigned detail) {
  return (detail & 3) < kCount<Network> && detail < (1U << 7);
}
static_assert(kCount<Credential> == 4 && kCount<ClientVersion> == 2,
              "every value of those bits of an installation's detail is good");

constexpr bool is_good(EventKind kind, unsigned detail) {
  const unsigned low = detail & 3;
  const unsigned high = detail >> 2;
  switch (kind) {
    case EventKind::client_installed: return is_installation(detail);
    case EventKind::network_changed: return low < kCount<Network> && high < kCount<Network>;
    case EventKind::registration_requested: return low < kVias && high < kCount<Credential>;
    case EventKind::registration_completed:
    case EventKind::renewal_requested:
    case EventKind::token_renewed: return low < kVias && high == 0;
    case EventKind::registration_refused:
    case EventKind::renewal_refused:
    case EventKind::re_registration_required: return low < kVias && high < kCount<RefusalReason>;
    case EventKind::registration_failed:
    case EventKind::renewal_failed: return low < kVias && high < kCount<FailureReason>;
    case EventKind::cmg_allowed_changed: return detail <= 1;
    case EventKind::agent_restarted:
    case EventKind::token_expired:
    case EventKind::client_reinstalled:
    case EventKind::client_upgraded:
    case EventKind::client_blocked:
    case EventKind::client_unblocked: return detail == 0;
    case EventKind::site_established:
    case EventKind::bulk_token_issued:
    case EventKind::bulk_token_blocked:
    case EventKind::bulk_token_unblocked:
    case EventKind::endpoint_down:
    case EventKind::endpoint_up:
    case EventKind::signing_certificate_rotated:
    case EventKind::signing_certificate_retired:
    case EventKind::client_token_issued: return false;
  }
  return false;
}

constexpr auto detail_table() {
  std::array<std::array<bool, 256>, kClientKinds> good{};
  for (std::size_t kind = 0; kind < kClientKinds; ++kind) {
    for (unsigned detail = 0; detail < 256; ++detail) {
      good[kind][detail] = is_good(static_cast<EventKind>(kind), detail);
    }
  }
  return good;
}

}  // namespace

constexpr std::array<std::array<bool, 256>, kClientKinds> kDetailIsGood = detail_table();
static_assert(kDetailIsGood[index_of(EventKind::agent_restarted)][0]);

}  // namespace batch_detail

Walk begin_slice(StreamPosition& position, const StreamSlice& slice) {
  const bool goes_on = position.streams != 0 && slice.client == position.client;
  if (!goes_on) {
    const std::uint64_t expected = std::uint64_t{position.first_client} + position.streams;
    if (slice.client != expected || slice.client >= position.end_client) {
      return Walk::client_out_of_order;
    }
    ++position.streams;
    position.client = slice.client;
    position.next_seq = 0;
    position.last_time = 0;
  }
  if (slice.first_seq != position.next_seq) return Walk::gap_in_stream;
  if (slice.events > UINT32_MAX - slice.first_seq) return Walk::gap_in_stream;
  return Walk::done;
}

}  // namespace tokenlife::events
