// Logs as the commands of the program open and address them.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/id.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "events/log_reader.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/cli/console.hpp"
#include "sim/site/client_log.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::events {
struct JournalContent;  // events/journal.hpp
}  // namespace tokenlife::events

namespace tokenlife::sim {

// A log, which stays as it was opened also if it is that of a client on disk that goes on.
struct OpenedLog : events::LogReader {
  explicit OpenedLog(LogReader reader) : LogReader(std::move(reader)) {}
  std::optional<HeldClientLog> held;
};

// What a packed log on standard input is called on the command line.
inline constexpr const char* kStandardInput = "-";

// A run's folder, a client's, or the `log` in that; a packed log; or one on standard input.
Result<OpenedLog, Error> open_log(const std::string& place);

// That at most one of them is standard input, which can be read once.
Result<void, Error> check_read_once(const std::vector<std::string>& places);

// What is wrong with a log. If that is its bytes: what helps, and only what does. By its place: of
// a run's log.
Error error_of_bytes(const events::LogError& error, const std::string& place);
Error error_of_bytes(const events::LogError& error, const OpenedLog& log);

// What was wrong with a log that was opened: its bytes, or what they say.
Error error_in(const OpenedLog& log, const events::LogError& error, unsigned threads);

// The error with the command that says what to do, if it is damage and does not say so itself.
Error point_to_verify(Error error);

// The journal, if it is a site's folder. What is neither's is open_log()'s to complain of.
Result<std::optional<events::JournalContent>, Error> open_journal(const std::string& place);

// An error if it is a site's folder, whose journal says nothing of the lives of clients.
Result<void, Error> refuse_journal(const std::string& place);

// The client that a user names by its number, COHORT/NUMBER or GUID.
Result<ClientNumber, Error> find_client(const events::LogHeader& header, const std::string& text);

// The same, if the log holds that client: one that is not complete does not hold all of them.
Result<ClientNumber, Error> find_held_client(const events::LogReader& log, const std::string& text);

// What is missing of a log that is not complete, and what to do: in full on standard error, and
// shortly before an answer that people read.
void say_if_incomplete(const events::LogReader& log, Console& console, bool is_for_people = false);
// "complete", or why not and how many clients there are.
std::string completeness(const events::LogReader& log);
std::string advice_on_unfinished(const events::LogReader& log);
// Likewise in an answer for machines: `complete`, and if it is not, which clients the log holds.
void add_completeness(nlohmann::ordered_json& object, const events::LogReader& log);

// The moment that a user gives for an option; `otherwise` if it was not given.
Result<Instant, Error> moment_of(const std::optional<std::string>& text, const char* option,
                                 const events::LogHeader& header, Instant otherwise);

// Why LOG cannot be opened, or that the two words of `order`, which begins with LOG, are swapped.
Failed<Error> not_a_log(Error error, const std::string& log, const std::string& other,
                        const char* order);

// The moment that `--at` gives, within the run: its end if it was not given. A client on disk lives
// on, so its log does not say, and ends with the last event.
Result<Instant, Error> moment_within(const events::LogReader& log,
                                     const std::optional<std::string>& text);

// What the scenario calls itself.
std::string scenario_name(const events::LogHeader& header);

}  // namespace tokenlife::sim
