#include "sim/conform/check_answer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "sim/conform/known_tokens.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/redact.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::json;

class AnswerCheck {
 public:
  AnswerCheck(const Step& step, const Expected& expected, const json& answer,
              const AnswerContext& context, Brought& brought)
      : step_(step), expected_(expected), answer_(answer), context_(context), brought_(brought) {}

  std::optional<Difference> check() {
    if (answer_.contains("error")) {
      differs("error", fmt::format("it could not do it: {}", shown_text(text_at("error"))),
              expected_.rules);
      return difference_;
    }
    const bool is_refused = answer_.contains("refused");
    if (expected_.kind == Expected::Kind::refused) {
      check_refusal(is_refused);
    } else if (is_refused && !expected_.open) {
      refused_wrongly();
    } else if (!is_refused) {
      check_result();
    }
    return difference_;
  }

 private:
  void differs(std::string_view kind, std::string what, const RuleIds& rules) {
    if (difference_) return;
    difference_ = Difference{step_.id, std::move(what), rules,
                             fmt::format("{} {}", name(step_.op), kind), false};
  }
  std::string text_at(const char* key) const {
    const auto found = answer_.find(key);
    return found != answer_.end() && found->is_string() ? found->get<std::string>() : "";
  }

  // D4: a token in the wrong place is not repeated.
  std::string shown_text(std::string text) const {
    text = without_known_tokens(std::move(text), {{step_.id, brought_}});
    return in_quotes(without_known_tokens(std::move(text), context_.brought));
  }

  void check_refusal(bool is_refused) {
    const std::string reasons = fmt::format("{}", fmt::join(expected_.reasons, " or "));
    if (!is_refused) {
      if (expected_.open) return;
      differs("granted", fmt::format("it is not refused, but has to be: {}", reasons),
              expected_.rules);
      return;
    }
    if (!answer_["refused"].is_string()) {
      return differs("shape", "`refused` is not text", expected_.rules);
    }
    const std::string reason = text_at("refused");
    if (!context_.hello.reasons || expected_.reasons.contains(reason)) return;
    differs("reason",
            fmt::format("it is refused, but not for a reason that holds: {} instead of {}",
                        shown_text(reason), reasons),
            expected_.rules);
  }

  void refused_wrongly() {
    RuleIds rules;
    const std::string reason = text_at("refused");
    // The rule that the adapter believes to keep says most, if the token's own do not.
    rules.add(expected_.rules);
    if (context_.hello.reasons) {
      if (const auto known = from_name<RefusalReason>(reason)) {
        for (const std::string_view id : rules_behind(*known)) rules.add(id);
      }
    }
    differs(
        "refused",
        fmt::format("it is refused ({}), but there is no reason to refuse it", shown_text(reason)),
        rules);
  }

  void check_result() {
    if (expected_.open) return;
    switch (expected_.kind) {
      case Expected::Kind::done:
      case Expected::Kind::refused: break;
      case Expected::Kind::key: check_key(); break;
      case Expected::Kind::bulk_token: check_bulk_token(); break;
      case Expected::Kind::list: check_list(); break;
      case Expected::Kind::token: check_granted(true); break;
      case Expected::Kind::granted: check_granted(false); break;
      case Expected::Kind::ask: check_ask(); break;
      case Expected::Kind::standing: check_standing(); break;
    }
  }

  void check_key() {
    if (!context_.hello.able(Ability::rotate)) return;
    brought_.key = text_at("key");
    if (brought_.key.empty()) return differs("shape", "there is no `key` in it", {"A9"});
    for (const auto& [id, other] : context_.brought) {
      if (other.key == brought_.key) {  // of this site
        differs("key", "the key's name is that of an earlier one", {"A9"});
      }
    }
  }

  // The token and its dates, in `object`.
  void check_token(const json& object, const RuleIds& rules) {
    const auto token = object.find("token");
    if (token == object.end() || !token->is_string()) {
      return differs("shape", "there is no `token` in it", rules);
    }
    brought_.token = token->get<std::string>();
    if (!is_token_text(brought_.token)) {
      brought_.token.clear();
      return differs("shape", "the token is not text of at most 16 KiB of printable ASCII", rules);
    }
    for (const auto& [id, other] : context_.brought) {
      if (other.token == brought_.token) {
        differs("distinct", fmt::format("the token is that of answer {} again", id),
                step_.op == Op::issue_bulk_token ? RuleIds{"R41"} : RuleIds{"D5", "R14"});
      }
    }
    check_date(object, "not-before", expected_.not_before);
    check_date(object, "expires", expected_.expires);
  }
  void check_date(const json& object, const char* key, Instant expected) {
    const auto value = object.find(key);
    const auto date = value == object.end() ? std::nullopt : read_time(*value);
    if (!date) {
      return differs("shape", fmt::format("`{}` is not a time like 2026-01-01T00:00:00Z", key),
                     expected_.date_rules);
    }
    if (*date != expected) {
      differs(key,
              fmt::format("`{}` is {} instead of {}", key, time_text(*date), time_text(expected)),
              expected_.date_rules);
    }
  }

  void check_bulk_token() {
    brought_.guid = text_at("guid");
    if (!parse_guid(brought_.guid)) return differs("shape", "its `guid` is not a GUID", {"R41"});
    for (const auto& [id, other] : context_.brought) {
      if (other.guid == brought_.guid) {
        differs("guid", fmt::format("the GUID is that of answer {}", id), {"R41", "R53"});
      }
    }
    check_token(answer_, expected_.rules);
    look_into(true);
  }

  void check_granted(bool brings_token) {
    const auto granted = answer_.find("granted");
    if (granted == answer_.end() || !granted->is_object()) {
      return differs("shape", "there is neither `granted` nor `refused` in it", expected_.rules);
    }
    if (!brings_token) return;
    check_token(*granted, expected_.rules);
    look_into(false);
  }

  void look_into(bool is_bulk) {
    if (difference_ || !context_.hello.jwt) return;
    const auto fault =
        fault_of_jwt(brought_.token, {is_bulk, context_.tenant, brought_.guid, step_.certificate,
                                      expected_.not_before, expected_.expires});
    if (fault) differs("jwt", fault->what, fault->rules);
  }

  void check_list() {
    const auto tokens = answer_.find("tokens");
    if (tokens == answer_.end() || !tokens->is_array()) {
      return differs("shape", "there is no list `tokens` in it", {"R48"});
    }
    std::size_t known = 0;
    for (const ListedToken& expected : expected_.listed) {
      const std::string& guid = context_.brought.at(expected.granted_by).guid;
      const auto row = std::find_if(tokens->begin(), tokens->end(), [&](const json& entry) {
        return entry.is_object() && entry.contains("guid") && entry["guid"] == guid;
      });
      if (row == tokens->end()) {
        return differs("missing",
                       fmt::format("the bulk token of answer {} is missing", expected.granted_by),
                       {"R48"});
      }
      ++known;
      check_row(*row, expected);
    }
    if (tokens->size() > known) {
      differs("more",
              fmt::format("{} tokens are listed, of which {} were issued", tokens->size(), known),
              {"R48", "R50"});
    }
  }
  void check_row(const json& row, const ListedToken& expected) {
    const auto date = [&](const char* key) {
      const auto value = row.find(key);
      return value == row.end() ? std::nullopt : read_time(*value);
    };
    if (date("not-before") != expected.not_before || date("expires") != expected.expires) {
      return differs("dates",
                     fmt::format("the dates of the bulk token of answer {} are not those that it "
                                 "was issued with",
                                 expected.granted_by),
                     {"R48", "D3"});
    }
    const auto status = row.find("status");
    if (status != row.end() && status->is_string() && *status == expected.status) return;
    RuleIds rules{"R48"};
    if (expected.status == "expired") rules = {"R21", "A5", "R48"};
    if (expected.status == "blocked") rules = {"R49", "R54", "R48"};
    if (expected.status == "active") rules = {"R55", "R48"};
    if (expected.status == "signer-retired") rules = {"A9", "R48"};
    if (expected.status == "not-yet-valid") rules = {"A5", "R48"};
    differs("status",
            fmt::format(
                "the bulk token of answer {} is {}, but has to be `{}`", expected.granted_by,
                status != row.end() && status->is_string() ? shown_text(status->get<std::string>())
                                                           : "without a `status`",
                expected.status),
            rules);
  }

  void check_ask() {
    const ExpectedAsk& ask = expected_.ask;
    const std::string asks = text_at("asks");
    if (asks != ask.asks) {
      return differs("asks",
                     fmt::format("it asks {}, but has to ask `{}`", shown_text(asks), ask.asks),
                     expected_.rules);
    }
    if (ask.asks == "nothing") return;
    if (const std::string via = text_at("via"); via != name(ask.via)) {
      differs(
          "via",
          fmt::format("it asks via {}, but has to ask via `{}`", shown_text(via), name(ask.via)),
          expected_.rules);
    }
    const auto shows = answer_.find("shows");
    if (shows == answer_.end() || !shows->is_object()) {
      return differs("shape", "there is no `shows` in it", expected_.rules);
    }
    const char* key = ask.asks != "register" ? "token"
                      : ask.token != 0       ? "bulk-token"
                                             : "credential";
    const auto shown = shows->find(key);
    const std::string expected =
        ask.token != 0 ? context_.brought.at(ask.token).token : std::string(name(ask.credential));
    // A secret more than that is one too many; words that are not known are passed over.
    const bool shows_more =
        (key != std::string_view("token") && shows->contains("token")) ||
        (key != std::string_view("bulk-token") && shows->contains("bulk-token"));
    if (shows_more || shown == shows->end() || *shown != expected) {
      const std::string what = ask.token != 0 ? fmt::format("the token of request {}", ask.token)
                                              : fmt::format("`{}`", name(ask.credential));
      differs("shows",
              fmt::format("it does not show {} as its `{}`, and no other token", what, key),
              expected_.rules);
    }
  }

  void check_standing() {
    const std::string state = text_at("state");
    if (state != expected_.state) {
      return differs(
          "state", fmt::format("it is {}, but has to be `{}`", shown_text(state), expected_.state),
          expected_.rules);
    }
    const auto found = answer_.find("serves-until");
    const bool is_null = found == answer_.end() || found->is_null();
    const auto until = is_null ? std::nullopt : read_time(*found);
    if (until == expected_.serves_until && (until || is_null)) return;
    if (is_null && expected_.may_serve_nothing) return;
    differs("serves-until",
            fmt::format("`serves-until` is not {}",
                        expected_.serves_until ? time_text(*expected_.serves_until) : "null"),
            expected_.date_rules);
  }

  const Step& step_;
  const Expected& expected_;
  const json& answer_;
  const AnswerContext& context_;
  Brought& brought_;
  std::optional<Difference> difference_;
};

}  // namespace

std::string without_known_tokens(std::string text, const std::map<StepId, Brought>& brought) {
  for (const auto& [id, known] : brought) {
    if (known.token.size() < 4) continue;
    for (std::size_t at = text.find(known.token); at != std::string::npos;
         at = text.find(known.token, at)) {
      text.replace(at, known.token.size(), "(a token)");
    }
  }
  return redact_secrets(text);
}

bool is_token_text(const std::string& text) {
  return !text.empty() && text.size() <= kTokenBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<Difference> check_answer(const Step& step, const Expected& expected,
                                       const json& answer, const AnswerContext& context,
                                       Brought& brought) {
  return AnswerCheck(step, expected, answer, context, brought).check();
}

}  // namespace tokenlife::sim
