#include "sim/tables/source.hpp"

#include "core/site_history.hpp"
#include "events/journal.hpp"
#include "events/replay.hpp"

namespace tokenlife::sim {

SqlSource::SqlSource(events::LogReader log, std::optional<std::string> inputs)
    : log_(std::move(log)) {
  causes_.emplace(*log_, std::move(inputs));
}

SqlSource::SqlSource(events::JournalContent journal)
    : journal_(std::make_unique<events::JournalContent>(std::move(journal))) {
  journal_header_.start_unix_seconds = journal_->start_unix_seconds;
}

SqlSource::~SqlSource() = default;

std::span<const Recorded<SiteEvent>> SqlSource::site_events() const {
  return log_ ? log_->site_events() : journal_->events;
}

std::uint64_t SqlSource::events() const {
  return log_ ? log_->summary().events : journal_->events.size();
}

Result<const SiteHistory*, events::LogError> SqlSource::history() {
  if (!history_) {
    if (log_) {
      // Of a log that nobody has checked.
      const auto site = events::check_site(*log_);
      if (!site) return Failed<events::LogError>(site.error());
    }
    history_ = std::make_unique<const SiteHistory>(site_events());
  }
  return history_.get();
}

events::LogError stopped_error() {
  return {events::LogError::Kind::interrupted, "", std::nullopt, "somebody wants an end"};
}

}  // namespace tokenlife::sim
