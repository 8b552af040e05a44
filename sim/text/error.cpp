#include "sim/text/error.hpp"

#include <fmt/format.h>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {

std::string to_string(const Error& error) {
  std::string text;
  if (!error.place.empty()) text += plain_text(error.place) + ": ";
  text += plain_text(error.what);
  if (!error.advice.empty()) text += "; " + plain_text(error.advice);
  return text;
}

Error to_error(const events::LogError& error) {
  return {ErrorKind::file, fmt::format("{}: byte {}", error.file, error.offset), error.what, ""};
}

}  // namespace tokenlife::sim
