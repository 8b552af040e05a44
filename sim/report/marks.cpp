#include "sim/report/marks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/analysis/words.hpp"
#include "sim/text/duration.hpp"

namespace tokenlife::sim {
namespace {

// An action in words.
class ActionWords {
 public:
  explicit ActionWords(const Scenario& scenario) : scenario_(scenario) {}

  std::string operator()(const Outage& action) const {
    return fmt::format("{} is down", words_for(action.endpoint));
  }
  std::string operator()(const IssueBulk& action) const {
    return bulk("bulk token issued", action.bulk_token);
  }
  std::string operator()(const BlockBulk& action) const {
    return bulk("bulk token blocked", action.bulk_token);
  }
  std::string operator()(const UnblockBulk& action) const {
    return bulk("bulk token unblocked", action.bulk_token);
  }
  std::string operator()(const RotateCertificate&) const { return "a new signing certificate"; }
  std::string operator()(const LoseAnswers& action) const {
    return fmt::format("answers of {} are lost", words_for(action.endpoint));
  }
  std::string operator()(const SetCmgAllowed& action) const {
    return fmt::format("the CMG is {} {}", action.value ? "allowed to" : "forbidden to",
                       whom(action.target));
  }
  std::string operator()(const Upgrade& action) const {
    return fmt::format("upgrade of {}", whom(action.target));
  }
  std::string operator()(const BlockClients& action) const {
    return fmt::format("blocking of {}", whom(action.target));
  }
  std::string operator()(const UnblockClients& action) const {
    return fmt::format("unblocking of {}", whom(action.target));
  }
  std::string operator()(const Reinstall& action) const {
    return fmt::format("reinstallation of {}", whom(action.target));
  }
  std::string operator()(const RestartAgents& action) const {
    return fmt::format("agents of {} restarted", whom(action.target));
  }
  std::string operator()(const Move& action) const {
    const bool goes_off = action.on == Network::offline;
    return fmt::format("{} {} {}", whom(action.target), goes_off ? "go" : "come",
                       goes_off ? "offline" : "to the " + std::string(name(action.on)));
  }
  std::string operator()(const SetPolicy& action) const {
    return fmt::format("new settings for {}",
                       action.is_for_all ? "everybody" : whom(action.target));
  }
  std::string operator()(const AskToRenew& action) const {
    return fmt::format("{} asked to renew", whom(action.target));
  }
  std::string operator()(const SetCapacity& action) const {
    if (action.unlimited) return fmt::format("no limit for {}", words_for(action.endpoint));
    std::string text = fmt::format("capacity of {}", words_for(action.endpoint));
    if (action.per_minute) text += fmt::format(": {} per minute", *action.per_minute);
    if (action.queue)
      text += fmt::format("{} {} may wait", action.per_minute ? "," : ":", *action.queue);
    return text;
  }
  std::string operator()(const SetClock& action) const {
    return fmt::format("clocks of {} changed", whom(action.target));
  }

 private:
  std::string whom(const Target& target) const {
    const std::string& cohort = scenario_.cohorts[target.cohort.value].name;
    if (target.client) return fmt::format("{}/{}", cohort, *target.client);
    std::string text;
    if (target.share.of_2_32 < Share::kWhole) {
      const double share = static_cast<double>(target.share.of_2_32) / Share::kWhole;
      text = fmt::format("{:.3g} % of ", 100 * share);
    }
    text += cohort;
    if (target.state) text += fmt::format(" that are {}", name(*target.state));
    return text;
  }
  std::string bulk(const char* what, std::uint32_t number) const {
    return fmt::format("{}: {}", what, scenario_.bulk_tokens[number].name);
  }

  const Scenario& scenario_;
};

std::optional<Duration> length_of(const Action& action) {
  if (const Target* target = target_of(action); target != nullptr && target->over > Duration{0}) {
    return target->over;
  }
  return visit_action(
      [](const auto& what) -> std::optional<Duration> {
        if constexpr (HasLength<std::decay_t<decltype(what)>>) {
          return what.length;
        } else {
          return std::nullopt;
        }
      },
      action);
}

void add_action(std::vector<Mark>& marks, const Scenario& scenario, std::uint32_t number) {
  const Action& action = scenario.actions[number];
  if (action.left_out) return;
  const std::string text = visit_action(ActionWords(scenario), action);
  const auto unix = [&](Instant t) {
    return (scenario.start + t.time_since_epoch()).time_since_epoch().count();
  };
  const std::optional<Duration> length = length_of(action);
  for (std::uint32_t i = 0; i < kMarksMax; ++i) {
    const Instant begin = begin_of(action, i);
    if (begin >= at(scenario.duration)) return;
    Mark mark{unix(begin), {}, fmt::format("{} (action {})", text, number)};
    if (length) mark.to = unix(begin + *length);
    marks.push_back(mark);
    const auto* rotate = action_if<RotateCertificate>(action);
    if (rotate != nullptr && rotate->retire_old_after) {
      const Instant retired = begin + *rotate->retire_old_after;
      if (retired < at(scenario.duration)) {
        marks.push_back(
            {unix(retired),
             {},
             fmt::format("the old signing certificate is retired (action {})", number)});
      }
    }
    if (!goes_on_after(action, i)) return;
  }
}

// What the site's events say by themselves.
std::vector<Mark> marks_of_site(const events::LogReader& log) {
  std::vector<Mark> marks;
  std::array<std::optional<std::size_t>, kCount<Endpoint>> down{};
  const auto add = [&](std::int64_t when, std::string text) {
    marks.push_back({when, {}, std::move(text)});
  };
  for (const Recorded<SiteEvent>& recorded : log.site_events()) {
    const std::int64_t when =
        log.header().start_unix_seconds + recorded.time.time_since_epoch().count();
    if (const auto* went = std::get_if<EndpointDown>(&recorded.event)) {
      down[static_cast<std::size_t>(went->endpoint)] = marks.size();
      add(when, fmt::format("{} is down", words_for(went->endpoint)));
    } else if (const auto* came = std::get_if<EndpointUp>(&recorded.event)) {
      const auto began = down[static_cast<std::size_t>(came->endpoint)];
      if (began) marks[*began].to = when;
    } else if (std::holds_alternative<SigningCertificateRotated>(recorded.event)) {
      add(when, "a new signing certificate");
    } else if (std::holds_alternative<SigningCertificateRetired>(recorded.event)) {
      add(when, "the old signing certificate is retired");
    } else if (std::holds_alternative<PolicyChanged>(recorded.event)) {
      if (recorded.time > Instant{}) add(when, "new settings");
    }
  }
  return marks;
}

std::vector<Mark> in_order(std::vector<Mark> marks) {
  std::stable_sort(marks.begin(), marks.end(),
                   [](const Mark& a, const Mark& b) { return a.from < b.from; });
  if (marks.size() > kMarksMax) marks.resize(kMarksMax);
  return marks;
}

}  // namespace

std::vector<Mark> marks_of_scenario(const Scenario& scenario) {
  std::vector<Mark> marks;
  for (std::uint32_t i = 0; i < scenario.actions.size(); ++i) add_action(marks, scenario, i);
  return in_order(std::move(marks));
}

std::vector<Mark> marks_of(const events::LogReader& log, const Scenario* scenario) {
  return scenario != nullptr ? marks_of_scenario(*scenario) : in_order(marks_of_site(log));
}

}  // namespace tokenlife::sim
