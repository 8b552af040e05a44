// What is read is JSON to the library, too; written again it is read as the same; and no name is
// there twice.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "core/token/strict_json.hpp"
#include "core/utf8.hpp"
#include "fuzz/target.hpp"

namespace tokenlife::test {
namespace {

std::string quoted(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string all = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\') {
      all += "\\u00";
      all += kDigits[byte >> 4U];
      all += kDigits[byte & 15U];
    } else {
      all += c;
    }
  }
  return all + '"';
}

std::string written(const std::vector<JsonMember>& members, bool object, int depth) {
  require(depth <= kJsonDepthMax, "a bounded depth");
  std::string all(1, object ? '{' : '[');
  for (const JsonMember& member : members) {
    if (all.size() > 1) all += ',';
    require(object || member.name.empty(), "no names in an array");
    if (object) all += quoted(member.name) + ":";
    switch (member.kind) {
      case JsonKind::string: all += quoted(member.text); break;
      case JsonKind::integer:
        require(std::to_string(member.integer) == member.text, "an integer's own text");
        all += member.text;
        break;
      case JsonKind::other_number:
      case JsonKind::boolean: all += member.text; break;
      case JsonKind::null: all += "null"; break;
      case JsonKind::object: all += written(member.members, true, depth + 1); break;
      case JsonKind::array: all += written(member.members, false, depth + 1); break;
    }
  }
  return all + (object ? '}' : ']');
}

void no_name_twice(const std::vector<JsonMember>& members, bool object) {
  std::vector<std::string> names;
  for (const JsonMember& member : members) {
    names.push_back(member.name);
    if (!member.members.empty()) no_name_twice(member.members, member.kind == JsonKind::object);
  }
  std::sort(names.begin(), names.end());
  require(!object || std::adjacent_find(names.begin(), names.end()) == names.end(),
          "no name twice");
}

void check(std::string_view text) {
  const auto loose = read_what_can_be_read(text);
  const auto members = parse_strict_json(text);
  if (!members) return;
  require(is_utf8(text), "UTF-8");
  require(text.find('\0') == std::string_view::npos, "no NUL byte");
  require(nlohmann::json::accept(text), "JSON");
  no_name_twice(*members, true);
  const std::string again = written(*members, true, 1);
  require(written(loose, true, 1) == again, "the same for people");
  const auto twice = parse_strict_json(again);
  require(twice && written(*twice, true, 1) == again, "the same when it is read again");
  require(!parse_strict_json(std::string(text) + "0"), "nothing behind it");
  require(!parse_strict_json(std::string(text) + again), "one object");
  if (members->empty()) return;
  const std::string doubled =
      again.substr(0, again.size() - 1) + "," + quoted(members->back().name) + ":0}";
  const auto refused = parse_strict_json(doubled);
  require(!refused && refused.error() == JsonFault::duplicate_name, "no name twice");
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tokenlife::test::check(tokenlife::test::text_of(data, size));
  return 0;
}
