// Keys and certificates that users hand over as files.
#pragma once

#include <string>

#include "core/result.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

Result<Certificate, Error> read_certificate(const std::string& path);

// "PUBLIC KEY", or the key of a "CERTIFICATE".
Result<PublicKey, Error> read_public_key(const std::string& path);

}  // namespace tokenlife::sim
