#include "events/log_reader.hpp"

#include <algorithm>
#include <set>
#include <system_error>

#include "core/ensure.hpp"
#include "events/batch_reader.hpp"
#include "events/site_codec.hpp"
#include "events/typed_frame.hpp"

namespace tokenlife::events {

namespace fs = std::filesystem;

// ---- site.log ----------------------------------------------------------------------------------

Result<LogReader, LogError> LogReader::open(const fs::path& folder) {
  using enum LogError::Kind;
  const auto refused = [&](LogError::Kind kind, const std::string& what) {
    return Failed<LogError>(LogError{kind, folder.string(), std::nullopt, what});
  };
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (status.type() == fs::file_type::not_found) return refused(not_found, "no such folder");
  if (error) return refused(io, "cannot examine the folder: " + error.message());
  if (!fs::is_directory(status)) return refused(misuse, "not a folder, as logs are");
  LogReader log;
  log.folder_ = folder;
  const bool is_finished =
      fs::exists(folder / kSiteFile, error) || !fs::exists(partial_of(folder / kSiteFile), error);
  auto good = is_finished ? log.read_site_file() : log.read_unfinished();
  if (good && is_finished) good = log.check_files();
  if (!good) return Failed<LogError>(good.error());
  return log;
}

Result<void, LogError> LogReader::read_site_file() {
  auto file = FrameReader::open(folder_ / kSiteFile, kSiteMagic, Digest{}, std::nullopt);
  if (!file) return Failed<LogError>(file.error());
  if (auto header = read_header(*file); !header) return header;

  RunEnd end;
  std::uint64_t end_offset = 0;
  for (bool ended = false; !ended;) {
    const auto frame = file->next();
    if (!frame) return Failed<LogError>(frame.error());
    ended = is(*frame, FrameType::run_end);
    if (!ended && !is(*frame, FrameType::site_events)) {
      return Failed<LogError>(
          file->corrupt(frame->offset, "expected a frame of site events or the end frame"));
    }
    const auto wrong = read_message(frame->payload, [&](capnp::MessageReader& m) {
      if (ended)
        end = decode_run_end(m);
      else
        decode_site_events(m, false, site_events_);
    });
    if (wrong) return Failed<LogError>(error_in(*file, *frame, *wrong));
    end_offset = frame->offset;
  }
  site_file_bytes_ = file->size();
  partitions_ = std::move(end.partitions);
  summary_ = {file->digest(), end.site_events + end.client_events, site_file_bytes_, end.complete,
              end.counted};
  for (const PartitionSummary& partition : partitions_) summary_.bytes += partition.bytes;
  if (const char* wrong = wrong_in(end)) {
    return Failed<LogError>(
        file->corrupt(end_offset, std::string("the end frame contradicts itself: ") + wrong));
  }
  return file->check_end();
}

std::uint32_t LogReader::clients_of(const PartitionSummary& partition) const {
  const std::uint64_t first = std::uint64_t{partition.partition} * kPartitionClients;
  if (first >= header_.clients) return 0;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(kPartitionClients, header_.clients - first));
}

const char* LogReader::wrong_in(const RunEnd& end) const {
  std::uint64_t clients = 0;
  std::uint64_t events = 0;
  const PartitionSummary* before = nullptr;
  for (const PartitionSummary& partition : partitions_) {
    if (before != nullptr && partition.partition <= before->partition) {
      return "partitions are out of order";
    }
    if (clients_of(partition) == 0) return "a partition has no clients";
    if (partition.clients > clients_of(partition)) return "a partition has too many clients";
    clients += partition.clients;
    events += partition.events;
    before = &partition;
  }
  if (end.site_events != site_events_.size()) return "the site's events do not add up";
  if (end.client_events != events) return "the clients' events do not add up";
  if (end.complete && clients != header_.clients) {
    return "the run is complete, but clients are missing";
  }
  return nullptr;
}

// A log is its files: one that is missing, or is there from another run, is damage.
Result<void, LogError> LogReader::check_files() const {
  const auto refused = [](LogError::Kind kind, const std::string& file, const std::string& what) {
    return Failed<LogError>(LogError{kind, file, std::nullopt, what});
  };
  using enum LogError::Kind;
  std::error_code error;
  std::set<std::string> names;
  for (const PartitionSummary& partition : partitions_) {
    names.insert(partition_file_name(partition.partition));
    const std::string path = file_of(partition);
    const std::uintmax_t bytes = fs::file_size(path, error);
    if (error == std::errc::no_such_file_or_directory) {
      return refused(corrupt, path, "the file is missing: site.log lists it");
    }
    if (error) return refused(io, path, "cannot examine the file: " + error.message());
    if (auto good = check_file_size(path, bytes, partition.bytes); !good) return good;
  }
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_partition_file(name) && !names.contains(name)) {
      return refused(corrupt, entry->path().string(), "the file is not listed in site.log");
    }
  }
  if (error) return refused(io, folder_.string(), "cannot list the folder: " + error.message());
  return {};
}

std::string LogReader::site_file() const { return (folder_ / kSiteFile).string(); }

std::string LogReader::file_of(const PartitionSummary& partition) const {
  const fs::path file = folder_ / partition_file_name(partition.partition);
  std::error_code error;
  return (is_leftovers_ && !fs::exists(file, error) ? partial_of(file) : file).string();
}

const PartitionSummary* LogReader::partition_of(ClientNumber client) const {
  const std::uint32_t number = client.value / kPartitionClients;
  const auto found = std::lower_bound(
      partitions_.begin(), partitions_.end(), number,
      [](const PartitionSummary& partition, std::uint32_t n) { return partition.partition < n; });
  const bool has =
      found != partitions_.end() && found->partition == number && client.value < header_.clients;
  return has ? &*found : nullptr;
}

Result<PartitionVisit, LogError> LogReader::visit(const PartitionSummary& partition,
                                                  const OnEvent& on_event) const {
  VariantVisitor visitor([&](ClientNumber client, Recorded<ClientEvent>&& recorded) {
    return on_event(client, recorded);
  });
  return visit_batches(*this, partition, visitor);
}

}  // namespace tokenlife::events
