#include "sim/site/inventory.hpp"
#include "core/site.hpp"
#include "core/token/certificate.hpp"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

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

// By which most of a list is put in order, without a look at its entries, which are long.
struct SortKey {
  std::int64_t first = 0;
  std::int64_t second = 0;
  std::size_t place = 0;  // in the list
};

SortKey key_of(const ListEntry& listed, ListOrder order) {
  const auto type = static_cast<std::int64_t>(listed.type);
  const std::int64_t from = listed.not_before.time_since_epoch().count();
  switch (order) {
    case ListOrder::type: return {type, from};
    case ListOrder::id:
    case ListOrder::issued_to: break;
    case ListOrder::valid_from: return {from, type};
    case ListOrder::valid_to: return {listed.expires.time_since_epoch().count(), type};
    case ListOrder::status: return {static_cast<std::int64_t>(listed.status), type};
  }
  return {};
}

std::vector<ListEntry> sorted(std::vector<ListEntry> list, ListOrder order) {
  std::vector<SortKey> keys;
  keys.reserve(list.size());
  for (const ListEntry& listed : list) {
    keys.push_back(key_of(listed, order));
    keys.back().place = keys.size() - 1;
  }
  std::sort(keys.begin(), keys.end(), [&](const SortKey& a, const SortKey& b) {
    if (a.first != b.first) return a.first < b.first;
    if (a.second != b.second) return a.second < b.second;
    return comes_before(list[a.place], list[b.place], order);
  });
  std::vector<ListEntry> in_order;
  in_order.reserve(list.size());
  for (const SortKey& key : keys) in_order.push_back(std::move(list[key.place]));
  return in_order;
}

}  // namespace

std::vector<ListEntry> list_of(const SiteFolder& site, sys_seconds now,
                               std::optional<ListedType> type, ListOrder order) {
  const bool has_tokens = type.value_or(ListedType::bulk_token) == ListedType::bulk_token;
  const bool has_keys =
      type.value_or(ListedType::signing_certificate) == ListedType::signing_certificate;
  std::vector<ListEntry> list;
  list.reserve(site.site().bulk_tokens.size() + site.site().keys.size());
  const Instant instant = site.instant_of(now);
  if (has_tokens) {
    for (const auto& [guid, token] : site.site().bulk_tokens) {
      list.push_back({ListedType::bulk_token, to_string(guid), token.name,
                      site.time_of(token.not_before), site.time_of(token.expires),
                      status_of(site.site(), token, instant), token.blocked, std::nullopt});
    }
  }
  for (std::uint32_t key = 0; has_keys && key < site.site().keys.size(); ++key) {
    const Certificate& certificate = site.certificate({key});
    list.push_back({ListedType::signing_certificate, tokenlife::to_string(certificate.sha1()),
                    certificate.common_name(), certificate.not_before(), certificate.not_after(),
                    status_of(site.site(), {key}, certificate, now), false, KeyNumber{key}});
  }
  return sorted(std::move(list), order);
}

}  // namespace tokenlife::sim
