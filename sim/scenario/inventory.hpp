// The devices of a fleet that exists: who is there before the run begins, and in which state.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../../core/client.hpp"
#include "../../core/time.hpp"
#include "../../events/log.hpp"

namespace tokenlife::sim {

// A client as it is found at the run's start. What its row left out is the cohort's.
struct AdoptedClient {
  std::string device;
  // installed, registered, roaming, expired or re-registration-required. Of registered and roaming
  // that one happens which fits the network.
  LifecycleState state = LifecycleState::installed;
  Network last_connected =
      Network::intranet;  // if it is offline at the start; never offline itself
  Credential credential = Credential::self_signed;
  ClientVersion version = ClientVersion::current;
  bool cmg_allowed = true;
  bool blocked = false;
  std::optional<std::uint32_t> bulk_token;  // of installed ones; index into Scenario::bulk_tokens

  // Its one token so far, by its dates: at most at the start (most are negative), and later than
  // that. To the second: an inventory knows no ticks. None for installed; one that has to register
  // again holds it no longer.
  struct Dates {
    Instant issued;
    Instant expires;
  };
  std::optional<Dates> token;

  std::optional<Instant> credential_expires;  // as its row says; of PKI and Entra
  std::optional<std::uint32_t> trace_device;  // that it replays, by its index in the trace

  bool holds_token() const { return token && state != LifecycleState::re_registration_required; }
};

struct Inventory {
  std::string file;                    // as written in the scenario
  std::vector<AdoptedClient> clients;  // at least 1; client i of the cohort is number i
  events::Digest digest{};             // of the file's bytes
};

inline constexpr std::size_t kInventoryBytesMax = std::size_t{512} << 20;
inline constexpr std::size_t kInventoryRowsMax = 10'000'000;
inline constexpr std::size_t kDeviceBytesMax = 256;

}  // namespace tokenlife::sim
