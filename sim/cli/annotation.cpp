#include "sim/cli/annotation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string_view>

#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// As the runner undoes it; then no control character is left but what escape_text() escapes.
std::string escaped(const std::string& text, bool is_property) {
  std::string command;
  for (const char c : text) {
    switch (c) {
      case '%': command += "%25"; break;
      case '\r': command += "%0D"; break;
      case '\n': command += "%0A"; break;
      case ':': command += is_property ? "%3A" : ":"; break;
      case ',': command += is_property ? "%2C" : ","; break;
      default: command += c;
    }
  }
  return escape_text(command);
}

struct Annotation {
  std::string file;
  std::string line;    // empty: the whole file
  std::string column;  // empty: the whole line
  std::string message;
};

// What begins with FILE:LINE: or FILE:LINE:COLUMN:
std::optional<Annotation> with_place(const std::string& text) {
  const auto number_from = [&](std::size_t begin) {
    const std::size_t end = text.find_first_not_of("0123456789", begin);
    return text.substr(begin, std::min(end, text.size()) - begin);
  };
  for (std::size_t colon = text.find(':'); colon != std::string::npos;
       colon = text.find(':', colon + 1)) {
    const std::string line = number_from(colon + 1);
    std::size_t end = colon + 1 + line.size();
    std::string column;
    if (text.compare(end, 2, ": ") != 0 && text.compare(end, 1, ":") == 0) {
      column = number_from(end + 1);
      end += 1 + column.size();
    }
    if (colon == 0 || line.empty() || text.compare(end, 2, ": ") != 0) continue;
    return Annotation{text.substr(0, colon), line, column, text.substr(end + 2)};
  }
  return std::nullopt;
}

std::string command_of(const Annotation& annotation) {
  // Paths are from the top of the repository, where "./" is nothing.
  const std::string file = std::filesystem::path(annotation.file).lexically_normal().string();
  std::string command = "::error file=" + escaped(file, true);
  if (!annotation.line.empty()) command += ",line=" + annotation.line;
  if (!annotation.column.empty()) command += ",col=" + annotation.column;
  return command + "::" + escaped(annotation.message, false);
}

}  // namespace

bool annotations_wanted() {
  const char* value = std::getenv("GITHUB_ACTIONS");
  return value != nullptr && std::string_view(value) == "true";
}

std::vector<std::string> annotations(const TestCase& failed) {
  std::vector<Annotation> found;
  std::istringstream lines(failed.trouble());
  for (std::string line; std::getline(lines, line);) {
    // What a property says is of clients, and begins with no place.
    if (auto placed = failed.of_property ? std::nullopt : with_place(line)) {
      found.push_back(std::move(*placed));
    } else if (found.empty()) {
      found.push_back({failed.suite, "", "", line});
    } else {
      found.back().message += "\n" + line;
    }
  }
  std::vector<std::string> commands;
  for (Annotation& annotation : found) {
    // The test's name says the property and the seed, where there is more to it than the file.
    if (failed.name != failed.suite) annotation.message = failed.name + ": " + annotation.message;
    commands.push_back(command_of(annotation));
  }
  return commands;
}

}  // namespace tokenlife::sim
