// What a site has issued and signs with, as the console's Certificates node lists it (R48, R51).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/names.hpp"
#include "sim/site/site_store.hpp"

namespace tokenlife::sim {

enum class ListedType : std::uint8_t { bulk_token, signing_certificate };
enum class ListedStatus : std::uint8_t {
  // Of bulk tokens; of several that hold the last.
  active,
  not_yet_valid,
  blocked,
  signer_retired,  // A9
  expired,         // whether blocked or not: an unblock does not revive it (D2)
  // Of signing certificates (A9), which may be expired as well.
  signs_now,
  trusted,
  retired,
};

struct ListEntry {
  ListedType type;
  std::string id;  // GUID, or SHA-1 thumbprint
  std::string issued_to;
  std::chrono::sys_seconds not_before;
  // Of bulk tokens the first second at which they are no longer good, of certificates, as X.509 has
  // it, the last one at which they are.
  std::chrono::sys_seconds expires;
  ListedStatus status;
  bool blocked = false;
  std::optional<KeyNumber> number;  // of signing certificates
};

enum class ListOrder : std::uint8_t { type, id, issued_to, valid_from, valid_to, status };

// R52: of one type, if it is given. What the order leaves open goes by type, time and id.
std::vector<ListEntry> list_of(const SiteFolder& site, std::chrono::sys_seconds now,
                               std::optional<ListedType> type, ListOrder order);

}  // namespace tokenlife::sim

namespace tokenlife {

template <>
struct Names<sim::ListedType> {
  static constexpr std::array<std::string_view, 2> values{"bulk-token", "signing-certificate"};
};
template <>
struct Names<sim::ListedStatus> {
  static constexpr std::array<std::string_view, 8> values{
      "active",  "not-yet-valid", "blocked", "signer-retired",
      "expired", "signs-now",     "trusted", "retired"};
};
template <>
struct Names<sim::ListOrder> {
  static constexpr std::array<std::string_view, 6> values{"type",       "id",       "issued-to",
                                                          "valid-from", "valid-to", "status"};
};

}  // namespace tokenlife
