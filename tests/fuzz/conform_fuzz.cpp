// What an adapter answers, and what a file of --replay holds: whatever it is, it is held against
// what has to come, and nothing that is not so is taken for it.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/target.hpp"
#include "sim/conform/check_answer.hpp"
#include "sim/conform/conform.hpp"

namespace tokenlife::test {
namespace {

using namespace sim;

Expected expected_of(Expected::Kind kind) {
  Expected expected;
  expected.kind = kind;
  expected.not_before = at(std::chrono::days{20'454});
  expected.expires = at(std::chrono::days{20'544});
  expected.reasons = {"expired"};
  expected.listed = {{2, expected.not_before, expected.expires, "active"}};
  expected.ask = {"register", Endpoint::cmg, Credential::bulk, 2};
  expected.state = "registered";
  return expected;
}

// A granted token is text to be shown again, with the dates that were expected.
void token_is_good(const nlohmann::json& object, const Brought& brought) {
  require(is_token_text(brought.token), "a token of printable ASCII");
  require(object.at("not-before") == "2026-01-01T00:00:00Z", "the date that has to come");
  require(object.at("expires") == "2026-04-01T00:00:00Z", "the date that has to come");
  for (const std::size_t place : std::initializer_list<std::size_t>{0, 1, 7}) {
    const ShownToken shown{2, ShownToken::Change::changed, place};
    const std::string changed = with_change(brought.token, shown);
    require(changed.size() == brought.token.size(), "a token of the same length");
  }
}

void check_answers(const nlohmann::json& answer) {
  for (const Role role : {Role::site, Role::client}) {
    const auto hello = read_hello(answer, role);
    require(!hello || role == Role::client || hello->able(Ability::mp) || hello->able(Ability::cmg),
            "a site has a door");
  }
  Hello hello;
  hello.can = {Ability::rotate};
  hello.reasons = true;
  const std::map<StepId, Brought> brought{{2, {"t.earlier", "guid", "key"}}};
  for (int kind = 0; kind <= static_cast<int>(Expected::Kind::standing); ++kind) {
    const Expected expected = expected_of(static_cast<Expected::Kind>(kind));
    Step step;
    step.op = Op::renew;
    Brought now;
    const auto difference =
        check_answer(step, expected, answer, {hello, Role::site, brought, {}}, now);
    if (difference) continue;
    require(!answer.contains("error"), "an error differs");
    if (expected.kind == Expected::Kind::refused) {
      require(answer.at("refused") == "expired", "a reason that holds");
    }
    if (expected.kind == Expected::Kind::token) token_is_good(answer.at("granted"), now);
    if (expected.kind == Expected::Kind::bulk_token) token_is_good(answer, now);
    if (expected.kind == Expected::Kind::ask) {
      require(answer.at("shows").at("bulk-token") == "t.earlier", "the token that has to be shown");
    }
  }
}

void check_replay(const std::string& text) {
  const auto file = read_replay(text);
  if (!file) return;
  for (const Step& step : file->history) {
    nlohmann::ordered_json request = to_json(step, file->role, in_files());
    request["id"] = step.id;
    const std::string written =
        request.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    const auto again = read_step(nlohmann::json::parse(written), file->role);
    require(again.has_value(), "what is written can be read");
  }
  Hello hello;
  for (std::size_t i = 0; i < kCount<Ability>; ++i) hello.can.insert(static_cast<Ability>(i));
  const History sound = mended(file->history, file->role, hello);
  require(mended(sound, file->role, hello) == sound, "what makes sense makes sense again");
}

void check_line(std::string_view text) {
  const nlohmann::json answer = nlohmann::json::parse(text, nullptr, false);
  if (answer.is_object()) check_answers(answer);
  check_replay(std::string(text));
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tokenlife::test::check_line(tokenlife::test::text_of(data, size));
  return 0;
}
