// What happened to a client, and why, in words.
#include <algorithm>
#include <fstream>
#include <string>

#include "events/temporary_folder.hpp"
#include "sim/analysis/chain.hpp"
#include "sim/analysis/log_scenario.hpp"
#include "sim/analysis/reasons.hpp"
#include "sim/client_in_story.hpp"
#include "sim/engine/site_timeline.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

// ---- The chain ---------------------------------------------------------------------------------

std::string lines(const Story& story, sim::Folding folding, std::size_t first,
                  std::optional<Instant> due = {}) {
  const sim::SiteTimeline site(story.scenario);
  const sim::Background background{site.events(), &story.scenario, story.scenario.start};
  std::string text;
  for (const auto& link : sim::chain_of(story.events, first, background, folding, due)) {
    text += std::to_string(link.count) + " " + background.moment(link.from).substr(0, 10) + " " +
            background.moment(link.to).substr(0, 10) + " " + std::string(name(link.kind)) + " " +
            link.reason + " [" + link.cause + "] " + link.text + "\n";
  }
  return text;
}

TEST_CASE("the chain folds what is repeated, and says what was behind it") {
  const Story story(one_client(kLeaves, kCmgDown));
  CHECK(
      lines(story, sim::Folding::repetitions, story.spells.back().issued) ==
      "1 2026-01-01 2026-01-01 registration-completed  [contact] registered by the management "
      "point: token 0-1, good until 2026-04-01T00:00:00Z\n"
      "1 2026-01-01 2026-01-01 network-changed  [network] came to the internet\n"
      "1440 2026-01-31 2026-03-31 renewal-failed endpoint-down [action 0 (outage)] 1,440 renewals "
      "over the CMG failed, hourly: the CMG was down; until 2026-03-31T23:01:00Z\n"
      "1 2026-04-01 2026-04-01 token-expired  [expiry] its token 0-1 expired\n"
      "1 2026-04-11 2026-04-11 re-registration-required expired [contact] the CMG refused its "
      "token: it has to register again: its token had expired\n");
  const std::string all = lines(story, sim::Folding::none, 0);
  CHECK(std::count(all.begin(), all.end(), '\n') ==
        static_cast<std::ptrdiff_t>(story.events.size()));
}

TEST_CASE("network changes between failures do not keep them from being folded") {
  const Story story(
      one_client("model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
                 "{ at = \"1h\", on = \"internet\" }, { at = \"35d\", on = \"offline\" }, "
                 "{ at = \"40d\", on = \"internet\" } ]",
                 kCmgDown));
  const std::string text = lines(story, sim::Folding::repetitions, story.spells.back().issued);
  CHECK(text.find("1320 2026-01-31 2026-03-31 renewal-failed endpoint-down") != std::string::npos);
  CHECK(text.find("offline") == std::string::npos);
}

TEST_CASE("the time offline over the date on which it was due is not folded away") {
  const Story story(
      one_client("model = \"timeline\"\nsteps = [ { at = \"0d\", on = \"intranet\" }, "
                 "{ at = \"1h\", on = \"internet\" }, { at = \"10d\", on = \"offline\" }, "
                 "{ at = \"15d\", on = \"internet\" }, { at = \"20d\", on = \"offline\" }, "
                 "{ at = \"80d\", on = \"internet\" }, { at = \"81d\", on = \"offline\" } ]",
                 kCmgDown));
  const std::size_t first = story.spells.back().issued;
  CHECK(lines(story, sim::Folding::repetitions, first)
            .find("5 2026-01-01 2026-03-22 network-changed") != std::string::npos);
  const std::string text = lines(story, sim::Folding::repetitions, first, at(days{30}));
  const char* const parts[] = {"3 2026-01-01 2026-01-16 network-changed",
                               "1 2026-01-21 2026-01-21 network-changed  [network] went offline",
                               "1 2026-03-22 2026-03-22 network-changed  [network] came to the",
                               "renewal-failed"};
  std::size_t place = 0;
  for (const char* part : parts) {
    INFO(part << "\n" << text);
    const std::size_t found = text.find(part, place);
    REQUIRE(found != std::string::npos);
    place = found;
  }
}

TEST_CASE("why a client has no good token, in a sentence") {
  const auto why = [](const Story& story, std::optional<Instant> due) {
    const sim::SiteTimeline site(story.scenario);
    const sim::Background background{site.events(), &story.scenario, story.scenario.start};
    return sim::why_of(story.spells.back(), due, story.events, background);
  };
  CHECK(
      why(Story(one_client(kLeaves, kCmgDown)), at(days{30})) ==
      "Its token, issued at 2026-01-01T00:00:00Z, expired at 2026-04-01T00:00:00Z. It was due for "
      "renewal from 2026-01-31T00:00:00Z on. At the client's last contact before the expiry "
      "(2026-03-31T23:00:00Z) the CMG was down (action 0, outage).");
  CHECK(why(Story(one_client(kAway)), at(days{30})) ==
        "Its token, issued at 2026-01-01T00:00:00Z, expired at 2026-04-01T00:00:00Z, and from the "
        "moment at which it was due for renewal (2026-01-31T00:00:00Z), the client was never "
        "connected. "
        "Its last contact was at 2026-01-20T23:00:00Z.");
  CHECK(why(Story(one_client(kLeaves,
                             "[[action]]\ndo = \"block-client\"\nclient = \"c/0\"\nat = "
                             "\"10d\"\n")),
            std::nullopt) ==
        "The site refused its token at 2026-01-11T00:01:00Z, since the client had been blocked "
        "(action 0, block-client).");
}

// One story for each cause that a spell can have, and a word of its sentence.
TEST_CASE("every cause has a sentence of its own") {
  struct Row {
    SpellCause cause;
    std::string text;
    const char* words;
  };
  const std::string fixed = "model = \"fixed\"\non = \"internet\"";
  const auto outage = [](const char* endpoint) {
    return std::string("[[action]]\ndo = \"outage\"\nendpoint = \"") + endpoint +
           "\"\nat = \"25d\"\nfor = \"100d\"\n";
  };
  const Row rows[] = {
      {SpellCause::not_enrolled, one_client(fixed), "it has nothing to register with"},
      {SpellCause::not_enrolled, one_client("model = \"fixed\"\non = \"offline\""),
       "it has never been connected"},
      {SpellCause::not_enrolled,
       one_client("model = \"fixed\"\non = \"intranet\"", "", "version = \"outdated\""),
       "its registration was refused, since the client's version is outdated"},
      {SpellCause::not_enrolled, one_client(fixed, "", "cmg-allowed = false"),
       "its client setting does not allow the CMG"},
      {SpellCause::blocked,
       one_client(kLeaves, "[[action]]\ndo = \"block-client\"\nclient = \"c/0\"\nat = \"10d\"\n"),
       "since the client had been blocked (action 0, block-client)"},
      {SpellCause::signer_retired,
       one_client(kLeaves,
                  "[[action]]\ndo = \"rotate-signing-certificate\"\nretire-old-after = \"1d\"\n"
                  "at = \"10d\"\n"),
       "since the certificate that had signed it was retired"},
      {SpellCause::endpoint_down, one_client(kLeaves, outage("cmg")),
       "the CMG was down (action 0, outage)"},
      {SpellCause::sts_down, one_client(kLeaves, outage("sts")),
       "the site's token service (STS) was down (action 0, outage)"},
      {SpellCause::answer_lost,
       one_client(kLeaves,
                  "[[action]]\ndo = \"lose-answers\"\nendpoint = \"cmg\"\nshare = 1.0\n"
                  "at = \"25d\"\nfor = \"100d\"\n"),
       "the answer was lost on its way (action 0, lose-answers)"},
      {SpellCause::cmg_not_allowed, one_client(kLeaves, "", "cmg-allowed = false"),
       "its client setting does not allow the CMG"},
      {SpellCause::no_agent_start, one_client(kLeaves, "", "", "renew-on = \"agent-start\""),
       "its agent had not just started"},
      {SpellCause::offline, one_client(kAway), "the client was never connected"},
      {SpellCause::never_due,
       one_client(kLeaves, "", "", "renew-after = \"89d\"\nrenew-jitter = \"30d\""),
       "before its renewal was due"},
  };
  // Of a fleet that exists.
  const TemporaryFolder folder;
  const auto adopted = [&](const std::string& file, const std::string& row) {
    write_file(folder / file, "device,token-issued,network,version\n" + row + "\n");
    return "[run]\nduration = \"200d\"\n[[cohort]]\nname = \"c\"\ninventory = \"" +
           (folder / file).string() +
           "\"\n[cohort.network]\nmodel = \"fixed\"\non = " + "\"internet\"\n";
  };
  const Row more[] = {
      {SpellCause::client_outdated, adopted("a.csv", "PC-1,2025-12-10T00:00:00Z,internet,outdated"),
       "the site refused to renew it, since the client's version is outdated"},
      {SpellCause::adopted, adopted("b.csv", "PC-1,2025-01-10T00:00:00Z,internet,current"),
       "It had no good token when the run began."},
  };
  std::vector<Row> all_rows(std::begin(rows), std::end(rows));
  all_rows.insert(all_rows.end(), std::begin(more), std::end(more));
  for (const Row& row : all_rows) {
    const Story story(row.text);
    const sim::SiteTimeline site(story.scenario);
    const sim::Background background{site.events(), &story.scenario, story.scenario.start};
    const std::string why = sim::why_of(story.spells.back(), {}, story.events, background);
    INFO(name(row.cause) << ": " << why);
    CHECK(story.spells.back().spell.cause == row.cause);
    CHECK(why.find(row.words) != std::string::npos);
  }
}

// ---- Repeating ---------------------------------------------------------------------------------

TEST_CASE("a log without causes of spells is repeated, and one with another cause is not") {
  const Story story(one_client(kAway));
  sim::ClientEvents old = story.events;
  const auto expired = std::find_if(old.begin(), old.end(), [](const auto& recorded) {
    return std::holds_alternative<TokenExpired>(recorded.event);
  });
  auto& event = std::get<TokenExpired>(expired->event);
  event.spell_cause = SpellCause::not_recorded;
  event.since_contact = Duration{0};
  CHECK(sim::is_repetition(old, story.events));
  event.spell_cause = SpellCause::never_due;
  CHECK_FALSE(sim::is_repetition(old, story.events));
  CHECK(sim::is_repetition(story.events, story.events));
  old.pop_back();
  CHECK_FALSE(sim::is_repetition(old, story.events));
}

}  // namespace
}  // namespace tokenlife::test
