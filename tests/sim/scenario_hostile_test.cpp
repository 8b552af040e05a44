// Files that were made to break the parser: never a crash, never an exception, never for long.
#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>

#include "scenario_example.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {
namespace {

// Small and the same everywhere (xorshift64*); not the product's own source of chance.
struct Mutator {
  std::uint64_t state;
  std::size_t below(std::size_t bound) {
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return static_cast<std::size_t>((state * 0x2545F4914F6CDD1DU) >> 33) % bound;
  }
};

// Deletes, repeats or replaces a stretch of up to a line or so.
void mutate(std::string& text, Mutator& dice) {
  constexpr std::string_view bytes = "\"'[]{}=.,#\n\\ 0-19az\x00\x80\xff";
  const std::size_t at = dice.below(text.size());
  const std::size_t length = 1 + dice.below(dice.below(4) == 0 ? 40 : 2);
  switch (dice.below(4)) {
    case 0: text.erase(at, length); break;
    case 1: text.insert(at, text.substr(at, length)); break;
    case 2: text.insert(dice.below(text.size()), text.substr(at, length)); break;
    case 3: text[at] = bytes[dice.below(bytes.size())]; break;
  }
}

std::string refusal(std::string text, const ScenarioFolder& folder) {
  const auto scenario = parse_scenario(std::move(text), folder.path("s.toml"), {});
  return scenario ? "" : to_string(scenario.error());
}

std::string repeated(std::string_view part, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += part;
  return text;
}

constexpr std::string_view kHead = "format = 1\nrun.duration = \"10d\"\n";

std::string cohorts(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "[[cohort]]\nname = \"cohort " + std::to_string(i) +
            "\"\nclients = 1\nnetwork = { model = \"fixed\", on = \"intranet\" }\n";
  }
  return text;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("a damaged scenario is read, or refused with a place", "[slow]") {
  const ScenarioFolder folder;
  Mutator dice{20'260'101};
  int refused = 0;
  for (int round = 0; round < 5'000; ++round) {
    std::string text(kEverything);
    for (std::size_t left = 1 + dice.below(3); left > 0; --left) mutate(text, dice);
    const auto scenario = parse_scenario(text, folder.path("s.toml"), {});
    if (scenario) continue;
    ++refused;
    const Error& error = scenario.error();
    CAPTURE(round, error.place, error.what, error.advice);
    REQUIRE(error.kind == ErrorKind::input);
    REQUIRE(error.place.starts_with(folder.path("")));
    REQUIRE_FALSE(error.what.empty());
    const std::string said = to_string(error);
    REQUIRE(said.find('\n') == std::string::npos);
    REQUIRE(said.size() < 1'000);
  }
  CHECK(refused > 3'000);
}

TEST_CASE("a damaged trace is read, or refused with a place") {
  Mutator dice{42};
  for (int round = 0; round < 5'000; ++round) {
    std::string text(kPresence);
    for (std::size_t left = 1 + dice.below(3); left > 0; --left) mutate(text, dice);
    const auto trace = parse_trace(text, "t.csv", TraceAlign::file, std::chrono::minutes{1});
    if (!trace) {
      REQUIRE(trace.error().place.starts_with("t.csv"));
      continue;
    }
    for (const Trace::Device& device : trace->devices) {
      REQUIRE(device.row_count >= 1);
      REQUIRE(trace->rows.at(device.first_row).at == Duration{0});
      for (std::uint32_t i = 1; i < device.row_count; ++i) {
        const TraceRow* row = &trace->rows.at(device.first_row + i);
        REQUIRE(row[-1].at < row[0].at);
        REQUIRE(row[0].at <= device.period);
      }
    }
  }
}

TEST_CASE("keys of many parts are refused before they can exhaust the stack") {
  const ScenarioFolder folder;
  const std::string key = repeated("a.", 100'000) + "a = 1\n";
  const std::string expected = folder.path("s.toml") + ":3:1: a key has too many parts";
  CHECK(refusal(std::string(kHead) + key, folder).starts_with(expected));
  CHECK(refusal(std::string(kHead) + "[" + repeated("a.", 100'000) + "a]\n", folder)
            .starts_with(expected));
  CHECK(refusal(std::string(kHead) + "x = { a = \"\"\"x\"\"\"\"\", " + repeated("a .\t", 100'000) +
                    "a = 1 }\n",
                folder)
            .starts_with(expected));
  // Dots elsewhere are no keys.
  CHECK(refusal(std::string(kHead) + "run.name = \"" + repeated(".", 1'000) + "\" # " +
                    repeated(".", 1'000) + "\n" + cohorts(1),
                folder)
            .empty());
}

TEST_CASE("deep values are refused") {
  const ScenarioFolder folder;
  CHECK_FALSE(refusal("x = " + repeated("[", 100'000), folder).empty());
  CHECK_FALSE(refusal("x = " + repeated("{ a = ", 100'000), folder).empty());
}

TEST_CASE("a scenario has limits, and the error says them", "[slow]") {
  const ScenarioFolder folder;
  const auto lacks = [&](const std::string& text, const std::string& what) {
    return refusal(text, folder).find(what) == std::string::npos;
  };
  const std::string head(kHead);
  CHECK_FALSE(lacks(std::string((16U << 20) + 1, '#'), "longer than 16 MiB"));
  CHECK_FALSE(lacks(head + cohorts(10'001), "there are more than 10000 cohorts"));
  CHECK(refusal(head + cohorts(10'000), folder).empty());
  const std::string action = "[[action]]\nat = \"1d\"\ndo = \"rotate-signing-certificate\"\n";
  CHECK_FALSE(
      lacks(head + cohorts(1) + repeated(action, 10'001), "there are more than 10000 actions"));
  const std::string expect = "[[expect]]\nstate = \"expired\"\ncount = 0\n";
  CHECK_FALSE(lacks(head + cohorts(1) + repeated(expect, 10'001),
                    "there are more than 10000 expectations"));
  std::string tokens;
  for (int i = 0; i <= 1'000; ++i) {
    tokens += "[[action]]\nat = \"1d\"\ndo = \"issue-bulk-token\"\nname = \"" + std::to_string(i) +
              "\"\n";
  }
  CHECK_FALSE(lacks(head + cohorts(1) + tokens, "there are more than 1000 bulk tokens"));
}

TEST_CASE("large wrong files are refused in time that grows with their size only", "[slow]") {
  const ScenarioFolder folder;
  const auto begin = std::chrono::steady_clock::now();
  // Every action names a cohort that is not there, last mistake first.
  std::string text = std::string(kHead) + cohorts(10'000);
  for (int i = 0; i < 10'000; ++i) {
    text += "[[action]]\nat = \"1d\"\ndo = \"upgrade\"\ncohort = \"cohurt " + std::to_string(i) +
            "\"\n";
  }
  CHECK(refusal(text, folder).find("did you mean `cohort 0`?") != std::string::npos);
  // A word of a megabyte, and a hundred thousand unknown keys.
  const std::string long_word(1'000'000, 'x');
  CHECK(refusal(std::string(kHead) + cohorts(1) + "[[action]]\nat = \"1d\"\ndo = \"" + long_word +
                    "\"\n",
                folder)
            .size() < 1'000);
  std::string keys(kHead);
  for (int i = 0; i < 100'000; ++i) keys += "key" + std::to_string(i) + " = 1\n";
  CHECK(refusal(keys + cohorts(1), folder).find("unknown key `key0`") != std::string::npos);
  CHECK(seconds_since(begin) < 20);  // Far below one second on an idle machine without sanitizers.
}

TEST_CASE("clients are scaled by a sensible number") {
  for (const double scale : {0.0, -1.0, 1.0 / 0.0, 0.0 / 0.0}) {
    const auto scenario = parse_scenario(std::string(kHead) + cohorts(1), "s.toml",
                                         {.seed = {}, .clients_scale = scale});
    REQUIRE_FALSE(scenario);
    CHECK(scenario.error().place.empty());
    CHECK(scenario.error().what.starts_with("clients cannot be scaled by"));
  }
  const auto scenario = parse_scenario(std::string(kHead) + cohorts(1), "s.toml",
                                       {.seed = {}, .clients_scale = 1e300});
  REQUIRE_FALSE(scenario);
  CHECK(scenario.error().what.find("100000000 clients in all, scaled as asked") !=
        std::string::npos);
}

}  // namespace tokenlife::sim
