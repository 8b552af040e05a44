// Recorded presence: what is read, where it starts, and what is refused.
#include <catch2/catch.hpp>

#include "scenario_example.hpp"
#include "sim/scenario/trace.hpp"

namespace tokenlife::sim {
namespace {

using namespace std::chrono_literals;

Trace read(std::string_view text, TraceAlign align = TraceAlign::device, Duration tick = 1min) {
  const auto trace = parse_trace(text, "t.csv", align, tick);
  if (!trace) FAIL(to_string(trace.error()));
  return *trace;
}

std::string refused(std::string_view text) {
  const auto trace = parse_trace(text, "t.csv", TraceAlign::device, 1min);
  return trace ? "read" : to_string(trace.error());
}

// "0s internet, 600s offline; period 600s"
std::string device(const Trace& trace, std::size_t index) {
  const Trace::Device& device = trace.devices.at(index);
  std::string text;
  for (std::uint32_t i = 0; i < device.row_count; ++i) {
    const TraceRow& row = trace.rows.at(device.first_row + i);
    text += std::to_string(row.at.count()) + "s " + std::string(name(row.on)) + ", ";
  }
  return text + "period " + std::to_string(device.period.count()) + "s";
}

const std::string kHead = "device,time,network\n";
const std::string kTwo = kHead +
                         "x,2026-01-01T00:10:00Z,internet\n"
                         "y,2026-01-01T00:00:00Z,intranet\n"
                         "y,2026-01-01T01:00:00Z,offline\n"
                         "x,2026-01-01T00:30:00Z,offline\n";

}  // namespace

TEST_CASE("a trace keeps its devices in the order of first appearance") {
  const Trace trace = read(kTwo);
  REQUIRE(trace.devices.size() == 2);
  CHECK(trace.devices[0].name == "x");
  CHECK(trace.devices[1].name == "y");
  CHECK(device(trace, 0) == "0s internet, 1200s offline, period 1200s");
  CHECK(device(trace, 1) == "0s intranet, 3600s offline, period 3600s");
}

TEST_CASE("a trace may start with the file instead of with each device") {
  const Trace trace = read(kTwo, TraceAlign::file);
  CHECK(device(trace, 0) == "0s offline, 600s internet, 1800s offline, period 3600s");
  CHECK(device(trace, 1) == "0s intranet, 3600s offline, period 3600s");
}

TEST_CASE("a device that is first recorded offline was offline before") {
  const Trace trace = read(kHead +
                               "x,2026-01-01T00:00:00Z,internet\n"
                               "y,2026-01-01T00:00:30Z,offline\n"
                               "y,2026-01-01T00:05:00Z,internet\n",
                           TraceAlign::file);
  CHECK(device(trace, 1) == "0s offline, 300s internet, period 300s");
}

TEST_CASE("row times are rounded up to the tick, and the last row of a tick counts") {
  const std::string text = kHead +
                           "x,2026-01-01T00:00:00Z,internet\n"
                           "x,2026-01-01T00:00:01Z,offline\n"
                           "x,2026-01-01T00:00:59Z,intranet\n"
                           "x,2026-01-01T00:01:00Z,offline\n"
                           "x,2026-01-01T00:01:01Z,internet\n";
  CHECK(device(read(text), 0) == "0s internet, 60s offline, 120s internet, period 120s");
  CHECK(device(read(text, TraceAlign::device, 1h), 0) == "0s internet, period 3600s");
  CHECK(device(read(text, TraceAlign::device, 1s), 0) ==
        "0s internet, 1s offline, 59s intranet, 60s offline, 61s internet, period 61s");
}

TEST_CASE("of two rows at the first moment the last counts") {
  const Trace trace = read(kHead +
                           "x,2026-01-01T00:00:00Z,internet\n"
                           "x,2026-01-01T00:00:00Z,offline\n");
  CHECK(device(trace, 0) == "0s offline, period 0s");
}

TEST_CASE("lines may end as on any machine, and the last need not end") {
  CHECK(device(read("\xef\xbb\xbf"
                    "device,time,network\r\nx,2026-01-01T00:00:00Z,offline\r\n"),
               0) == "0s offline, period 0s");
  CHECK(device(read("device,time,network\nx,2026-01-01T00:00:00Z,offline"), 0) ==
        "0s offline, period 0s");
}

TEST_CASE("fields may be quoted, and times have offsets") {
  const Trace trace = read(
      "device,time,network\n\"Ann, at home\",\"2026-01-01T02:00:00+01:00\",\"internet\"\n"
      "\"Ann, at home\",2026-01-01T01:10:00Z,offline\n");
  CHECK(trace.devices[0].name == "Ann, at home");
  CHECK(read(kHead + "\"a \"\"b\"\"\",2026-01-01T00:00:00Z,offline\n").devices[0].name ==
        "a \"b\"");
  CHECK(device(trace, 0) == "0s internet, 600s offline, period 600s");
}

TEST_CASE("a mistake in a trace is named with its line") {
  const auto row = [](std::string_view text) { return refused(kHead + std::string(text) + "\n"); };
  CHECK(refused("") == "t.csv:1:1: the file is empty; begin with the line `device,time,network`");
  CHECK(refused(kHead) == "t.csv:1:1: the file has no rows; add at least one row for each device");
  CHECK(refused("device;time;network\n").find("t.csv:1:1: the header is `device;time;network`") ==
        0);
  CHECK(refused(std::string("\x7f"
                            "ELF\0\xff",
                            6))
            .find("`\\u007fELF\\u0000\\xff`") != std::string::npos);
  CHECK(row("x,2026-01-01T00:00:00Z,office").find("t.csv:2:24: the network cannot be `office`") ==
        0);
  CHECK(row("x,2026-01-01T00:00:00Z,intrenet").find("write `offline`, `intranet` or `internet`") !=
        std::string::npos);
  CHECK(row("x,2026-01-01T00:00:00Z,").find("t.csv:2:24: the network cannot be ``") == 0);
  CHECK(row(",2026-01-01T00:00:00Z,offline").find("t.csv:2:1: the device is empty") == 0);
  CHECK(row("x,2026-01-01T00:00:00Z").find("t.csv:2:1: the row does not have three fields") == 0);
  CHECK(row("x,2026-01-01T00:00:00Z,offline,").find("does not have three fields") !=
        std::string::npos);
  CHECK(row("").find("t.csv:2:1: the line is empty") == 0);
  CHECK(row("x,2026-01-01T00:00:00Z,offline\n").find("t.csv:3:1: the line is empty") == 0);
  CHECK(row("\"x,2026-01-01T00:00:00Z,offline").find("t.csv:2:1: a field begins with a quote") ==
        0);
  CHECK(row("x\"y,2026-01-01T00:00:00Z,offline").find("t.csv:2:2: there is a quote in a field") ==
        0);
}

TEST_CASE("a trace that was saved as UTF-16 is told to be that") {
  CHECK(refused(std::string_view("\xff\xfe"
                                 "d\0e\0",
                                 6)) ==
        "t.csv:1:1: this is not UTF-8 (it looks like UTF-16); save the file as UTF-8");
}

TEST_CASE("a time in a trace is a moment in whole seconds") {
  for (const std::string_view time :
       {"", "soon", "2026-01-01", "2026-01-01T00:00:00", "2026-02-29T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.5Z",
        "2026-01-01T00:00:00+25:00", "2026-1-1T00:00:00Z", "1767225600"}) {
    CAPTURE(time);
    const std::string said = refused(kHead + "x," + std::string(time) + ",offline\n");
    CHECK(said.find("t.csv:2:3: `" + std::string(time) + "`") == 0);
  }
}

TEST_CASE("the time of a device never goes back, that of a file may") {
  CHECK(refused(kHead + "x,2026-01-01T00:00:01Z,offline\n"
                        "y,2026-01-01T00:00:00Z,offline\n"
                        "x,2026-01-01T00:00:00Z,internet\n")
            .find("t.csv:4:3: the time of device `x` goes back") == 0);
}

TEST_CASE("a trace spans less than 2^32 seconds") {
  CHECK(refused(kHead + "x,0001-01-01T00:00:00Z,offline\nx,2026-01-01T00:00:00Z,internet\n")
            .find("t.csv: device `x` spans 49710 days") == 0);
}

TEST_CASE("a trace that cannot be read is an error of the input") {
  const ScenarioFolder folder;
  CHECK(load_trace(folder.path("presence.csv"), TraceAlign::file, 1min)->devices.size() == 2);
  const auto missing = load_trace(folder.path("none.csv"), TraceAlign::file, 1min);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().kind == ErrorKind::input);
  CHECK(missing.error().place == folder.path("none.csv"));
  CHECK(missing.error().what == "the trace cannot be read: No such file or directory");
  const auto directory = load_trace(folder.path(""), TraceAlign::file, 1min);
  REQUIRE_FALSE(directory);
  CHECK(directory.error().what == "the trace cannot be read: it is a folder");
}

}  // namespace tokenlife::sim
