#include "sim/cli/explain_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sim/analysis/words.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/rule_table.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kLineColumns = 100;

// Broken between words, with the lines after the first indented like what stands before the text.
std::string wrapped(std::string_view before, std::string_view text) {
  std::string all(before);
  const std::string indent(before.size(), ' ');
  std::size_t column = before.size();
  bool is_first = true;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!is_first && column + 1 + word.size() > kLineColumns) {
      all += "\n" + indent;
      column = before.size();
    } else if (!is_first) {
      all += ' ';
      ++column;
    }
    all += word;
    column += word.size();
    is_first = false;
  }
  return all + "\n";
}

std::string rule_text(std::string_view id) {
  for (const RuleText& rule : rule_table()) {
    if (rule.id != id) continue;
    std::string text = rule.question.empty() ? rule.rule : rule.question + ": " + rule.rule;
    std::erase(text, '*');  // emphasis
    return text;
  }
  return "";
}

std::string share_text(const Futures& futures) {
  return fmt::format("{:>5.1f} %", 100.0 * futures.stranded / kFutures);
}

class Text {
 public:
  Text(const ExplainReport& report, const Console& console)
      : report_(report), found_(report.found), console_(console) {}

  std::string all() {
    out_ = fmt::format(
        "{}, client {}, at {}\n",
        console_.paint(escape_text(client_name(report_.header, found_.number)), Tone::strong),
        found_.number.value, moment(found_.at));
    if (found_.client.state == LifecycleState::not_installed) {
      return out_ + "  not installed yet\n";
    }
    heading("Where it is");
    place();
    heading("How it came there");
    for (const ChainLink& link : found_.chain) chain(link);
    heading("What comes next");
    if (found_.next.empty()) out_ += "  nothing\n";
    for (const NextStep& step : found_.next) next(step);
    if (found_.spell && !report_.quick) elsewhere();
    return std::move(out_);
  }

 private:
  std::string moment(Instant t) const { return rfc3339(report_.header.start(), t); }
  void heading(std::string_view text) { out_ += "\n" + console_.paint(text, Tone::strong) + "\n"; }
  void line(std::string_view label, const std::string& text) {
    out_ += wrapped(fmt::format("  {:<9}", label), escape_text(text));
  }

  void place() {
    const Client& client = found_.client;
    switch (found_.service) {
      case Service::served: line("service", "served: it holds a good token"); break;
      case Service::out_of_service:
        line("service", fmt::format("out of service: it has held no good token since {}; {}",
                                    moment(found_.spell->spell.begin), hope(client)));
        break;
      case Service::stranded:
        line("service",
             fmt::format("stranded: it has held no good token since {}, and nothing that it does "
                         "by itself where it is brings it one",
                         moment(found_.spell->spell.begin)));
        break;
    }
    line("state", fmt::format("{}, since {}", name(client.state), moment(found_.since)));
    const bool was_elsewhere =
        client.network == Network::offline && client.last_connected != Network::offline;
    line("network",
         fmt::format(
             "{}{}", words_for(client.network),
             was_elsewhere ? fmt::format(", last {}", words_for(client.last_connected)) : ""));
    line("token", client.token.exists()
                      ? fmt::format("{}, {} to {}", to_string(client.token.serial),
                                    moment(client.token.not_before), moment(client.token.expires))
                      : "none");
    if (client.version == ClientVersion::outdated) line("version", "outdated");
    if (!client.cmg_allowed) line("CMG", "its client setting does not allow it");
    if (client.blocked) line("blocked", "yes");
    if (!found_.spell) return;
    if (!found_.is_in_spell) {
      const StorySpell& spell = *found_.spell;
      line("before",
           fmt::format("without a good token from {} to {} ({})", moment(spell.spell.begin),
                       moment(*spell.end), to_text(*spell.end - spell.spell.begin)));
    }
    line("why", fmt::format("{} ({})", found_.why, name(found_.spell->spell.cause)));
    for (const std::string_view id : found_.rules) line(id, rule_text(id));
  }

  static const char* hope(const Client& client) {
    if (client.blocked) return "the site refuses it, since it is blocked";
    if (client.last_connected == Network::offline) return "it has never been connected";
    return "it gets one by itself where it is";
  }

  void chain(const ChainLink& link) {
    std::string text = link.text;
    if (link.to > link.from) text += fmt::format("; until {}", moment(link.to));
    const bool is_by_action = link.cause.find("action") != std::string::npos;
    if (is_by_action) text += fmt::format(" [{}]", link.cause);
    out_ += wrapped(fmt::format("  {}  ", moment(link.from)), escape_text(text));
  }

  void next(const NextStep& step) {
    std::string text = step.what;
    if (!step.waits_for.empty()) text += "; it waits for " + step.waits_for;
    out_ += wrapped(fmt::format("  {:<20}  ", step.at ? moment(*step.at) : ""), escape_text(text));
  }

  void elsewhere() {
    if (!found_.not_repeated.empty()) {
      heading("What would have saved it, and when it was lost");
      out_ += wrapped("  ", escape_text("Not known: " + found_.not_repeated + "."));
      return;
    }
    heading(found_.is_preventable ? "What would have saved it" : "What would have ended it");
    if (!found_.is_preventable) {
      out_ += wrapped("  ", found_.is_in_spell
                                ? "It began before there was a token that could be kept."
                                : "It began before there was a token that could be kept, and has "
                                  "ended as it is.");
      if (!found_.is_in_spell) return;
    }
    if (found_.saved_by.empty()) {
      out_ += wrapped("  ", "nothing of these: " + tried());
    } else {
      out_ += wrapped("  ", "Its life was repeated with one change each time. With each of these " +
                                (found_.is_preventable
                                     ? "it holds a good token all through that time:"
                                     : "it holds a good token at " + moment(found_.at) + ":"));
    }
    for (const Alternative& change : found_.saved_by) {
      out_ += wrapped("  - ", escape_text(saved(change)));
    }
    if (!found_.futures.empty()) lost();
  }

  std::string tried() const {
    std::string all;
    if (found_.is_preventable) {
      all =
          "renewal after fewer days, tokens valid for more (up to three times), renewal at any "
          "contact, ";
    }
    return all +
           "without one of the actions, a shorter outage, a setting that arrives at once, a visit "
           "to the intranet";
  }

  std::string saved(const Alternative& change) const {
    const std::string length = to_text(change.length);
    const std::string present = to_text(change.present);
    const std::string action = change.action < found_.actions.size()
                                   ? found_.actions[change.action]
                                   : fmt::format("action {}", change.action);
    switch (change.kind) {
      case Alternative::Kind::renew_after:
        return fmt::format("renew-after = \"{}\" instead of \"{}\", which is the largest that does",
                           length, present);
      case Alternative::Kind::token_validity:
        return fmt::format(
            "token-validity = \"{}\" instead of \"{}\", which is the smallest that does", length,
            present);
      case Alternative::Kind::renew_on:
        return "renew-on = \"contact\": renewals at any contact, not only when the agent starts";
      case Alternative::Kind::left_out: return "without " + action;
      case Alternative::Kind::shortened:
        return fmt::format("{} for {} instead of {}, which is the longest that does", action,
                           length, present);
      case Alternative::Kind::at_once: return fmt::format("{} with arrives = \"at-once\"", action);
      case Alternative::Kind::visit:
        return fmt::format("a visit to the intranet, of {}, at {}: the last hour that does", length,
                           moment(change.at));
    }
    return "";
  }

  void lost() {
    heading("When it was lost");
    out_ += wrapped("  ", fmt::format("The same past with {} other futures from each of these "
                                      "moments on: in so many it is stranded at {}.",
                                      kFutures, moment(found_.at)));
    const auto half = point_of_no_return(found_.futures, 50);
    const auto nearly_all = point_of_no_return(found_.futures, 95);
    const bool is_of_before = found_.spell->lost.not_before < Instant{};
    for (const Futures& futures : found_.futures) {
      std::string words;
      const auto add = [&](std::string_view more) {
        words += words.empty() ? "" : "; ";
        words += more;
      };
      const bool is_first = &futures == &found_.futures.front();
      if (is_first && !is_of_before) add("its token was issued");
      if (is_first && is_of_before) add("the run began, with the token that was lost");
      if (half == futures.from) {
        add(is_first ? "it was lost from the start: more than half, from here on"
                     : "more than half, from here on");
      }
      if (nearly_all == futures.from) add("the point of no return: more than 95 %, from here on");
      if (&futures == &found_.futures.back()) add("the last one before it had no good token");
      if (words.empty()) continue;
      out_ += wrapped(fmt::format("  {}  {}  ", moment(futures.from), share_text(futures)), words);
    }
  }

  const ExplainReport& report_;
  const Explanation& found_;
  const Console& console_;
  std::string out_;
};

}  // namespace

std::string explain_text(const ExplainReport& report, const Console& console) {
  return Text(report, console).all();
}

// ---- JSON --------------------------------------------------------------------------------------

namespace {

using Json = nlohmann::ordered_json;

struct JsonOf {
  const ExplainReport& report;
  const Explanation& found;

  Json moment(Instant t) const { return rfc3339(report.header.start(), t); }
  Json moment(const std::optional<Instant>& t) const { return t ? moment(*t) : Json(nullptr); }
  static Json text_or_null(const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
  }

  Json device() const {
    const auto& cohort = report.header.cohorts[cohort_of(report.header, found.number)];
    const std::uint32_t number = found.number.value - cohort.first.value;
    return number < cohort.devices.size() ? Json(cohort.devices[number]) : Json(nullptr);
  }
  Json token(const ClientToken& token) const {
    if (!token.exists()) return nullptr;
    return {{"serial", to_string(token.serial)},
            {"not-before", moment(token.not_before)},
            {"expires", moment(token.expires)}};
  }
  Json spell() const {
    if (!found.spell) return nullptr;
    const StorySpell& spell = *found.spell;
    return {{"begin", moment(spell.spell.begin)},
            {"end", moment(spell.end)},
            {"spell-cause", cause()},
            {"lost-token", token(spell.lost)},
            {"text", found.why}};
  }
  Json cause() const {
    const SpellCause cause = found.spell->spell.cause;
    return cause == SpellCause::not_recorded ? Json(nullptr) : Json(name(cause));
  }
  Json rules() const {
    Json rules = Json::array();
    for (const std::string_view id : found.rules) {
      rules.push_back({{"id", id}, {"text", rule_text(id)}});
    }
    return rules;
  }
  Json chain() const {
    Json chain = Json::array();
    for (const ChainLink& link : found.chain) {
      chain.push_back({{"from", moment(link.from)},
                       {"to", moment(link.to)},
                       {"count", link.count},
                       {"kind", name(link.kind)},
                       {"reason", text_or_null(link.reason)},
                       {"cause", text_or_null(link.cause)},
                       {"text", link.text}});
    }
    return chain;
  }
  Json next() const {
    Json next = Json::array();
    for (const NextStep& step : found.next) {
      next.push_back({{"what", step.what},
                      {"at", moment(step.at)},
                      {"waits-for", text_or_null(step.waits_for)}});
    }
    return next;
  }
  // Null: not known, or not asked.
  void add_elsewhere(Json& object) const {
    object["saved-by"] = object["ended-by"] = object["futures"] = nullptr;
    object["point-of-no-return"] = {{"half", nullptr}, {"ninety-five", nullptr}};
    if (report.quick || !found.not_repeated.empty()) return;
    Json changes = Json::array();
    for (const Alternative& change : found.saved_by) {
      const ChangeWords words = words_of(change, report.header.start());
      changes.push_back({{"change", words.change}, {"value", words.value}});
    }
    object["saved-by"] = found.is_preventable ? changes : Json::array();
    object["ended-by"] = found.is_preventable ? Json::array() : changes;
    object["futures"] = Json::array();
    for (const Futures& futures : found.futures) {
      object["futures"].push_back({{"from", moment(futures.from)},
                                   {"stranded-share", double(futures.stranded) / kFutures}});
    }
    object["point-of-no-return"] = {{"half", moment(point_of_no_return(found.futures, 50))},
                                    {"ninety-five", moment(point_of_no_return(found.futures, 95))}};
  }
};

}  // namespace

nlohmann::ordered_json explain_json(const ExplainReport& report) {
  const Explanation& found = report.found;
  const JsonOf of{report, found};
  const bool is_there = found.client.state != LifecycleState::not_installed;
  Json object;
  object["client"] = found.number.value;
  object["device"] = of.device();
  object["name"] = client_name(report.header, found.number);
  object["at"] = of.moment(found.at);
  object["state"] = is_there ? Json(name(found.client.state)) : nullptr;
  object["since"] = is_there ? of.moment(found.since) : nullptr;
  object["network"] = is_there ? Json(name(found.client.network)) : nullptr;
  object["token"] = of.token(found.client.token);
  object["service"] = is_there ? Json(name(found.service)) : nullptr;
  object["spell-cause"] = found.is_in_spell ? of.cause() : nullptr;
  object["spell"] = of.spell();
  object["rules"] = of.rules();
  object["chain"] = of.chain();
  object["next"] = of.next();
  of.add_elsewhere(object);
  object["repeated"] = found.not_repeated.empty() ? Json(true) : Json(found.not_repeated);
  return object;
}

}  // namespace tokenlife::sim
