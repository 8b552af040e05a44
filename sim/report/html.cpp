#include "sim/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "core/token/base64url.hpp"
#include "core/token/sha256.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kNameBytesMax = 300;  // as it stands in the page

std::string without_marks(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      case '\'': safe += "&#39;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::chrono::sys_seconds moment_of(std::int64_t unix_seconds) {
  return std::chrono::sys_seconds{std::chrono::seconds{unix_seconds}};
}

}  // namespace

std::string html_text(std::string_view text) { return without_marks(escape_text(text)); }

namespace {

// Character by character: what is cut off are whole ones.
template <class Escape>
std::string cut(std::string_view text, const Escape& escape, std::string_view ellipsis) {
  std::string safe;
  while (!text.empty()) {
    const std::string next = escape(take_plain(text));
    if (safe.size() + next.size() > kNameBytesMax) return safe + std::string(ellipsis);
    safe += next;
  }
  return safe;
}

std::string in_json(std::string_view text) {
  std::string json;
  for (const char c : text) {
    switch (c) {
      case '"': json += "\\\""; break;
      case '\\': json += "\\\\"; break;
      case '<': json += "\\u003c"; break;
      case '>': json += "\\u003e"; break;
      case '&': json += "\\u0026"; break;
      default: json += c;
    }
  }
  return json;
}

}  // namespace

std::string html_plain(std::string_view name) { return cut(name, without_marks, "&hellip;"); }
std::string html_name(std::string_view name) { return "<bdi>" + html_plain(name) + "</bdi>"; }

std::string json_name(std::string_view text) { return "\"" + cut(text, in_json, "...") + "\""; }

std::string csp_hash(std::string_view content) {
  std::string text = to_base64url(sha256(content));
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return "'sha256-" + text + "='";  // of 32 bytes the last digit is padded
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "";
  const std::uint64_t thousandths = (part * 1'000 + whole / 2) / whole;
  if (part > 0 && thousandths == 0) return "&lt;&nbsp;0.1&nbsp;%";
  if (part < whole && thousandths == 1'000) return "&gt;&nbsp;99.9&nbsp;%";
  if (part == 0 || part == whole) return part == 0 ? "0&nbsp;%" : "100&nbsp;%";
  return fmt::format("{}.{}&nbsp;%", thousandths / 10, thousandths % 10);
}

std::string minute_text(std::int64_t unix_seconds) {
  std::string text = rfc3339(moment_of(unix_seconds));
  text = text.substr(0, text.rfind(':'));
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::string date_text(std::int64_t unix_seconds) {
  const std::string text = rfc3339(moment_of(unix_seconds));
  return text.substr(0, text.find('T'));
}

std::string long_date(std::int64_t unix_seconds) {
  static constexpr const char* kMonths[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};
  const std::chrono::year_month_day date{
      std::chrono::floor<std::chrono::days>(moment_of(unix_seconds))};
  return fmt::format("{} {} {}", static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()));
}

std::string html_head(std::string_view title, std::string_view script, std::string_view style) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src {}; "
      "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n<meta "
      "name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
      "name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>\n{}</style>\n"
      "</head>\n<body>\n",
      script, title, style);
}

std::string html_section(std::string_view id, std::string_view heading, std::string_view content) {
  return fmt::format(
      "<section id=\"{}\" aria-labelledby=\"h-{}\"><h2 id=\"h-{}\">{}</h2>\n{}"
      "</section>\n",
      id, id, id, heading, content);
}

HtmlTable::HtmlTable(std::string_view id, std::string_view caption, std::vector<HtmlColumn> columns)
    : columns_(std::move(columns)) {
  text_ = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{}\">"
      "<table{}><caption>{}</caption><thead><tr>",
      html_text(caption), id.empty() ? "" : fmt::format(" id=\"{}\"", id), html_text(caption));
  for (const HtmlColumn& column : columns_) {
    text_ += fmt::format("<th scope=\"col\"{}>{}</th>", column.is_number ? " class=\"n\"" : "",
                         column.heading);
  }
  text_ += "</tr></thead><tbody>\n";
}

void HtmlTable::row(const std::vector<std::string>& cells, std::string_view attributes) {
  ++rows_;
  text_ += fmt::format("<tr{}{}>", attributes.empty() ? "" : " ", attributes);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string_view number = columns_[i].is_number ? " class=\"n\"" : "";
    if (i == 0) {
      text_ += fmt::format("<th scope=\"row\"{}>{}</th>", number, cells[i]);
    } else {
      text_ += fmt::format("<td{}>{}</td>", number, cells[i]);
    }
  }
  text_ += "</tr>\n";
}

std::string HtmlTable::finish() && { return std::move(text_) + "</tbody></table></div>\n"; }

std::string bar(std::uint64_t part, std::uint64_t whole, std::string_view css_class) {
  if (whole == 0 || part == 0) return "";
  const std::uint64_t tenths = std::max<std::uint64_t>(1, (part * 1'000 + whole / 2) / whole);
  return fmt::format(
      "<svg class=\"bar {}\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><rect width=\"{}\" height=\"10\"/></svg>",
      css_class, tenths);
}

}  // namespace tokenlife::sim
