// What a client asks of the site.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "client.hpp"
#include "id.hpp"
#include "names.hpp"

namespace tokenlife {

enum class RequestKind : std::uint8_t { registration, renewal, exchange };

// R8: tokens serve device-centric scenarios only.
enum class Scope : std::uint8_t { device, user };

struct Request {
  RequestKind kind;
  Endpoint via;
  Credential credential;  // what a registration shows; otherwise the client's own
  Guid bulk;              // nil unless the credential is a bulk token
  Scope scope = Scope::device;
  friend bool operator==(const Request&, const Request&) = default;
};

// Why a client says nothing at a contact.
enum class NoRequest : std::uint8_t {
  not_installed,
  offline,             // A12
  cmg_not_allowed,     // R10, R11
  no_credential,       // R19, R20: nothing that would let it register over the CMG.
  waits_for_intranet,  // R60: only an MP on the intranet can help it.
  answer_under_way,    // One request at a time.
};
template <>
struct Names<NoRequest> {
  static constexpr std::array<std::string_view, 6> values{"not-installed",      "offline",
                                                          "cmg-not-allowed",    "no-credential",
                                                          "waits-for-intranet", "answer-under-way"};
};

// What the client knows at a contact besides its own state.
struct Contact {
  bool renewal_is_due;   // by the client's own clock: see renewal_due()
  bool at_agent_start;   // made at an installation's or restart's own tick (A2)
  bool mp_down = false;  // on the intranet: there is no MP that answers (A16)
};

}  // namespace tokenlife
