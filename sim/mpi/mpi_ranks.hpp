// The processes of an MPI job as those of one run. While they wait for each other they sleep, but
// in exchange(): MPI's own waits keep a core busy each.
#pragma once

#include <mpi.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "sim/engine/run_ranks.hpp"

namespace tokenlife::sim {

class MpiRanks final : public RunRanks {
 public:
  // Precondition: MPI was initialised for calls from several threads.
  MpiRanks();
  ~MpiRanks() override;
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  std::uint32_t rank() const override { return static_cast<std::uint32_t>(rank_); }
  std::uint32_t size() const override { return static_cast<std::uint32_t>(size_); }
  unsigned threads() const override;
  Result<void, Error> agree(const Result<void, Error>& own) override;
  std::vector<std::string> gather(const std::string& own) override;
  std::vector<std::string> exchange(const std::string& own) override;
  void begin(RunControl& control) override;
  void end() override;

  // Rank 0's, for all.
  int status_for_all(int own);

 private:
  void watch(RunControl& control);

  int rank_ = 0;
  int size_ = 1;
  int of_machine_ = 1;   // how many of them are on this machine
  MPI_Comm watching_{};  // the watcher's, whose calls come between the others'
  std::mutex mutex_;
  std::condition_variable wake_;
  bool is_done_ = false;
  std::thread watcher_;
};

}  // namespace tokenlife::sim
