// The page of a run, or of two: one file that asks nothing of a network.
//
// What is on it, from top to bottom, is in page.cpp. The same log gives the same bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/log_reader.hpp"
#include "sim/analysis/log_diff.hpp"
#include "sim/report/fleet.hpp"
#include "sim/report/marks.hpp"

namespace tokenlife::sim {

// A client's life as a section of the page.
struct LifeSection {
  ClientNumber number;
  std::string html;
};

struct ReportedRun {
  const events::LogReader& log;
  Fleet fleet;
  std::vector<Mark> marks;
  std::vector<LifeSection> lives;  // of the first of the stranded, in their order
};

struct Report {
  std::vector<const ReportedRun*> runs;  // one, or A and B
  std::vector<MatchedClient> matches;    // of two: the clients that both have
  std::string_view version;
};

// No page is larger, whatever the run: what there is no room for is left out, and the page says so.
inline constexpr std::size_t kPageBytesMax = 3'000'000;
inline constexpr std::size_t kRowBytesMax = 1'000'000;  // of the table of the stranded
inline constexpr std::size_t kLivesMax = 200;

std::string report_page(const Report& report);

}  // namespace tokenlife::sim
