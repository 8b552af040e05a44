// JSON of lists that may be long, as json_text() would print it, and without a tree of it.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "sim/cli/json_text.hpp"

namespace tokenlife::sim {

// An object, member by member.
class JsonObject {
 public:
  // Members stand so many blanks from the left.
  JsonObject(std::string& text, std::size_t indent) : text_(text), indent_(indent) { text_ += '{'; }

  void put(std::string_view name, std::string_view value) {
    begin(name);
    const bool is_plain = std::all_of(value.begin(), value.end(), [](char c) {
      return c >= ' ' && c <= '~' && c != '"' && c != '\\';
    });
    if (is_plain) {
      text_ += '"';
      text_ += value;
      text_ += '"';
    } else {
      text_ += json_line(std::string(value));
    }
  }
  void put(std::string_view name, bool value) {
    begin(name);
    text_ += value ? "true" : "false";
  }
  void put(std::string_view name, std::integral auto value) {
    begin(name);
    text_ += std::to_string(value);
  }
  void put(std::string_view name, std::nullptr_t) {
    begin(name);
    text_ += "null";
  }
  // An object within, which has to end before this goes on.
  JsonObject within(std::string_view name) {
    begin(name);
    return {text_, indent_ + 2};
  }
  // Precondition: it has a member.
  void end() {
    text_ += '\n';
    text_.append(indent_ - 2, ' ');
    text_ += '}';
  }

 private:
  void begin(std::string_view name) {
    text_ += is_first_ ? "\n" : ",\n";
    is_first_ = false;
    text_.append(indent_, ' ');
    text_ += '"';
    text_ += name;
    text_ += "\": ";
  }

  std::string& text_;
  std::size_t indent_;
  bool is_first_ = true;
};

// json_text() and a line's end of an object with one member more, a list: `put` writes each of its
// entries to a JsonObject.
template <class List, class Put>
std::string json_text(nlohmann::ordered_json object, std::string_view name, const List& list,
                      Put&& put) {
  object[std::string(name)] = nlohmann::ordered_json::array();
  std::string text = json_text(object);
  if (list.empty()) return text + "\n";
  text.resize(text.size() - std::string_view("]\n}").size());
  const char* before = "\n    ";
  for (const auto& entry : list) {
    text += std::exchange(before, ",\n    ");
    JsonObject json(text, 6);
    put(entry, json);
    json.end();
  }
  return text + "\n  ]\n}\n";
}

}  // namespace tokenlife::sim
