// What a client token says, whoever wrote it: nothing is verified.
#pragma once

#include <optional>

#include "core/client.hpp"

namespace tokenlife {
struct ClientClaims;  // core/token/token.hpp
class Secret;         // core/token/secret.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

// Nothing if it is no client token.
std::optional<ClientClaims> claims_named_by(const Secret& token);
// Its serial; 0 if it names none.
TokenSerial serial_named_by(const Secret& token);

}  // namespace tokenlife::sim
