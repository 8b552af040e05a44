#include "sim/scenario/put_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "sim/scenario/toml_limits.hpp"
#include "sim/scenario/toml_text.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

// A part of a key as TOML has it.
std::string key_text(const std::string& part) {
  const bool is_bare = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  return is_bare ? part : toml_string(part);
}

// How many keys the header of a table names, from its `[` on.
std::size_t header_parts(std::string_view text) {
  std::size_t parts = 1;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '.') {
      ++parts;
    } else if (c == ']') {
      break;
    }
  }
  return parts;
}

// The step from a table to the value of a key, or from a list to one of its elements.
struct Step {
  std::string key;
  std::optional<std::size_t> index;
};

class Placing {
 public:
  Placing(ScenarioText& text, const KeyValue& said, const std::string& author)
      : text_(text), said_(said), author_(author), root_(toml::parse(text.text())) {}

  Result<void, Error> put() {
    const toml::node* node = &root_;
    for (std::size_t i = 0; i < said_.key.size() && node != nullptr; ++i) {
      auto next = step_from(*node, i);
      if (!next) return Failed<Error>(next.error());
      node = *next;
    }
    const ScenarioText whole = text_;
    if (node != nullptr && node->is_table() && !steps_.back().index && take_out(*node)) {
      auto placed = Placing(text_, said_, author_).put();
      if (!placed) text_ = whole;
      return placed;
    }
    if (auto allowed = may_set(node); !allowed) return Failed<Error>(allowed.error());
    for (std::size_t i = steps_.size(); i < said_.key.size(); ++i) {
      steps_.push_back({said_.key[i], std::nullopt});
    }
    const ScenarioText before = text_;
    if (node != nullptr) {
      const auto [begin, end] = bytes_of(*node);
      text_.replace(begin, end, said_.value, author_);
    } else {
      add();
    }
    if (is_as_expected()) return {};
    text_ = before;
    return wrong("it cannot be put into a file that is written like this",
                 fmt::format("write `{}` into the file", said_.key.back()));
  }

 private:
  Failed<Error> wrong(std::string what, std::string advice) const {
    return input_error(author_, std::move(what), std::move(advice));
  }

  // ---- Finding ----

  // What part i of the key names there; null if it may be added.
  Result<const toml::node*, Error> step_from(const toml::node& node, std::size_t i) {
    const std::string& part = said_.key[i];
    if (const toml::array* list = node.as_array()) {
      const auto index = i == 1 && said_.key[0] == "cohort" ? cohort_called(part, *list)
                                                            : element_numbered(i, *list);
      if (!index) return Failed<Error>(index.error());
      steps_.push_back({"", *index});
      return &*list->get(*index);
    }
    if (const toml::table* table = node.as_table()) {
      steps_.push_back({part, std::nullopt});
      return table->get(part);
    }
    return wrong(fmt::format("`{}` is not a table, and has no keys", said_.key[i - 1]),
                 fmt::format("set {} itself", said_.key[i - 1]));
  }

  Result<std::size_t, Error> cohort_called(const std::string& name, const toml::array& list) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const toml::table* cohort = list[i].as_table();
      const auto known =
          cohort == nullptr ? std::nullopt
          : cohort->get_as<std::string>("name") == nullptr
              ? std::nullopt
              : std::optional(std::string_view(cohort->get_as<std::string>("name")->get()));
      if (known == name) return i;
      if (known) names.push_back(*known);
    }
    return wrong(fmt::format("there is no cohort {}", in_quotes(name)),
                 did_you_mean("cohort", name, names));
  }

  Result<std::size_t, Error> element_numbered(std::size_t i, const toml::array& list) {
    const std::string& part = said_.key[i];
    std::size_t index = 0;
    const char* end = part.data() + part.size();
    const auto [stop, error] = std::from_chars(part.data(), end, index);
    const bool is_number = error == std::errc{} && stop == end;
    if (is_number && index < list.size()) return index;
    const std::string& name = said_.key[i - 1];
    if (list.empty()) return wrong(fmt::format("`{}` is an empty list", name), "");
    return wrong(
        fmt::format("there is no {} {}", name == "expect" ? "expectation" : name, in_quotes(part)),
        fmt::format("they are numbered from 0 to {}, in the order of the file", list.size() - 1));
  }

  // Takes the table, and those in it, out of the text, if each is written under a header. False: it
  // is not, and nothing has changed.
  bool take_out(const toml::node& table) {
    std::set<std::size_t> all;
    std::set<std::size_t> its;
    add_headers(root_, all);
    add_headers(table, its);
    if (its.empty()) return false;
    const ScenarioText before = text_;
    for (auto begin = its.rbegin(); begin != its.rend(); ++begin) {
      const auto next = all.upper_bound(*begin);
      text_.replace(*begin, next == all.end() ? text_.text().size() : *next, "", author_);
    }
    toml::table rest = root_;
    toml::node* parent = &rest;
    for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
      const Step& step = steps_[i];
      parent = step.index ? &(*parent->as_array())[*step.index] : parent->as_table()->get(step.key);
    }
    parent->as_table()->erase(steps_.back().key);
    if (is_now(rest)) return true;
    text_ = before;
    return false;
  }
  // Where the headers of the tables in it begin, and its own.
  void add_headers(const toml::node& node, std::set<std::size_t>& to) const {
    const toml::table* table = node.as_table();
    const std::size_t begin = table == &root_ ? std::string::npos : bytes_of(node).first;
    if (table != nullptr && begin < text_.text().size() && text_.text()[begin] == '[') {
      to.insert(begin);
    }
    const auto go_on = [&](const toml::node& inner) { add_headers(inner, to); };
    if (table != nullptr) {
      for (const auto& [key, value] : *table) go_on(value);
    } else if (const toml::array* list = node.as_array()) {
      for (const toml::node& value : *list) go_on(value);
    }
  }

  // Values and inline tables can be replaced, and what is not there can be added.
  Result<void, Error> may_set(const toml::node* node) {
    const std::string& first = said_.key[0];
    const bool is_list = first == "cohort" || first == "action" || first == "expect";
    if (is_list && said_.key.size() < 3) {
      return wrong(fmt::format("this does not name a key of a [[{}]]", first),
                   first == "cohort"   ? "give a cohort and its key, as in cohort.laptops.clients=9"
                   : first == "action" ? "give its number and its key, as in action.0.at=20d"
                                       : "give its number and its key, as in expect.0.max=5");
    }
    if (is_list && steps_.size() < 2)
      return wrong(fmt::format("the file has no [[{}]]", first), "");
    if (node == nullptr) return {};
    const char begins = text_.text()[bytes_of(*node).first];
    const bool is_written_as_one =
        node->is_table() ? begins == '{' : !node->is_array() || begins == '[';
    const toml::array* list = node->as_array();
    const bool is_list_of_headers = list != nullptr && !list->empty() && list->front().is_table() &&
                                    !list->front().as_table()->is_inline();
    if (is_written_as_one && !is_list_of_headers) return {};
    return wrong(fmt::format("`{}` is a table with keys of its own in the file", said_.key.back()),
                 "set its keys one by one");
  }

  std::pair<std::size_t, std::size_t> bytes_of(const toml::node& node) const {
    return {offset_of(text_.text(), position(node.source().begin)),
            offset_of(text_.text(), position(node.source().end))};
  }

  // ---- Adding ----

  const toml::node* node_after(std::size_t steps) const {
    const toml::node* node = &root_;
    for (std::size_t i = 0; i < steps && node != nullptr; ++i) {
      const Step& step = steps_[i];
      node = step.index ? &(*node->as_array())[*step.index] : node->as_table()->get(step.key);
    }
    return node;
  }

  // `from` on, with dots between them.
  std::string dotted(std::size_t from) const {
    std::string text;
    for (std::size_t i = from; i < said_.key.size(); ++i) {
      if (i > from) text += '.';
      text += key_text(said_.key[i]);
    }
    return text;
  }

  void add() {
    // From the innermost table that is there out to one that is written as one.
    for (std::size_t depth = steps_.size() - 1; depth > 0; --depth) {
      const toml::node* node = node_after(depth);
      if (node != nullptr && node->is_table() && add_to(*node->as_table(), depth)) return;
    }
    if (said_.key.size() == 1) {
      const std::size_t begin = offset_of(text_.text(), {});
      text_.replace(begin, begin, dotted(0) + " = " + said_.value + "\n", author_);
      return;
    }
    const bool ends_line = text_.text().ends_with('\n');
    text_.replace(text_.text().size(), text_.text().size(),
                  fmt::format("{}\n[{}]\n{} = {}\n", ends_line ? "" : "\n", key_text(said_.key[0]),
                              dotted(1), said_.value),
                  author_);
  }

  // False if the table has neither braces nor a header.
  bool add_to(const toml::table& table, std::size_t depth) {
    const std::string& text = text_.text();
    const auto [begin, end] = bytes_of(table);
    const std::string line = dotted(depth) + " = " + said_.value;
    if (text[begin] == '{') {
      const std::string_view rest = table.empty() ? " " : ", ";
      text_.replace(begin + 1, begin + 1, " " + line + std::string(rest), author_);
      return true;
    }
    const std::size_t names = static_cast<std::size_t>(
        std::count_if(steps_.begin(), steps_.begin() + static_cast<std::ptrdiff_t>(depth),
                      [](const Step& step) { return !step.index; }));
    const bool is_own = text[begin] == '[' &&
                        header_parts(std::string_view(text).substr(begin, end - begin)) == names;
    if (!is_own) return false;
    const std::size_t line_end = text.find('\n', end);
    if (line_end == std::string::npos) {
      text_.replace(text.size(), text.size(), "\n" + line + "\n", author_);
    } else {
      text_.replace(line_end + 1, line_end + 1, line + "\n", author_);
    }
    return true;
  }

  // ---- Seeing that it is right ----

  // The file with the value in its place, and nothing else.
  bool is_as_expected() {
    try {
      if (too_deep_key(text_.text())) return false;
      const toml::table value = toml::parse("v = " + said_.value);
      toml::node* node = &root_;
      for (std::size_t i = 0; i + 1 < steps_.size(); ++i) {
        const Step& step = steps_[i];
        if (step.index) {
          node = &(*node->as_array())[*step.index];
          continue;
        }
        toml::table& table = *node->as_table();
        if (!table.contains(step.key)) table.insert(step.key, toml::table{});
        node = table.get(step.key);
      }
      const Step& last = steps_.back();
      if (last.index) {
        toml::array& list = *node->as_array();
        list.erase(list.begin() + static_cast<std::ptrdiff_t>(*last.index));
        list.insert(list.begin() + static_cast<std::ptrdiff_t>(*last.index), *value.get("v"));
      } else {
        node->as_table()->insert_or_assign(last.key, *value.get("v"));
      }
      return is_now(root_);
    } catch (const toml::parse_error&) {
      return false;
    }
  }
  bool is_now(const toml::table& expected) const {
    try {
      return toml::parse(text_.text()) == expected;
    } catch (const toml::parse_error&) {
      return false;
    }
  }

  ScenarioText& text_;
  const KeyValue& said_;
  const std::string& author_;
  toml::table root_;
  std::vector<Step> steps_;
};

}  // namespace

Result<void, Error> put_value(ScenarioText& text, const KeyValue& said, const std::string& author) {
  return Placing(text, said, author).put();
}

}  // namespace tokenlife::sim
