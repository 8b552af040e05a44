// JSON that no two readers can understand differently.
#include "core/token/strict_json.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

#include "core/utf8.hpp"
#include "support/property.hpp"

namespace tokenlife::test {
namespace {

using namespace std::string_view_literals;

std::string said_of_json(std::string_view text) {
  const auto members = parse_strict_json(text);
  return members ? "read" : std::string(name(members.error()));
}

std::string nested(int depth, char open, char close) {
  const std::size_t inner = static_cast<std::size_t>(depth) - 1;
  std::string text = "{\"a\":";
  for (std::size_t i = 0; i < inner; ++i) text += open == '{' ? "{\"a\":" : "[";
  text += "1";
  for (std::size_t i = 0; i < inner; ++i) text += close;
  return text + "}";
}

TEST_CASE("strict JSON: one object, of any JSON") {
  const auto members = parse_strict_json(
      " \t\r\n{\"s\" : \"a\\u00e4\\ud83d\\ude00\\n\", \"i\": -17, \"f\":1.5,\"e\":1e3,\"t\":true,"
      "\"n\":null,\"o\":{\"x\":[1,[],{}]}, \"\":\"\"} \n");
  REQUIRE(members);
  REQUIRE(members->size() == 8);
  CHECK(find(*members, "s")->text == "a\xC3\xA4\xF0\x9F\x98\x80\n");
  CHECK(find(*members, "i")->kind == JsonKind::integer);
  CHECK(find(*members, "i")->integer == -17);
  CHECK(find(*members, "f")->kind == JsonKind::other_number);
  CHECK(find(*members, "e")->kind == JsonKind::other_number);
  CHECK(find(*members, "t")->kind == JsonKind::boolean);
  CHECK(find(*members, "n")->kind == JsonKind::null);
  CHECK(find(*members, "o")->members.at(0).members.size() == 3);
  CHECK(find(*members, "")->kind == JsonKind::string);
  CHECK(find(*members, "x") == nullptr);
  CHECK(said_of_json("{}") == "read");
}

TEST_CASE("strict JSON: integers are those of 64 bits, written without a fraction or exponent") {
  const auto kind_of = [](const std::string& number) -> std::string {
    const auto members = parse_strict_json("{\"n\":" + number + "}");
    if (!members) return "nothing";
    return members->at(0).kind == JsonKind::integer        ? "integer"
           : members->at(0).kind == JsonKind::other_number ? "other-number"
                                                           : "no number";
  };
  CHECK(kind_of("9223372036854775807") == "integer");
  CHECK(kind_of("-9223372036854775808") == "integer");
  for (const char* other : {"9223372036854775808", "18446744073709551615", "18446744073709551616",
                            "-9223372036854775809", "1.0", "1e0", "1E2", "-0.0", "0.5"}) {
    INFO(other);
    CHECK(kind_of(other) == "other-number");
  }
  for (const char* none :
       {"01", "+1", "1.", ".5", "1e", "0x10", "1_000", "NaN", "Infinity", "-", "1e400",
        "1580415\xb5"
        "505"}) {
    INFO(none);
    CHECK(kind_of(none) == "nothing");
  }
}

TEST_CASE("strict JSON: no byte order mark") {
  CHECK(said_of_json("\xEF\xBB\xBF{}") == "byte-order-mark");
  CHECK(said_of_json("\xEF\xBB{}") == "syntax");
  CHECK(said_of_json("\xFE\xFF\0{\0}"sv) == "syntax");
  CHECK(said_of_json("{}\xEF\xBB\xBF") == "syntax");
}

TEST_CASE("strict JSON: nothing before or after the object") {
  for (const std::string_view text : {"{}{}"sv,
                                      "{} x"sv,
                                      "{}]"sv,
                                      "{},"sv,
                                      "{}\0"sv,
                                      "{}\0{}"sv,
                                      "\0{}"sv,
                                      "x{}"sv,
                                      "{}//"sv,
                                      "/**/{}"sv,
                                      "{}\x0b"sv,
                                      "\xC2\xA0{}"sv,
                                      ""sv,
                                      " "sv,
                                      "{"sv,
                                      "}"sv,
                                      "{\"a\":1,}"sv,
                                      "{'a':1}"sv,
                                      "{a:1}"sv,
                                      "{\"a\"}"sv,
                                      "{\"a\":}"sv,
                                      "{,}"sv,
                                      "{\"a\":\"\n\"}"sv,
                                      "{\"a\":\"\\x\"}"sv,
                                      "{\"a\":\"\\u12\"}"sv,
                                      "{\"a\":tru}"sv,
                                      "{\"a\":1 \"b\":2}"sv}) {
    INFO(text);
    CHECK(said_of_json(text) == "syntax");
  }
}

TEST_CASE("strict JSON: the top is an object") {
  for (const char* text : {"[]", "[{}]", "1", "\"a\"", "true", "null", "-1.5"}) {
    INFO(text);
    CHECK(said_of_json(text) == "not-an-object");
  }
}

TEST_CASE("strict JSON: no name twice, also after unescaping and at any depth") {
  for (const char* text :
       {"{\"a\":1,\"a\":1}", "{\"alg\":1,\"\\u0061lg\":2}", "{\"a\":1,\"b\":2,\"\\u0061\":3}",
        "{\"o\":{\"x\":1,\"x\":2}}", "{\"o\":[{\"x\":1,\"x\":2}]}", "{\"\":1,\"\":2}",
        "{\"\\/\":1,\"/\":2}", "{\"\\ud83d\\ude00\":1,\"\xF0\x9F\x98\x80\":2}"}) {
    INFO(text);
    CHECK(said_of_json(text) == "duplicate-name");
  }
  CHECK(said_of_json("{\"a\":{\"a\":{\"a\":1}},\"A\":1}") == "read");
}

TEST_CASE("strict JSON: UTF-8 alone") {
  for (const std::string_view bad :
       {"\x80"sv, "\xBF"sv, "\xC0\x80"sv, "\xC1\xBF"sv, "\xC2"sv, "\xE0\x9F\xBF"sv, "\xE2\x82"sv,
        "\xED\xA0\x80"sv, "\xED\xBF\xBF"sv, "\xF0\x8F\xBF\xBF"sv, "\xF4\x90\x80\x80"sv,
        "\xF5\x80\x80\x80"sv, "\xFF"sv, "\xFE"sv, "\xF0\x9F\x98"sv, "\xE4\x20\x20"sv}) {
    const std::string text = "{\"a\":\"" + std::string(bad) + "\"}";
    INFO(bad);
    CHECK(said_of_json(text) == "syntax");
    CHECK_FALSE(is_utf8(text));
    CHECK_FALSE(is_utf8(bad));
  }
  for (const std::string_view good :
       {"\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv, "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv,
        "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv, "\xF4\x8F\xBF\xBF"sv}) {
    INFO(good);
    CHECK(said_of_json("{\"a\":\"" + std::string(good) + "\"}") == "read");
    CHECK(is_utf8(good));
  }
  // Halves of a surrogate pair, escaped.
  for (const char* text : {"{\"a\":\"\\ud83d\"}", "{\"a\":\"\\ude00\"}", "{\"a\":\"\\ud83dx\"}",
                           "{\"a\":\"\\ud83d\\ud83d\"}"}) {
    CHECK(said_of_json(text) == "syntax");
  }
}

TEST_CASE("strict JSON: eight levels, and no more") {
  CHECK(said_of_json(nested(8, '{', '}')) == "read");
  CHECK(said_of_json(nested(9, '{', '}')) == "too-deep");
  CHECK(said_of_json(nested(8, '[', ']')) == "read");
  CHECK(said_of_json(nested(9, '[', ']')) == "too-deep");
  CHECK(said_of_json(nested(1'000'000, '[', ']')) == "too-deep");
  CHECK(said_of_json("{\"a\":" + std::string(1'000'000, '[')) == "too-deep");
}

TEST_CASE("strict JSON: what is_utf8 refuses, the reader refuses") {
  property("UTF-8 twice",
           [] {
             const auto bytes = *rc::gen::container<std::string>(rc::gen::elementOf(std::string(
                 "\x41\x7f\x80\x8f\x90\x9f\xa0\xbf\xc1\xc2\xdf\xe0\xed\xee\xf0\xf4\xf5")));
             const bool read = parse_strict_json("{\"a\":\"" + bytes + "\"}").has_value();
             RC_TAG(read ? "UTF-8" : "none");
             RC_ASSERT(is_utf8(bytes) == read);
           },
           5, {{"UTF-8", 0.02}, {"none", 0.3}});
}

// A JSON text and whether a name is twice in one of its objects.
std::string random_value(int depth) {
  const int kind = *rc::gen::inRange(0, depth > 0 ? 6 : 4);
  if (kind == 0) return std::to_string(*rc::gen::arbitrary<std::int64_t>());
  if (kind == 1) return *rc::gen::elementOf(std::vector<std::string>{"true", "false", "null"});
  if (kind == 2) return "\"\\u00e4\\\\\"";
  if (kind == 3) return "-0.5e-3";
  std::string text;
  const int size = *rc::gen::inRange(0, 4);
  for (int i = 0; i < size; ++i) {
    if (i > 0) text += ", ";
    if (kind == 4) text += "\"n" + std::to_string(i) + "\": ";
    text += random_value(depth - 1);
  }
  return kind == 4 ? "{" + text + "}" : "[ " + text + "]";
}

TEST_CASE("strict JSON: any object is read, none with a byte cut off") {
  property("random JSON", [] {
    const std::string text = "{\"a\":" + random_value(4) + ",\"b\":" + random_value(4) + "}";
    const auto members = parse_strict_json(text);
    RC_ASSERT(members.has_value());
    RC_ASSERT(members->size() == 2U);
    RC_ASSERT(read_what_can_be_read(text).size() == 2U);
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    RC_ASSERT(!parse_strict_json(text.substr(0, at)));
    RC_ASSERT(!parse_strict_json(text + text));
    RC_ASSERT(!parse_strict_json(text.substr(0, text.size() - 1) + ",\"a\":1}"));
  });
}

TEST_CASE("strict JSON: what is damaged is shown as far as it goes") {
  const auto members = read_what_can_be_read(
      "{\"a\":\"b\",\"c\":1,\"d\":1580415\xb5"
      "05,\"e\":2}");
  REQUIRE(members.size() == 3);
  CHECK(members[0].text == "b");
  CHECK(members[1].integer == 1);
  CHECK(members[2].integer == 1580415);
  CHECK(read_what_can_be_read("").empty());
  CHECK(read_what_can_be_read("{\"a\":1,\"a\":2}").size() == 2);
}

}  // namespace
}  // namespace tokenlife::test
