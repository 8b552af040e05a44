// What people are shown of an error: the line that says it, the line of the file, and a caret.
#include <catch2/catch.hpp>

#include <string>

#include "sim/text/show_error.hpp"

namespace tokenlife::sim {
namespace {

// What is shown of a place in a file of one line.
std::string shown_at(const std::string& line, std::size_t column) {
  return show_error(error_at("a.toml", line_of(line, 1, column), "wrong"), "tokenlife");
}

}  // namespace

TEST_CASE("an error in a file begins with file, line and column, and shows the line") {
  const Error error =
      error_at("a.toml", line_of("x\ny = 1\r\nz\n", 2, 5), "it is wrong", "mend it");
  CHECK(to_string(error) == "a.toml:2:5: it is wrong; mend it");
  CHECK(show_error(error, "tokenlife") ==
        "a.toml:2:5: it is wrong; mend it\n"
        "    2 | y = 1\n"
        "      |     ^");
}

TEST_CASE("an error without a line in a file begins with the program's name") {
  CHECK(show_error(usage_error("it is wrong").value(), "tokenlife") == "tokenlife: it is wrong");
  CHECK(show_error(file_error("a.log", "is torn").value(), "tokenlife") ==
        "tokenlife: a.log: is torn");
  CHECK(show_error(usage_error("it is wrong").value()) == "it is wrong");
}

TEST_CASE("errors are shown one below the other, and those that are not listed are counted") {
  Error error = error_at("a.toml", line_of("x\ny\n", 1, 1), "wrong");
  error.others.push_back(error_at("a.toml", line_of("x\ny\n", 2, 1), "wrong too"));
  const std::string both =
      "a.toml:1:1: wrong\n"
      "    1 | x\n"
      "      | ^\n"
      "a.toml:2:1: wrong too\n"
      "    2 | y\n"
      "      | ^";
  CHECK(show_error(error) == both);
  error.not_listed = 1;
  CHECK(show_error(error) == both + "\nand 1 more mistake");
  error.not_listed = 7;
  CHECK(show_error(error) == both + "\nand 7 more mistakes");
}

TEST_CASE("a warning is called one") {
  CHECK(show_warning(error_at("a.toml", line_of("x = 1", 1, 5), "hardly meant", "mend it")) ==
        "a.toml:1:5: warning: hardly meant; mend it\n"
        "    1 | x = 1\n"
        "      |     ^");
}

TEST_CASE("the caret stands under its character, whatever stands before it") {
  CHECK(shown_at("\tx = 1", 2) == "a.toml:1:2: wrong\n    1 |     x = 1\n      |     ^");
  CHECK(shown_at("\xc3\xbc = 1", 5) == "a.toml:1:5: wrong\n    1 | \xc3\xbc = 1\n      |     ^");
  CHECK(shown_at("\x1b[31m = 1", 9) ==
        "a.toml:1:9: wrong\n    1 | \\u001b[31m = 1\n      |              ^");
  CHECK(shown_at("\xff = 1", 5) == "a.toml:1:5: wrong\n    1 | \\xff = 1\n      |        ^");
  // Behind the end, and beyond it.
  CHECK(shown_at("x =", 4) == "a.toml:1:4: wrong\n    1 | x =\n      |    ^");
  CHECK(shown_at("x =", 40) == "a.toml:1:40: wrong\n    1 | x =\n      |    ^");
  CHECK(shown_at("", 1) == "a.toml:1:1: wrong");
  CHECK(shown_at("\xef\xbb\xbfx", 1) == "a.toml:1:1: wrong\n    1 | x\n      | ^");
}

TEST_CASE("a long line is cut around the caret, and fits a hundred columns") {
  const auto words = [](std::string text) {  // None of them may look like a token.
    for (std::size_t i = 9; i < text.size(); i += 10) text[i] = ' ';
    return text;
  };
  const std::string a = words(std::string(60, 'a'));
  const std::string b = words(std::string(60, 'b'));
  const std::string c = words(std::string(60, 'c'));
  CHECK(shown_at(a + b + c, 5) == "a.toml:1:5: wrong\n    1 | " + a + b.substr(0, 28) +
                                      "...\n      | " + std::string(4, ' ') + "^");
  CHECK(shown_at(a + b + c, 91) == "a.toml:1:91: wrong\n    1 | ..." + a.substr(48) + b +
                                       c.substr(0, 13) + "...\n      | " + std::string(45, ' ') +
                                       "^");
  CHECK(shown_at(a + b + c, 180) == "a.toml:1:180: wrong\n    1 | ..." + b.substr(32) + c +
                                        "\n      | " + std::string(90, ' ') + "^");
  // Too long to be shown at all.
  CHECK(shown_at(std::string(10'001, 'x'), 5) == "a.toml:1:5: wrong");
}

TEST_CASE("what looks like a token is not shown, in no line") {
  const std::string token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9";
  CHECK(shown_at("x = \"" + token + "\" y", 44) ==
        "a.toml:1:44: wrong\n"
        "    1 | x = \"(what looks like a token)\" y\n"
        "      |                                 ^");
  const Error error{ErrorKind::input, "a.log", "there is no " + token, ""};
  CHECK(show_error(error) == "a.log: there is no (what looks like a token)");
}

}  // namespace tokenlife::sim
