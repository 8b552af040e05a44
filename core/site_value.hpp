// A site by value, for headers that do not include site.hpp.
#pragma once

#include <memory>

namespace tokenlife {

struct Site;  // site.hpp

class SiteValue {
 public:
  SiteValue();
  SiteValue(Site&& site);
  SiteValue(const SiteValue& other);
  SiteValue(SiteValue&& other) noexcept;
  SiteValue& operator=(const SiteValue& other);
  SiteValue& operator=(SiteValue&& other) noexcept;
  ~SiteValue();

  Site& operator*() { return *site_; }
  const Site& operator*() const { return *site_; }
  Site* operator->() { return site_.get(); }
  const Site* operator->() const { return site_.get(); }
  friend bool operator==(const SiteValue& a, const SiteValue& b);

 private:
  std::unique_ptr<Site> site_;  // null only of one that was moved from
};

}  // namespace tokenlife
