// Files that hold one key or certificate in PEM: those of a site or client, which private_file.hpp
// says who may read and what a crash leaves of, and those that users hand over.
#pragma once

#include <string>

#include "core/result.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

Result<void, Error> write_key_file(const std::string& path, const PrivateKey& key);
Result<void, Error> write_certificate_file(const std::string& path, const Certificate& certificate);

// Of a site's or client's own folder: no link, no pipe, and the key its owner's alone.
Result<PrivateKey, Error> read_key_file(const std::string& path);
Result<Certificate, Error> read_certificate_file(const std::string& path);

// Handed over by a user, from wherever that is.
Result<Certificate, Error> read_given_certificate(const std::string& path);
// "PUBLIC KEY", or the key of a "CERTIFICATE".
Result<PublicKey, Error> read_given_public_key(const std::string& path);

}  // namespace tokenlife::sim
