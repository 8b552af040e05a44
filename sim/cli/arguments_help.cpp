#include "sim/cli/arguments_help.hpp"

#include <sstream>

namespace tokenlife::sim {
namespace {

constexpr std::size_t kNameColumns = 30;  // CLI11's default
constexpr std::size_t kDescriptionColumns = 100 - kNameColumns;

// CLI11 indents every line but the first.
std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string lines;
  std::size_t column = 0;
  for (std::string word; words >> word; column += word.size()) {
    const bool fits = column + 1 + word.size() <= kDescriptionColumns;
    if (column != 0) lines += fits ? ' ' : '\n';
    column = column != 0 && fits ? column + 1 : 0;
    lines += word;
  }
  return lines;
}

class HelpFormat final : public CLI::Formatter {
 public:
  HelpFormat() { column_width(kNameColumns); }

  std::string make_option_desc(const CLI::Option* option) const override {
    return wrapped(CLI::Formatter::make_option_desc(option));
  }
  std::string make_option_usage(const CLI::Option* option) const override {
    const bool is_many = option->get_expected_max() > 1;
    const std::string name = make_option_name(option, true) + (is_many ? "..." : "");
    return option->get_required() ? name : "[" + name + "]";
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_format() { return std::make_shared<HelpFormat>(); }

}  // namespace tokenlife::sim
