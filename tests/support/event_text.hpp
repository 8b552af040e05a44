// Events in words, for failed tests.
#pragma once

#include <string>
#include <vector>

#include "core/event.hpp"

namespace tokenlife::test {

namespace event_text_detail {

template <class Enum>
std::string field(const char* key, Enum value) {
  return std::string(" ") + key + "=" + std::string(name(value));
}
inline std::string field(const char* key, Instant moment) {
  return std::string(" ") + key + "=" + std::to_string(moment.time_since_epoch().count()) + "s";
}
inline std::string field(const char* key, Guid guid) {
  return std::string(" ") + key + "=" + (guid.is_nil() ? "none" : to_string(guid).substr(0, 8));
}

// The members that events have in common, by their names.
template <class Event>
std::string fields(const Event& event) {
  std::string text;
  if constexpr (requires { event.network; }) text += field("network", event.network);
  if constexpr (requires { event.from; }) text += field("from", event.from);
  if constexpr (requires { event.to; }) text += field("to", event.to);
  if constexpr (requires { event.via; }) text += field("via", event.via);
  if constexpr (requires { event.credential; }) text += field("credential", event.credential);
  if constexpr (requires { event.version; }) text += field("version", event.version);
  if constexpr (requires { event.cmg_allowed; }) text += event.cmg_allowed ? " cmg" : " no-cmg";
  if constexpr (requires { event.blocked; }) text += event.blocked ? " blocked" : "";
  if constexpr (requires { event.bulk; }) text += field("bulk", event.bulk);
  if constexpr (requires { event.guid; }) text += field("guid", event.guid);
  if constexpr (requires { event.reason; }) text += field("reason", event.reason);
  if constexpr (requires { event.serial; }) text += " serial=" + to_string(event.serial);
  if constexpr (requires { event.replaces; }) text += " replaces=" + to_string(event.replaces);
  if constexpr (requires { event.token; }) {
    text += " token=" + to_string(event.token.serial) + " until " +
            std::to_string(event.token.expires.time_since_epoch().count()) + " key " +
            std::to_string(event.token.signer.value);
  }
  if constexpr (requires { event.endpoint; }) text += field("endpoint", event.endpoint);
  if constexpr (requires { event.key; }) text += " key=" + std::to_string(event.key.value);
  if constexpr (requires { event.new_identity; }) text += event.new_identity ? " anew" : "";
  if constexpr (requires { event.value; }) text += event.value ? " on" : " off";
  return text;
}

}  // namespace event_text_detail

template <class Event>
std::string to_text(const Recorded<Event>& recorded) {
  return std::to_string(recorded.time.time_since_epoch().count()) + "s #" +
         std::to_string(recorded.seq) + " " + std::string(name(kind_of(recorded.event))) +
         std::visit([](const auto& event) { return event_text_detail::fields(event); },
                    recorded.event) +
         " <- " + std::string(name(recorded.cause.kind)) + " " +
         std::to_string(recorded.cause.number);
}

// Where a stream parts from what is expected of it, with what went before; empty if it does not.
template <class Event>
std::string difference(const std::string& whose, const std::vector<Recorded<Event>>& expected,
                       const std::vector<Recorded<Event>>& engine) {
  if (expected == engine) return "";
  std::size_t at = 0;
  while (at < expected.size() && at < engine.size() && expected[at] == engine[at]) ++at;
  std::string text = whose + " parts at event " + std::to_string(at) + "\n";
  const auto line = [](const char* label, const auto& stream, std::size_t i) {
    return std::string(label) + (i < stream.size() ? to_text(stream[i]) : "nothing") + "\n";
  };
  for (std::size_t i = at < 8 ? 0 : at - 8; i < at; ++i) text += line("  both      ", expected, i);
  for (std::size_t i = at; i < at + 3; ++i) text += line("  expected  ", expected, i);
  for (std::size_t i = at; i < at + 3; ++i) text += line("  engine    ", engine, i);
  return text;
}

// The same for all clients of a run, by number.
inline std::string difference(const std::vector<std::vector<Recorded<ClientEvent>>>& expected,
                              const std::vector<std::vector<Recorded<ClientEvent>>>& engine) {
  if (expected.size() != engine.size()) return "not as many clients";
  std::string text;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    text += difference("client " + std::to_string(i), expected[i], engine[i]);
  }
  return text;
}

}  // namespace tokenlife::test
