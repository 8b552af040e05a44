#include "sim/cli/event_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "sim/cli/log_argument.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;

struct AsJson {
  std::chrono::sys_seconds start;
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(Instant value) const { return rfc3339(start, value); }
  Json operator()(const Field::Words& value) const {
    Json list = Json::array();
    for (const std::string_view word : value) list.push_back(word);
    return list;
  }
  template <class Value>
  Json operator()(const Value& value) const {
    return value;
  }
};

struct AsText {
  std::chrono::sys_seconds start;
  std::string operator()(std::monostate) const { return "none"; }
  std::string operator()(const std::string& value) const { return escape_text(value); }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(Instant value) const { return rfc3339(start, value); }
  std::string operator()(const Field::Words& value) const {
    return fmt::format("{}", fmt::join(value, " "));
  }
};

}  // namespace

std::string field_text(const Field& field, std::chrono::sys_seconds start) {
  return std::visit(AsText{start}, field.value);
}
Json field_json(const Field& field, std::chrono::sys_seconds start) {
  return std::visit(AsJson{start}, field.value);
}

std::string event_line(const Recorded<ClientEvent>& recorded, const events::LogHeader& header) {
  const auto start = header.start();
  std::string line =
      fmt::format("{}  {:<24}", rfc3339(start, recorded.time), name(kind_of(recorded.event)));
  for (const Field& field : fields_of(recorded.event, header)) {
    line += fmt::format(" {}={}", field.name, field_text(field, start));
  }
  return line;
}

Json event_json(const Recorded<ClientEvent>& recorded, const events::LogHeader& header) {
  const auto start = header.start();
  Json json;
  json["seq"] = recorded.seq;
  json["time"] = rfc3339(start, recorded.time);
  json["kind"] = name(kind_of(recorded.event));
  for (const Field& field : fields_of(recorded.event, header)) {
    json[std::string(field.name)] = field_json(field, start);
  }
  return json;
}

}  // namespace tokenlife::sim
