#include "sim/scenario/format_key.hpp"

#include "sim/scenario/toml_limits.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {

bool lacks_format(const std::string& path) {
  const auto text = read_text_file(path, kFileBytesMax);
  if (!text || too_deep_key(*text)) return false;
  try {
    return !toml::parse(std::string_view(*text)).contains("format");
  } catch (const toml::parse_error&) {
    return false;
  }
}

}  // namespace tokenlife::sim
