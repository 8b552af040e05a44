#include "sim/cli/junit.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// Text between tags or in an attribute. Of what XML cannot hold at all escape_text escapes all but
// the two last code points of the first plane.
std::string escaped(std::string_view text) {
  constexpr std::string_view kNoCharacters = "\xef\xbf";  // and then be or bf
  const std::string plain = escape_text(text);
  std::string xml;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char c = plain[i];
    if (plain.compare(i, 2, kNoCharacters) == 0 && plain[i + 2] >= '\xbe') {
      xml += plain[i + 2] == '\xbe' ? "\\ufffe" : "\\uffff";
      i += 2;
      continue;
    }
    switch (c) {
      case '&': xml += "&amp;"; break;
      case '<': xml += "&lt;"; break;
      case '>': xml += "&gt;"; break;
      case '"': xml += "&quot;"; break;
      default: xml += c;
    }
  }
  return xml;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// Line by line, since escape_text escapes the ends of lines too.
std::string escaped_lines(const std::string& text) {
  std::string xml;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    xml += escaped(std::string_view(text).substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return xml;
}

}  // namespace

std::string junit_xml(const std::vector<TestCase>& cases) {
  const auto failures = std::count_if(cases.begin(), cases.end(),
                                      [](const TestCase& test) { return !test.failure.empty(); });
  const auto errors = std::count_if(cases.begin(), cases.end(),
                                    [](const TestCase& test) { return !test.error.empty(); });
  const auto skipped = std::count_if(cases.begin(), cases.end(),
                                     [](const TestCase& test) { return !test.skipped.empty(); });
  double seconds = 0;
  for (const TestCase& test : cases) seconds += test.seconds;
  std::string xml = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites tests=\"{0}\" failures=\"{1}\" errors=\"{2}\" time=\"{4:.3f}\">\n"
      "  <testsuite name=\"tokenlife\" tests=\"{0}\" failures=\"{1}\" errors=\"{2}\" "
      "skipped=\"{3}\" time=\"{4:.3f}\">\n",
      cases.size(), failures, errors, skipped, seconds);
  for (const TestCase& test : cases) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3f}\"",
                       escaped(test.suite), escaped(test.name), test.seconds);
    if (test.passed()) {
      xml += "/>\n";
      continue;
    }
    if (!test.failed()) {
      xml += fmt::format(">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                         escaped(test.skipped));
      continue;
    }
    const std::string& trouble = test.trouble();
    const std::string_view kind = test.error.empty() ? "failure" : "error";
    xml += fmt::format(">\n      <{0} message=\"{1}\">{2}</{0}>\n    </testcase>\n", kind,
                       escaped(first_line(trouble)), escaped_lines(trouble));
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace tokenlife::sim
