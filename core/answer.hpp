// The answer to a request, and what a client hears in it.
#pragma once

#include <cstdint>
#include <optional>

#include "client.hpp"
#include "client_event.hpp"
#include "request.hpp"
#include "verdict.hpp"

namespace tokenlife {

// A request and what the site made of it, on its way back.
struct Answer {
  Request request;
  Verdict verdict;
  ClientToken token;  // if a registration or renewal was granted
  bool lost = false;  // The site acted, but its answer does not arrive.
};

// The events of an answer, oldest first: none for an exchange that went well or was lost, otherwise
// one, or two where a refusal ends the token as well.
struct AnswerEffects {
  std::optional<ClientEvent> first;
  std::optional<ReRegistrationRequired> then;
};

// A15: whether the client hears with it what has been set for it in the meantime.
constexpr bool tells_of_settings(const Answer& answer) {
  return answer.verdict.kind == Verdict::Kind::granted && !answer.lost;
}

// What a client makes of an answer to a registration or renewal: whether it waits, and whether its
// row of failures goes on.
enum class Heard : std::uint8_t { granted, refused, failed };
constexpr Heard heard_as(const Answer& answer) {
  if (answer.verdict.kind == Verdict::Kind::failed || answer.lost) return Heard::failed;
  return answer.verdict.kind == Verdict::Kind::refused ? Heard::refused : Heard::granted;
}

}  // namespace tokenlife
