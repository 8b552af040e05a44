// Holds core/RULES.md to its word: every rule has a row, every row names code that is there and
// tests and scenarios that cite the rule.
#include <catch2/catch.hpp>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::vector<std::string> ids;
  std::string rule;
  std::string code;
  std::string held_by;
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> found;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i) {
    found.push_back((*i)[i->size() - 1]);
  }
  return found;
}

// "R7", "R51, R52" or "R29-R40"
std::vector<std::string> ids_of(const std::string& cell) {
  std::vector<std::string> ids = matches(cell, "([RDA][0-9]+)");
  if (cell.find('-') == std::string::npos) return ids;
  std::vector<std::string> range;
  for (int n = std::stoi(ids[0].substr(1)); n <= std::stoi(ids[1].substr(1)); ++n) {
    range.push_back(ids[0][0] + std::to_string(n));
  }
  return range;
}

std::vector<Row> read_rows() {
  std::vector<Row> rows;
  std::ifstream file("core/RULES.md");
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> cells;
    std::string cell;
    for (const char c : line.substr(std::min<std::size_t>(1, line.size()))) {
      if (c != '|') {
        cell += c;
        continue;
      }
      cells.push_back(cell);
      cell.clear();
    }
    if (cells.size() < 4 || !std::regex_search(cells[0], std::regex("[RDA][0-9]"))) continue;
    // Decisions have a question before the rule.
    const std::size_t n = cells.size();
    rows.push_back({ids_of(cells[0]), cells[n - 3], cells[n - 2], cells[n - 1]});
  }
  return rows;
}

const std::vector<Row>& all_rows() {
  static const std::vector<Row> rows = read_rows();
  return rows;
}

// The words of letters and underscores in a text.
std::set<std::string> words_of(const std::string& text) {
  std::set<std::string> words;
  std::string word;
  for (const char c : text + ' ') {
    if (std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  return words;
}

// Every identifier in core/, events/ and sim/.
const std::set<std::string>& identifiers() {
  static const std::set<std::string> words = [] {
    std::string all;
    for (const char* folder : {"core", "events", "sim"}) {
      for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const fs::path extension = entry.path().extension();
        if (extension == ".hpp" || extension == ".cpp") all += text_of(entry.path()) + '\n';
      }
    }
    return words_of(all);
  }();
  return words;
}

bool cites(const std::string& text, const std::string& id) {
  return std::regex_search(text, std::regex("\\b" + id + "\\b"));
}

}  // namespace

TEST_CASE("every rule has exactly one row") {
  std::multiset<std::string> ids;
  for (const Row& row : all_rows()) ids.insert(row.ids.begin(), row.ids.end());
  std::set<std::string> expected;
  for (int n = 1; n <= 62; ++n) expected.insert("R" + std::to_string(n));
  for (int n = 1; n <= 11; ++n) expected.insert("D" + std::to_string(n));
  for (int n = 1; n <= 16; ++n) expected.insert("A" + std::to_string(n));
  for (const std::string& id : expected) {
    INFO(id);
    CHECK(ids.count(id) == 1);
  }
  CHECK(ids.size() == expected.size());
}

TEST_CASE("every rule that is held names a test or scenario, and the other way round") {
  for (const Row& row : all_rows()) {
    INFO(row.ids[0]);
    const bool held = row.held_by.find_first_not_of(' ') != std::string::npos;
    const bool has_code = row.code.find('`') != std::string::npos ||
                          row.code.find("table") != std::string::npos ||
                          row.code.find("type") != std::string::npos ||
                          row.code.find("aggregates") != std::string::npos;
    CHECK(held == has_code);
  }
}

TEST_CASE("the tests and scenarios of a rule are there and cite it", "[slow]") {
  for (const Row& row : all_rows()) {
    for (const std::string& test : matches(row.held_by, "([a-z_]+_test)")) {
      INFO(row.ids[0] << " in " << test);
      std::string text;
      for (const char* folder : {"core", "events", "sim"}) {
        text += text_of("tests/" + std::string(folder) + "/" + test + ".cpp");
      }
      CHECK(cites(text, row.ids[0]));
    }
    for (const std::string& scenario : matches(row.held_by, "([a-z-]+\\.toml)")) {
      INFO(row.ids[0] << " in " << scenario);
      CHECK(cites(text_of("scenarios/" + scenario), row.ids[0]));
    }
  }
}

TEST_CASE("the code of a rule is there", "[slow]") {
  for (const Row& row : all_rows()) {
    for (const std::string& code : matches(row.code, "`([^`]*)`")) {
      for (const std::string& name : matches(code, "([A-Za-z_]{3,})")) {
        INFO(row.ids[0] << ": " << name);
        CHECK(identifiers().count(name) == 1);
      }
    }
  }
}

}  // namespace tokenlife::test
