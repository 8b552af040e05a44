// A line of Configuration Manager's files, whatever is in it.
#include "sim/ccm/line.hpp"

#include <catch2/catch.hpp>
#include <string>

#include "core/event.hpp"

namespace tokenlife::test {

using namespace sim;

namespace {

constexpr const char* kBegin = "<![LOG[";
constexpr const char* kEnd =
    "]LOG]!><time=\"08:05:09.000+000\" date=\"02-03-2026\" component=\"CCM_STS\" context=\"\" "
    "type=\"3\" thread=\"17\" file=\"token-expired:4\">\r\n";

std::string line_with(std::string_view text) {
  using namespace std::chrono;
  const CcmSource source{sys_days{2026y / February / 3} + 8h + 5min + 9s, 17,
                         EventKind::token_expired, 4};
  std::string line;
  append_ccm_line(line, source, CcmFile::ccm_sts, CcmLevel::error, text);
  return line;
}

}  // namespace

TEST_CASE("a line of CMTrace has its text, time, component, type, thread and file") {
  CHECK(line_with("Token 17-1 has expired") ==
        std::string(kBegin) + "Token 17-1 has expired" + kEnd);
}

TEST_CASE("whatever the text is, a line of CMTrace stays one line and one element") {
  CHECK(line_with("a\r\nb\x1b[31mc") == std::string(kBegin) + "a\\r\\nb\\u001b[31mc" + kEnd);
  CHECK(line_with("x]LOG]!><time=\"") == std::string(kBegin) + "x]LOG]\\!><time=\"" + kEnd);
  CHECK(line_with("]LOG]]LOG]!]LOG]!") == std::string(kBegin) + "]LOG]]LOG]\\!]LOG]\\!" + kEnd);
  CHECK(line_with("<![LOG[a<![LOG[") == std::string(kBegin) + "<![LOG\\[a<![LOG\\[" + kEnd);
  CHECK(line_with(std::string("\0\xff", 2)) == std::string(kBegin) + "\\u0000\\xff" + kEnd);
}

}  // namespace tokenlife::test
