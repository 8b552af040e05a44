// Holds what documents and comments say of other places to what is there: links, lists of names,
// and the files that comments behind forward declarations name.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tokenlife::test {
namespace {

namespace fs = std::filesystem;

std::string whole_text(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const fs::path& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// The files of the project whose names end like that. The tests run in its folder.
std::vector<fs::path> files_with(const std::set<std::string>& extensions) {
  std::vector<fs::path> found;
  for (auto entry = fs::recursive_directory_iterator("."); entry != end(entry); ++entry) {
    // Builds and the like.
    if (entry->is_directory() && entry->path().filename().string()[0] == '.') {
      entry.disable_recursion_pending();
    }
    if (entry->is_regular_file() && extensions.contains(entry->path().extension().string())) {
      found.push_back(entry->path().lexically_normal());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// ---- Links -------------------------------------------------------------------------------------

// A document's lines outside of blocks of code, and without code within a line.
std::vector<std::string> prose_of(const fs::path& path) {
  std::vector<std::string> prose;
  bool in_code = false;
  for (const std::string& line : lines_of(path)) {
    const bool is_fence = line.starts_with("```");
    prose.emplace_back();
    if (is_fence) in_code = !in_code;
    if (in_code || is_fence) continue;
    bool in_span = false;
    for (const char c : line) {
      if (c == '`') in_span = !in_span;
      if (!in_span && c != '`') prose.back() += c;
    }
  }
  return prose;
}

// As GitHub makes it: small letters, hyphens for blanks, and nothing else that is no letter.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) {
    if (c >= 'A' && c <= 'Z') {
      anchor += static_cast<char>(c - 'A' + 'a');
    } else if (c == ' ') {
      anchor += '-';
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_') {
      anchor += c;
    }
  }
  return anchor;
}

std::set<std::string> anchors_of(const fs::path& path) {
  std::set<std::string> anchors;
  std::map<std::string, int> times;
  bool in_code = false;
  for (const std::string& line : lines_of(path)) {
    if (line.starts_with("```")) in_code = !in_code;
    const std::size_t level = line.find_first_not_of('#');
    if (in_code || level == 0 || level == std::string::npos || line[level] != ' ') continue;
    const std::string anchor = anchor_of(std::string_view(line).substr(level + 1));
    const int before = times[anchor]++;
    anchors.insert(before == 0 ? anchor : anchor + "-" + std::to_string(before));
  }
  return anchors;
}

// The targets of the links in a line: `[what](target)`.
std::vector<std::string> link_targets(const std::string& line) {
  std::vector<std::string> targets;
  for (auto at = line.find("]("); at != std::string::npos; at = line.find("](", at + 1)) {
    targets.push_back(line.substr(at + 2, line.find(')', at) - at - 2));
  }
  return targets;
}

TEST_CASE("links in documents lead to files, folders and headings that are there") {
  int to_files = 0;
  int to_headings = 0;
  for (const fs::path& document : files_with({".md"})) {
    const std::vector<std::string> prose = prose_of(document);
    for (std::size_t i = 0; i < prose.size(); ++i) {
      for (const std::string& link : link_targets(prose[i])) {
        if (link.find("://") != std::string::npos || link.starts_with("mailto:")) continue;
        INFO(document.string() << ":" << i + 1 << ": " << link);
        const std::size_t hash = link.find('#');
        const std::string file = link.substr(0, hash);
        const fs::path target = file.empty() ? document : document.parent_path() / file;
        CHECK(fs::exists(target));
        ++to_files;
        if (hash == std::string::npos) continue;
        ++to_headings;
        CHECK(target.extension() == ".md");
        CHECK(anchors_of(target).contains(link.substr(hash + 1)));
      }
    }
  }
  CHECK(to_files > 100);
  CHECK(to_headings > 2);
}

// ---- Properties --------------------------------------------------------------------------------

// The names in a list of properties, each the first word of its line's braces, behind the text that
// begins the list. There is at least one in each.
std::vector<std::string> names_listed(const fs::path& path, const std::string& begin) {
  const std::string text = whole_text(path);
  const std::size_t list = text.find(begin);
  INFO(path.string());
  REQUIRE(list != std::string::npos);
  const std::string entries = text.substr(list, text.find("\n}", list) - list);
  const std::regex name("\\{\"([a-z-]+)\"");
  std::vector<std::string> names;
  for (std::sregex_iterator i(entries.begin(), entries.end(), name), none; i != none; ++i) {
    names.push_back((*i)[1]);
  }
  REQUIRE(!names.empty());
  return names;
}

TEST_CASE("every property that the program knows is in PROPERTIES.md") {
  std::vector<std::string> names = names_listed("sim/check/always.cpp", "kAlways[] = {");
  CHECK(names.size() > 30);
  int files = 0;
  for (const auto& entry : fs::directory_iterator("sim/soak")) {
    const std::string file = entry.path().filename().string();
    if (!file.starts_with("property_") || entry.path().extension() != ".cpp") continue;
    ++files;
    for (const std::string& name : names_listed(entry.path(), "_properties() {")) {
      names.push_back(name);
    }
  }
  CHECK(files >= 5);
  const std::string listed = whole_text("tests/PROPERTIES.md");
  for (const std::string& name : names) {
    INFO(name);
    CHECK(listed.find("`" + name + "`") != std::string::npos);
  }
}

// ---- Forward declarations ----------------------------------------------------------------------

// The file that a comment names, from the project's folder or from that of the file with the
// comment. "The same" and "this one" are the one that was named last.
fs::path named_file(const fs::path& from, const std::string& comment, const fs::path& last) {
  std::smatch match;
  if (std::regex_search(comment, match, std::regex("^[a-z0-9_./]+\\.[hc]pp"))) {
    const fs::path named(match.str());
    return fs::exists(named) ? named : from.parent_path() / named;
  }
  return std::regex_search(comment, std::regex("^(the same|this one|and this)$")) ? last
                                                                                  : fs::path();
}

// Whether the type is defined in the file, and not only declared.
bool defines(const fs::path& file, const std::string& type) {
  const std::string text = whole_text(file);
  for (const std::string& head : {"struct " + type, "class " + type}) {
    for (auto at = text.find(head); at != std::string::npos; at = text.find(head, at + 1)) {
      const std::size_t behind = at + head.size();
      const std::size_t end = text.find_first_of(";{(", behind);
      const bool is_whole = text[behind] == ' ' || text[behind] == '\n';
      if (is_whole && end != std::string::npos && text[end] == '{') return true;
    }
  }
  return false;
}

TEST_CASE("the comment behind a forward declaration names the file that has the type") {
  const std::regex declaration("(struct|class|enum class) (\\w+)( : [a-z0-9_:]+)?; +// (.*)");
  int declared = 0;
  for (const fs::path& path : files_with({".cpp", ".hpp"})) {
    const std::vector<std::string> lines = lines_of(path);
    fs::path file;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      std::smatch match;
      if (lines[i].find("; ") == std::string::npos) continue;
      if (!std::regex_match(lines[i], match, declaration)) continue;
      file = named_file(path, match[4], file);
      if (file.empty()) continue;
      ++declared;
      INFO(path.string() << ":" << i + 1 << ": " << file.string() << " has no " << match[2]);
      CHECK(defines(file, match[2]));
    }
  }
  CHECK(declared > 80);
}

}  // namespace
}  // namespace tokenlife::test
