#include "sim/conform/step.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/request.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kBase64url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// A reset's or reinstallation's bulk token.
void put_bulk(const Step& step, const References& references, ordered_json& request) {
  if (step.has_bulk) request["bulk-token"] = references.own_token(step.id);
}

void put_answer(const Step& step, const References& references, ordered_json& request) {
  switch (step.given) {
    case GivenAnswer::token:
      request["granted"]["token"] = references.own_token(step.id);
      request["granted"]["not-before"] = time_text(step.not_before);
      request["granted"]["expires"] = time_text(step.expires);
      break;
    case GivenAnswer::nothing: request["granted"] = ordered_json::object(); break;
    case GivenAnswer::refused: request["refused"] = step.reason; break;
    case GivenAnswer::failed: request["failed"] = step.reason; break;
  }
}

// What a client sends to a site.
void put_request(const Step& step, const References& references, ordered_json& request) {
  request["client"] = step.client;
  request["via"] = name(step.via);
  if (step.op == Op::register_client) request["credential"] = name(step.credential);
  if (step.token) {
    const char* key = step.op == Op::register_client ? "bulk-token" : "token";
    request[key] = references.token(*step.token);
  }
  request["certificate"] = step.certificate;
  request["version"] = name(step.version);
  if (step.op == Op::register_client) {
    request["subject"] = step.subject == Scope::user ? "user" : "device";
  }
}

void put_reset(const Step& step, Role role, const References& references, ordered_json& request) {
  if (role == Role::site) {
    request["tenant"] = to_string(step.tenant);
  } else {
    request["client"] = step.client;
    request["credential"] = name(step.credential);
    request["version"] = name(step.version);
    put_bulk(step, references, request);
  }
  request["policy"] = to_json(step.policy);
}

std::size_t next_end(const std::string& token, std::size_t place) {
  return std::min(token.find('.', place), token.size());
}

}  // namespace

std::string time_text(Instant instant) { return rfc3339(std::chrono::sys_seconds{}, instant); }

std::optional<Instant> read_time(const nlohmann::json& value) {
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() != 20 || text.back() != 'Z' || text[10] != 'T') return std::nullopt;
  const auto time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  return at(time->time_since_epoch());
}

ordered_json to_json(const Step& step, Role role, const References& references) {
  ordered_json request;
  request["op"] = name(step.op);
  switch (step.op) {
    case Op::reset: put_reset(step, role, references, request); break;
    case Op::issue_bulk_token:
      if (step.lifetime) request["lifetime-minutes"] = ordered_json::parse(*step.lifetime);
      break;
    case Op::block_bulk_token:
    case Op::unblock_bulk_token:
      request["guid"] =
          step.of != 0 ? references.guid(step.of) : ordered_json(to_string(step.unknown_guid));
      break;
    case Op::retire: request["key"] = references.key(step.of); break;
    case Op::block_client:
    case Op::unblock_client: request["client"] = step.client; break;
    case Op::register_client:
    case Op::renew:
    case Op::exchange: put_request(step, references, request); break;
    case Op::contact:
      request["network"] = name(step.network);
      request["agent-start"] = step.agent_start;
      request["settings"]["cmg-allowed"] = step.cmg_allowed;
      break;
    case Op::policy: request["policy"] = to_json(step.policy); break;
    case Op::answer: put_answer(step, references, request); break;
    case Op::reinstall: put_bulk(step, references, request); break;
    case Op::list:
    case Op::rotate:
    case Op::state: break;
  }
  request["now"] = time_text(step.now);
  return request;
}

References in_files() {
  const auto granted_by = [](StepId id) {
    ordered_json reference;
    reference["granted-by"] = id;
    return reference;
  };
  const auto token = [granted_by](const ShownToken& shown) -> ordered_json {
    if (shown.change == ShownToken::Change::empty) return "";
    ordered_json reference = granted_by(shown.granted_by);
    if (shown.change == ShownToken::Change::changed) reference["changed"] = shown.place;
    if (shown.change == ShownToken::Change::cut) reference["cut"] = shown.place;
    return reference;
  };
  return {token, granted_by, granted_by, granted_by};
}

// Places that mean something in every encoding: not a dot, and not the last of a part, whose bits
// need not all count.
std::size_t place_of_change(const std::string& token, std::size_t place) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {
    if (token[i] != '.' && next_end(token, i) != i + 1) places.push_back(i);
  }
  if (places.empty()) return token.size();
  const auto exact = std::find(places.begin(), places.end(), place);
  return exact != places.end() ? place : places[place % places.size()];
}

std::string with_change(const std::string& token, const ShownToken& shown) {
  std::string text = token;
  switch (shown.change) {
    case ShownToken::Change::none: break;
    case ShownToken::Change::changed: {
      const std::size_t place = place_of_change(token, shown.place);
      if (place == token.size()) break;
      const std::size_t digit = kBase64url.find(text[place]);
      // Letters of the other case at every other place: there are those who do not tell them apart.
      const bool is_letter = digit < 52;
      text[place] = digit == std::string_view::npos ? 'A'
                    : is_letter && place % 2 == 0   ? kBase64url[(digit + 26) % 52]
                                                    : kBase64url[digit ^ 32U];
      break;
    }
    case ShownToken::Change::cut: text.resize(text.empty() ? 0 : shown.place % text.size()); break;
    case ShownToken::Change::empty: text.clear(); break;
  }
  return text;
}

// ---- Reading -----------------------------------------------------------------------------------

namespace {

using nlohmann::json;

// Reads the fields of one request; what is wrong first is kept.
class StepReader {
 public:
  StepReader(const json& request, Role role) : request_(request), role_(role) {}

  Result<Step, std::string> read() {
    step_.op = word<Op>("op");
    step_.id = number(request_, "id");
    step_.now = time(request_, "now");
    switch (step_.op) {
      case Op::reset: read_reset(); break;
      case Op::issue_bulk_token: read_lifetime(); break;
      case Op::block_bulk_token:
      case Op::unblock_bulk_token: read_guid(); break;
      case Op::retire: step_.of = reference("key"); break;
      case Op::block_client:
      case Op::unblock_client: step_.client = text("client"); break;
      case Op::register_client:
      case Op::renew:
      case Op::exchange: read_request(); break;
      case Op::contact:
        step_.network = word<Network>("network");
        step_.agent_start = boolean(request_, "agent-start");
        step_.cmg_allowed = boolean(field(request_, "settings"), "cmg-allowed");
        break;
      case Op::policy: policy(); break;
      case Op::answer: read_answer(); break;
      case Op::reinstall: step_.has_bulk = request_.contains("bulk-token"); break;
      case Op::list:
      case Op::rotate:
      case Op::state: break;
    }
    if (!wrong_.empty()) return Failed<std::string>(wrong_);
    return step_;
  }

 private:
  void fail(std::string_view key, const char* what) {
    if (wrong_.empty()) wrong_ = fmt::format("has {} `{}`", what, key);
  }
  const json& field(const json& object, const char* key) {
    static const json none;
    const auto found = object.is_object() ? object.find(key) : object.end();
    if (!object.is_object() || found == object.end()) {
      fail(key, "no");
      return none;
    }
    return *found;
  }
  std::string text(const char* key) {
    const json& value = field(request_, key);
    if (!value.is_string()) fail(key, "no text as its");
    return value.is_string() ? value.get<std::string>() : "";
  }
  template <class Enum>
  Enum word(const char* key) {
    const auto found = from_name<Enum>(text(key));
    if (!found) fail(key, "an unknown word as its");
    return found.value_or(Enum{});
  }
  std::size_t number(const json& object, const char* key) {
    const json& value = field(object, key);
    if (!value.is_number_unsigned()) fail(key, "no number as its");
    return value.is_number_unsigned() ? value.get<std::size_t>() : 0;
  }
  bool boolean(const json& object, const char* key) {
    const json& value = field(object, key);
    if (!value.is_boolean()) fail(key, "no boolean as its");
    return value.is_boolean() && value.get<bool>();
  }
  Instant time(const json& object, const char* key) {
    const auto read = read_time(field(object, key));
    if (!read) fail(key, "no time like 2026-01-01T00:00:00Z as its");
    return read.value_or(Instant{});
  }
  StepId reference(const char* key) {
    const json& value = field(request_, key);
    if (!value.is_object()) fail(key, "no {\"granted-by\":N} as its");
    return value.is_object() ? number(value, "granted-by") : 0;
  }
  void policy() {
    const auto read = read_policy(field(request_, "policy"));
    if (read) {
      step_.policy = *read;
    } else {
      fail("policy", "no good");
    }
  }
  // Any JSON value; of lists and objects the empty ones, which stand for all.
  void read_lifetime() {
    const auto found = request_.find("lifetime-minutes");
    if (found == request_.end()) return;
    if (found->is_structured() && !found->empty()) fail("lifetime-minutes", "too much in its");
    if (found->is_primitive() || found->empty()) {
      step_.lifetime = found->dump(-1, ' ', false, json::error_handler_t::replace);
    }
  }
  void read_reset() {
    policy();
    if (role_ == Role::site) {
      const auto tenant = parse_guid(text("tenant"));
      if (!tenant) fail("tenant", "no GUID as its");
      step_.tenant = tenant.value_or(Guid{});
      return;
    }
    step_.client = text("client");
    step_.credential = word<Credential>("credential");
    step_.version = word<ClientVersion>("version");
    step_.has_bulk = request_.contains("bulk-token");
  }
  void read_guid() {
    if (field(request_, "guid").is_object()) {
      step_.of = reference("guid");
      return;
    }
    const auto guid = parse_guid(text("guid"));
    if (!guid) fail("guid", "no GUID as its");
    step_.unknown_guid = guid.value_or(Guid{});
  }
  void read_token(const char* key) {
    const json& value = field(request_, key);
    ShownToken shown;
    if (value.is_string() && value.get_ref<const std::string&>().empty()) {
      shown.change = ShownToken::Change::empty;
    } else {
      shown.granted_by = reference(key);
      if (value.is_object() && value.contains("changed")) {
        shown.change = ShownToken::Change::changed;
        shown.place = number(value, "changed");
      } else if (value.is_object() && value.contains("cut")) {
        shown.change = ShownToken::Change::cut;
        shown.place = number(value, "cut");
      }
    }
    step_.token = shown;
  }
  void read_request() {
    step_.client = text("client");
    step_.via = word<Endpoint>("via");
    step_.certificate = text("certificate");
    step_.version = word<ClientVersion>("version");
    if (step_.op != Op::register_client) return read_token("token");
    step_.credential = word<Credential>("credential");
    step_.subject = text("subject") == "user" ? Scope::user : Scope::device;
    if (step_.credential == Credential::bulk) read_token("bulk-token");
  }
  void read_answer() {
    if (request_.contains("refused")) {
      step_.given = GivenAnswer::refused;
      step_.reason = text("refused");
    } else if (request_.contains("failed")) {
      step_.given = GivenAnswer::failed;
      step_.reason = text("failed");
    } else if (const json& granted = field(request_, "granted"); granted.contains("token")) {
      step_.given = GivenAnswer::token;
      step_.not_before = time(granted, "not-before");
      step_.expires = time(granted, "expires");
    }
  }

  const json& request_;
  Role role_;
  Step step_;
  std::string wrong_;
};

}  // namespace

Result<Step, std::string> read_step(const json& request, Role role) {
  if (!request.is_object()) return Failed<std::string>("is not an object");
  return StepReader(request, role).read();
}

}  // namespace tokenlife::sim
