// How each event of a client lies in a batch: which fields share its byte of `details`, from the
// lowest bit on, and which go to the columns that only some events have. Said once for each event;
// writing, reading and checking go through the same function with a `place` of their own:
//
//   place.detail(label, field)  the next bits of the detail byte; the label is event.capnp's
//   place.cohort(field), guid(field), guid_if(whether, field), serial(field),
//   place.token(field), token(field, replaced serial)  the next entry of that column
//   place.number(field), number_if(whether, field)  the next of the other numbers, which come last:
//                                                   a whole number, a length or a code
//   place.flag(label, whether)  a bit that says whether; when it is read, its answer counts
//
// Logs hold what is said here: only new events bring new layouts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/client_event.hpp"

namespace tokenlife::events {

// ---- Bits --------------------------------------------------------------------------------------

template <unsigned Width, std::size_t Values>
struct Bits {
  static constexpr unsigned width = Width;
  static constexpr std::size_t values = Values;  // good are the codes below
  static_assert(Values <= (std::size_t{1} << Width), "every value fits into its bits");
};

// What a field of that type takes of a detail byte.
template <class T>
struct BitsOf;
template <>
struct BitsOf<bool> : Bits<1, 2> {};
template <>
struct BitsOf<ClientVersion> : Bits<1, kCount<ClientVersion>> {};
template <>
struct BitsOf<Network> : Bits<2, kCount<Network>> {};
template <>
struct BitsOf<Credential> : Bits<2, kCount<Credential>> {};
template <>
struct BitsOf<RefusalReason> : Bits<5, kCount<RefusalReason>> {};
template <>
struct BitsOf<FailureReason> : Bits<6, kCount<FailureReason>> {};
template <>
struct BitsOf<LifecycleState> : Bits<3, kCount<LifecycleState>> {};
template <>
struct BitsOf<RenewsOn> : Bits<2, kCount<RenewsOn>> {};
template <>
struct BitsOf<SpellCause> : Bits<5, kCount<SpellCause>> {};
// Clients talk to an MP or the CMG, never to the STS.
template <>
struct BitsOf<Endpoint> : Bits<2, 2> {};
static_assert(Endpoint::mp == Endpoint{0} && Endpoint::cmg == Endpoint{1});

// What the places put together into which layouts put events.
struct DetailByte {
  unsigned bits = 0;
  unsigned width = 0;

  template <class T>
  void detail(std::string_view, T value) {
    bits |= static_cast<unsigned>(value) << width;
    width += BitsOf<T>::width;
  }
  bool flag(std::string_view, bool is_set) {
    bits |= (is_set ? 1U : 0U) << width++;
    return is_set;
  }
};

// ---- Events ------------------------------------------------------------------------------------

// An event without a layout does not compile, nor does one with a field that its layout forgets.
template <class Event>
struct Layout;

struct NoFields {
  static constexpr void fields(auto&, auto&) {}
};
struct ViaAndReason {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("via", e.via);
    place.detail("reason", e.reason);
  }
};

template <>
struct Layout<ClientInstalled> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("network", e.network);
    place.detail("credential", e.credential);
    place.detail("version", e.version);
    place.detail("cmg-allowed", e.cmg_allowed);
    place.detail("blocked", e.blocked);
    const bool turns = place.flag("turns-to-cmg", e.on_intranet != OnIntranet::mp);
    place.cohort(e.cohort);
    place.guid(e.bulk);
    place.number_if(turns, e.on_intranet);
  }
};
template <>
struct Layout<NetworkChanged> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("from", e.from);
    place.detail("to", e.to);
  }
};
template <>
struct Layout<AgentRestarted> : NoFields {};
template <>
struct Layout<RegistrationRequested> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("via", e.via);
    place.detail("credential", e.credential);
    place.guid_if(e.credential == Credential::bulk, e.bulk);
  }
};
template <>
struct Layout<RegistrationCompleted> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("via", e.via);
    place.token(e.token);
  }
};
template <>
struct Layout<RegistrationRefused> : ViaAndReason {};
template <>
struct Layout<RegistrationFailed> : ViaAndReason {};
template <>
struct Layout<RenewalRequested> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("via", e.via);
    place.serial(e.serial);
  }
};
template <>
struct Layout<TokenRenewed> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("via", e.via);
    place.token(e.token, e.replaces);
  }
};
template <>
struct Layout<RenewalRefused> : ViaAndReason {};
template <>
struct Layout<RenewalFailed> : ViaAndReason {};
template <>
struct Layout<TokenExpired> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("spell-cause", e.spell_cause);
    place.serial(e.serial);
    place.number_if(e.spell_cause != SpellCause::not_recorded, e.since_contact);
  }
};
template <>
struct Layout<ReRegistrationRequired> {
  static constexpr void fields(auto& place, auto& e) {
    ViaAndReason::fields(place, e);
    place.detail("begins-spell", e.begins_spell);
    place.number_if(e.begins_spell, e.since_contact);
  }
};
template <>
struct Layout<ClientReinstalled> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("new-identity", e.new_identity);
    place.detail("begins-spell", e.begins_spell);
    place.guid(e.bulk);
    place.number_if(e.begins_spell, e.since_contact);
  }
};
template <>
struct Layout<ClientUpgraded> : NoFields {};
template <>
struct Layout<ClientBlocked> : NoFields {};
template <>
struct Layout<ClientUnblocked> : NoFields {};
template <>
struct Layout<CmgAllowedChanged> {
  static constexpr void fields(auto& place, auto& e) { place.detail("value", e.value); }
};
template <>
struct Layout<ClientAdopted> {
  static constexpr void fields(auto& place, auto& e) {
    place.detail("state", e.state);
    place.detail("network", e.network);
    place.detail("last-connected", e.last_connected);
    place.detail("blocked", e.blocked);
    place.cohort(e.cohort);
    place.guid(e.bulk);
    place.token(e.token);
    place.number(e.tokens);
    place.number(e.credential);
    place.number(e.version);
    place.number(e.cmg_allowed);
    place.number(e.on_intranet);
    place.number(e.credential_expired);
    place.number(e.credential_renews_on);
  }
};
template <>
struct Layout<ClientPolicyChanged> {
  static constexpr void fields(auto& place, auto& e) {
    auto& [renew_after, renew_jitter, renew_on, after_failure, after_refusal, backoff, max,
           jitter] = e.changed;
    const bool flags[] = {place.flag("renew-after", renew_after.has_value()),
                          place.flag("renew-jitter", renew_jitter.has_value()),
                          place.flag("renew-on", renew_on.has_value()),
                          place.flag("retry-after-failure", after_failure.has_value()),
                          place.flag("retry-after-refusal", after_refusal.has_value()),
                          place.flag("retry-backoff", backoff.has_value()),
                          place.flag("retry-max", max.has_value()),
                          place.flag("retry-jitter", jitter.has_value())};
    place.optional(flags[0], renew_after);
    place.optional(flags[1], renew_jitter);
    place.optional(flags[2], renew_on);
    place.optional(flags[3], after_failure);
    place.optional(flags[4], after_refusal);
    place.optional(flags[5], backoff);
    place.optional(flags[6], max);
    place.optional(flags[7], jitter);
  }
};
template <>
struct Layout<CredentialRenewed> {
  static constexpr void fields(auto& place, auto& e) { place.number(e.valid); }
};
template <>
struct Layout<CredentialExpired> {
  static constexpr void fields(auto& place, auto& e) { place.detail("renews-on", e.renews_on); }
};
template <>
struct Layout<ClockChanged> {
  static constexpr void fields(auto& place, auto& e) { place.number(e.skew); }
};
template <>
struct Layout<AskedToRenew> {
  static constexpr void fields(auto& place, auto& e) { place.serial(e.serial); }
};

// ---- Numbers -----------------------------------------------------------------------------------

// A number as logs hold it, and back.
template <class T>
constexpr std::int64_t to_number(const T& value) {
  if constexpr (std::is_same_v<T, Duration>) {
    return value.count();
  } else if constexpr (std::is_same_v<T, Thousandths>) {
    return value.value;
  } else {
    return static_cast<std::int64_t>(value);
  }
}
// False, with `value` as it was, if the number stands for nothing.
template <class T>
constexpr bool from_number(std::int64_t number, T& value) {
  if constexpr (std::is_same_v<T, Duration>) {
    constexpr std::int64_t kSecondsMax = std::int64_t{1} << 48;
    if (number < -kSecondsMax || number > kSecondsMax) return false;
    value = Duration{number};
  } else if constexpr (std::is_same_v<T, Thousandths>) {
    if (number < 0 || number > UINT32_MAX) return false;
    value = Thousandths{static_cast<std::uint32_t>(number)};
  } else {
    std::int64_t values = std::int64_t{1} << 32;
    if constexpr (std::is_same_v<T, bool>) values = 2;
    if constexpr (std::is_enum_v<T>) values = static_cast<std::int64_t>(kCount<T>);
    if (number < 0 || number >= values) return false;
    value = static_cast<T>(number);
  }
  return true;
}

// ---- Nothing forgotten -------------------------------------------------------------------------

namespace layout_detail {

struct Count {
  std::size_t fields = 0;
  unsigned bits = 0;

  template <class T>
  constexpr void detail(std::string_view, const T&) {
    ++fields;
    bits += BitsOf<T>::width;
  }
  constexpr void cohort(CohortNumber) { ++fields; }
  constexpr void guid(Guid) { ++fields; }
  constexpr void guid_if(bool, Guid) { ++fields; }
  constexpr void serial(TokenSerial) { ++fields; }
  constexpr void token(const ClientToken&) { ++fields; }
  constexpr void token(const ClientToken&, TokenSerial) { fields += 2; }
  constexpr void number(const auto&) { ++fields; }
  constexpr void number_if(bool, const auto&) { ++fields; }
  constexpr void optional(bool, const auto&) {}
  constexpr bool flag(std::string_view, bool) {
    ++bits;
    return true;
  }
};

template <class Event>
constexpr Count count() {
  Count place;
  Event event{};
  Layout<Event>::fields(place, event);
  return place;
}

struct Anything {
  template <class T>
  operator T() const;
};
template <class Event, std::size_t... I>
constexpr bool has_fields(std::index_sequence<I...>) {
  return requires { Event{(static_cast<void>(I), Anything{})...}; };
}

template <class Event>
struct Check : std::true_type {
  static constexpr Count place = count<Event>();
  static_assert(place.bits <= 8, "the detail byte is one byte");
  // A layout of what has changed takes it apart, which is a check of its own.
  static constexpr bool is_of_change = requires(Event event) { event.changed; };
  static_assert(is_of_change || (has_fields<Event>(std::make_index_sequence<place.fields>()) &&
                                 !has_fields<Event>(std::make_index_sequence<place.fields + 1>())),
                "the layout has every field of the event once");
};
template <class... Events>
constexpr bool check(const std::variant<Events...>*) {
  return (Check<Events>::value && ...);
}
static_assert(check(static_cast<const ClientEvent*>(nullptr)));

}  // namespace layout_detail

}  // namespace tokenlife::events
