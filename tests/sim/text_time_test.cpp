// Times as text, RFC 3339: also before 1970, where seconds are negative.
#include "sim/text/time.hpp"

#include <catch2/catch.hpp>

namespace tokenlife::test {
namespace {

using namespace sim;
using std::chrono::seconds;
using std::chrono::sys_seconds;

struct Written {
  std::int64_t seconds;
  const char* text;
};
constexpr Written kTimes[] = {
    {-62'135'596'800, "0001-01-01T00:00:00Z"},
    {-2'208'988'800, "1900-01-01T00:00:00Z"},
    {-86'401, "1969-12-30T23:59:59Z"},
    {-86'400, "1969-12-31T00:00:00Z"},
    {-86'399, "1969-12-31T00:00:01Z"},
    {-1, "1969-12-31T23:59:59Z"},
    {0, "1970-01-01T00:00:00Z"},
    {1, "1970-01-01T00:00:01Z"},
    {951'782'400, "2000-02-29T00:00:00Z"},
    {2'147'483'648, "2038-01-19T03:14:08Z"},
    {253'402'300'799, "9999-12-31T23:59:59Z"},
};

}  // namespace

TEST_CASE("a time is written and read as RFC 3339 has it, before 1970 as after") {
  for (const auto& [count, text] : kTimes) {
    INFO(text);
    CHECK(rfc3339(sys_seconds{seconds{count}}) == text);
    CHECK(parse_rfc3339(text) == sys_seconds{seconds{count}});
  }
}

TEST_CASE("a moment of a run that starts before 1970 is written as the date that it is") {
  const sys_seconds start{seconds{-3'600}};
  CHECK(rfc3339(start, at(seconds{0})) == "1969-12-31T23:00:00Z");
  CHECK(rfc3339(start, at(seconds{3'599})) == "1969-12-31T23:59:59Z");
  CHECK(rfc3339(start, at(seconds{3'600})) == "1970-01-01T00:00:00Z");
  CHECK(parse_moment("1969-12-31T23:30:00Z", start) == at(seconds{1'800}));
  CHECK(parse_moment("1970-01-01T01:00:00+01:00", start) == at(seconds{3'600}));
  CHECK(parse_moment("1970-01-01", start) == at(seconds{3'600}));
  CHECK(parse_moment("1h", start) == at(seconds{3'600}));
}

TEST_CASE("a date alone is its midnight in UTC, where a time may be a date") {
  CHECK(parse_date_or_time("1969-12-31") == sys_seconds{seconds{-86'400}});
  CHECK(parse_date_or_time("2000-02-29") == sys_seconds{seconds{951'782'400}});
  CHECK(parse_date_or_time("2000-02-29T00:00:01Z") == sys_seconds{seconds{951'782'401}});
  CHECK(parse_date_or_time("2026-02-29").error() == "does not exist");
  for (const char* text : {"", "2026-03-0", "2026-3-01", "2026-03-001", "2026-13-01", "2026-03-32",
                           "2026/03/01", "2026-03-01Z", "2026-03-01 ", "+026-03-01", "20260301"}) {
    INFO(text);
    CHECK_FALSE(parse_date_or_time(text).has_value());
  }
  CHECK_FALSE(parse_rfc3339("2026-03-01").has_value());
  CHECK(parse_moment("2026-02-29", sys_seconds{}).error() == "`2026-02-29` does not exist");
}

TEST_CASE("a time that lacks its end is completed") {
  CHECK(completed_rfc3339("2026-05-17 07:35:04") == "2026-05-17T07:35:04Z");
  CHECK(completed_rfc3339("2026-05-17T07:35") == "2026-05-17T07:35:00Z");
  CHECK(completed_rfc3339("2026-05-17") == "2026-05-17T00:00:00Z");
  CHECK(completed_rfc3339("2026-02-29") == std::nullopt);
  CHECK(rfc3339_advice("soon") == "write it as in 2026-01-01T00:00:00Z");
}

}  // namespace tokenlife::test
