#include "events/log_reader.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "events/batch_reader.hpp"
#include "events/log_files.hpp"
#include "events/site_codec.hpp"
#include "events/typed_frame.hpp"

namespace tokenlife::events {

namespace fs = std::filesystem;

// ---- site.log ----------------------------------------------------------------------------------

LogReader::LogReader(LogFiles files) : files_(std::make_shared<const LogFiles>(std::move(files))) {}

Result<LogReader, LogError> LogReader::open(const fs::path& place) {
  auto files = LogFiles::open(place);
  if (!files) return Failed<LogError>(files.error());
  return open_files(std::move(*files));
}

Result<LogReader, LogError> LogReader::receive(int descriptor, const std::string& name) {
  auto files = LogFiles::receive(descriptor, name);
  if (!files) return Failed<LogError>(files.error());
  return open_files(std::move(*files));
}

Result<LogReader, LogError> LogReader::open_files(LogFiles files) {
  LogReader log(std::move(files));
  const std::string whole(kSiteFile);
  bool is_finished = log.files_->has(whole);
  if (!is_finished && !log.files_->has(partial_of(whole).string())) {
    is_finished = log.files_->has(whole);  // it may have become whole in between
    if (!is_finished) {
      const std::string clients = partition_file_name(0);
      const bool has_clients =
          log.files_->has(clients) || log.files_->has(partial_of(clients).string());
      return Failed<LogError>(
          LogError{LogError::Kind::not_found, log.folder().string(), std::nullopt,
                   has_clients ? "site.log, which every log begins with, is missing"
                               : "there is no log in it: it has no site.log"});
    }
  }
  auto good = is_finished ? log.read_site_file() : log.read_unfinished();
  if (good && is_finished) good = log.check_files();
  if (!good) return Failed<LogError>(good.error());
  return log;
}

Result<void, LogError> LogReader::read_site_file() {
  auto file =
      FrameReader::open(*files_, std::string(kSiteFile), kSiteMagic, Digest{}, std::nullopt);
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
  if (end.counted) header_.client_schema = end.client_schema;
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
  return clients_of_partition(partition.partition, header_.clients).count();
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
  const auto damaged = [&](const std::string& file, const std::string& what) {
    return Failed<LogError>(
        LogError{LogError::Kind::corrupt, files_->path_of(file), std::nullopt, what});
  };
  std::set<std::string> listed;
  for (const PartitionSummary& partition : partitions_) {
    const std::string name = partition_file_name(partition.partition);
    listed.insert(name);
    const auto bytes = files_->bytes_of(name);
    if (!bytes) return Failed<LogError>(bytes.error());
    if (!*bytes) return damaged(name, "the file is missing: site.log lists it");
    auto good = check_file_size(files_->path_of(name), **bytes, partition.bytes);
    if (!good) return good;
  }
  const auto names = files_->names();
  if (!names) return Failed<LogError>(names.error());
  for (const std::string& name : *names) {
    if (is_partition_file(name) && !listed.contains(name)) {
      return damaged(name, "the file is not listed in site.log");
    }
  }
  return {};
}

const fs::path& LogReader::folder() const { return files_->place(); }

std::string LogReader::site_file() const { return files_->path_of(std::string(kSiteFile)); }

std::string LogReader::name_of(const PartitionSummary& partition) const {
  std::string name = partition_file_name(partition.partition);
  return is_leftovers_ && !files_->has(name) ? partial_of(name).string() : name;
}

std::string LogReader::file_of(const PartitionSummary& partition) const {
  return files_->path_of(name_of(partition));
}

LogError LogReader::blame(const LogError& error) const {
  using enum LogError::Kind;
  const bool may_be = error.kind == corrupt || error.kind == io || error.kind == not_found ||
                      error.kind == interrupted;
  if (!may_be || !is_replaced()) return error;
  return {io, folder().string(), std::nullopt, "was removed or rewritten while it was being read"};
}

// Files of a folder come and go. A packed file stays the one that was opened.
bool LogReader::is_replaced() const {
  if (files_->is_packed()) return false;
  const std::string whole(kSiteFile);
  const bool has_end = summary_.finished;
  const bool is_whole = has_end || files_->has(whole);
  auto file = FrameReader::open(*files_, is_whole ? whole : partial_of(whole).string(), kSiteMagic,
                                Digest{}, std::nullopt);
  if (!file) return true;
  const bool reads_end = has_end && file->version() != 1;
  const auto frame = reads_end ? file->last_frame() : file->next();
  return !frame || file->digest() != (reads_end ? summary_.digest : header_digest_);
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
