#include "sim/sweep/vary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/scenario/find_outside.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

std::string trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return std::string(text.substr(0, text.find_last_not_of(" \t") + 1));
}

}  // namespace

Result<Vary, Error> parse_vary(const std::string& text) {
  const std::size_t equals = find_outside(text, '=');
  if (equals == text.size()) {
    return usage_error(fmt::format("--vary {}: there is no `=`", in_quotes(text)),
                       "write KEY=A,B, as in site.renew-after=30d,40d");
  }
  Vary vary{trimmed(std::string_view(text).substr(0, equals)), {}};
  for (std::string_view rest = std::string_view(text).substr(equals + 1);;) {
    const std::size_t end = find_outside(rest, ',');
    vary.values.push_back(trimmed(rest.substr(0, end)));
    if (vary.values.back().empty()) {
      return usage_error(fmt::format("--vary {}: a value is empty", in_quotes(text)),
                         "write KEY=A,B, and \"\" for an empty text");
    }
    const Setting setting{"--vary", vary.key + "=" + vary.values.back()};
    if (const auto said = parse_setting(setting); !said) return Failed<Error>(said.error());
    if (end == rest.size()) return vary;
    rest.remove_prefix(end + 1);
  }
}

std::size_t count_cells(const std::vector<Vary>& vary) {
  std::size_t count = 1;
  for (const Vary& key : vary) {
    if (count > std::numeric_limits<std::size_t>::max() / key.values.size()) {
      return std::numeric_limits<std::size_t>::max();
    }
    count *= key.values.size();
  }
  return count;
}

std::vector<std::size_t> cell_of(const std::vector<Vary>& vary, std::size_t number) {
  std::vector<std::size_t> cell(vary.size());
  for (std::size_t i = vary.size(); i > 0; --i) {
    cell[i - 1] = number % vary[i - 1].values.size();
    number /= vary[i - 1].values.size();
  }
  return cell;
}

std::vector<Setting> settings_of(const std::vector<Vary>& vary,
                                 const std::vector<std::size_t>& cell) {
  std::vector<Setting> settings;
  for (std::size_t i = 0; i < vary.size(); ++i) {
    settings.push_back({"--vary", vary[i].key + "=" + vary[i].values[cell[i]]});
  }
  return settings;
}

}  // namespace tokenlife::sim
