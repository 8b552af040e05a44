// Files that hold one key or certificate in PEM. A key's file is its owner's alone, from the moment
// at which it is made.
#pragma once

#include <string>

#include "core/certificate.hpp"
#include "core/key.hpp"
#include "core/result.hpp"
#include "sim/error.hpp"

namespace tokenlife::sim {

// Both write a file beside `path`, see it safely on the disk, and give it its name: a crash leaves
// the whole file or none. What was there under the name is replaced. That the folder remembers the
// name is not yet sure: see sync_folder().
//
// The key's file has mode 0600 and is never readable for others, not even for a moment.
Result<void, Error> write_key_file(const std::string& path, const PrivateKey& key);
Result<void, Error> write_certificate_file(const std::string& path, const Certificate& certificate);

// Sees to it that new names in the folder outlive a crash.
Result<void, Error> sync_folder(const std::string& folder);

// Refused, with advice, if somebody else can read the file or owns it (root may use anybody's), and
// if it is no file but a link, a pipe or a folder.
Result<PrivateKey, Error> read_key_file(const std::string& path);
Result<Certificate, Error> read_certificate_file(const std::string& path);

}  // namespace tokenlife::sim
