#include "sim/conform/expected.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/conform/site_model.hpp"

namespace tokenlife::sim {

void RuleIds::add(std::string_view id) {
  if (std::find(ids_.begin(), ids_.end(), id) == ids_.end()) ids_.push_back(id);
}
void RuleIds::add(std::initializer_list<std::string_view> ids) {
  for (const std::string_view id : ids) add(id);
}
void RuleIds::add(const RuleIds& others) {
  for (const std::string_view id : others.ids_) add(id);
}

std::string in_words(const Expected& expected) {
  switch (expected.kind) {
    case Expected::Kind::done: return "done";
    case Expected::Kind::key: return "a key";
    case Expected::Kind::bulk_token:
      return fmt::format("a bulk token from {} to {}", time_text(expected.not_before),
                         time_text(expected.expires));
    case Expected::Kind::list: {
      std::string list = "the list";
      for (const ListedToken& token : expected.listed) {
        list += fmt::format("{} {} of {}", list == "the list" ? ":" : ",", token.status,
                            token.granted_by);
      }
      return list;
    }
    case Expected::Kind::token:
      return fmt::format("granted, a token from {} to {}", time_text(expected.not_before),
                         time_text(expected.expires));
    case Expected::Kind::granted: return "granted";
    case Expected::Kind::refused:
      return fmt::format("refused: {}", fmt::join(expected.reasons, " or "));
    case Expected::Kind::ask: {
      const ExpectedAsk& ask = expected.ask;
      if (ask.asks == "nothing") return "asks nothing";
      const std::string shows = ask.token != 0 ? fmt::format("the token of {}", ask.token)
                                               : std::string(name(ask.credential));
      return fmt::format("asks to {} via {}, shows {}", ask.asks, name(ask.via), shows);
    }
    case Expected::Kind::standing:
      return fmt::format("{}, serves until {}", expected.state,
                         expected.serves_until ? time_text(*expected.serves_until) : "null");
  }
  return "";
}

nlohmann::ordered_json to_json(const Expected& expected) {
  nlohmann::ordered_json written;
  switch (expected.kind) {
    case Expected::Kind::done: return nlohmann::ordered_json::object();
    case Expected::Kind::key: written["key"] = "new"; break;
    case Expected::Kind::bulk_token:
      written["not-before"] = time_text(expected.not_before);
      written["expires"] = time_text(expected.expires);
      break;
    case Expected::Kind::list:
      written["tokens"] = nlohmann::ordered_json::array();
      for (const ListedToken& token : expected.listed) {
        written["tokens"].push_back({{"granted-by", token.granted_by}, {"status", token.status}});
      }
      break;
    case Expected::Kind::token:
      written["granted"]["not-before"] = time_text(expected.not_before);
      written["granted"]["expires"] = time_text(expected.expires);
      break;
    case Expected::Kind::granted: written["granted"] = nlohmann::ordered_json::object(); break;
    case Expected::Kind::refused:
      written["refused"] =
          std::vector<std::string>(expected.reasons.begin(), expected.reasons.end());
      break;
    case Expected::Kind::ask:
      written["asks"] = expected.ask.asks;
      if (expected.ask.asks == "nothing") break;
      written["via"] = name(expected.ask.via);
      if (expected.ask.token != 0) {
        written["shows"]["granted-by"] = expected.ask.token;
      } else {
        written["shows"]["credential"] = name(expected.ask.credential);
      }
      break;
    case Expected::Kind::standing:
      written["state"] = expected.state;
      written["serves-until"] = expected.serves_until
                                    ? nlohmann::ordered_json(time_text(*expected.serves_until))
                                    : nlohmann::ordered_json();
      break;
  }
  if (expected.open) written["or"] = "anything: the rules leave it open";
  return written;
}

}  // namespace tokenlife::sim
