#include "core/id.hpp"

#include <catch2/catch.hpp>

#include "core/hex.hpp"

namespace tokenlife {
namespace {

TEST_CASE("R15: a serial names the client and which of its tokens it is") {
  const TokenSerial serial = TokenSerial::of(ClientNumber{17}, 3);
  CHECK(serial.client() == ClientNumber{17});
  CHECK(serial.ordinal() == 3);
  CHECK(to_string(serial) == "17-3");
}

TEST_CASE("serials of a client rise with its tokens and are never 0") {
  CHECK(TokenSerial::of(ClientNumber{0}, 1) > TokenSerial{});
  CHECK(TokenSerial::of(ClientNumber{5}, 2) > TokenSerial::of(ClientNumber{5}, 1));
  CHECK(TokenSerial::of(ClientNumber{6}, 1) > TokenSerial::of(ClientNumber{5}, 2));
}

TEST_CASE("a GUID is printed in lower case and read in either") {
  const Guid guid{0xcdcc5e910adf4a24, 0x82d0196667f1c081};
  CHECK(to_string(guid) == "cdcc5e91-0adf-4a24-82d0-196667f1c081");
  CHECK(parse_guid("cdcc5e91-0adf-4a24-82d0-196667f1c081") == guid);
  CHECK(parse_guid("CDCC5E91-0ADF-4A24-82D0-196667F1C081") == guid);
}

TEST_CASE("text that is not exactly a GUID is not read as one") {
  for (const std::string_view text : {
           "",
           "cdcc5e91-0adf-4a24-82d0-196667f1c08",     // a digit short
           "cdcc5e91-0adf-4a24-82d0-196667f1c0811",   // a digit long
           "cdcc5e910-adf-4a24-82d0-196667f1c081",    // a hyphen misplaced
           "cdcc5e9p-0adf-4a24-82d0-196667f1c081",    // no digit
           "+dcc5e91-0adf-4a24-82d0-196667f1c081",    // a sign
           "cdcc5e91-0adf-4a24-82d0-19666-f1c081",    // a fifth hyphen
           "{cdcc5e91-0adf-4a24-82d0-196667f1c081}",  // braces
           " dcc5e91-0adf-4a24-82d0-196667f1c081",    // a space
       }) {
    CAPTURE(text);
    CHECK_FALSE(parse_guid(text));
  }
}

TEST_CASE("the nil GUID stands for none") {
  CHECK(Guid{}.is_nil());
  CHECK_FALSE(Guid{0, 1}.is_nil());
  CHECK_FALSE(Guid{1, 0}.is_nil());
}

TEST_CASE("thumbprints read in upper case, as consoles show them, and none passes for another") {
  CHECK(to_string(Sha1Thumbprint{0x01, 0xab}) == "01AB" + std::string(36, '0'));
  CHECK(to_string(Sha256Thumbprint{0x01, 0xab}) == "01AB" + std::string(60, '0'));
  STATIC_REQUIRE_FALSE(std::is_convertible_v<std::array<unsigned char, 32>, Sha256Thumbprint>);
}

TEST_CASE("bytes are written as digits of either case, and read from either") {
  constexpr std::array<unsigned char, 3> kBytes{0x00, 0x9a, 0xff};
  CHECK(to_hex(kBytes) == "009aff");
  CHECK(to_hex(kBytes, HexCase::upper) == "009AFF");
  CHECK(to_hex({}).empty());
  for (const std::string_view text : {"009aff", "009AFF", "009aFf"}) {
    std::array<unsigned char, 3> read{1, 1, 1};
    CHECK(parse_hex(text, read));
    CHECK(read == kBytes);
  }
  // Too short, too long, no digit, signs, a prefix, a space.
  for (const std::string_view text :
       {"", "009af", "009aff0", "009afg", "-09aff", "+09aff", "0x9aff", " 09aff", "00 9aff"}) {
    CAPTURE(text);
    std::array<unsigned char, 3> read{};
    CHECK_FALSE(parse_hex(text, read));
  }
  CHECK(parse_hex("", {}));
}

TEST_CASE("a random GUID has version 4 and the variant of RFC 9562 whatever the bits") {
  CHECK(to_string(random_guid(0, 0)) == "00000000-0000-4000-8000-000000000000");
  CHECK(to_string(random_guid(~0ULL, ~0ULL)) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

}  // namespace
}  // namespace tokenlife
