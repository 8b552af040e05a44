// One sweep in parts, on as many machines, and the table that comes of them.
#include <catch2/catch.hpp>

#include <string>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

// Twelve runs.
constexpr const char* kGrid =
    "sweep small.toml --vary cohort.leavers.clients=1,3 --vary cohort.office.clients=1,2 "
    "--seeds 1..3 --metric stranded,token-renewed";

std::string part_file(int part, int parts) {
  return "part-" + std::to_string(part) + "-of-" + std::to_string(parts);
}

struct SweepDesk : Desk {
  // The files, the last part first.
  std::string run_parts(int parts, const std::string& line = kGrid) const {
    std::string files;
    for (int part = parts; part >= 1; --part) {
      const std::string file = part_file(part, parts);
      const Ran ran = run(line + " --shard " + std::to_string(part) + "/" + std::to_string(parts) +
                          " -o " + file);
      INFO(ran.err);
      REQUIRE(ran.status == 0);
      files += " " + file;
    }
    return files;
  }
};

}  // namespace

TEST_CASE("a sweep's parts give what the sweep in one piece gives, whatever their number") {
  const SweepDesk desk;
  const std::vector<std::string> forms{"", " --best", " --csv", " --json", " --format jsonl"};
  std::vector<std::string> whole;
  for (const std::string& form : forms) whole.push_back(desk.run(kGrid + form).out);
  // Some of thirteen parts have no run.
  for (const int parts : {1, 2, 7, 13}) {
    const std::string files = desk.run_parts(parts);
    for (std::size_t i = 0; i < forms.size(); ++i) {
      const Ran merged = desk.run("sweep --merge" + files + forms[i]);
      INFO(parts << forms[i] << merged.err);
      CHECK(merged.status == 0);
      CHECK(merged.out == whole[i]);
    }
  }
}

TEST_CASE("the page of a sweep in parts is that of the sweep in one piece") {
  const SweepDesk desk;
  const std::string line = std::string(kGrid) + " --set site.leeway=1m";
  REQUIRE(desk.run(line + " --report whole.html").status == 0);
  REQUIRE(desk.run("sweep --merge" + desk.run_parts(3, line) + " --report merged.html").status ==
          0);
  const std::string page = read_file(desk.path("merged.html"));
  CHECK(page == read_file(desk.path("whole.html")));
  CHECK(page.find("tokenlife sweep small.toml --vary ") != std::string::npos);
  CHECK(page.find(" --set site.leeway=1m ") != std::string::npos);
}

TEST_CASE("a part of a sweep says which it is, and leaves what is there") {
  const SweepDesk desk;
  const std::string line = std::string(kGrid) + " --shard 2/5 -o part";
  CHECK(desk.run(line).out == "part: part 2 of 5, 2 runs\n");
  const Ran again = desk.run(line);
  CHECK(again.status == 3);
  CHECK(again.err.find("part: already exists") != std::string::npos);
  CHECK(desk.run(line + " --force").status == 0);
}

TEST_CASE("parts of a sweep that are missing, doubled, foreign or damaged are named") {
  const SweepDesk desk;
  desk.run_parts(3);
  desk.run_parts(2);
  const auto refusal = [&](const std::string& files, int status) {
    const Ran ran = desk.run("sweep --csv --merge " + files);
    CHECK(ran.status == status);
    CHECK(ran.out.empty());
    return ran.err;
  };
  const auto has_words = [](const std::string& text, const std::string& words) {
    INFO(text);
    return text.find(words) != std::string::npos;
  };
  CHECK(has_words(refusal("part-3-of-3 part-1-of-3", 2),
                  "part 2 of 3 is missing; run it with --shard 2/3"));
  CHECK(has_words(refusal("part-3-of-3 part-1-of-3 part-3-of-3", 2),
                  "part-3-of-3: is part 3 of 3, and so is part-3-of-3"));
  CHECK(has_words(refusal("part-1-of-2 part-3-of-3", 2),
                  "part-3-of-3: is one of 3 parts, but part-1-of-2 is one of 2"));
  const std::string other(kGrid);
  REQUIRE(desk.run(other + " --set site.leeway=1m --shard 2/3 -o set").status == 0);
  CHECK(has_words(refusal("part-1-of-3 set part-3-of-3", 2),
                  "set: is of a different sweep from part-1-of-3: its scenario, a file"));
  REQUIRE(desk.run("sweep small.toml --vary cohort.leavers.clients=1,3 --seeds 1..6 --metric "
                   "stranded,token-renewed --shard 2/3 -o seeds")
              .status == 0);
  CHECK(has_words(refusal("part-1-of-3 seeds part-3-of-3", 2), "seeds: is of a different sweep"));
  CHECK(has_words(refusal("part-1-of-3 small.toml", 2), "small.toml: is not a part of a sweep"));
  CHECK(has_words(refusal("part-1-of-3 nothing", 3), "nothing: "));
  std::string bytes = read_file(desk.path("part-2-of-3"));
  // Only the digest tells of a result that is another number.
  const std::size_t digit = bytes.find_first_of("123456789", bytes.find("\"numbers\""));
  REQUIRE(digit != std::string::npos);
  bytes[digit] = bytes[digit] == '1' ? '2' : '1';
  desk.write("part-2-of-3", bytes);
  CHECK(has_words(refusal("part-1-of-3 part-2-of-3 part-3-of-3", 3), "part-2-of-3: is damaged"));
}

TEST_CASE("a part of a sweep that is none is refused") {
  const Desk desk;
  for (const char* line : {"--shard 0/3 -o x", "--shard 4/3 -o x", "--shard 1 -o x", "--shard 1/2",
                           "-o x", "--merge x", ""}) {
    const bool has_scenario = *line != '\0';
    const Ran ran = desk.run(std::string("sweep ") + (has_scenario ? "small.toml " : "") + line);
    INFO(line << ": " << ran.err);
    CHECK(ran.status == 2);
  }
}

}  // namespace tokenlife::test
