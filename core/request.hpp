// What a client asks of the site.
#pragma once

#include <cstdint>

#include "client.hpp"
#include "id.hpp"

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

}  // namespace tokenlife
