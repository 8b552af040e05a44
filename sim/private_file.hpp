// Files for their owner's eyes only.
#pragma once

#include <string>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "sim/error.hpp"

namespace tokenlife::sim {

// Writes a file of mode 0600 beside `path`, sees it safely on the disk and gives it its name: at
// every moment there is the old file or the new one, and never one that others can read.
Result<void, Error> write_private_file(const std::string& path, const Secret& bytes);

// Refused if others can read the file or own it (root may use anybody's), and if it is no file but
// a link, a pipe or a folder.
Result<Secret, Error> read_private_file(const std::string& path, std::size_t bytes_max);

// That there is none is no error.
Result<void, Error> remove_private_file(const std::string& path);

}  // namespace tokenlife::sim
