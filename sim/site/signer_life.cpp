#include "sim/site/signer_life.hpp"

#include <fmt/format.h>

#include "core/site.hpp"
#include "core/token/certificate.hpp"
#include "sim/site/warning.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::chrono::days kWarningTime{30};

// X.509 gives the last second at which a certificate is good, and tokens the first at which they
// are not.
std::chrono::sys_seconds end_of(const Certificate& certificate) {
  return certificate.not_after() + std::chrono::seconds{1};
}

std::string sentence(const SiteFolder& site, std::string_view verb) {
  const KeyNumber key = site.site().signs_now();
  return fmt::format("its signing certificate, number {}, {} {}", key.value, verb,
                     rfc3339(end_of(site.certificate(key))));
}

std::string advice(const SiteFolder& site) {
  return fmt::format("run `tokenlife site rotate {}`", site.folder());
}

}  // namespace

Instant signer_ends(const SiteFolder& site) {
  return site.instant_of(end_of(site.certificate(site.site().signs_now())));
}

Result<void, Error> check_signer(const SiteFolder& site, std::chrono::sys_seconds now) {
  if (site.instant_of(now) < signer_ends(site)) return {};
  return file_error(site.folder(), sentence(site, "expired at"), advice(site));
}

std::string signer_warning(const SiteFolder& site, std::chrono::sys_seconds now) {
  const Instant end = signer_ends(site);
  if (site.instant_of(now) + kWarningTime < end) return "";
  const bool is_over = site.instant_of(now) >= end;
  return warning_at(site.folder(),
                    sentence(site, is_over ? "expired at" : "expires at") +
                        (is_over ? "; " : ", and so will every token that it signs; ") +
                        advice(site));
}

}  // namespace tokenlife::sim
