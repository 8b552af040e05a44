#include "events/kept_states.hpp"

#include <algorithm>
#include <limits>

#include "events/event_layout.hpp"
#include "events/network_move.hpp"
#include "events/numbers.hpp"
#include "events/standing.hpp"

namespace tokenlife::events {
namespace {

// A client whose shape has no code of one byte has its place among the shapes in `numbers`.
constexpr std::uint8_t kOtherCode = 255;
// An age that takes more than 16 bits, or is no multiple of the unit.
constexpr std::uint16_t kOtherAge = 65'535;

// What a client is besides numbers of its own.
struct StateShape {
  Client client;  // without bulk, token and newest ordinal
  bool is_refused_as_blocked = false;
  bool holds_bulk = false;
  bool holds_token = false;
  bool is_expected = false;  // how long the token is valid, and who signed it
  bool is_as_asked = false;  // is now as it was when it asked
};

// In which bits a shape lies, from the lowest; the same for writing and reading.
template <class Bits, class Shape>
void lay_out(Bits& bits, Shape& shape) {
  auto& client = shape.client;
  bits.template field<3, kCount<LifecycleState>>(client.state);
  bits.template field<2, kCount<Network>>(client.network);
  bits.template field<2, kCount<Network>>(client.last_connected);
  bits.template field<2, kCount<Credential>>(client.credential);
  bits.template field<1, kCount<ClientVersion>>(client.version);
  bits.template field<1, 2>(client.cmg_allowed);
  bits.template field<1, 2>(client.blocked);
  bits.template field<2, kCount<OnIntranet>>(client.on_intranet);
  bits.template field<1, 2>(client.credential_expired);
  bits.template field<2, kCount<RenewsOn>>(client.credential_renews_on);
  bits.template field<2, 3>(client.pending);
  bits.template field<2, 2>(client.pending_via);
  bits.template field<1, 2>(client.pending_shows_bulk);
  bits.template field<1, 2>(shape.is_refused_as_blocked);
  bits.template field<1, 2>(shape.holds_bulk);
  bits.template field<1, 2>(shape.holds_token);
  bits.template field<1, 2>(shape.is_expected);
  bits.template field<1, 2>(shape.is_as_asked);
  bits.template field<32, (std::uint64_t{1} << 32)>(client.cohort.value);
}

struct PutBits {
  std::uint64_t bits = 0;
  unsigned width = 0;

  template <unsigned Width, std::uint64_t Values>
  void field(const auto& value) {
    bits |= static_cast<std::uint64_t>(value) << width;
    width += Width;
  }
};

struct TakeBits {
  std::uint64_t bits;
  bool good = true;

  template <unsigned Width, std::uint64_t Values>
  void field(auto& value) {
    const std::uint64_t code = bits & ((std::uint64_t{1} << Width) - 1);
    bits >>= Width;
    good = good && code < Values;
    value = static_cast<std::remove_reference_t<decltype(value)>>(code);
  }
};

std::int64_t before(std::uint32_t from, Instant time) {
  return std::int64_t{from} - time.time_since_epoch().count();
}

class Encoder {
 public:
  explicit Encoder(KeptStates& to) : to_(to) {}

  void put(const ServiceState& state) {
    const Client& client = state.client;
    const bool asks = client.pending != PendingRequest::none;
    const bool is_as_asked = asks && state.asked == client;
    put_client(client, state.is_refused_as_blocked, is_as_asked);
    if (!asks) return;
    put_number(to_.numbers, static_cast<std::uint64_t>(state.credential));
    put_number(to_.numbers, place_of(state.bulk));
    put_number(to_.numbers, zigzag(before(to_.from, state.asked_at)));
    if (!is_as_asked) put_client(state.asked, false, false);
  }

 private:
  void put_client(const Client& client, bool is_refused_as_blocked, bool is_as_asked) {
    const ClientToken& token = client.token;
    const Duration valid = token.expires - token.not_before;
    if (token.exists() && to_.valid_seconds == 0) {
      to_.valid_seconds = static_cast<std::uint32_t>(valid.count());
      to_.signer = token.signer.value;
    }
    StateShape shape{client, is_refused_as_blocked, client.bulk != Guid{}, token.exists()};
    shape.is_expected =
        token.exists() && valid == Duration{to_.valid_seconds} && token.signer.value == to_.signer;
    shape.is_as_asked = is_as_asked;
    PutBits bits;
    lay_out(bits, shape);
    put_shape(bits.bits);
    put_number(to_.numbers, client.newest_ordinal);
    if (shape.holds_bulk) put_number(to_.numbers, place_of(client.bulk));
    if (!shape.holds_token) return;
    put_age(before(to_.from, token.not_before));
    if (shape.is_expected) return;
    put_number(to_.numbers, static_cast<std::uint64_t>(valid.count()));
    put_number(to_.numbers, token.signer.value);
  }
  void put_shape(std::uint64_t shape) {
    // Most clients are like one of the last.
    const auto found = std::find(to_.shapes.begin(), to_.shapes.end(), shape);
    const auto place = static_cast<std::size_t>(found - to_.shapes.begin());
    if (found == to_.shapes.end()) to_.shapes.push_back(shape);
    to_.codes.push_back(static_cast<std::uint8_t>(std::min<std::size_t>(place, kOtherCode)));
    if (place >= kOtherCode) put_number(to_.numbers, place);
  }
  void put_age(std::int64_t age) {
    const std::int64_t units = age / to_.time_unit;
    const bool fits = units >= 0 && units < kOtherAge && units * to_.time_unit == age;
    to_.ages.push_back(fits ? static_cast<std::uint16_t>(units) : kOtherAge);
    if (!fits) put_number(to_.numbers, zigzag(age));
  }
  std::uint64_t place_of(Guid guid) {
    const auto found = std::find(to_.guids.begin(), to_.guids.end(), guid);
    const auto place = static_cast<std::uint64_t>(found - to_.guids.begin());
    if (found == to_.guids.end()) to_.guids.push_back(guid);
    return place;
  }

  KeptStates& to_;
};

class Decoder {
 public:
  explicit Decoder(const KeptStates& from) : from_(from), numbers_(from.numbers) {}

  // False if there is no table of good shapes.
  bool start() {
    for (const std::uint64_t shape : from_.shapes) {
      TakeBits bits{shape};
      lay_out(bits, shapes_.emplace_back());
      if (!bits.good) return false;
    }
    return true;
  }
  bool take(std::uint32_t number, ServiceState& state) {
    StateShape shape;
    if (!take_client(number, state.client, shape)) return false;
    state.is_refused_as_blocked = shape.is_refused_as_blocked;
    if (state.client.pending == PendingRequest::none) return true;
    const std::uint32_t credential = numbers_.take();
    if (credential >= kCount<Credential> || !take_guid(state.bulk)) return false;
    state.credential = static_cast<Credential>(credential);
    if (!take_before(state.asked_at)) return false;
    if (shape.is_as_asked) {
      state.asked = state.client;
      return true;
    }
    return take_client(number, state.asked, shape);
  }
  bool is_used_up() const {
    return numbers_.good() && numbers_.used_up() && next_code_ == from_.codes.size() &&
           next_age_ == from_.ages.size();
  }

 private:
  bool take_client(std::uint32_t number, Client& client, StateShape& shape) {
    if (next_code_ == from_.codes.size()) return false;
    std::size_t place = from_.codes[next_code_++];
    if (place == kOtherCode) place = numbers_.take();
    if (place >= shapes_.size()) return false;
    shape = shapes_[place];
    client = shape.client;
    client.newest_ordinal = numbers_.take();
    if (shape.holds_bulk && !take_guid(client.bulk)) return false;
    if (!shape.holds_token) return numbers_.good();
    if (client.newest_ordinal == 0 || next_age_ == from_.ages.size()) return false;
    ClientToken& token = client.token;
    token.serial = TokenSerial::of({number}, client.newest_ordinal);
    const std::uint16_t age = from_.ages[next_age_++];
    token.not_before = at(Duration{from_.from - std::int64_t{age} * from_.time_unit});
    if (age == kOtherAge && !take_before(token.not_before)) return false;
    token.expires =
        token.not_before + Duration{shape.is_expected ? from_.valid_seconds : numbers_.take()};
    token.signer.value = shape.is_expected ? from_.signer : numbers_.take();
    return numbers_.good();
  }
  bool take_guid(Guid& guid) {
    const std::uint32_t place = numbers_.take();
    if (place >= from_.guids.size()) return false;
    guid = from_.guids[place];
    return true;
  }
  // Within what times of events can be.
  bool take_before(Instant& time) {
    constexpr std::int64_t kMost = std::int64_t{1} << 49;
    const std::int64_t age = numbers_.take_signed();
    if (age < -kMost || age > kMost) return false;
    time = at(Duration{from_.from - age});
    return numbers_.good();
  }

  const KeptStates& from_;
  NumberReader numbers_;
  std::vector<StateShape> shapes_;
  std::size_t next_code_ = 0;
  std::size_t next_age_ = 0;
};

}  // namespace

KeptStates encode_states(KeptStates place, std::span<const ServiceReplay> clients) {
  Encoder encoder(place);
  const std::size_t first = place.goes_on ? 1 : 0;
  for (const ServiceReplay& client : clients.subspan(first)) encoder.put(client.state());
  return place;
}

bool decode_states(const KeptStates& kept, std::vector<ServiceState>& states) {
  Decoder decoder(kept);
  const std::uint32_t first = kept.goes_on ? 1 : 0;
  const bool has_codes = kept.clients >= first && kept.clients - first <= kept.codes.size();
  if (!has_codes || !decoder.start()) return false;
  states.assign(kept.clients, {});
  for (std::uint32_t i = first; i < kept.clients; ++i) {
    if (!decoder.take(kept.first_client + i, states[i])) return false;
  }
  return decoder.is_used_up();
}

}  // namespace tokenlife::events
