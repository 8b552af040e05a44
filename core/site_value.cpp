#include "core/site_value.hpp"

#include <utility>

#include "core/site.hpp"

namespace tokenlife {

SiteValue::SiteValue() : site_(std::make_unique<Site>()) {}
SiteValue::SiteValue(Site&& site) : site_(std::make_unique<Site>(std::move(site))) {}
SiteValue::SiteValue(const SiteValue& other) : site_(std::make_unique<Site>(*other)) {}
SiteValue::SiteValue(SiteValue&&) noexcept = default;
SiteValue& SiteValue::operator=(const SiteValue& other) { return *this = SiteValue(other); }
SiteValue& SiteValue::operator=(SiteValue&&) noexcept = default;
SiteValue::~SiteValue() = default;

bool operator==(const SiteValue& a, const SiteValue& b) { return *a == *b; }

}  // namespace tokenlife
