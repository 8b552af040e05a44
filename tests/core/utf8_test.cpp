#include "core/utf8.hpp"

#include <catch2/catch.hpp>

#include <string>

using tokenlife::is_utf8;

TEST_CASE("text is UTF-8 as RFC 3629 has it") {
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string_view("a\0b", 3)));
  CHECK(is_utf8("\xc2\x80 \xdf\xbf"));
  CHECK(is_utf8("\xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf"));
  CHECK(is_utf8("\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"));
}

TEST_CASE("what only looks like UTF-8 is refused") {
  CHECK_FALSE(is_utf8("\x80"));              // no lead
  CHECK_FALSE(is_utf8("\xc0\xaf"));          // overlong
  CHECK_FALSE(is_utf8("\xc1\xbf"));          // overlong
  CHECK_FALSE(is_utf8("\xe0\x9f\xbf"));      // overlong
  CHECK_FALSE(is_utf8("\xf0\x8f\xbf\xbf"));  // overlong
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));      // a surrogate
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));  // above U+10FFFF
  CHECK_FALSE(is_utf8("\xf5\x80\x80\x80"));
  CHECK_FALSE(is_utf8("\xe2\x82"));  // cut
  CHECK_FALSE(is_utf8("\xe2\x82z"));
  CHECK_FALSE(is_utf8("\xff"));
}
