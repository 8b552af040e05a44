#include "sim/analysis/log_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/token/sha256.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

// Of a time zone the header has the digest of its offsets: there is no file to find.
bool is_file(const events::LogInput& input) { return !input.name.starts_with("time-zone "); }

bool is_the_input(const fs::path& path, const events::LogInput& input) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return false;
  const auto text = read_text_file(path.string(), kInventoryBytesMax);
  return text && events::Digest{sha256(*text)} == input.digest;
}

// Whether all of the files lie where a scenario in that folder says.
bool has_all(const fs::path& folder, const std::vector<events::LogInput>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(), [&](const events::LogInput& input) {
    return !is_file(input) || is_the_input(folder / input.name, input);
  });
}

// The folder in which the scenario may have been: this one, the one that was named, or one below.
std::optional<fs::path> find_folder(const std::vector<events::LogInput>& all,
                                    const std::optional<std::string>& inputs) {
  constexpr int kEntriesMax = 100'000;
  if (has_all("", all)) return "";
  if (!inputs) return std::nullopt;
  if (has_all(*inputs, all)) return *inputs;
  std::error_code error;
  fs::recursive_directory_iterator entry(*inputs, fs::directory_options::skip_permission_denied,
                                         error);
  for (int seen = 0; !error && entry != fs::recursive_directory_iterator() && seen < kEntriesMax;
       ++seen) {
    if (entry->is_directory(error) && has_all(entry->path(), all)) return entry->path();
    entry.increment(error);
  }
  return std::nullopt;
}

// The first that is not in that folder: there is one.
std::string first_missing(const fs::path& folder, const std::vector<events::LogInput>& all) {
  for (const events::LogInput& input : all) {
    if (is_file(input) && !is_the_input(folder / input.name, input)) return input.name;
  }
  return "";
}

bool has_same_cohorts(const events::LogHeader& a, const events::LogHeader& b) {
  return a.cohorts == b.cohorts && a.clients == b.clients && a.tick == b.tick &&
         a.duration == b.duration && a.start_unix_seconds == b.start_unix_seconds;
}

// What says why a spell begins, taken away. Whether there was anything.
bool take_cause(ClientEvent& event) {
  if (auto* expired = std::get_if<TokenExpired>(&event)) {
    const bool is_there = expired->spell_cause != SpellCause::not_recorded;
    expired->spell_cause = SpellCause::not_recorded;
    expired->since_contact = Duration{0};
    return is_there;
  }
  const auto take = [](auto& begins) {
    const bool is_there = begins.begins_spell;
    begins.begins_spell = false;
    begins.since_contact = Duration{0};
    return is_there;
  };
  if (auto* required = std::get_if<ReRegistrationRequired>(&event)) return take(*required);
  if (auto* reinstalled = std::get_if<ClientReinstalled>(&event)) return take(*reinstalled);
  return false;
}

bool is_repeated(const Recorded<ClientEvent>& logged, const Recorded<ClientEvent>& repeated) {
  if (logged == repeated) return true;
  if (logged.envelope() != repeated.envelope()) return false;
  ClientEvent without = logged.event;
  if (take_cause(without)) return false;  // It says why, and something else.
  ClientEvent again = repeated.event;
  take_cause(again);
  return without == again;
}

}  // namespace

Result<Scenario, std::string> scenario_of(const events::LogHeader& header,
                                          const std::optional<std::string>& inputs) {
  const auto cannot = [](std::string why) { return Failed<std::string>(std::move(why)); };
  if (header.scenario_text.empty()) return cannot("it is the log of a client on disk, not a run's");
  const auto folder = find_folder(header.inputs, inputs);
  if (!folder) {
    const std::string missing = first_missing(inputs.value_or(""), header.inputs);
    return cannot(fmt::format(
        "{}, which its scenario reads, is not {}, or has changed since the run: use --inputs DIR "
        "so that {} is the file as it was when the scenario was run",
        in_quotes(missing), inputs ? "below " + in_quotes(*inputs) : "in this folder",
        (fs::path("DIR") / missing).string()));
  }
  auto scenario = parse_scenario(header.scenario_text, (*folder / "the log's scenario").string(),
                                 {header.seed, header.clients_scale});
  if (!scenario) {
    return cannot("this version does not read its scenario: " + to_string(scenario.error()));
  }
  const events::LogHeader again = header_of(*scenario);
  if (again.inputs != header.inputs) return cannot("its time zones have different dates here");
  if (!has_same_cohorts(again, header)) return cannot("its scenario gives different clients here");
  return std::move(*scenario);
}

std::size_t first_difference(const std::vector<Recorded<ClientEvent>>& logged,
                             const std::vector<Recorded<ClientEvent>>& repeated) {
  const auto place =
      std::mismatch(logged.begin(), logged.end(), repeated.begin(), repeated.end(), is_repeated);
  return static_cast<std::size_t>(place.first - logged.begin());
}

bool is_repetition(const std::vector<Recorded<ClientEvent>>& logged,
                   const std::vector<Recorded<ClientEvent>>& repeated) {
  return std::equal(logged.begin(), logged.end(), repeated.begin(), repeated.end(), is_repeated);
}

}  // namespace tokenlife::sim
