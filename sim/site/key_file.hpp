// Files that hold one key or certificate in PEM: see private_file.hpp for who may read them, and
// what a crash leaves of them.
#pragma once

#include <string>

#include "core/result.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

Result<void, Error> write_key_file(const std::string& path, const PrivateKey& key);
Result<void, Error> write_certificate_file(const std::string& path, const Certificate& certificate);

Result<PrivateKey, Error> read_key_file(const std::string& path);
Result<Certificate, Error> read_certificate_file(const std::string& path);

}  // namespace tokenlife::sim
