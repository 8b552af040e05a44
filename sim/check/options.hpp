// What `tokenlife check` explores: how many clients, in which steps of time, and what may happen.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/names.hpp"
#include "core/site_policy.hpp"
#include "core/time.hpp"

namespace tokenlife::sim::checker {

// What may happen besides installations, changes of network and the passing of time.
enum class Feature : std::uint8_t {
  outage,        // of MP, CMG and STS, each by itself
  lose_answers,  // of MP or CMG, to what is asked in this tick
  block,         // of clients
  cmg_setting,   // switched off and on, at once
  bulk,          // one bulk token: issued, given to clients, blocked, unblocked
  rotate,        // the signing certificate, and the retirement of the one before
  reinstall,     // without and, with `bulk`, with the bulk token; of blocked clients also with a
                 // new identity (A8)
  restart,       // of agents; only then do they renew
  upgrade,       // of clients that are installed outdated
  pki,           // clients may be installed with a PKI certificate
  cmg_news,      // the CMG setting, changed for clients to hear of (A15)
  pki_expiry,    // PKI certificates end after 60 days, and are renewed on the intranet (A14)
};

}  // namespace tokenlife::sim::checker

namespace tokenlife {

template <>
struct Names<sim::checker::Feature> {
  static constexpr std::array<std::string_view, 12> values{
      "outage",    "lose-answers", "block",   "cmg-setting", "bulk",     "rotate",
      "reinstall", "restart",      "upgrade", "pki",         "cmg-news", "pki-expiry"};
};

}  // namespace tokenlife

namespace tokenlife::sim::checker {

class Features {
 public:
  constexpr Features() = default;
  constexpr Features(Feature feature) : bits_(1U << static_cast<unsigned>(feature)) {}
  constexpr bool has(Feature feature) const { return (bits_ & Features(feature).bits_) != 0; }
  constexpr bool has_all(Features other) const { return (bits_ & other.bits_) == other.bits_; }
  friend constexpr Features operator|(Features a, Features b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend bool operator==(const Features&, const Features&) = default;

 private:
  std::uint32_t bits_ = 0;
};
constexpr Features operator|(Feature a, Feature b) { return Features(a) | Features(b); }

inline constexpr std::uint32_t kClientsMax = 4;
// Ages are packed into ten bits.
inline constexpr std::int64_t kAgeMax = 1'023;

struct Options {
  std::uint32_t clients = 2;             // 1 to kClientsMax
  Duration unit = std::chrono::days{1};  // of time: the tick; divides the policy's durations
  std::uint32_t latency = 1;             // from a request to its answer, in units: 1 to 3
  // With it the day is part of the state, and time stands still at it.
  std::optional<std::uint32_t> days;
  Features features = Feature::outage | Feature::block;
  MpMode mp = MpMode::enhanced_http;
  bool internal_registration = true;
  bool symmetry = true;  // States that differ in who is who are one.
  std::uint32_t states_max = 500'000'000;
};

}  // namespace tokenlife::sim::checker
