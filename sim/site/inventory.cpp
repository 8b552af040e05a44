#include "sim/site/inventory.hpp"

#include <algorithm>
#include <tuple>

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;

// Of several that hold the one that nothing mends.
ListedStatus status_of(const Site& site, const BulkToken& token, Instant now) {
  if (token.expires <= now) return ListedStatus::expired;  // A5: half-open
  if (site.keys[token.signer.value].retired) return ListedStatus::signer_retired;
  if (token.blocked) return ListedStatus::blocked;
  return now < token.not_before ? ListedStatus::not_yet_valid : ListedStatus::active;
}

ListedStatus status_of(const Site& site, KeyNumber key, const Certificate& certificate,
                       sys_seconds now) {
  if (site.keys[key.value].retired) return ListedStatus::retired;
  if (certificate.not_after() < now) return ListedStatus::expired;
  return key == site.signs_now() ? ListedStatus::signs_now : ListedStatus::trusted;
}

bool comes_before(const ListEntry& a, const ListEntry& b, ListOrder order) {
  switch (order) {
    case ListOrder::type: break;
    case ListOrder::id: return a.id < b.id;
    case ListOrder::issued_to:
      if (a.issued_to != b.issued_to) return a.issued_to < b.issued_to;
      break;
    case ListOrder::valid_from:
      if (a.not_before != b.not_before) return a.not_before < b.not_before;
      break;
    case ListOrder::valid_to:
      if (a.expires != b.expires) return a.expires < b.expires;
      break;
    case ListOrder::status:
      if (a.status != b.status) return a.status < b.status;
      break;
  }
  // Of certificates made within one second the number says which was first.
  return std::tie(a.type, a.not_before, a.number, a.id) <
         std::tie(b.type, b.not_before, b.number, b.id);
}

// A continuation byte of UTF-8 begins no column.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::vector<ListEntry> list_of(const SiteFolder& site, sys_seconds now,
                               std::optional<ListedType> type, ListOrder order) {
  std::vector<ListEntry> list;
  list.reserve(site.site().bulk_tokens.size() + site.site().keys.size());
  const Instant instant = site.instant_of(now);
  for (const auto& [guid, token] : site.site().bulk_tokens) {
    list.push_back({ListedType::bulk_token, to_string(guid), token.name,
                    site.time_of(token.not_before), site.time_of(token.expires),
                    status_of(site.site(), token, instant), token.blocked, std::nullopt});
  }
  for (std::uint32_t key = 0; key < site.site().keys.size(); ++key) {
    const Certificate& certificate = site.certificate({key});
    list.push_back({ListedType::signing_certificate, tokenlife::to_string(certificate.sha1()),
                    certificate.common_name(), certificate.not_before(), certificate.not_after(),
                    status_of(site.site(), {key}, certificate, now), false, KeyNumber{key}});
  }
  if (type) std::erase_if(list, [&](const ListEntry& listed) { return listed.type != *type; });
  std::sort(list.begin(), list.end(),
            [&](const ListEntry& a, const ListEntry& b) { return comes_before(a, b, order); });
  return list;
}

std::string table_text(const std::vector<std::vector<std::string>>& lines) {
  std::vector<std::size_t> widths;
  for (const auto& cells : lines) {
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      widths[i] = std::max(widths[i], columns(cells[i]));
    }
  }
  std::size_t width = 0;
  for (const std::size_t column : widths) width += column + 2;
  std::string text;
  text.reserve(lines.size() * width);
  for (const auto& cells : lines) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      text += cells[i];
      if (i + 1 < cells.size()) text.append(widths[i] - columns(cells[i]) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

}  // namespace tokenlife::sim
