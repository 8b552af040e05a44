// Rules about the source that no compiler checks. Each failure says where and why.
#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;

struct File {
  std::string path;  // from the project's folder
  std::vector<std::string> lines;
};

bool has_prefix(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}
bool has_suffix(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}
bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

File read(const fs::path& path) {
  File file{path.generic_string(), {}};
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) file.lines.push_back(line);
  return file;
}

// Every text file of the project, by path. The tests run in the project's folder.
std::vector<File> read_files() {
  std::vector<File> files;
  for (const char* folder : {"core", "events", "sim", "scenarios", "tests", ".cmake", ".ci"}) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file()) files.push_back(read(entry.path()));
    }
  }
  for (const char* name : {"CMakeLists.txt", "README.md", "dev"}) {
    if (fs::exists(name)) files.push_back(read(name));
  }
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.path < b.path; });
  return files;
}

const std::vector<File>& all_files() {
  static const std::vector<File> files = read_files();
  return files;
}

bool is_cpp(const File& file) {
  return has_suffix(file.path, ".cpp") || has_suffix(file.path, ".hpp");
}
bool is_this_file(const File& file) { return has_suffix(file.path, "tidy_test.cpp"); }

// A line without what stands in a comment.
std::string_view code(std::string_view line) { return line.substr(0, line.find("//")); }

void fail(const File& file, std::size_t line_index, std::string_view why) {
  FAIL_CHECK(file.path << ":" << line_index + 1 << ": " << why);
}

// ---- What may stand where ----------------------------------------------------------------------

// `part` may appear only in files whose path begins with one of `homes`.
struct Home {
  std::string_view part;
  std::vector<std::string_view> homes;
  std::string_view why;
};

const std::vector<Home> kHomes{
    {"#include <capnp/", {"events/", "tests/events/"}, "only events knows Cap'n Proto"},
    {"#include <kj/", {"events/", "tests/events/"}, "only events knows Cap'n Proto"},
    {"event.capnp.h", {"events/", "tests/events/"}, "only events knows Cap'n Proto"},
    {"boost/msm",
     {"core/transition_table.hpp", "core/lifecycle.cpp", "tests/"},
     "it takes seconds to compile: include core/lifecycle.hpp"},
    {"transition_table.hpp",
     {"core/transition_table.hpp", "core/lifecycle.cpp", "tests/"},
     "it takes seconds to compile: include core/lifecycle.hpp"},
    {"toml++", {"sim/scenario/", "tests/"}, "only the scenario reader knows TOML"},
    {"#include <sqlite3.h>", {"sim/sql/", "tests/sim/"}, "only sql knows SQLite"},
    {"#include <zstd.h>", {"sim/parquet/compressor.cpp"}, "one place compresses"},
    {"#include <CLI/",
     {"sim/cli/arguments"},
     "only the program's command line knows CLI11, which takes seconds to compile"},
    {"system_clock", {"sim/cli/", "tests/downstream/"}, "time is an argument"},
    {"steady_clock", {"sim/cli/", "sim/conform/adapter_process", "tests/"}, "time is an argument"},
    {"high_resolution_clock", {}, "time is an argument"},
    {"random_device", {}, "chance comes from the seed"},
    {"#include <random>",
     {"tests/"},
     "distributions differ between standard libraries: use sim/scenario/random.hpp"},
    {"std::rand", {}, "chance comes from the seed"},
    {"std::cout", {"sim/cli/", "tests/"}, "only the program prints"},
    {"std::cerr", {"sim/cli/", "tests/"}, "only the program prints"},
    {"fmt::print", {"sim/cli/", "tests/"}, "only the program prints"},
    {"printf(", {"sim/cli/", "tests/"}, "only the program prints"},
    // A site may know a hundred thousand clients; what is listed of them is sorted.
    {"unordered_",
     {"core/site.hpp", "sim/site/known_clients.cpp", "tests/"},
     "its order differs from run to run: use std::map or a sorted vector"},
    {"std::thread", {"sim/", "events/", "tests/"}, "core is pure"},
    {"TODO", {}, "finish it, or say in the README what is left out"},
    {"FIXME", {}, "finish it, or say in the README what is left out"},
};

TEST_CASE("every part of the source keeps to its place") {
  for (const File& file : all_files()) {
    if (!is_cpp(file) || is_this_file(file)) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      for (const Home& home : kHomes) {
        const bool comment_counts = has_prefix(home.part, "TODO") || has_prefix(home.part, "FIXME");
        if (!contains(comment_counts ? file.lines[i] : code(file.lines[i]), home.part)) continue;
        const bool at_home =
            std::any_of(home.homes.begin(), home.homes.end(),
                        [&](std::string_view prefix) { return has_prefix(file.path, prefix); });
        if (!at_home) fail(file, i, std::string(home.part) + ": " + std::string(home.why));
      }
    }
  }
}

// ---- Who may include whom ----------------------------------------------------------------------

// A folder, and the folders that it may include, each with those below it. Dependencies point one
// way: whoever adds a line here that closes a circle is told so.
struct Room {
  std::string_view folder;
  std::vector<std::string_view> may_include;
};

// The folder of a file is the first prefix that fits.
const std::vector<Room> kRooms{
    {"core/token.hpp", {"core/token/"}},  // forwards
    {"core/token/", {"core/"}},
    {"core/", {}},
    {"events/", {"core/token.hpp"}},
    {"sim/text/", {"events/"}},
    {"sim/scenario/", {"sim/text/"}},
    {"sim/engine/", {"sim/scenario/"}},
    {"sim/naive/", {"sim/scenario/"}},
    {"sim/soak/", {"sim/engine/", "sim/naive/"}},
    {"sim/conform/", {"sim/soak/"}},
    {"sim/analysis/", {"sim/engine/"}},
    {"sim/sweep/", {"sim/engine/"}},
    {"sim/tables/", {"sim/analysis/"}},
    {"sim/sql/", {"sim/tables/"}},
    {"sim/parquet/", {"sim/tables/"}},
    {"sim/report/", {"sim/analysis/", "sim/sweep/"}},
    {"sim/check/", {"sim/text/"}},
    {"sim/site/", {"sim/text/"}},
    {"sim/ccm/", {"sim/analysis/", "sim/site/"}},
    {"sim/cli/",
     {"sim/conform/", "sim/sql/", "sim/parquet/", "sim/report/", "sim/check/", "sim/ccm/"}},
    {"sim/mpi/", {"sim/cli/"}},
    {"tests/", {"sim/cli/"}},
};

const Room& room_of(std::string_view path) {
  const auto room = std::find_if(kRooms.begin(), kRooms.end(),
                                 [&](const Room& r) { return has_prefix(path, r.folder); });
  REQUIRE(room != kRooms.end());
  return *room;
}

bool may_include(const Room& from, const Room& to) {
  return from.folder == to.folder ||
         std::any_of(from.may_include.begin(), from.may_include.end(),
                     [&](std::string_view below) { return may_include(room_of(below), to); });
}

// The path in `#include "path"`, or nothing.
std::string_view included(std::string_view line) {
  constexpr std::string_view kInclude = "#include \"";
  if (!has_prefix(line, kInclude)) return {};
  const std::string_view rest = line.substr(kInclude.size());
  return rest.substr(0, rest.find('"'));
}

// Installed headers name each other relative to themselves, as a compiler looks first.
std::string from_top(const File& file, std::string_view path) {
  const fs::path beside = (fs::path(file.path).parent_path() / path).lexically_normal();
  return !path.empty() && fs::exists(beside) ? beside.generic_string() : std::string(path);
}

TEST_CASE("includes point one way: tests, sim, events, core, and from room to room") {
  for (const File& file : all_files()) {
    if (!is_cpp(file)) continue;
    const Room& from = room_of(file.path);
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string path = from_top(file, included(file.lines[i]));
      // Tests include each other from tests/ and from their own folder.
      const bool of_tests = from.folder == "tests/" && !fs::exists(path);
      if (path.empty() || of_tests) continue;
      const Room& to = room_of(path);
      if (!may_include(from, to)) {
        fail(file, i, std::string(from.folder) + " may not include " + std::string(to.folder));
      }
    }
  }
}

// A line of code without its indentation and what pads it before a comment.
std::string code_alone(std::string_view line) {
  std::string alone(code(line));
  alone.erase(0, alone.find_first_not_of(' '));
  alone.erase(alone.find_last_not_of(' ') + 1);
  return alone;
}

TEST_CASE("every line of C++ in the README is one of a program that is built and run") {
  std::set<std::string> built;
  for (const File& file : all_files()) {
    if (!is_cpp(file) || !has_prefix(file.path, "tests/downstream/")) continue;
    for (const std::string& line : file.lines) built.insert(code_alone(line));
  }
  const File readme = read("README.md");
  bool in_code = false;
  int lines = 0;
  for (std::size_t i = 0; i < readme.lines.size(); ++i) {
    const std::string& line = readme.lines[i];
    if (has_prefix(line, "```")) {
      in_code = line == "```cpp";
    } else if (in_code && !line.empty()) {
      ++lines;
      if (!built.contains(code_alone(line))) fail(readme, i, "no line of tests/downstream");
    }
  }
  CHECK(lines > 10);
}

TEST_CASE("D4: no file of the project holds a private key") {
  for (const File& file : all_files()) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (contains(file.lines[i], "-----BEGIN") && contains(file.lines[i], "PRIVATE KEY") &&
          !is_cpp(file)) {
        fail(file, i, "make a key when the test runs");
      }
    }
  }
}

// ---- Size --------------------------------------------------------------------------------------

// Code points; a continuation byte of UTF-8 begins none.
std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

TEST_CASE("lines have at most 100 columns, no tabs and no blanks at their end") {
  for (const File& file : all_files()) {
    const bool is_source = is_cpp(file) || has_suffix(file.path, ".capnp") ||
                           has_suffix(file.path, "CMakeLists.txt") ||
                           has_suffix(file.path, ".cmake") || has_suffix(file.path, ".sh");
    if (!is_source) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string& line = file.lines[i];
      if (columns(line) > 100) fail(file, i, "longer than 100 columns");
      if (contains(line, "\t")) fail(file, i, "a tab");
      if (has_suffix(line, " ")) fail(file, i, "a blank at the end");
    }
  }
}

TEST_CASE("files have at most 400 lines") {
  for (const File& file : all_files()) {
    if (is_cpp(file) && file.lines.size() > 400) {
      fail(file, file.lines.size() - 1, "more than 400 lines: find the two things that it does");
    }
  }
}

// The net number of braces that a line opens, without those in strings and comments.
int braces(std::string_view line) {
  int net = 0;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\') ++i;
      if (c == quote) quote = 0;
      continue;
    }
    if (c == '"') quote = c;
    if (c == '\'' && i + 2 < line.size() && (line[i + 2] == c || line[i + 1] == '\\')) quote = c;
    if (c == '/' && i + 1 < line.size() && line[i + 1] == '/') break;
    net += c == '{' ? 1 : c == '}' ? -1 : 0;
  }
  return net;
}

// An approximation that clang-format makes exact enough: a function begins at a line that ends in
// ") {" (perhaps with const, noexcept, ...) outside of any other, and ends where its brace closes.
TEST_CASE("functions have at most 70 lines") {
  for (const File& file : all_files()) {
    if (!is_cpp(file) || has_prefix(file.path, "tests/")) continue;
    int depth = 0;
    int function_depth = -1;  // outside of functions
    std::size_t begins = 0;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string_view line = code(file.lines[i]);
      const int net = braces(file.lines[i]);
      const bool opens = net > 0 && contains(line, ")") && !contains(line, "= {");
      if (function_depth < 0 && opens) {
        function_depth = depth;
        begins = i;
      }
      depth += net;
      if (function_depth >= 0 && depth <= function_depth) {
        if (i - begins + 1 > 70) fail(file, begins, "a function of more than 70 lines");
        function_depth = -1;
      }
    }
  }
}

// ---- Form --------------------------------------------------------------------------------------

TEST_CASE("headers begin with a comment that says what they are for, and are included once") {
  for (const File& file : all_files()) {
    if (!has_suffix(file.path, ".hpp")) continue;
    if (file.lines.empty() || !has_prefix(file.lines[0], "// ")) {
      fail(file, 0, "say in a first comment what the header is for");
    }
    const bool once =
        std::find(file.lines.begin(), file.lines.end(), "#pragma once") != file.lines.end();
    if (!once) fail(file, 0, "#pragma once is missing");
  }
}

TEST_CASE("headers do not open namespaces for those who include them") {
  for (const File& file : all_files()) {
    if (!has_suffix(file.path, ".hpp")) continue;
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      if (has_prefix(file.lines[i], "using namespace"))
        fail(file, i, "using namespace in a header");
    }
  }
}

TEST_CASE("every source file is built, and every header included or installed") {
  std::string lists;
  std::string code_text;
  for (const File& file : all_files()) {
    for (const std::string& line : file.lines) {
      if (has_suffix(file.path, "CMakeLists.txt")) lists += line + "\n";
      if (is_cpp(file) && has_prefix(line, "#include \"")) code_text += line + "\n";
    }
  }
  for (const File& file : all_files()) {
    if (!is_cpp(file)) continue;
    // Lists name files from their own folder: the project's, sim/, tests/, or a project of its own.
    const std::string from_list = has_prefix(file.path, "tests/") || has_prefix(file.path, "sim/")
                                      ? file.path.substr(file.path.find('/') + 1)
                                      : file.path;
    const std::string name = fs::path(file.path).filename().string();
    const bool own_project =
        has_prefix(file.path, "tests/downstream/") || has_prefix(file.path, "tests/benchmarks/");
    const std::string& entry = own_project ? name : from_list;
    if (has_suffix(file.path, ".cpp") && !contains(lists, entry)) {
      fail(file, 0, "in no CMakeLists.txt: list it, or delete it");
    }
    const bool installed =
        contains(lists, "  " + file.path + "\n") || contains(lists, "  " + file.path + ")\n");
    if (has_suffix(file.path, ".hpp") && !installed && !contains(code_text, name)) {
      fail(file, 0, "nobody includes it");
    }
  }
}

TEST_CASE("the top level holds what it is meant to hold") {
  const std::vector<std::string> allowed{
      "CHANGELOG.md", "CMakeLists.txt", "LICENSE",   "README.md", "SECURITY.md", "core",
      "dev",          "events",         "scenarios", "sim",       "tests"};
  for (const auto& entry : fs::directory_iterator(".")) {
    const std::string name = entry.path().filename().string();
    CAPTURE(name);
    CHECK((name[0] == '.' || std::count(allowed.begin(), allowed.end(), name) == 1));
  }
}

}  // namespace
}  // namespace tokenlife::test
