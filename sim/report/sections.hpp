// The sections of a page: what is said, and the tables that say it. All of them take the one run,
// or both.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "sim/report/page.hpp"

namespace tokenlife::sim {

using Runs = std::span<const ReportedRun* const>;

// "176 of 5,000 clients (3.5 %) are stranded at the end ...", as HTML.
std::string answer_of(const ReportedRun& run);
// Why clients are without a good token: completes "they are stranded because ...".
std::string because_of(SpellCause cause, const events::LogReader& log);

std::string title_of(const events::LogHeader& header);

// "6 hours", "day"
std::string period_words(Duration width);
// Where a chart is drawn, with its heading.
std::string chart_place(const char* id, const std::string& heading, const std::string& says);

bool has_limits(Runs runs);  // of endpoints, at any time
std::string load_section(Runs runs);

std::string end_section(Runs runs);        // how clients ended, by state and by cohort
std::string over_time_section(Runs runs);  // the charts' places, and the same as tables
std::string spells_section(Runs runs);     // causes, and how long they were without
std::string tokens_section(Runs runs);     // age at renewal, and survival
std::string lifecycle_section(Runs runs);  // the picture
// Of the last of them, with as many lives as fit.
std::string stranded_section(Runs runs, std::size_t lives_bytes_max);
std::string fates_section(const Report& report);  // of two
std::string run_section(const Report& report);    // what it takes to have the page again

// "A " and "B " of two.
std::string which(Runs runs, std::size_t i);

// The script's data: see charts.js.
std::string chart_json(Runs runs);

// The share of tokens that are still held after so many hours, in parts of one, from 0 hours on.
std::vector<double> survival_of(const Fleet& fleet);

}  // namespace tokenlife::sim
