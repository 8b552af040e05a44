#include "sim/scenario/schema.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "sim/scenario/reading.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;
using Kind = KeyShape::Kind;

// By what such a key says a table has keys of its own.
constexpr std::string_view kVariantKeys[] = {"do", "model"};

struct AskedKey {
  std::vector<KeyShape> shapes;
  std::size_t required = 0;  // how often
};

// A table, or a variant of one, wherever it stands.
struct AskedTable {
  std::map<std::string, AskedKey> keys;
  std::size_t reads = 0;
};

// By path: "cohort[].network{model=dwell}".
using AskedTables = std::map<std::string, AskedTable>;

std::string variant_of(const toml::table& table) {
  for (const std::string_view key : kVariantKeys) {
    const toml::node* node = table.get(key);
    const auto* word = node == nullptr ? nullptr : node->as_string();
    if (word != nullptr) return "{" + std::string(key) + "=" + word->get() + "}";
  }
  return "";
}

std::string below(const std::string& path, std::string_view key) {
  return (path.empty() ? "" : path + ".") + std::string(key);
}

// What a document that was read asks for, told apart by where its tables stand.
class Recorder final : public KeyWatch {
 public:
  Recorder(AskedTables& all, const toml::table& root) : all_(all) { walk(root, ""); }

  void asked(const toml::table& table, std::string_view key, Need need,
             const KeyShape& shape) override {
    const auto found = paths_.find(&table);
    if (found == paths_.end()) return;
    const std::string& path = found->second;
    if (seen_.insert(&table).second) ++all_[path].reads;
    AskedKey& its = all_[path].keys[std::string(key)];
    const bool is_required = need == Need::required;
    if (is_required && required_.emplace(&table, key).second) ++its.required;
    const auto same = std::find_if(its.shapes.begin(), its.shapes.end(), [&](const KeyShape& old) {
      return old.kind == shape.kind && old.words == shape.words && old.sign == shape.sign;
    });
    if (same == its.shapes.end()) its.shapes.push_back(shape);
    heard.emplace_back(path, std::string(key));
  }

  std::vector<std::pair<std::string, std::string>> heard;  // path and key

 private:
  void walk(const toml::table& table, const std::string& path) {
    const std::string its = path + variant_of(table);
    paths_[&table] = its;
    for (auto&& [key, node] : table) {
      const std::string inner = below(its, key.str());
      if (const auto* nested = node.as_table()) walk(*nested, inner);
      const auto* list = node.as_array();
      if (list == nullptr) continue;
      for (const toml::node& element : *list) {
        if (const auto* nested = element.as_table()) walk(*nested, inner + "[]");
      }
    }
  }

  AskedTables& all_;
  std::map<const toml::table*, std::string> paths_;
  std::set<const toml::table*> seen_;
  std::set<std::pair<const toml::table*, std::string>> required_;
};

// Finds the table of a path in a document that has it.
toml::table* table_at(toml::table& table, const std::string& path, const std::string& wanted) {
  const std::string its = path + variant_of(table);
  if (its == wanted) return &table;
  for (auto&& [key, node] : table) {
    const std::string inner = below(its, key.str());
    toml::table* nested = node.as_table();
    std::string at = inner;
    if (auto* list = node.as_array(); list != nullptr && !list->empty()) {
      nested = list->front().as_table();
      at += "[]";
    }
    if (nested == nullptr) continue;
    if (toml::table* found = table_at(*nested, at, wanted)) return found;
  }
  return nullptr;
}

// Values that the key may have, as far as they may lead to other keys.
std::vector<std::string> samples_of(const KeyShape& shape) {
  switch (shape.kind) {
    case Kind::any: return {"{}", "[{}, {}]", "1", "\"1d\""};
    case Kind::text: return {"\"a\""};
    case Kind::yes_no: return {"true", "false"};
    case Kind::whole: return {std::to_string(std::max<std::int64_t>(shape.range.min, 1))};
    case Kind::share: return {"0.5"};
    case Kind::table: return {"{}"};
    case Kind::list: return {"[{}]"};
    case Kind::duration: return {"\"1d\""};
    case Kind::date_time: return {"2026-01-01T00:00:00Z"};
    case Kind::durations: return {"[\"1d\"]"};
    case Kind::moment: return {"\"1d\""};
    case Kind::words: {
      std::vector<std::string> samples;
      for (const std::string_view word : shape.words) {
        samples.push_back("\"" + std::string(word) + "\"");
      }
      return samples;
    }
  }
  return {};
}

AskedTables ask_the_reader() {
  AskedTables all;
  std::set<std::string> tried;  // path, key and value
  std::deque<toml::table> documents;
  // Of expectations the reader asks nothing before one of these keys is there.
  documents.push_back(toml::parse(std::string_view(R"(format = 1
run = {duration = "9d"}
cohort = [{name = "a", clients = 1, network = {model = "fixed", on = "intranet"}}]
expect = [{state = "installed"}, {event = "token-renewed"}, {cause = "a"}, {peak-of = "a"}]
)")));
  while (!documents.empty()) {
    // Parsed from text: the reader asks where things stand.
    std::ostringstream stream;
    stream << toml::toml_formatter(documents.front());
    documents.pop_front();
    const ScenarioText text(stream.str());
    const toml::table root = toml::parse(std::string_view(text.text()));
    Reading reading(text, "", {});
    Recorder recorder(all, root);
    reading.time.watch = &recorder;
    read_all(reading, root);
    for (const auto& [path, key] : recorder.heard) {
      for (const KeyShape& shape : all[path].keys[key].shapes) {
        for (const std::string& sample : samples_of(shape)) {
          if (!tried.insert(path + " " + key + " " + sample).second) continue;
          toml::table next = root;
          toml::table* place = table_at(next, "", path);
          if (place == nullptr) continue;
          const toml::table value = toml::parse(std::string_view("v = " + sample));
          place->insert_or_assign(key, *value.get("v"));
          documents.push_back(std::move(next));
        }
      }
    }
  }
  return all;
}

// ---- As JSON -----------------------------------------------------------------------------------

std::string duration_pattern(Sign sign) {
  const std::string units = R"((\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?$)";
  switch (sign) {
    case Sign::any: return R"(^-?(?=\d))" + units;
    case Sign::not_negative: return R"(^(?=\d))" + units;
    case Sign::positive: return R"(^(?=\d)(?=.*[1-9]))" + units;
  }
  return "";
}
// As JSON has what is no text in TOML.
constexpr const char* kDateTime =
    R"(^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2})?([Zz]|[+-]\d{2}:\d{2})$)";

Json string_of(const std::string& pattern) { return {{"type", "string"}, {"pattern", pattern}}; }

class Writer {
 public:
  explicit Writer(const AskedTables& all) : all_(all) {}

  // Of the table at the path, or of one of its variants.
  Json table(const std::string& path) const {
    for (const std::string_view key : kVariantKeys) {
      Json variants = Json::array();
      const std::string prefix = path + "{" + std::string(key) + "=";
      for (const auto& [other, asked] : all_) {
        const bool is_one = other.starts_with(prefix) && other.find('}') != std::string::npos &&
                            other.find('}', prefix.size()) == other.size() - 1;
        if (!is_one) continue;
        Json variant = object(other, asked);
        const std::string word = other.substr(prefix.size(), other.size() - prefix.size() - 1);
        variant["properties"][key] = {{"const", word}};
        variants.push_back(std::move(variant));
      }
      if (!variants.empty()) return {{"type", "object"}, {"oneOf", variants}};
    }
    const auto found = all_.find(path);
    return found == all_.end() ? Json{{"type", "object"}} : object(path, found->second);
  }

 private:
  Json object(const std::string& path, const AskedTable& asked) const {
    Json properties = Json::object();
    Json required = Json::array();
    for (const auto& [key, its] : asked.keys) {
      properties[key] = value(below(path, key), its);
      if (its.required == asked.reads) required.push_back(key);
    }
    Json object{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (!required.empty()) object["required"] = required;
    return object;
  }

  Json value(const std::string& path, const AskedKey& asked) const {
    const auto has = [&](Kind kind) {
      return std::any_of(asked.shapes.begin(), asked.shapes.end(),
                         [&](const KeyShape& shape) { return shape.kind == kind; });
    };
    Json forms = Json::array();
    const auto add_form = [&](Json form) {
      if (std::find(forms.begin(), forms.end(), form) == forms.end()) {
        forms.push_back(std::move(form));
      }
    };
    for (const KeyShape& shape : asked.shapes) {
      const bool is_means =
          (shape.kind == Kind::text && has(Kind::words)) ||
          (shape.kind == Kind::list && has(Kind::durations)) ||
          ((shape.kind == Kind::duration || shape.kind == Kind::date_time) && has(Kind::moment)) ||
          (shape.kind == Kind::any && asked.shapes.size() > 1);
      if (is_means) continue;
      add_form(of_shape(path, shape));
    }
    // What may be anything may be a list of tables beside what it is read as.
    if (has(Kind::any) && !has(Kind::list) && all_.contains(path + "[]")) {
      add_form(of_shape(path, {.kind = Kind::list}));
    }
    return forms.size() == 1 ? forms.front() : Json{{"anyOf", forms}};
  }

  Json of_shape(const std::string& path, const KeyShape& shape) const {
    switch (shape.kind) {
      case Kind::any: {
        if (!all_.contains(path)) return Json::object();
        const Json others{"string", "number", "boolean", "array"};
        return {{"anyOf", {table(path), Json{{"type", others}}}}};
      }
      case Kind::text: return {{"type", "string"}};
      case Kind::yes_no: return {{"type", "boolean"}};
      case Kind::whole: {
        Json form{{"type", "integer"}, {"minimum", shape.range.min}};
        if (shape.range.max != WholeRange{}.max) form["maximum"] = shape.range.max;
        return form;
      }
      case Kind::share: return {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
      case Kind::table: return table(path);
      case Kind::list: {
        const std::string element = path + "[]";
        Json form{{"type", "array"}};
        if (all_.contains(element)) form["items"] = table(element);
        return form;
      }
      case Kind::duration: return string_of(duration_pattern(shape.sign));
      case Kind::date_time: return string_of(kDateTime);
      case Kind::durations:
        return {{"type", "array"}, {"items", string_of(duration_pattern(shape.sign))}};
      case Kind::moment:
        return {{"anyOf", {string_of(duration_pattern(Sign::not_negative)), string_of(kDateTime)}}};
      case Kind::words: return {{"enum", shape.words}};
    }
    return Json::object();
  }

  const AskedTables& all_;
};

}  // namespace

std::string scenario_schema() {
  const AskedTables all = ask_the_reader();
  Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", "A scenario of tokenlife"}};
  schema.update(Writer(all).table(""));
  return schema.dump(1) + "\n";
}

}  // namespace tokenlife::sim
