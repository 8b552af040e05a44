#include "core/token/strict_json.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

namespace tokenlife {
namespace {

using Library = nlohmann::json;

// What the library tells while it reads. Returning false ends the reading.
class Builder : public nlohmann::json_sax<Library> {
 public:
  explicit Builder(bool strict) : strict_(strict) {}

  std::optional<JsonFault> fault() const { return fault_; }
  std::vector<JsonMember> take() { return std::move(top_); }

  bool null() override { return add(JsonKind::null, "null") != nullptr; }
  bool boolean(bool value) override {
    return add(JsonKind::boolean, value ? "true" : "false") != nullptr;
  }
  bool number_integer(number_integer_t value) override {
    JsonMember* member = add(JsonKind::integer, std::to_string(value));
    if (member != nullptr) member->integer = value;
    return member != nullptr;
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (std::in_range<std::int64_t>(value)) return number_integer(static_cast<std::int64_t>(value));
    return add(JsonKind::other_number, std::to_string(value)) != nullptr;
  }
  bool number_float(number_float_t, const string_t& written) override {
    return add(JsonKind::other_number, written) != nullptr;
  }
  bool string(string_t& value) override {
    return add(JsonKind::string, std::move(value)) != nullptr;
  }
  bool binary(binary_t&) override { return failed(JsonFault::syntax); }
  bool start_object(std::size_t) override { return open(JsonKind::object); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(JsonKind::array); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (!open_.back().names.insert(name).second && strict_) {
      return failed(JsonFault::duplicate_name);
    }
    name_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return failed(JsonFault::syntax);
  }

 private:
  struct Open {
    std::vector<JsonMember>* members;
    std::set<std::string> names;  // sorted, so that thousands of names cost no quadratic time
  };

  bool failed(JsonFault fault) {
    if (!fault_) fault_ = fault;
    return false;
  }

  JsonMember* add(JsonKind kind, std::string text) {
    if (open_.empty()) {
      failed(JsonFault::not_an_object);
      return nullptr;
    }
    return &open_.back().members->emplace_back(
        JsonMember{std::exchange(name_, {}), kind, std::move(text), 0, {}});
  }

  bool open(JsonKind kind) {
    if (open_.empty()) {
      if (kind != JsonKind::object) return failed(JsonFault::not_an_object);
      open_.push_back({&top_, {}});
      return true;
    }
    if (open_.size() == kJsonDepthMax) return failed(JsonFault::too_deep);
    // Nothing is added to the members around it until it is closed: the pointer stays good.
    open_.push_back({&add(kind, {})->members, {}});
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  bool strict_;
  std::vector<JsonMember> top_;
  std::vector<Open> open_;
  std::string name_;
  std::optional<JsonFault> fault_;
};

}  // namespace

Result<std::vector<JsonMember>, JsonFault> parse_strict_json(std::string_view text) {
  // The library skips a byte order mark, and takes a NUL byte for the end.
  if (text.starts_with("\xEF\xBB\xBF")) return Failed<JsonFault>(JsonFault::byte_order_mark);
  if (text.find('\0') != std::string_view::npos) return Failed<JsonFault>(JsonFault::syntax);
  Builder builder(true);
  const bool read = Library::sax_parse(text, &builder);
  if (!read) return Failed<JsonFault>(builder.fault().value_or(JsonFault::syntax));
  return builder.take();
}

std::vector<JsonMember> read_what_can_be_read(std::string_view text) {
  Builder builder(false);
  // What it is worth is what the builder has got by then.
  static_cast<void>(Library::sax_parse(text.substr(0, text.find('\0')), &builder));
  return builder.take();
}

const JsonMember* find(const std::vector<JsonMember>& members, std::string_view name) {
  for (const JsonMember& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

}  // namespace tokenlife
