// Where commands write a log: to a new folder, or to one file if its name ends in ".tlog".
#pragma once

#include <cstdint>
#include <string>

#include "core/result.hpp"
#include "events/log.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// The log is written to a folder in any case. That of a file lies beside it, called
// "FILE.tlog.partial", and is packed when the log is whole.
class LogOutput {
 public:
  explicit LogOutput(std::string place) : place_(std::move(place)) {}

  bool is_packed() const { return place_.ends_with(".tlog"); }
  std::string folder() const { return is_packed() ? place_ + ".partial" : place_; }

  // That there is no such file yet. What becomes of a folder is said by whoever writes there.
  Result<void, Error> check_new() const;
  // The same, but the file may be there, of the run with this header: it will be replaced, and what
  // is left of its folder is removed.
  Result<void, Error> prepare_resume(const events::LogHeader& header) const;

  // Packs the log, if it is to be packed. Gives its bytes; `written` is those of the folder.
  Result<std::uint64_t, Error> finish(std::uint64_t written) const;

 private:
  std::string place_;
};

// What kept a log from being written; of a place that is taken, with what to do.
Error error_of_output(const events::LogError& error);

}  // namespace tokenlife::sim
