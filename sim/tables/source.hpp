// What the tables are of: a run's log, or a site's journal.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>

#include "events/log_reader.hpp"
#include "sim/analysis/reckoned_causes.hpp"

namespace tokenlife {
class SiteHistory;  // core/site_history.hpp
}  // namespace tokenlife
namespace tokenlife::events {
struct JournalContent;  // events/journal.hpp
}  // namespace tokenlife::events

namespace tokenlife::sim {

class SqlSource {
 public:
  // `inputs`: see ReckonedCauses.
  SqlSource(events::LogReader log, std::optional<std::string> inputs);
  explicit SqlSource(events::JournalContent journal);
  SqlSource(const SqlSource&) = delete;
  SqlSource& operator=(const SqlSource&) = delete;
  ~SqlSource();

  // Nothing: it is a journal.
  const events::LogReader* log() const { return log_ ? &*log_ : nullptr; }
  const events::JournalContent* journal() const { return journal_.get(); }
  // Of a journal one without clients.
  const events::LogHeader& header() const { return log_ ? log_->header() : journal_header_; }
  std::span<const Recorded<SiteEvent>> site_events() const;
  std::uint64_t events() const;

  // The site over time. The error: its events cannot have happened.
  Result<const SiteHistory*, events::LogError> history();

  // Why spells began, of a log that does not say it.
  ReckonedCauses& causes() { return *causes_; }
  std::mutex causes_lock;                 // of who makes rows beside others
  std::atomic<bool> lacks_causes{false};  // has been met

  // Asked now and then while rows are made: whether to give up.
  std::function<bool()> stop = [] { return false; };

  // What went wrong while rows were made, which SQLite can only say in words.
  std::optional<events::LogError> error{};
  std::exception_ptr bug{};

 private:
  std::optional<events::LogReader> log_;
  std::unique_ptr<const events::JournalContent> journal_;
  events::LogHeader journal_header_;
  std::unique_ptr<const SiteHistory> history_;
  std::optional<ReckonedCauses> causes_;
};

// The error that is none of the log: somebody wants an end.
events::LogError stopped_error();

}  // namespace tokenlife::sim
