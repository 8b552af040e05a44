// Files that users hand to the program.
#pragma once

#include <cstddef>
#include <string>

#include "core/result.hpp"

namespace tokenlife::sim {

inline constexpr const char* kIsFolder = "it is a folder";

// The bytes of a file, or in words why there are none: no such file, a folder, too long, ...
Result<std::string, std::string> read_text_file(const std::string& path, std::size_t bytes_max);

// Whether that was said because there is no file: nothing, or a folder.
bool is_no_file(const std::string& why);

// The same, cut after so many bytes.
Result<std::string, std::string> read_beginning(const std::string& path, std::size_t bytes_max);

// The same of standard input, cut too. The one copy is the one returned.
Result<std::string, std::string> read_standard_input(std::size_t bytes_max);

}  // namespace tokenlife::sim
