#include "sim/cli/explain_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "events/log.hpp"
#include "sim/analysis/words.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/cli/rule_table.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kLineColumns = 100;
constexpr std::size_t kLines = 50;  // of an answer

std::size_t line_count(std::string_view text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

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
    heading("How it got there");
    const std::string before = std::exchange(out_, "");
    heading("What comes next");
    if (found_.next.empty()) out_ += "  nothing\n";
    for (const NextStep& step : found_.next) next(step);
    if (found_.spell && !report_.quick) elsewhere();
    const std::string after = std::exchange(out_, "");
    chain(line_count(before) + line_count(after));
    return before + out_ + after;
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
             fmt::format("stranded: it has held no good token since {}, and, where it is now, "
                         "it cannot get one by itself",
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
    const SpellCause cause = found_.spell->spell.cause;
    line("why", cause == SpellCause::not_recorded
                    ? found_.why
                    : fmt::format("{} ({})", found_.why, name(cause)));
    for (const std::string_view id : found_.rules) line(id, rule_text(id));
  }

  static const char* hope(const Client& client) {
    if (client.blocked) return "the site refuses it, since it is blocked";
    if (client.last_connected == Network::offline) return "it has never been connected";
    return "it gets one by itself where it is";
  }

  // Where all would be too long a read, without the oldest of what matters least.
  void chain(std::size_t other_lines) {
    std::vector<std::string> texts;
    std::size_t lines = other_lines;
    for (const ChainLink& link : found_.chain) {
      texts.push_back(text_of(link));
      lines += line_count(texts.back());
    }
    std::size_t left_out = 0;
    for (std::size_t i = 0; i < texts.size() && !report_.all && lines > kLines; ++i) {
      if (!is_minor(found_.chain[i].kind) || found_.chain[i].is_apart) continue;
      if (left_out++ == 0) ++lines;  // which says so
      lines -= line_count(texts[i]);
      texts[i].clear();
    }
    for (const std::string& text : texts) out_ += text;
    if (left_out == 0) return;
    out_ += fmt::format("  ({} of moves and agent starts left out: --all shows them)\n",
                        counted(left_out, "line"));
  }
  std::string text_of(const ChainLink& link) const {
    std::string text = link.text;
    // A client on disk has no scenario, whose actions are numbered.
    const bool is_by_action = link.cause.find("action") != std::string::npos;
    if (is_by_action && !events::is_of_client(report_.header)) {
      text += fmt::format(" [{}]", link.cause);
    }
    return wrapped(fmt::format("  {}  ", moment(link.from)), escape_text(text));
  }

  void next(const NextStep& step) {
    std::string text = step.what;
    if (!step.waits_for.empty()) text += "; it waits for " + step.waits_for;
    out_ += wrapped(fmt::format("  {:<20}  ", step.at ? moment(*step.at) : ""), escape_text(text));
  }

  void elsewhere() {
    if (!found_.not_repeated.empty()) {
      heading(fmt::format("What would have saved it, and {}",
                          is_stranded() ? "when it was lost" : "how likely it was to be stranded"));
      out_ += wrapped("  ", escape_text("Not known: " + found_.not_repeated + "."));
      return;
    }
    heading(found_.is_preventable ? "What would have saved it" : "What would have ended it");
    if (!found_.is_preventable) {
      out_ +=
          wrapped("  ", found_.is_in_spell
                            ? "It had no token before that time, so no setting could have kept one."
                            : "It had no token before that time, so no setting could have kept "
                              "one; and it is over.");
      if (!found_.is_in_spell) return;
    }
    if (found_.saved_by.helping.empty()) {
      out_ += wrapped("  ", tried());
    } else {
      out_ += wrapped("  ", "Its life was repeated with one change each time. With each of these " +
                                (found_.is_preventable
                                     ? "it holds a good token all through the spell:"
                                     : "it holds a good token at " + moment(found_.at) + ":"));
    }
    for (const Alternative& change : found_.saved_by.helping) {
      std::string text = saved(change);
      if (change.only_outlasts) text += "; it is not renewed either, but outlasts the run";
      if (change.lost_again) {
        text += fmt::format("; that puts it off until {}", moment(*change.lost_again));
      }
      out_ += wrapped("  - ", escape_text(text));
    }
    if (!found_.futures.empty()) lost();
  }

  std::string tried() const {
    using Kind = Alternative::Kind;
    static constexpr std::pair<Kind, const char*> kWords[] = {
        {Kind::renew_after, "renewal after fewer days"},
        {Kind::token_validity, "tokens valid for longer (up to three times)"},
        {Kind::renew_on, "renewal at any contact"},
        {Kind::left_out, "leaving out one of the actions"},
        {Kind::shortened, "a shorter outage"},
        {Kind::at_once, "a setting that arrives at once"},
        {Kind::visit, "a visit to the intranet"},
        {Kind::upgrade, "an upgrade of the client"},
    };
    std::string all;
    for (const auto& [kind, words] : kWords) {
      if (!found_.saved_by.has_tried(kind)) continue;
      all += (all.empty() ? "none of these: " : ", ") + std::string(words);
    }
    return all.empty() ? "nothing: there was no change to try" : all;
  }

  std::string saved(const Alternative& change) const {
    const std::string length = to_text(change.length);
    const std::string present = to_text(change.present);
    const std::string action = change.action < found_.actions.size()
                                   ? found_.actions[change.action]
                                   : fmt::format("action {}", change.action);
    switch (change.kind) {
      case Alternative::Kind::renew_after:
        return fmt::format("renew-after = \"{}\" instead of \"{}\", the largest value that helps",
                           length, present);
      case Alternative::Kind::token_validity:
        return fmt::format(
            "token-validity = \"{}\" instead of \"{}\", the smallest value that helps", length,
            present);
      case Alternative::Kind::renew_on:
        return "renew-on = \"contact\": renewals at any contact, not only when the agent starts";
      case Alternative::Kind::left_out: return "without " + action;
      case Alternative::Kind::shortened:
        return fmt::format("{} for {} instead of {}, the longest that helps", action, length,
                           present);
      case Alternative::Kind::at_once: return fmt::format("{} with arrives = \"at-once\"", action);
      case Alternative::Kind::upgrade:
        return fmt::format("an upgrade of the client at {}: the last hour at which that helps",
                           moment(change.at));
      case Alternative::Kind::visit:
        return fmt::format("a visit of {} to the intranet at {}: the last hour at which that helps",
                           length, moment(change.at));
    }
    return "";
  }

  void lost() {
    heading(is_stranded() ? "When it was lost" : "How likely it was to be stranded then");
    out_ += wrapped("  ", fmt::format("From each of these moments {} other futures were run; in "
                                      "this share of them it is stranded at {}.",
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
      if (nearly_all == futures.from) {
        add(turning_point(is_first, "95 %"));
      } else if (half == futures.from) {
        add(turning_point(is_first, "half"));
      }
      if (&futures == &found_.futures.back()) {
        add(futures.from == found_.spell->spell.begin ? "the spell began"
                                                      : "the last of these before the spell began");
      }
      if (words.empty()) continue;
      out_ += wrapped(fmt::format("  {}  {}  ", moment(futures.from), share_text(futures)), words);
    }
  }

  // The moment from which on so many of the futures end badly.
  std::string turning_point(bool is_first, std::string_view share) const {
    std::string_view before;
    if (is_stranded()) {
      before = is_first          ? "it was lost from the start: "
               : share == "95 %" ? "the point of no return: from here on "
                                 : "from here on ";
    } else {
      before = is_first ? "from the start " : "from here on ";
    }
    return fmt::format("{}it is stranded in more than {} of the futures", before, share);
  }
  bool is_stranded() const { return found_.service == Service::stranded; }

  const ExplainReport& report_;
  const Explanation& found_;
  const Console& console_;
  std::string out_;
};

}  // namespace

std::string rule_text(std::string_view id) {
  for (const RuleText& rule : rule_table()) {
    if (rule.id != id) continue;
    return rule.question.empty() ? rule.rule : rule.question + ": " + rule.rule;
  }
  return "";
}

std::string explain_text(const ExplainReport& report, const Console& console) {
  return Text(report, console).all();
}

}  // namespace tokenlife::sim
