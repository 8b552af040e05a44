// The processes that run one run together, each a part of its partitions: what the engine asks of
// whatever joins them. MPI does in sim/mpi; the engine knows nothing of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "../../core/result.hpp"
#include "../text/error.hpp"

namespace tokenlife::sim {

struct RunControl;

// What is said of one process is said by all of them, in the same order: each call returns when all
// have made it.
class RunRanks {
 public:
  virtual ~RunRanks() = default;

  virtual std::uint32_t rank() const = 0;  // from 0: the one that tells
  virtual std::uint32_t size() const = 0;  // how many there are
  virtual unsigned threads() const = 0;    // that are this one's, of those of its machine

  // An error of one is everybody's: that of the lowest rank.
  virtual Result<void, Error> agree(const Result<void, Error>& own) = 0;
  // Rank 0 is given what all have, by rank; the others nothing.
  virtual std::vector<std::string> gather(const std::string& own) = 0;

  // All are given what all have, by rank. Called for each tick of a run in which somebody asks: it
  // is quick, and a core may be kept busy until the last one comes.
  virtual std::vector<std::string> exchange(const std::string& own) = 0;

  // Between these, a stop of one is everybody's, and what others have done is known to rank 0. The
  // control must live until the end.
  virtual void begin(RunControl& control) = 0;
  virtual void end() = 0;
};

// Begins and ends, also where an exception ends it. Without ranks, nothing.
class AmongRanks {
 public:
  AmongRanks(RunRanks* ranks, RunControl& control) : ranks_(ranks) {
    if (ranks_ != nullptr) ranks_->begin(control);
  }
  ~AmongRanks() {
    if (ranks_ != nullptr) ranks_->end();
  }
  AmongRanks(const AmongRanks&) = delete;
  AmongRanks& operator=(const AmongRanks&) = delete;

 private:
  RunRanks* ranks_;
};

}  // namespace tokenlife::sim
