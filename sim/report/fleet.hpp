// What a report says of a run, counted in one pass over its log.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "events/log_reader.hpp"
#include "events/replay.hpp"
#include "sim/analysis/log_diff.hpp"
#include "sim/engine/spell_tally.hpp"
#include "sim/report/grid.hpp"
#include "sim/report/load.hpp"

namespace tokenlife::sim {

// Of the run, as fine as can be in so many: with the least of these widths, or the last.
Grid grid_of(const events::LogHeader& header, std::size_t count_max,
             std::span<const Duration> widths);

inline constexpr std::size_t kLevelsMax = 1'500;
inline constexpr std::size_t kDoingsMax = 800;
inline constexpr std::size_t kListedMax = 5'000;  // of the stranded

// How a token came to its end.
enum class TokenEnd : std::uint8_t { renewed, registered_again, expired, refused, reinstalled };

}  // namespace tokenlife::sim

template <>
struct tokenlife::Names<tokenlife::sim::TokenEnd> {
  static constexpr std::array<std::string_view, 5> values{"renewed", "registered-again", "expired",
                                                          "refused", "reinstalled"};
};

namespace tokenlife::sim {

// Of one cohort, or of all clients, at the end.
struct CohortEnd {
  std::uint64_t clients = 0;
  std::array<std::uint64_t, kCount<LifecycleState>> states{};
  std::uint64_t out_of_service = 0;
  std::uint64_t stranded = 0;
  std::array<std::uint64_t, kCount<SpellCause>> stranded_causes{};
  void add(const CohortEnd& other);
};

// Tokens by how many whole hours they were held.
struct TokenHours {
  std::array<std::uint64_t, kCount<TokenEnd>> ended{};
  std::uint64_t held = 0;  // still, when the run ended
};

struct Fleet {
  // The population at the end of each stretch. Who is not installed yet is counted nowhere.
  Grid levels;
  std::vector<std::array<std::uint64_t, kCount<LifecycleState>>> states;
  std::vector<std::uint64_t> out_of_service;
  std::vector<std::uint64_t> stranded;
  Level::Peak stranded_peak;  // at any moment

  // What happened in each stretch: see Days::kDoingNames.
  Grid doings;
  std::vector<std::array<std::uint64_t, Days::kDoings>> done;

  LoadOverTime load;  // of endpoints with limits

  std::array<SpellCount, kCount<SpellCause>> spells{};
  std::vector<std::uint64_t> renewed_at;  // by the token's age in whole hours
  std::vector<TokenHours> tokens;         // those that were issued in the run
  std::array<std::array<std::uint64_t, kCount<LifecycleState>>, kCount<LifecycleState>> arrows{};

  CohortEnd end;
  std::vector<CohortEnd> cohorts;                    // in the order of the header's
  std::vector<events::ClientStanding> stranded_now;  // by number, kListedMax at most
  std::vector<Fate> fates;                           // by client, if they are wanted
};

enum class Fates : bool { left_out, wanted };
Result<Fleet, events::LogError> count_fleet(const events::LogReader& log, unsigned threads,
                                            Fates fates = Fates::left_out);

}  // namespace tokenlife::sim
