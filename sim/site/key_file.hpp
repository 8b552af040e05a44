// Files that hold one key or certificate in PEM: those of a site or client, which private_file.hpp
// says who may read and what a crash leaves of, and those that users hand over.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sim/text/error.hpp"

namespace tokenlife {
class Certificate;  // core/token/certificate.hpp
class PrivateKey;   // core/token/key.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

Result<void, Error> write_key_file(const std::string& path, const PrivateKey& key);
Result<void, Error> write_certificate_file(const std::string& path, const Certificate& certificate);

// Of a site's or client's own folder: no link, no pipe, and the key its owner's alone. `if_missing`
// is what to do if there is none.
Result<PrivateKey, Error> read_key_file(const std::string& path,
                                        std::string_view if_missing = "put it back from a copy");
Result<Certificate, Error> read_certificate_file(
    const std::string& path, std::string_view if_missing = "put it back from a copy");

// Handed over by a user, from wherever that is.
Result<Certificate, Error> read_given_certificate(const std::string& path);

// Those of a chain, in any order.
Result<std::vector<Certificate>, Error> read_given_chain(const std::string& path);
// The one private key that the file holds.
Result<PrivateKey, Error> read_given_private_key(const std::string& path);

// A "PUBLIC KEY", or that of a "CERTIFICATE", which then has a thumbprint.
struct GivenKey;  // given_key.hpp
Result<GivenKey, Error> read_given_key(const std::string& path);

}  // namespace tokenlife::sim
