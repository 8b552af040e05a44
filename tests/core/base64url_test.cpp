// base64url, strictly.
#include "core/token/base64url.hpp"

#include <catch2/catch.hpp>

#include "support/forge.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

TEST_CASE("base64url: what RFC 4648 and RFC 7515 have as examples") {
  const std::vector<std::pair<std::string, std::string>> examples{
      {"", ""},
      {"f", "Zg"},
      {"fo", "Zm8"},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg"},
      {"fooba", "Zm9vYmE"},
      {"foobar", "Zm9vYmFy"},
      {"\x03\xec\xff\xe0\xc1", "A-z_4ME"},
  };
  for (const auto& [bytes, text] : examples) {
    CHECK(to_base64url(std::string_view(bytes)) == text);
    CHECK(from_base64url(text) == bytes);
  }
}

TEST_CASE("base64url: no padding, white space, other alphabet, length of 1 mod 4, stray bits") {
  for (const std::string_view text : {"Zg==",      "Zm8=",   "Zg=",        "=",       "====",
                                      " Zg",       "Zg ",    "Zg\n",       "Z\ng",    "Zm9v\r\n",
                                      "Zm 9v",     "Zm9v\t", "A+z/4ME",    "A-z/4ME", "+",
                                      "Zm9v.",     "Zm9v,",  "\xC3\xA4Zg", "Z",       "Zm9vY",
                                      "Zm9vYmFyA",  // one character too many
                                      "Zh",        "Zn",     "Zv",         "Zm9",     "Zm-",
                                      "Zm_"}) {  // bits behind the last byte
    INFO(text);
    CHECK_FALSE(from_base64url(text));
  }
  CHECK_FALSE(from_base64url(std::string_view("Zg\0", 3)));
  CHECK_FALSE(from_base64url(std::string_view("\0Zg", 3)));
}

TEST_CASE("base64url: every last character is taken if and only if it has no stray bits") {
  int taken_of_two = 0;
  int taken_of_three = 0;
  for (int c = 0; c < 256; ++c) {
    const std::string last(1, static_cast<char>(c));
    taken_of_two += from_base64url("A" + last).has_value();
    taken_of_three += from_base64url("AA" + last).has_value();
  }
  CHECK(taken_of_two == 4);     // A Q g w
  CHECK(taken_of_three == 16);  // every fourth
}

TEST_CASE("base64url: bytes come back, and no two texts give the same bytes") {
  property("base64url round trip", [](const std::string& bytes) {
    const std::string text = to_base64url(std::string_view(bytes));
    RC_ASSERT(text == base64url_of(bytes));
    RC_ASSERT(from_base64url(text) == std::optional(bytes));
  });
  property("base64url is one to one",
           [] {
             const auto text = *rc::gen::container<std::string>(
                 rc::gen::elementOf(std::string("AQgwZm9v-_+/= ")));
             const auto bytes = from_base64url(text);
             RC_TAG(bytes.has_value() ? "taken" : "refused");
             if (bytes) RC_ASSERT(to_base64url(std::string_view(*bytes)) == text);
           },
           2, {{"taken", 0.02}, {"refused", 0.2}});
}

}  // namespace
}  // namespace tokenlife::test
