// Histories as they are drawn, written to files, read again and made shorter.
#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

#include "core/token/certificate.hpp"
#include "sim/conform/adapter_process.hpp"
#include "sim/conform/certificates.hpp"
#include "sim/conform/conform.hpp"
#include "sim/conform/draw_history.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

Hello everything() {
  Hello hello;
  for (std::size_t i = 0; i < kCount<Ability>; ++i) hello.can.insert(static_cast<Ability>(i));
  return hello;
}

std::vector<std::string> words_of(std::string_view line) {
  const auto words = split_command(line);
  return words ? *words : std::vector<std::string>{"?" + words.error()};
}

}  // namespace

TEST_CASE("a command is split at blanks, with quotes as in sh") {
  using Words = std::vector<std::string>;
  CHECK(words_of("  python3 a.py\t-x ") == Words{"python3", "a.py", "-x"});
  CHECK(words_of("'my program' \"a \\\"b\\\" \\c\" d\\ e ''") ==
        Words{"my program", "a \"b\" \\c", "d e", ""});
  CHECK(words_of("a'b'\"c\"") == Words{"abc"});
  CHECK(words_of("$HOME `x` *") == Words{"$HOME", "`x`", "*"});
  CHECK(words_of("") == Words{"?does not name a program"});
  CHECK(words_of("'' a") == Words{"?does not name a program"});
  CHECK(words_of("a 'b") == Words{"?has a quote that does not end"});
  CHECK(words_of("a \\") == Words{"?ends in a backslash"});
}

TEST_CASE("one character is changed, at a place whose bits all count") {
  const std::string token = "ab.cde.f+";
  const auto changed = [&](std::size_t place) {
    return with_change(token, {2, ShownToken::Change::changed, place});
  };
  CHECK(changed(0) == "Ab.cde.f+");  // the other case, at every other place
  CHECK(changed(3) == "ab.8de.f+");
  CHECK(place_of_change(token, 1) == 3);  // the last of a part is not taken, nor is a dot
  for (std::size_t place = 0; place < 100; ++place) {
    const std::string other = changed(place);
    CHECK(other.size() == token.size());
    CHECK(other != token);
    CHECK(other[1] == 'b');
    CHECK(other[5] == 'e');
    CHECK(other[8] == '+');
    CHECK(std::count(other.begin(), other.end(), '.') == 2);
  }
  CHECK(with_change(token, {2, ShownToken::Change::cut, 4}) == "ab.c");
  CHECK(with_change(token, {2, ShownToken::Change::cut, 9}).empty());
  CHECK(with_change("a", {2, ShownToken::Change::changed, 0}) == "a");
}

TEST_CASE("what is drawn makes sense, and is the same when it is read from a file") {
  const Hello hello = everything();
  for (const Role role : {Role::site, Role::client}) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      CAPTURE(name(role), seed);
      const History history = draw_history(role, hello, seed);
      REQUIRE(!history.empty());
      CHECK(history == draw_history(role, hello, seed));
      CHECK(mended(history, role, hello) == history);
      CHECK(renumbered(history) == history);
      Instant before = history[0].now;
      for (const Step& step : history) {
        nlohmann::ordered_json request = to_json(step, role, in_files());
        request["id"] = step.id;
        const auto again = read_step(nlohmann::json::parse(request.dump()), role);
        REQUIRE(again);
        REQUIRE(*again == step);
        CHECK(step.now >= before - std::chrono::days{1});
        before = step.now;
      }
    }
  }
}

TEST_CASE("nothing is asked that an adapter cannot do") {
  Hello hello;
  hello.can = {Ability::cmg};
  hello.fixed.site.token_validity = Duration{7'776'000};
  hello.fixed.site.mp = MpMode::https;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    int resets = 0;
    for (const Step& step : draw_history(Role::site, hello, seed)) {
      CAPTURE(seed, name(step.op));
      const bool asked =
          step.op == Op::reset || step.op == Op::register_client || step.op == Op::exchange;
      CHECK(asked);
      if (step.op == Op::reset) {
        ++resets;
        CHECK(step.policy.token_validity == Duration{7'776'000});
        CHECK(step.policy.mp == MpMode::https);
      } else {
        CHECK(step.via == Endpoint::cmg);
        CHECK(step.version == ClientVersion::current);
        CHECK(step.credential == Credential::self_signed);
      }
    }
    CHECK(resets == 1);
  }
}

TEST_CASE("what is no file of --out is told by its line") {
  const auto error = [](const std::string& text) {
    const auto file = read_replay(text);
    return file ? "" : file.error();
  };
  const std::string hello = R"({"request":{"id":1,"op":"hello","role":"site"}})"
                            "\n";
  CHECK(error("") == "has no requests");
  CHECK(error("x") == "line 1 is not a JSON object with a `request`");
  CHECK(error("[]") == "line 1 is not a JSON object with a `request`");
  CHECK(error(R"({"request":{"role":"boss"}})") == "line 1 is not a `hello` with a role");
  CHECK(error(hello + R"({"request":{"id":2,"op":"explode"}})") ==
        "line 2 has an unknown word as its `op`");
  CHECK(error(hello + R"({"request":{"id":2,"op":"list","now":"yesterday"}})") ==
        "line 2 has no time like 2026-01-01T00:00:00Z as its `now`");
  CHECK(error(hello + R"({"request":{"id":-2,"op":"list","now":"2026-01-01T00:00:00Z"}})") ==
        "line 2 has no number as its `id`");
  CHECK(error(hello + std::string(1000, '[')) == "line 2 is not a JSON object with a `request`");
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  CHECK(error(hello + R"({"request":{"id":2,"op":"issue-bulk-token","lifetime-minutes":)" + deep +
              R"(,"now":"2026-01-01T00:00:00Z"}})") ==
        "line 2 has too much in its `lifetime-minutes`");
}

TEST_CASE("the pool's certificates are certificates, and two pairs begin alike") {
  std::vector<Certificate> pool;
  for (const std::string_view pem : certificate_pool()) {
    const auto certificate = Certificate::from_pem(pem);
    REQUIRE(certificate);
    CHECK(certificate->to_pem() == pem);
    pool.push_back(*certificate);
  }
  REQUIRE(pool.size() == 12);
  CHECK(std::equal(pool[0].sha256().bytes.begin(), pool[0].sha256().bytes.begin() + 4,
                   pool[1].sha256().bytes.begin()));
  CHECK(std::equal(pool[2].sha1().bytes.begin(), pool[2].sha1().bytes.begin() + 4,
                   pool[3].sha1().bytes.begin()));
}

TEST_CASE("rules that an adapter cannot show are named with the reason") {
  Hello hello;
  hello.can = {Ability::mp};
  const auto unmet = unmet_rules(Role::site, hello, {});
  const auto why = [&](std::string_view id) {
    for (const UnmetRule& rule : unmet) {
      if (rule.id == id) return rule.why;
    }
    return std::string("met");
  };
  CHECK(why("R54") == "`block` is not in `can`");
  CHECK(why("R12") == "not met");
  CHECK(why("R9") == "`entra` is not in `can`");
}

}  // namespace tokenlife::test
