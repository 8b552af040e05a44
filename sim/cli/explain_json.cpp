// What `explain` found, for machines.
#include <nlohmann/json.hpp>

#include "sim/cli/explain_report.hpp"
#include "sim/cli/log_argument.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
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
    const auto device = device_of(cohort, found.number);
    return device ? Json(*device) : Json(nullptr);
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
    for (const Alternative& change : found.saved_by.helping) {
      const ChangeWords words = words_of(change, report.header.start());
      changes.push_back({{"change", words.change}, {"value", words.value}});
      if (change.lost_again) changes.back()["lost-again"] = moment(*change.lost_again);
      if (change.only_outlasts) changes.back()["only-outlasts-run"] = true;
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
  object["last-network"] = nullptr;  // of those to which it was connected
  if (found.client.last_connected != Network::offline) {
    object["last-network"] = name(found.client.last_connected);
  }
  object["version"] = is_there ? Json(name(found.client.version)) : nullptr;
  object["cmg-allowed"] = is_there ? Json(found.client.cmg_allowed) : nullptr;
  object["blocked"] = is_there ? Json(found.client.blocked) : nullptr;
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
