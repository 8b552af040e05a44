// Rows of days and of the run.
#include "sim/sql/rows.hpp"
#include "sim/tables/day_counter.hpp"
#include "sim/tables/lives.hpp"
#include "sim/tables/run_rows.hpp"

namespace tokenlife::sim {
namespace {

class DayRows final : public RowsByLot {
 public:
  explicit DayRows(SqlSource& source) : source_(source) {}

 private:
  Result<bool, events::LogError> fill(std::vector<SqlRow>& rows) override {
    if (std::exchange(is_done_, true)) return false;
    DayCounter counter(source_.header());
    for (const auto& recorded : source_.site_events()) counter.happened_to_site(recorded);
    for (const events::PartitionSummary& partition : source_.log()->partitions()) {
      if (source_.stop()) return Failed<events::LogError>(stopped_error());
      const auto followed = follow_lives(source_, partition, {}, counter);
      if (!followed) return Failed<events::LogError>(followed.error());
    }
    if (source_.log()->summary().complete) counter.set_clients(source_.header().clients);
    rows = counter.rows();
    return true;
  }

  SqlSource& source_;
  bool is_done_ = false;
};

class RunRows final : public RowsByLot {
 public:
  explicit RunRows(SqlSource& source) : source_(source) {}

 private:
  Result<bool, events::LogError> fill(std::vector<SqlRow>& rows) override {
    if (std::exchange(is_done_, true)) return false;
    rows = rows_of_run(source_);
    return true;
  }

  SqlSource& source_;
  bool is_done_ = false;
};

}  // namespace

std::unique_ptr<Rows> day_rows(SqlSource& source) { return std::make_unique<DayRows>(source); }
std::unique_ptr<Rows> run_rows(SqlSource& source) { return std::make_unique<RunRows>(source); }

}  // namespace tokenlife::sim
