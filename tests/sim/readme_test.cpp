// Every command in README.md works as it stands, in its order, and prints what stands there. Of
// what differs each time (dates, GUIDs, thumbprints, tokens) only the form is compared; what stands
// there may be shortened.
#include <catch2/catch.hpp>

#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "support/desk.hpp"

namespace tokenlife::test {
namespace {

const std::regex kGuid("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

// A line without what is another each time.
std::string form_of(const std::string& line) {
  std::string form = std::regex_replace(line, kGuid, "GUID");
  form = std::regex_replace(form, std::regex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z"), "TIME");
  form = std::regex_replace(form, std::regex("[0-9A-F]{40}"), "THUMBPRINT");
  return std::regex_replace(form, std::regex("eyJ.*"), "TOKEN");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct Command {
  std::string line;
  bool is_transcript;
  std::vector<std::string> shown;
};

// Of the indented blocks: `$ command` with what it prints, or lines that begin with `tokenlife`.
std::vector<Command> commands_of(const std::string& readme) {
  std::vector<Command> commands;
  bool in_transcript = false;
  for (const std::string& line : lines_of(readme)) {
    const std::string text = line.starts_with("    ") ? line.substr(4) : "";
    if (text.empty() && !line.empty()) in_transcript = false;
    if (text.starts_with("$ ")) {
      commands.push_back({text.substr(2), true, {}});
      in_transcript = true;
    } else if (in_transcript && !text.empty()) {
      commands.back().shown.push_back(text);
    } else if (text.starts_with("tokenlife ")) {
      commands.push_back({text, false, {}});
    }
  }
  return commands;
}

class Reader {
 public:
  Reader() {
    namespace fs = std::filesystem;
    fs::create_directory_symlink(fs::current_path() / "scenarios", desk_.path("scenarios"));
    fs::create_directory(desk_.path(".build"));
    path_ = "PATH='" + fs::path(program()).parent_path().string() + "':$PATH; ";
  }

  void type(const Command& command) {
    // A package's examples are the scenarios that are here.
    std::string line = std::regex_replace(
        command.line, std::regex("/usr/share/doc/tokenlife/examples"), "scenarios");
    for (const auto& [shown, real] : guids_) {
      line = std::regex_replace(line, std::regex(shown), real);
    }
    const Ran ran = desk_.run_shell(path_ + line);
    INFO(line << "\n" << ran.out << ran.err);
    CHECK((command.is_transcript || ran.status == 0));
    CHECK(ran.status <= 1);
    compare(command.shown, lines_of(ran.out));
  }

 private:
  // What is shown was printed, in that order.
  void compare(const std::vector<std::string>& shown, const std::vector<std::string>& printed) {
    auto next = printed.begin();
    for (const std::string& line : shown) {
      INFO(line);
      while (next != printed.end() && form_of(*next) != form_of(line)) ++next;
      REQUIRE(next != printed.end());
      remember_guids(line, *next++);
    }
  }

  void remember_guids(const std::string& shown, const std::string& printed) {
    std::sregex_iterator a(shown.begin(), shown.end(), kGuid);
    std::sregex_iterator b(printed.begin(), printed.end(), kGuid);
    for (const std::sregex_iterator end; a != end && b != end; ++a, ++b) {
      guids_[a->str()] = b->str();
    }
  }

  Desk desk_;
  std::string path_;
  std::map<std::string, std::string> guids_;  // of the page, and in their place
};

TEST_CASE("every command in the README works as it stands, and prints what stands there",
          "[slow]") {
  const std::vector<Command> commands = commands_of(read_file("README.md"));
  std::size_t lines = 0;
  Reader reader;
  for (const Command& command : commands) {
    reader.type(command);
    lines += command.shown.size();
  }
  CHECK(commands.size() >= 9);
  CHECK(lines >= 30);
}

}  // namespace
}  // namespace tokenlife::test
