// base64url is one to one: what is decoded is encoded to the same text, and the other way round.
#include <string>

#include "core/token/base64url.hpp"
#include "fuzz/target.hpp"
#include "support/forge.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife;
  using test::require;
  const std::string_view input = test::text_of(data, size);
  if (const auto bytes = from_base64url(input)) {
    require(to_base64url(std::string_view(*bytes)) == input, "one text for the same bytes");
    require(bytes->size() == input.size() * 3 / 4, "a length that fits");
    require(!from_base64url(std::string(input) + "="), "no padding");
  }
  const std::string text = to_base64url(input);
  require(text == test::base64url_of(input), "OpenSSL's digits");
  require(from_base64url(text) == std::string(input), "bytes that come back");
  return 0;
}
