// The words of scenario files and of errors about them: durations, suggestions, foreign text.
#include <catch2/catch.hpp>

#include <array>
#include <span>

#include "sim/text/duration.hpp"
#include "sim/text/duration_advice.hpp"
#include "sim/text/error.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {

TEST_CASE("durations are read") {
  const auto seconds = [](std::string_view text) { return parse_duration(text)->count(); };
  CHECK(seconds("0d") == 0);
  CHECK(seconds("1s") == 1);
  CHECK(seconds("30m") == 1'800);
  CHECK(seconds("1h") == 3'600);
  CHECK(seconds("1d12h") == 129'600);
  CHECK(seconds("90d") == 7'776'000);
  CHECK(seconds("1w2d3h4m5s") == 788'645);
  CHECK(seconds("-5m") == -300);
  CHECK(seconds("90m") == 5'400);
  CHECK(seconds("007d") == 604'800);
  CHECK(seconds("49710d6h28m15s") == 4'294'967'295);
}

TEST_CASE("what is no duration is refused") {
  const auto why = [](std::string_view text) {
    const auto duration = parse_duration(text);
    return duration ? "it was read" : duration.error();
  };
  CHECK(why("") == "is empty");
  CHECK(why("-") == "is empty");
  CHECK(why("ten") == "is not a duration");
  CHECK(why("90") == "is a number without a unit");
  CHECK(why("1d12") == "is a number without a unit");
  CHECK(why("1h2d") == "has its units repeated or out of order");
  CHECK(why("1d1d") == "has its units repeated or out of order");
  CHECK(why("1.5d") == "has a fraction");
  CHECK(why("1D") == "has no w, d, h, m or s right after a number");
  CHECK(why(" 1d") == "has something other than a whole number");
  CHECK(why("1d ") == "has something other than a whole number");
  CHECK(why("1d-2h") == "has something other than a whole number");
  CHECK(why("--1d") == "has something other than a whole number");
  CHECK(why("49710d6h28m16s") == "is too long");
  CHECK(why("18446744073709551617s") == "is too long");
  CHECK(why("9999999w9999999d") == "is too long");
}

TEST_CASE("what was meant by a duration is written as one, if it is plain") {
  CHECK(duration_advice("1.5d") == "write \"1d12h\"");
  CHECK(duration_advice("12h1d") == "write \"1d12h\"");
  CHECK(duration_advice("90 days") == "write \"90d\"");
  CHECK(duration_advice("2 Weeks, 3 hrs") == "write \"14d3h\"");
  CHECK(duration_advice("-5min") == "write \"-5m\"");
  CHECK(duration_advice("0.25h") == "write \"15m\"");
  const char* at_most = "write at most 49710d (durations are less than 2^32 seconds)";
  CHECK(duration_advice("60000d") == at_most);
  CHECK(duration_advice("-9999999w9999999d") == at_most);
  CHECK(duration_advice("18446744073709551617s") == at_most);
  CHECK(duration_advice("60000 days") == at_most);
  CHECK(duration_advice("1234567890d") == at_most);
  CHECK(duration_advice("90") == "write its unit, as in \"90d\" for days");
  const std::string months = "months and years differ in length: count days, as in \"90d\"";
  CHECK(duration_advice("3mo") == months);
  CHECK(duration_advice("1y") == months);
  const std::string plain =
      "write integers with units, largest first, as in \"90d\", \"1d12h\" or \"30m\"";
  for (const char* text : {"", "-", "soon", "0.1s", "1d-2h", "1..5d", "P1D", "1 fortnight"}) {
    CAPTURE(text);
    CHECK(duration_advice(text) == plain);
  }
}

TEST_CASE("durations are written, largest units first") {
  CHECK(to_text(Duration{0}) == "0d");
  CHECK(to_text(Duration{90}) == "1m30s");
  CHECK(to_text(Duration{-300}) == "-5m");
  CHECK(to_text(Duration{129'600}) == "1d12h");
  CHECK(to_text(Duration{1'209'600}) == "14d");
  CHECK(to_text(Duration{4'294'967'295}) == "49710d6h28m15s");
}

TEST_CASE("words are as far apart as the letters that differ") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("duration", "duration") == 0);
  CHECK(edit_distance("durration", "duration") == 1);
  CHECK(edit_distance("lantency", "latency") == 1);
  CHECK(edit_distance("cgm", "cmg") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("a word is suggested where one is near, and else all are listed, if they are few") {
  constexpr std::array<std::string_view, 3> words{"offline", "intranet", "internet"};
  CHECK(suggestion("intrenet", words) == "intranet");
  CHECK(suggestion("home", words) == std::nullopt);
  CHECK(did_you_mean("network", "internt", words) == "did you mean `internet`?");
  CHECK(did_you_mean("network", "home", words) ==
        "the networks are `offline`, `intranet` and `internet`");
  CHECK(did_you_mean("network", "home", std::span(words).first(1)) ==
        "the only network is `offline`");
  CHECK(did_you_mean("network", "home", {}).empty());
  // A value may be the opposite of one that is near.
  CHECK(which_of("internt", words) == "write `offline`, `intranet` or `internet`");
  constexpr std::array<std::string_view, 5> days{"mon", "tue", "wed", "thu", "fri"};
  CHECK(which_of("thue", days) == "did you mean `tue`?");
  CHECK(which_of("x", days) == "write `mon`, `tue`, `wed`, `thu` or `fri`");
  constexpr std::array<std::string_view, 33> many{};
  CHECK(did_you_mean("network", "home", many) == "");
  // Not the opposite of what was meant.
  CHECK(suggestion("online", words) == std::nullopt);
  CHECK(suggestion("on", words) == std::nullopt);
  // Style is no difference, and words begin like others or are joined by them.
  constexpr std::array<std::string_view, 3> keys{"expect", "token-renewed", "token-expired"};
  CHECK(suggestion("Token_Renewed", keys) == "token-renewed");
  CHECK(suggestion("tokenRenewed", keys) == "token-renewed");
  CHECK(suggestion("expectations", keys) == "expect");
  CHECK(did_you_mean("key", "renewed", keys) == "did you mean `token-renewed`?");
  CHECK(did_you_mean("key", "token", keys) == "did you mean `token-renewed` or `token-expired`?");
  CHECK(did_you_mean("cohort", "x", {}) == "");
}

TEST_CASE("foreign text cannot act on a terminal") {
  CHECK(escape_text("Prag, Gr\xc3\xbc\xc3\x9f"
                    "e \xf0\x9f\x98\x80") ==
        "Prag, Gr\xc3\xbc\xc3\x9f"
        "e \xf0\x9f\x98\x80");
  CHECK(escape_text("a\nb\tc\r\x1b[31m") == "a\\nb\\tc\\r\\u001b[31m");
  CHECK(escape_text("\xc2\x9b"
                    "31m") == "\\u009b31m");  // a control of ISO 6429
  CHECK(escape_text("\xe2\x80\xae"
                    "txt") == "\\u202etxt");  // right to left
  CHECK(escape_text("\xff\xc0\x80\xe2\x82") == "\\xff\\xc0\\x80\\xe2\\x82");
  CHECK(escape_text("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a pair of UTF-16
  CHECK(escape_text(std::string_view("\0", 1)) == "\\u0000");
  CHECK(in_quotes("abc") == "`abc`");
  CHECK(in_quotes(std::string(79, 'x') + "\xc3\xbc") == "`" + std::string(79, 'x') + "...`");
}

TEST_CASE("an error is one line") {
  CHECK(to_string({ErrorKind::input, "a.toml:1:2", "it is wrong", "mend it"}) ==
        "a.toml:1:2: it is wrong; mend it");
  CHECK(to_string({ErrorKind::input, "", "it is\nwrong", ""}) == "it is\\nwrong");
}

}  // namespace tokenlife::sim
