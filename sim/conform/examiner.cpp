#include "sim/conform/examiner.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/ensure.hpp"
#include "core/token/base64url.hpp"
#include "core/token/sha256.hpp"
#include "sim/conform/known_tokens.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Numbers and words of an answer, as far as the protocol knows them; the rest stays out.
ordered_json known_part(const json& value, int depth) {
  if (value.is_object() && depth < 4) {
    ordered_json object = ordered_json::object();
    for (const char* key : {"id", "granted", "refused", "error", "guid", "token", "key",
                            "not-before", "expires", "tokens", "status", "asks", "via", "shows",
                            "credential", "bulk-token", "state", "serves-until"}) {
      if (const auto found = value.find(key); found != value.end()) {
        object[key] = known_part(*found, depth + 1);
      }
    }
    return object;
  }
  if (value.is_array() && depth < 4) {
    ordered_json array = ordered_json::array();
    for (const json& entry : value) {
      if (array.size() < 100) array.push_back(known_part(entry, depth + 1));
    }
    return array;
  }
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_primitive()) return ordered_json::parse(value.dump());
  return "...";
}

// What was understood of it.
std::string hello_in_words(const Hello& hello) {
  ordered_json line;
  line["id"] = 1;
  line["name"] = hello.name;
  line["version"] = hello.version;
  line["can"] = ordered_json::array();
  for (const Ability ability : hello.can) line["can"].push_back(name(ability));
  line["reasons"] = hello.reasons;
  line["tokens"] = hello.jwt ? "jwt" : "opaque";
  return line.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

Result<std::unique_ptr<Examiner>, HelloFailure> Examiner::start(std::vector<std::string> words,
                                                                Role role,
                                                                std::chrono::milliseconds timeout) {
  std::unique_ptr<Examiner> examiner(new Examiner(std::move(words), role, timeout));
  if (auto greeted = examiner->restart(); !greeted) {
    return Failed<HelloFailure>(greeted.error());
  }
  return examiner;
}

Result<void, HelloFailure> Examiner::restart() {
  process_.reset();
  auto process = AdapterProcess::start(words_, timeout_);
  if (!process) {
    return Failed<HelloFailure>(HelloFailure{HelloFailure::Kind::lost, "", process.error()});
  }
  process_ = std::move(*process);
  last_id_ = 0;
  return greet();
}

Result<void, HelloFailure> Examiner::greet() {
  ordered_json request;
  request["op"] = "hello";
  request["protocol"] = kConformProtocol;
  request["role"] = name(role_);
  bool in_step = true;
  const auto answer = send(std::move(request), in_step);
  if (!answer) {
    return Failed<HelloFailure>(HelloFailure{HelloFailure::Kind::lost, "", answer.error()});
  }
  if (const auto error = answer->find("error"); error != answer->end()) {
    const std::string text = error->is_string() ? error->get<std::string>() : "";
    return Failed<HelloFailure>(HelloFailure{HelloFailure::Kind::refused, text, {}});
  }
  const auto wrong = [](std::string what) {
    return Failed<HelloFailure>(HelloFailure{HelloFailure::Kind::wrong, std::move(what), {}});
  };
  if (!in_step) return wrong("does not have the `id` of the request");
  auto hello = read_hello(*answer, role_);
  if (!hello) return wrong(hello.error());
  hello_ = std::move(*hello);
  hello_line_ = hello_in_words(hello_);
  return {};
}

Result<json, AdapterLoss> Examiner::send(ordered_json request, bool& in_step) {
  ordered_json with_id;
  with_id["id"] = ++last_id_;
  with_id.update(request);
  auto line = process_->ask(with_id.dump());
  if (!line) return Failed<AdapterLoss>(scrubbed(line.error()));
  json answer = json::parse(*line, nullptr, false);
  if (!answer.is_object()) {
    const bool is_json = !answer.is_discarded();
    return Failed<AdapterLoss>(scrubbed({is_json ? "answered with JSON that is not an object"
                                                 : "answered with something that is not JSON",
                                         *line, process_->log()}));
  }
  const auto id = answer.find("id");
  in_step = id != answer.end() && id->is_number_integer() && *id == last_id_;
  return answer;
}

// ---- Tokens in their places --------------------------------------------------------------------

References Examiner::as_sent() const {
  const auto token = [this](const ShownToken& shown) -> ordered_json {
    if (shown.change == ShownToken::Change::empty) return "";
    return with_change(brought_.at(shown.granted_by).token, shown);
  };
  const auto guid = [this](StepId id) -> ordered_json { return brought_.at(id).guid; };
  const auto key = [this](StepId id) -> ordered_json { return brought_.at(id).key; };
  const auto own = [this](StepId id) -> ordered_json { return brought_.at(id).token; };
  return {token, guid, key, own};
}

// Role client: the harness is the site. Its tokens are another in each request of the run.
void Examiner::make_token(const Step& step) {
  const bool brings = step.has_bulk || (step.op == Op::answer && step.given == GivenAnswer::token);
  if (!brings) return;
  const Sha256Bytes digest = sha256(fmt::format("a token of request {}", last_id_ + 1));
  brought_[step.id].token = "t." + to_base64url(digest);
}

std::string Examiner::without_tokens(std::string text) const {
  return without_known_tokens(std::move(text), brought_);
}

std::string Examiner::log() { return without_tokens(process_->log()); }

AdapterLoss Examiner::scrubbed(AdapterLoss loss) const {
  // Before it is cut: half a token is one, too.
  return {std::move(loss.what), without_tokens(loss.last_line).substr(0, 200),
          without_tokens(loss.log)};
}

// D4: a token is the number of the answer that brought it, whatever field it stands in.
std::string Examiner::as_it_came(const Step& step, const json& answer) const {
  ordered_json came = known_part(answer, 0);
  came["id"] = step.id;
  const auto scrub = [&](auto&& self, ordered_json& value) -> void {
    if (value.is_string()) {
      const std::string text = value.get<std::string>();
      for (const auto& [id, brought] : brought_) {
        if (!text.empty() && text == brought.token) {
          value = ordered_json{{"granted-by", id}};
          return;
        }
      }
      value = without_tokens(text).substr(0, 400);
    } else if (value.is_structured()) {
      for (ordered_json& entry : value) self(self, entry);
    }
  };
  scrub(scrub, came);
  return came.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

// ---- Asking ------------------------------------------------------------------------------------

Result<std::optional<Difference>, AdapterLoss> Examiner::ask(const Step& step,
                                                             const Expected& expected,
                                                             json& answer) {
  if (role_ == Role::client) make_token(step);
  if (step.op == Op::reset) {
    tenant_ = step.tenant;
    // A new site may call its keys what another has called its own.
    for (auto& [id, brought] : brought_) brought.key.clear();
  }
  bool in_step = true;
  auto came = send(to_json(step, role_, as_sent()), in_step);
  if (!came) return Failed<AdapterLoss>(came.error());
  answer = std::move(*came);
  ++coverage_.requests;
  if (!in_step) {
    return Difference{step.id, "its `id` is not that of the request", {}, "id", true};
  }
  Brought brought;
  auto difference =
      check_answer(step, expected, answer, {hello_, role_, brought_, tenant_}, brought);
  if (role_ == Role::site) brought_[step.id] = std::move(brought);
  if (!difference) count(step, expected, answer);
  return difference;
}

void Examiner::count(const Step& step, const Expected& expected, const json& answer) {
  ++coverage_.operations[name(step.op)];
  if (expected.open) return;
  for (const std::string_view id : expected.rules.ids()) ++coverage_.rules[id];
  for (const std::string_view id : expected.date_rules.ids()) ++coverage_.rules[id];
  if (expected.kind != Expected::Kind::refused) return;
  const std::string came = hello_.reasons ? answer.at("refused").get<std::string>() : "";
  for (const std::string_view reason : expected.reasons) {
    if (!hello_.reasons || reason == came) ++coverage_.reasons[reason];
  }
}

Result<std::optional<Difference>, AdapterLoss> Examiner::examine(const History& history,
                                                                 GrantedTokens* tokens,
                                                                 Transcript* transcript) {
  brought_.clear();
  // What it said of earlier ones may hold their tokens, which nobody knows any more (D4).
  process_->forget_log();
  const auto model = make_model(role_, hello_);
  for (const Step& step : history) {
    ensure(model->can_take(step), "a history whose requests make sense");
    const Expected expected = model->take(step);
    json answer;
    auto difference = ask(step, expected, answer);
    if (!difference) return Failed<AdapterLoss>(difference.error());
    const std::string& token = brought_[step.id].token;
    if (!*difference && role_ == Role::site && tokens != nullptr && !token.empty() &&
        !tokens->add(token)) {
      *difference = Difference{step.id,
                               "the token is one of an earlier history again",
                               {"D5", "R14"},
                               "token of another history",
                               false};
    }
    if (transcript != nullptr) {
      Exchanged exchanged{step, expected, as_it_came(step, answer)};
      // Where it was changed in the end.
      if (step.token && step.token->change == ShownToken::Change::changed) {
        exchanged.step.token->place =
            place_of_change(brought_[step.token->granted_by].token, step.token->place);
      }
      transcript->push_back(std::move(exchanged));
    }
    if (*difference) return difference;
  }
  return std::optional<Difference>{};
}

}  // namespace tokenlife::sim
