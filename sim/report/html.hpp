// Text on its way into a page. What comes from a log is hostile: it stays text wherever it stands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tokenlife::sim {

// For elements and for attributes in double quotes.
std::string html_text(std::string_view text);

// A name that a file gave: it does not turn the direction of what stands around it, and is cut if
// it is very long.
std::string html_name(std::string_view name);

// The same without elements: for titles and attributes.
std::string html_plain(std::string_view name);

// A string of JSON, with its quotes, that no HTML parser mistakes for the end of a script; cut
// likewise.
std::string json_name(std::string_view text);

// What a Content-Security-Policy calls an inline script or style.
std::string csp_hash(std::string_view content);

// "3.5 %", "0 %", "100 %"; below a hundredth of a tenth "< 0.1 %". Of nothing there is no share.
std::string percent(std::uint64_t part, std::uint64_t whole);

// "2026-01-01 00:00", in UTC; a date alone.
std::string minute_text(std::int64_t unix_seconds);
std::string date_text(std::int64_t unix_seconds);
// "3 August 2026"
std::string long_date(std::int64_t unix_seconds);

// ---- Pages --------------------------------------------------------------------------------------

// Until the body begins. `title` as HTML; `script` is what the page's policy allows of scripts.
std::string html_head(std::string_view title, std::string_view script, std::string_view style);
// `id` names the heading too, for readers of screens.
std::string html_section(std::string_view id, std::string_view heading, std::string_view content);

// ---- Tables ------------------------------------------------------------------------------------

struct HtmlColumn {
  std::string heading;  // as HTML
  bool is_number = false;
};

// A table with its caption, in a box that can be moved sideways where it is narrow.
class HtmlTable {
 public:
  // `id` may be empty.
  HtmlTable(std::string_view id, std::string_view caption, std::vector<HtmlColumn> columns);
  // Cells as HTML; the first one names the row. `attributes` is put into the row's tag.
  void row(const std::vector<std::string>& cells, std::string_view attributes = "");
  bool is_empty() const { return rows_ == 0; }
  std::size_t bytes() const { return text_.size(); }
  std::string finish() &&;

 private:
  std::vector<HtmlColumn> columns_;
  std::string text_;
  std::size_t rows_ = 0;
};

// A bar from the left for a cell, of one or two lengths out of `whole`: a number says it beside.
std::string bar(std::uint64_t part, std::uint64_t whole, std::string_view css_class = "a");

}  // namespace tokenlife::sim
