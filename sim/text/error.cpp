#include "sim/text/error.hpp"

#include <fmt/format.h>

#include <utility>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {

Failed<Error> usage_error(std::string what, std::string advice) {
  return input_error("", std::move(what), std::move(advice));
}

Failed<Error> input_error(std::string place, std::string what, std::string advice) {
  return Failed<Error>(
      Error{ErrorKind::input, std::move(place), std::move(what), std::move(advice)});
}

Failed<Error> file_error(std::string place, std::string what, std::string advice) {
  return Failed<Error>(
      Error{ErrorKind::file, std::move(place), std::move(what), std::move(advice)});
}

std::string to_string(const Error& error) {
  std::string text;
  if (!error.place.empty()) text += escape_text(error.place) + ": ";
  text += escape_text(error.what);
  if (!error.advice.empty()) text += "; " + escape_text(error.advice);
  return text;
}

Error to_error(const events::LogError& error) {
  using enum events::LogError::Kind;
  const auto what = [&] {
    switch (error.kind) {
      case corrupt: return "damaged: " + error.what;
      case interrupted: return "interrupted: " + error.what;
      case not_found:
      case io:
      case unsupported:
      case misuse: break;
    }
    return error.what;
  };
  const std::string byte = error.offset ? fmt::format(": byte {}", *error.offset) : "";
  return {ErrorKind::file, error.file + byte, what(), ""};
}

}  // namespace tokenlife::sim
