// A difference as a story for people, and as JSON lines for --replay.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/request.hpp"
#include "sim/conform/conform.hpp"
#include "sim/conform/draw_history.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::size_t kReplaySteps = 10'000;

// What differs from the product's policy: "mp https, leeway 5m".
std::string policy_words(const Policy& policy) {
  std::string words;
  const auto say = [&](std::string_view key, const std::string& value) {
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", key, value);
  };
  const Policy plain;
  if (policy.token_validity != plain.token_validity) {
    say("token-validity", to_text(policy.token_validity));
  }
  if (policy.renew_after != plain.renew_after) say("renew-after", to_text(policy.renew_after));
  if (policy.renew_on != plain.renew_on) say("renew-on", std::string(name(policy.renew_on)));
  if (policy.mp != plain.mp) say("mp", std::string(name(policy.mp)));
  if (!policy.internal_registration) say("internal-registration", "off");
  if (policy.leeway != plain.leeway) say("leeway", to_text(policy.leeway));
  if (policy.bulk_leeway.value_or(policy.leeway) != policy.leeway) {
    say("bulk-leeway", to_text(*policy.bulk_leeway));
  }
  if (policy.retry_after_failure != plain.retry_after_failure) {
    say("retry-after-failure", to_text(policy.retry_after_failure));
  }
  if (policy.retry_after_refusal != plain.retry_after_refusal) {
    say("retry-after-refusal", to_text(policy.retry_after_refusal));
  }
  return words.empty() ? "the product's policy" : words;
}

// Clients and certificates by a letter, in the order in which they come up.
class StoryTeller {
 public:
  std::string words_of(const Step& step) {
    const std::string_view op = name(step.op);
    switch (step.op) {
      case Op::reset: return fmt::format("reset: {}{}", bulk_of(step), policy_words(step.policy));
      case Op::policy: return fmt::format("policy: {}", policy_words(step.policy));
      case Op::issue_bulk_token:
        return step.lifetime ? fmt::format("{}, lifetime-minutes {}", op, *step.lifetime)
                             : std::string(op);
      case Op::block_bulk_token:
      case Op::unblock_bulk_token:
        return step.of == 0 ? fmt::format("{}, a GUID of none", op)
                            : fmt::format("{} of {}", op, step.of);
      case Op::retire: return fmt::format("retire the key of {}", step.of);
      case Op::block_client:
      case Op::unblock_client: return fmt::format("{} {}", op, letter(clients_, step.client, 'A'));
      case Op::register_client:
      case Op::renew:
      case Op::exchange: return request_words(step);
      case Op::contact:
        return fmt::format("contact on the {}{}{}", name(step.network),
                           step.agent_start ? ", its agent has just started" : "",
                           step.cmg_allowed ? "" : ", the CMG not allowed");
      case Op::answer: return answer_words(step);
      case Op::reinstall:
        return fmt::format("reinstall{}", step.has_bulk ? " with a bulk token" : "");
      case Op::list:
      case Op::rotate:
      case Op::state: return std::string(op);
    }
    return "";
  }

 private:
  static std::string bulk_of(const Step& step) {
    return step.has_bulk ? fmt::format("{}, a bulk token, ", name(step.credential)) : "";
  }
  static std::string letter(std::map<std::string, char>& known, const std::string& name,
                            char first) {
    const auto next = static_cast<char>(first + static_cast<char>(known.size()));
    return std::string(1, known.try_emplace(name, next).first->second);
  }
  static std::string token_words(const ShownToken& shown) {
    switch (shown.change) {
      case ShownToken::Change::none: return fmt::format("the token of {}", shown.granted_by);
      case ShownToken::Change::changed:
        return fmt::format("the token of {}, changed at {}", shown.granted_by, shown.place);
      case ShownToken::Change::cut: return fmt::format("the token of {}, cut", shown.granted_by);
      case ShownToken::Change::empty: return "an empty token";
    }
    return "";
  }
  std::string request_words(const Step& step) {
    std::string words = fmt::format("{} client {}, certificate {}, via {}", name(step.op),
                                    letter(clients_, step.client, 'A'),
                                    letter(certificates_, step.certificate, 'a'), name(step.via));
    if (step.op == Op::register_client) words += fmt::format(", {}", name(step.credential));
    if (step.token) words += ", " + token_words(*step.token);
    if (step.version == ClientVersion::outdated) words += ", outdated";
    if (step.subject == Scope::user) words += ", for a user";
    return words;
  }
  static std::string answer_words(const Step& step) {
    switch (step.given) {
      case GivenAnswer::token:
        return fmt::format("answer: granted, a token until {}", time_text(step.expires));
      case GivenAnswer::nothing: return "answer: granted";
      case GivenAnswer::refused: return "answer: refused, " + escape_text(step.reason);
      case GivenAnswer::failed: return "answer: failed, " + escape_text(step.reason);
    }
    return "";
  }

  std::map<std::string, char> clients_;
  std::map<std::string, char> certificates_;
};

ordered_json request_in_file(const Step& step, Role role) {
  ordered_json request;
  request["id"] = step.id;
  request.update(to_json(step, role, in_files()));
  return request;
}

std::string hello_in_file(const Examiner& examiner) {
  ordered_json line;
  line["request"] = {
      {"id", 1}, {"op", "hello"}, {"protocol", kConformProtocol}, {"role", name(examiner.role())}};
  line["came"] = ordered_json::parse(examiner.hello_line());
  return line.dump() + "\n";
}

}  // namespace

std::string story_of(const ConformFailure& failure) {
  std::string story;
  StoryTeller teller;
  for (const Exchanged& exchanged : failure.transcript) {
    const Step& step = exchanged.step;
    story += fmt::format("  {:>3}  {}  {}\n", step.id, time_text(step.now), teller.words_of(step));
    if (step.id != failure.difference.step) continue;
    story += fmt::format("       expected  {}\n", in_words(exchanged.expected));
    story += fmt::format("       received  {}\n", escape_text(exchanged.came));
  }
  return story;
}

std::string file_of(const ConformFailure& failure, const Examiner& examiner) {
  std::string file = hello_in_file(examiner);
  for (const Exchanged& exchanged : failure.transcript) {
    ordered_json line;
    line["request"] = request_in_file(exchanged.step, examiner.role());
    line["expected"] = to_json(exchanged.expected);
    line["came"] = ordered_json::parse(exchanged.came);
    if (exchanged.step.id == failure.difference.step) {
      line["differs"] = failure.difference.what;
      line["rules"] = failure.difference.rules.ids();
    }
    file += line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  }
  return file;
}

std::string file_of(const History& lost_in, const Examiner& examiner) {
  std::string file = hello_in_file(examiner);
  const auto model = make_model(examiner.role(), examiner.hello());
  for (const Step& step : lost_in) {
    ordered_json line;
    line["request"] = request_in_file(step, examiner.role());
    line["expected"] = to_json(model->take(step));
    file += line.dump() + "\n";
  }
  return file;
}

Result<ReplayFile, std::string> read_replay(const std::string& text) {
  ReplayFile file{};
  std::size_t line_number = 0;
  const auto wrong = [&](const std::string& what) {
    return Failed<std::string>(fmt::format("line {} {}", line_number, what));
  };
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    from = end + 1;
    ++line_number;
    const json parsed = json::parse(line, nullptr, false);
    const auto request = parsed.is_object() ? parsed.find("request") : parsed.end();
    if (!parsed.is_object() || request == parsed.end() || !request->is_object()) {
      return wrong("is not a JSON object with a `request`");
    }
    if (line_number == 1) {
      const auto role = request->value("role", json()).is_string()
                            ? from_name<Role>(request->at("role").get_ref<const std::string&>())
                            : std::nullopt;
      if (!role) return wrong("is not a `hello` with a role");
      file.role = *role;
      continue;
    }
    const auto step = read_step(*request, file.role);
    if (!step) return wrong(step.error());
    if (!file.history.empty() && step->id <= file.history.back().id) {
      return wrong("has an `id` that is not greater than the one before");
    }
    if (file.history.size() == kReplaySteps) return wrong("is one too many");
    file.history.push_back(*step);
  }
  if (file.history.empty()) return Failed<std::string>("has no requests");
  return file;
}

}  // namespace tokenlife::sim
