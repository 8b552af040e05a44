#include "sim/cli/log_argument.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "events/log.hpp"
#include "events/log_format.hpp"
#include "events/replay.hpp"
#include "events/verify.hpp"
#include "sim/analysis/held_clients.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/site/site_head.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr const char* kNameOfStandardInput = "standard input";

bool can_salvage(const std::string& log) {
  return events::LogReader::open_leftovers(log).has_value();
}

// Whether `run --resume` can write the log in the folder again: all that it reads is the header.
bool can_resume(const std::filesystem::path& folder) {
  std::filesystem::path site_file = folder / events::kSiteFile;
  std::error_code error;
  if (!std::filesystem::exists(site_file, error)) site_file = events::partial_of(site_file);
  const auto header = events::read_header(site_file);
  return header || header.error().kind == events::LogError::Kind::interrupted;
}

// With a log whose writer was killed.
std::string going_on(const std::string& log) {
  std::string advice = fmt::format("go on with `tokenlife run SCENARIO --log {} --resume`", log);
  if (can_salvage(log)) {
    advice += fmt::format(", or keep what there is with `tokenlife log salvage {} -o NEW`", log);
  }
  return advice;
}

// With a run's log whose bytes are damaged.
std::string advice_on_damage(const std::string& log, const events::LogError& damage) {
  if (log == kNameOfStandardInput) {
    return damage.offset == 0U
               ? "pipe a packed log into it, as in `tokenlife events - < fleet.tlog`"
               : "save it to a file; `tokenlife log salvage FILE -o NEW` saves what is whole";
  }
  constexpr const char* kSalvage = "`tokenlife log salvage LOG -o NEW` saves what is whole";
  std::error_code error;
  if (!std::filesystem::is_directory(log, error)) {
    const std::string again = "copy it again, or remove it and run its scenario again";
    return can_salvage(log) ? again + "; " + kSalvage : again;
  }
  if (!can_resume(log)) return kLostSiteFileAdvice;
  const std::string again = "`tokenlife run SCENARIO --log LOG --resume` writes it again";
  return can_salvage(log) ? again + "; without the scenario, " + kSalvage : again;
}

std::optional<std::uint32_t> whole_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace

Result<OpenedLog, Error> open_log(const std::string& place) {
  if (place == kStandardInput) {
    auto log = events::LogReader::receive(STDIN_FILENO, kNameOfStandardInput);
    if (!log) return Failed<Error>(error_of_bytes(log.error(), place));
    return OpenedLog(std::move(*log));
  }
  auto held = hold_client_log(place);
  auto log = events::LogReader::open(held ? held->folder : std::filesystem::path(place));
  if (!log && held) return Failed<Error>(error_of_client_log(log.error()));
  if (!log) return Failed<Error>(error_of_bytes(log.error(), place));
  OpenedLog opened(std::move(*log));
  opened.held = std::move(held);
  return opened;
}

Result<void, Error> check_read_once(const std::vector<std::string>& places) {
  if (std::count(places.begin(), places.end(), kStandardInput) <= 1) return {};
  return usage_error("only one of the logs can be -, which is standard input",
                     "save the other to a file, and give that");
}

Error error_of_bytes(const events::LogError& error, const std::string& place) {
  using enum events::LogError::Kind;
  const std::string log = place == kStandardInput ? kNameOfStandardInput : place;
  Error said = to_error(error);
  if (error.kind == corrupt) said.advice = advice_on_damage(log, error);
  if (error.kind == interrupted) said.advice = going_on(log);
  return said;
}

Error error_of_bytes(const events::LogError& error, const OpenedLog& log) {
  return log.held ? error_of_client_log(error) : error_of_bytes(error, log.folder().string());
}

Error error_in(const OpenedLog& log, const events::LogError& error, unsigned threads) {
  const bool is_sound = events::verify_bytes(log, threads).has_value();
  return is_sound ? to_error(error) : error_of_bytes(error, log);
}

Error point_to_verify(Error error) {
  if (error.advice.empty() && error.what.starts_with(kDamaged)) {
    error.advice = "`tokenlife log verify LOG` says what to do";
  }
  return error;
}

Result<std::optional<events::JournalContent>, Error> open_journal(const std::string& place) {
  const auto file = std::filesystem::path(place) / events::kSiteFile;
  if (place == kStandardInput || !events::is_journal(file)) {
    return std::optional<events::JournalContent>{};
  }
  auto kept = read_kept_journal(place);
  if (!kept) return Failed<Error>(kept.error());
  return std::optional(std::move(kept->content));
}

Result<void, Error> refuse_journal(const std::string& place) {
  const auto journal = open_journal(place);
  if (!journal) return Failed<Error>(journal.error());
  if (!*journal) return {};
  return usage_error("the journal of a site holds its own events, and not those of its clients",
                     "`tokenlife events LOG` shows it, and a client on disk has a log of its own "
                     "in its folder");
}

namespace {

// Which clients a log holds that is not complete, and why not all.
std::string lack_of(const events::LogReader& log) {
  constexpr std::size_t kRangesShown = 3;
  const auto ranges = held_ranges(log);
  std::string held;
  for (std::size_t i = 0; i < std::min(ranges.size(), kRangesShown); ++i) {
    held += fmt::format("{}{} to {}", i == 0 ? " (" : ", ", ranges[i].first, ranges[i].second);
  }
  if (ranges.size() > kRangesShown) {
    held += fmt::format(" and {} more ranges", ranges.size() - kRangesShown);
  }
  if (!held.empty()) held += ")";
  const events::LogSummary& summary = log.summary();
  return fmt::format("{}: {} of {} clients{}",
                     summary.finished        ? "incomplete"
                     : summary.being_written ? "being written"
                                             : "not finished by its writer",
                     grouped(held_clients(log)), grouped(log.header().clients), held);
}

Failed<Error> no_such_client(std::string_view text, const events::LogCohort& cohort) {
  return usage_error(fmt::format("unknown client {}", in_quotes(text)),
                     fmt::format("the cohort has the clients 0 to {}", cohort.clients - 1));
}

constexpr const char* kClientNames =
    "give COHORT/DEVICE, COHORT/NUMBER, a client's number or its GUID";

// Advice: of many devices, whose names are often numbered, only the one that is one letter away.
std::string near_device(const events::LogCohort& cohort, std::string_view name) {
  constexpr std::size_t kFew = 32;
  std::vector<std::string_view> names(cohort.devices.begin(), cohort.devices.end());
  if (names.size() > kFew) {
    std::erase_if(names, [&](std::string_view device) { return edit_distance(name, device) > 1; });
    if (names.size() != 1)
      return "`tokenlife log sql LOG \"select device from clients\"` lists them";
  }
  return did_you_mean("device", name, names);
}

// "COHORT/NAME": a name of digits only is the number.
Result<ClientNumber, Error> client_in(const events::LogCohort& cohort, std::string_view name,
                                      const std::string& text) {
  if (const auto number = whole_number(name)) {
    if (*number < cohort.clients) return ClientNumber{cohort.first.value + *number};
    return no_such_client(text, cohort);
  }
  const auto device = std::find(cohort.devices.begin(), cohort.devices.end(), name);
  if (device != cohort.devices.end()) {
    return ClientNumber{cohort.first.value +
                        static_cast<std::uint32_t>(device - cohort.devices.begin())};
  }
  if (cohort.devices.empty()) {
    return usage_error(fmt::format("{} does not name a client", in_quotes(text)), kClientNames);
  }
  return usage_error(
      fmt::format("the cohort {} has no device {}", in_quotes(cohort.name), in_quotes(name)),
      near_device(cohort, name));
}

// Advice for what is no client's name: the device's cohort, if only one has it.
std::string named_in_full(const events::LogHeader& header, std::string_view device) {
  const events::LogCohort* its = nullptr;
  for (const events::LogCohort& cohort : header.cohorts) {
    if (std::find(cohort.devices.begin(), cohort.devices.end(), device) == cohort.devices.end()) {
      continue;
    }
    if (its != nullptr) return kClientNames;
    its = &cohort;
  }
  return its == nullptr
             ? std::string(kClientNames)
             : fmt::format("did you mean {}?", in_quotes(fmt::format("{}/{}", its->name, device)));
}

}  // namespace

Result<ClientNumber, Error> find_client(const events::LogHeader& header, const std::string& text) {
  if (const auto guid = parse_guid(text)) {
    if (const auto found = client_of_guid(header, *guid)) return *found;
    return usage_error(fmt::format("no client has the GUID {}", to_string(*guid)));
  }
  if (const auto number = whole_number(text)) {
    if (*number < header.clients) return ClientNumber{*number};
    return usage_error(fmt::format("unknown client {}", *number),
                       fmt::format("this log has the clients 0 to {}", header.clients - 1));
  }
  // Names of cohorts, and of devices, may hold slashes.
  std::vector<std::string_view> names;
  for (const events::LogCohort& cohort : header.cohorts) {
    names.push_back(cohort.name);
    if (!text.starts_with(cohort.name + "/")) continue;
    const std::string_view name = std::string_view(text).substr(cohort.name.size() + 1);
    auto found = client_in(cohort, name, text);
    const bool may_be_another = name.find('/') != std::string_view::npos;
    if (found || !may_be_another) return found;
  }
  const std::size_t slash = text.rfind('/');
  if (slash == std::string::npos) {
    return usage_error(fmt::format("{} does not name a client", in_quotes(text)),
                       named_in_full(header, text));
  }
  const std::string_view name = std::string_view(text).substr(0, slash);
  return usage_error(fmt::format("unknown cohort {}", in_quotes(name)),
                     did_you_mean("cohort", name, names));
}

Result<ClientNumber, Error> find_held_client(const events::LogReader& log,
                                             const std::string& text) {
  auto client = find_client(log.header(), text);
  if (!client || holds_client(log, *client)) return client;
  return usage_error(
      fmt::format("client {} is not in this log, which is {}", in_quotes(text), lack_of(log)),
      advice_on_unfinished(log));
}

void say_if_incomplete(const events::LogReader& log, Console& console, bool is_for_people) {
  if (log.summary().complete) return;
  console.say(escape_text(fmt::format("tokenlife: {}: {}; {}", log.folder().string(), lack_of(log),
                                      advice_on_unfinished(log))));
  if (is_for_people) {
    console.print(fmt::format("Incomplete: {} of {} clients\n\n", grouped(held_clients(log)),
                              grouped(log.header().clients)));
  }
}

std::string completeness(const events::LogReader& log) {
  const events::LogSummary& summary = log.summary();
  if (summary.complete) return "complete";
  return fmt::format("{}, {} of the clients",
                     summary.finished        ? "interrupted, a part, or salvaged"
                     : summary.being_written ? "being written"
                                             : "not finished",
                     grouped(held_clients(log)));
}

std::string advice_on_unfinished(const events::LogReader& log) {
  if (log.summary().being_written) return "wait for its writer";
  const std::string name = log.folder().string();
  if (!log.summary().finished) return going_on(name);
  return fmt::format(
      "`tokenlife run SCENARIO --log {} --resume`, with the options that it was run with but "
      "without --shard, adds the rest; `tokenlife log merge` joins the parts that `run --shard` "
      "wrote",
      name);
}

void add_completeness(nlohmann::ordered_json& object, const events::LogReader& log) {
  object["complete"] = log.summary().complete;
  if (log.summary().complete) return;
  object["being-written"] = log.summary().being_written;
  object["clients-held"] = held_clients(log);
  object["clients-held-ranges"] = held_ranges(log);
}

Result<Instant, Error> moment_of(const std::optional<std::string>& text, const char* option,
                                 const events::LogHeader& header, Instant otherwise) {
  if (!text) return otherwise;
  const auto moment = parse_moment(*text, header.start());
  if (moment) return *moment;
  return usage_error(fmt::format("{}: {}", option, moment.error()),
                     "write it like 120d, 2026-05-01 or 2026-05-01T00:00:00Z");
}

Failed<Error> not_a_log(Error error, const std::string& log, const std::string& other,
                        const char* order) {
  const auto is_log = [](const std::string& place) {
    return events::is_journal(std::filesystem::path(place) / events::kSiteFile) ||
           events::LogReader::open(place).has_value();
  };
  if (std::filesystem::exists(log) || !is_log(other)) return Failed<Error>(std::move(error));
  return usage_error(
      fmt::format("{} is not a log, but {} is one", in_quotes(log), in_quotes(other)),
      fmt::format("the order is {}", order));
}

Result<Instant, Error> moment_within(const events::LogReader& log,
                                     const std::optional<std::string>& text) {
  const events::LogHeader& header = log.header();
  const Instant end = at(header.duration);
  if (!text) {
    if (!events::is_of_client(header)) return end;
    const auto replayed = events::replay_client(log, ClientNumber{0});
    if (!replayed) return Failed<Error>(error_of_client_log(replayed.error()));
    return replayed->last_event;
  }
  const auto moment = moment_of(text, "--at", header, end);
  if (!moment || (*moment >= Instant{} && *moment <= end)) return moment;
  if (events::is_of_client(header) && *moment < Instant{}) {
    return usage_error(fmt::format("--at {} is before the client's log begins, at {}",
                                   escape_text(*text), rfc3339(header.start(), Instant{})));
  }
  return usage_error(fmt::format("--at {} is {}, outside the run", escape_text(*text),
                                 rfc3339(header.start(), *moment)),
                     fmt::format("the run goes from {} to {}", rfc3339(header.start(), Instant{}),
                                 rfc3339(header.start(), end)));
}

std::string scenario_name(const events::LogHeader& header) {
  Scenario scenario;
  scenario.name = header.scenario_name;
  return title(scenario);
}

}  // namespace tokenlife::sim
