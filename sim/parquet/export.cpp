#include "sim/parquet/export.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <system_error>

#include "events/log_format.hpp"
#include "events/partition_fold.hpp"
#include "sim/parquet/event_rows.hpp"
#include "sim/parquet/table_file.hpp"
#include "sim/tables/client_row_maker.hpp"
#include "sim/tables/run_rows.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;
using parquet::Compressor;
using parquet::TableFile;

constexpr const char* kSuffix = ".parquet";
constexpr const char* kOfSite = "site";
constexpr const char* kOfAll = "all";

Failed<Error> cannot_write(const fs::path& path, std::error_code why) {
  return file_error(path.string(), "cannot be written: " + why.message());
}

// Where the folder really is, if it is a link, and without a slash behind it.
fs::path place_of(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (!error) return real;
  const fs::path plain = folder.lexically_normal();
  return plain.has_filename() ? plain : plain.parent_path();
}

// "clients-00017", of clients-00017.log
std::string stem_of(const events::PartitionSummary& partition) {
  return fs::path(events::partition_file_name(partition.partition)).stem().string();
}

// What is of all clients, or of those of one part: the parts of a run can go to one folder.
std::string stem_of_all(const events::LogReader* log) {
  if (log == nullptr || log->summary().complete) return kOfAll;
  const auto& held = log->partitions();
  return fmt::format("part-{:05}", held.empty() ? 0 : held.front().partition);
}

class Folder {
 public:
  explicit Folder(fs::path path) : path_(std::move(path)) {}

  std::error_code create(const SqlSource& source) const {
    std::error_code error;
    fs::remove_all(path_, error);
    fs::create_directory(path_, error);
    for (const SqlTable& table : sql_tables()) {
      if (source.log() == nullptr && !is_of_journals(table.name)) continue;
      if (!error) fs::create_directory(path_ / name(table.name), error);
    }
    return error;
  }
  // `fill` puts rows; its error, or that of the file.
  template <class Fill>
  Result<void, events::LogError> write(TableName table, const std::string& stem,
                                       Compressor& compressor, const Fill& fill) const {
    const fs::path path = path_ / name(table) / (stem + kSuffix);
    auto file = TableFile::create(path, sql_table(table), compressor);
    if (!file) return Failed<events::LogError>(file.error());
    const Result<void, events::LogError> filled = fill(*file);
    return filled ? file->finish() : filled;
  }
  Result<void, events::LogError> write(TableName table, const std::string& stem,
                                       Compressor& compressor,
                                       const std::vector<SqlRow>& rows) const {
    return write(table, stem, compressor, [&](TableFile& file) -> Result<void, events::LogError> {
      for (const SqlRow& row : rows) file.add(row);
      return {};
    });
  }

 private:
  fs::path path_;
};

// What all threads share.
struct Shared {
  SqlSource& source;
  Folder folder;
  const std::function<void(std::string_view)>& on_step;
  std::mutex lock{};
  std::size_t done = 0;  // partitions
};

// Of partitions, by fold_partitions(): files, and what has been counted.
class PartitionWriter {
 public:
  explicit PartitionWriter(Shared& shared) : shared_(&shared), days_(shared.source.header()) {}

  Result<void, events::LogError> add(const events::LogReader& log,
                                     const events::PartitionSummary& partition) {
    if (!compressor_) compressor_ = std::make_shared<Compressor>();
    SqlSource& source = shared_->source;
    if (source.stop()) return Failed<events::LogError>(stopped_error());
    const std::string stem = stem_of(partition);
    const auto written = shared_->folder.write(
        TableName::events, stem, *compressor_,
        [&](TableFile& file) -> Result<void, events::LogError> {
          const auto put = parquet::put_client_events(source, partition, file);
          if (!put) return Failed<events::LogError>(put.error());
          if (!*put) return Failed<events::LogError>(stopped_error());
          return {};
        });
    if (!written) return written;

    std::vector<SqlRow> clients;
    std::vector<SqlRow> tokens;
    std::vector<SqlRow> spells;
    std::vector<SqlRow> requests;
    DayCounter days(source.header());
    const auto made =
        make_client_rows({&clients, &tokens, &spells, &requests}, source, partition, {}, &days);
    if (!made) return made;
    days_.merge(days);
    for (const auto& [table, rows] : {std::pair(TableName::clients, &clients),
                                      {TableName::tokens, &tokens},
                                      {TableName::spells, &spells},
                                      {TableName::requests, &requests}}) {
      const auto ok = shared_->folder.write(table, stem, *compressor_, *rows);
      if (!ok) return ok;
    }
    const std::lock_guard lock(shared_->lock);
    shared_->on_step(fmt::format("{} of {} partitions", ++shared_->done, log.partitions().size()));
    return {};
  }
  void merge(const PartitionWriter& other) { days_.merge(other.days_); }
  const DayCounter& days() const { return days_; }

 private:
  Shared* shared_;
  DayCounter days_;
  std::shared_ptr<Compressor> compressor_;  // this thread's
};

Result<void, events::LogError> write_tables(Shared& shared, unsigned threads) {
  SqlSource& source = shared.source;
  Compressor compressor;
  for (const auto& [table, stem] :
       {std::pair(TableName::events, kOfSite), {TableName::site_events, kOfAll}}) {
    const auto written =
        shared.folder.write(table, stem, compressor,
                            [&, table = table](TableFile& file) -> Result<void, events::LogError> {
                              parquet::put_site_events(source, table, file);
                              return {};
                            });
    if (!written) return written;
  }
  const std::string of_all = stem_of_all(source.log());
  const auto run = shared.folder.write(TableName::run, of_all, compressor, rows_of_run(source));
  if (!run || source.log() == nullptr) return run;

  const auto site = source.history();
  if (!site) return Failed<events::LogError>(site.error());
  auto partitions = events::fold_partitions(*source.log(), threads, PartitionWriter(shared));
  if (!partitions) return Failed<events::LogError>(partitions.error());
  DayCounter days = partitions->days();
  for (const auto& recorded : source.site_events()) days.happened_to_site(recorded);
  if (source.log()->summary().complete) days.set_clients(source.header().clients);
  return shared.folder.write(TableName::days, of_all, compressor, days.rows());
}

// In one step, so that there is the old folder or the new one at any moment. Then `made` is what
// was there, if anything was.
std::error_code put_in_place(const fs::path& made, const fs::path& place) {
  std::error_code error;
  fs::rename(made, place, error);  // also onto an empty folder
  if (!error) return error;
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) return {};
  return error;
}

bool is_export(const fs::path& folder, std::error_code& error) {
  for (const auto& table : fs::directory_iterator(folder, error)) {
    if (!from_name<TableName>(table.path().filename().string()) || table.is_symlink() ||
        !table.is_directory()) {
      return false;
    }
    for (const auto& file : fs::directory_iterator(table.path(), error)) {
      if (file.path().extension() != kSuffix || !file.is_regular_file()) return false;
    }
  }
  return !error;
}

}  // namespace

Result<void, Error> try_parquet(const fs::path& folder, bool may_overwrite) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    const fs::path parent = place_of(folder).parent_path();
    if (::access(parent.empty() ? "." : parent.c_str(), W_OK) == 0) return {};
    return cannot_write(folder, std::error_code(errno, std::system_category()));
  }
  if (!fs::is_directory(status)) {
    return file_error(folder.string(), "is not a folder", "choose another name");
  }
  if (fs::is_empty(folder, error)) return {};
  if (!error && !may_overwrite) {
    return file_error(folder.string(), "already exists", "choose another folder, or add --force");
  }
  if (!error && is_export(folder, error)) return {};
  if (error) return cannot_write(folder, error);
  return file_error(folder.string(), "holds something other than Parquet tables",
                    "choose another folder");
}

Result<bool, Error> export_parquet(SqlSource& source, const fs::path& folder, unsigned threads,
                                   const std::function<void(std::string_view)>& on_step) {
  const fs::path place = place_of(folder);
  fs::path made = place;
  made += fmt::format(".partial-{}", ::getpid());
  Shared shared{source, Folder(made), on_step};
  const auto written = [&]() -> Result<bool, Error> {
    if (const std::error_code error = shared.folder.create(source)) {
      return cannot_write(folder, error);
    }
    const auto tables = write_tables(shared, threads);
    if (source.stop()) return false;
    if (!tables) return Failed<Error>(to_error(tables.error()));
    const std::error_code error = put_in_place(made, place);
    if (error) return cannot_write(folder, error);
    return true;
  }();
  std::error_code ignored;
  fs::remove_all(made, ignored);
  return written;
}

}  // namespace tokenlife::sim
