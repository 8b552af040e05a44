#include "sim/error.hpp"

#include "sim/plain_text.hpp"

namespace tokenlife::sim {

std::string to_string(const Error& error) {
  std::string text;
  if (!error.place.empty()) text += plain_text(error.place) + ": ";
  text += plain_text(error.what);
  if (!error.advice.empty()) text += "; " + plain_text(error.advice);
  return text;
}

}  // namespace tokenlife::sim
