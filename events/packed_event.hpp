// Events of clients in little memory, to be sorted: twenty bytes, and what else an event says. Not
// a format: it lives no longer than the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "events/batch_view.hpp"

namespace tokenlife::events {

// Orders events by time, those of one time by client, and those of one client as they happened.
struct EventKey {
  std::uint32_t time;
  std::uint32_t client;
  std::uint32_t seq;
  std::uint32_t offset;  // of the rest, among the bytes of all

  std::uint64_t time_and_client() const { return (std::uint64_t{time} << 32) | client; }

  // Without a branch, which sorting would guess wrong every other time.
  friend bool operator<(const EventKey& a, const EventKey& b) {
    const std::uint64_t first = a.time_and_client();
    const std::uint64_t second = b.time_and_client();
    return (first < second) | ((first == second) & (a.seq < b.seq));
  }
};

namespace packed_detail {

// kind, cause, detail, and how many bytes follow.
struct Head {
  std::uint8_t kind;
  std::uint8_t cause;
  std::uint8_t detail;
  std::uint8_t bytes;
};

// The place into which a layout puts an event.
struct Pack : DetailByte {
  explicit Pack(std::vector<std::byte>& bytes) : to(bytes) {}
  std::vector<std::byte>& to;

  void cohort(CohortNumber cohort) { put(cohort.value); }
  void guid(Guid guid) { put(guid); }
  void guid_if(bool is_there, Guid guid) {
    if (is_there) put(guid);
  }
  void serial(TokenSerial serial) { put(serial.ordinal()); }
  void token(const ClientToken& token, TokenSerial replaces = {}) {
    put(TokenFields{token.serial.ordinal(), replaces.ordinal(),
                    token.not_before.time_since_epoch().count(),
                    static_cast<std::uint32_t>((token.expires - token.not_before).count()),
                    token.signer.value});
  }
  void number(const auto& value) { put(to_number(value)); }
  void number_if(bool is_there, const auto& value) {
    if (is_there) number(value);
  }
  void optional(bool is_there, const auto& value) {
    if (is_there) number(*value);
  }
  template <class T>
  void put(const T& value) {
    const auto bytes = std::as_bytes(std::span(&value, 1));
    to.insert(to.end(), bytes.begin(), bytes.end());
  }
};

// What Columns is for a batch.
struct PackedColumns {
  const std::byte* at;

  std::uint32_t take_cohort() { return take<std::uint32_t>(); }
  Guid take_guid() { return take<Guid>(); }
  std::uint32_t take_serial() { return take<std::uint32_t>(); }
  TokenFields take_token(bool) { return take<TokenFields>(); }
  std::int64_t take_number() { return take<std::int64_t>(); }
  bool short_column = false;  // never is
  bool too_short() const { return short_column; }

  template <class T>
  T take() {
    T value;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  }
};

template <class On>
struct OneEvent {
  ClientNumber client;
  On& to;

  template <class Event>
  bool on(const Recorded<Event>& recorded) {
    return to(client, recorded);
  }
};

}  // namespace packed_detail

class PackedEvents {
 public:
  template <class Event>
  void add(ClientNumber client, const Recorded<Event>& recorded) {
    using packed_detail::Head;
    const std::size_t offset = bytes.size();
    keys.push_back({static_cast<std::uint32_t>(recorded.time.time_since_epoch().count()),
                    client.value, recorded.seq, static_cast<std::uint32_t>(offset)});
    bytes.resize(offset + sizeof(Head));
    packed_detail::Pack place{bytes};
    if (has_number(recorded.cause.kind)) place.put(recorded.cause.number);
    Layout<Event>::fields(place, recorded.event);
    const Head head{static_cast<std::uint8_t>(Event::kind),
                    static_cast<std::uint8_t>(recorded.cause.kind),
                    static_cast<std::uint8_t>(place.bits),
                    static_cast<std::uint8_t>(bytes.size() - offset - sizeof(Head))};
    std::memcpy(bytes.data() + offset, &head, sizeof head);
  }

  // Of an event: the bytes that belong to its key.
  std::span<const std::byte> rest(const EventKey& key) const {
    packed_detail::Head head;
    std::memcpy(&head, bytes.data() + key.offset, sizeof head);
    return {bytes.data() + key.offset, sizeof head + head.bytes};
  }

  // Has the machine fetch what rest() will give.
  void prefetch(const EventKey& key) const { __builtin_prefetch(bytes.data() + key.offset); }

  // Keeps the bytes of the events that have a key.
  void drop_unused() {
    spare_.clear();
    for (EventKey& key : keys) {
      const auto used = rest(key);
      key.offset = static_cast<std::uint32_t>(spare_.size());
      spare_.insert(spare_.end(), used.begin(), used.end());
    }
    bytes.swap(spare_);
  }

  // Memory for so many events, which is taken when it is used: to grow step by step would take
  // twice as much for a moment.
  void reserve(std::size_t events) {
    keys.reserve(events);
    for (std::vector<std::byte>* each : {&bytes, &spare_}) each->reserve(12 * events);
  }

  void clear() {
    keys.clear();
    bytes.clear();
  }

  std::vector<EventKey> keys;
  std::vector<std::byte> bytes;

 private:
  std::vector<std::byte> spare_;
};

// Hands the event on(ClientNumber, const Recorded<E>&). Says what that says.
template <class On>
bool unpack(const EventKey& key, std::span<const std::byte> rest, On& on) {
  packed_detail::PackedColumns columns{rest.data()};
  const auto head = columns.take<packed_detail::Head>();
  const auto cause = static_cast<CauseKind>(head.cause);
  const Envelope envelope{at(Duration{key.time}),
                          key.seq,
                          {cause, has_number(cause) ? columns.take<std::uint32_t>() : 0}};
  packed_detail::OneEvent<On> visitor{{key.client}, on};
  using Place = batch_detail::Take<packed_detail::PackedColumns>;
  return batch_detail::hand_over(static_cast<EventKind>(head.kind),
                                 Place{key.client, head.detail, columns}, envelope, visitor,
                                 static_cast<const ClientEvent*>(nullptr));
}

}  // namespace tokenlife::events
