// Logs whose writer has not come to their end, or never will.
#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "events/frame_reader.hpp"
#include "events/log_files.hpp"
#include "events/log_reader.hpp"
#include "events/site_codec.hpp"
#include "events/typed_frame.hpp"

namespace tokenlife::events {
namespace {

namespace fs = std::filesystem;

// Whether somebody holds the lock that a writer takes.
bool is_being_written(const LogFiles& files, const std::string& name) {
  const auto opened = files.open_file(name);
  if (!opened) return false;
  struct flock all {};
  all.l_type = F_RDLCK;
  return ::fcntl(opened->descriptor.number(), F_OFD_GETLK, &all) == 0 && all.l_type != F_UNLCK;
}

// Whether what follows calls itself the end frame, be it damaged.
bool comes_to_its_end(const FrameReader& file) {
  FrameHeader header{};
  const auto bytes = file.rest(sizeof header);
  if (!bytes || bytes->size() < sizeof header) return false;
  std::memcpy(&header, bytes->data(), sizeof header);
  return header.type == static_cast<std::uint32_t>(FrameType::run_end);
}

}  // namespace

Result<void, LogError> LogReader::read_unfinished() {
  const std::string name = partial_of(kSiteFile).string();
  summary_.being_written = is_being_written(*files_, name);
  auto good = read_start(name);
  return good ? read_done_partitions() : good;
}

// What a writer writes before all partitions.
Result<void, LogError> LogReader::read_start(const std::string& site_file) {
  summary_.complete = false;
  summary_.finished = false;
  auto file = FrameReader::open(*files_, site_file, kSiteMagic, Digest{}, std::nullopt);
  if (!file) return Failed<LogError>(file.error());
  if (auto header = read_header(*file); !header) return header;
  while (true) {
    const auto frame = file->next();
    const bool is_cut = !frame && frame.error().kind == LogError::Kind::interrupted;
    if (!frame && !is_cut && !(is_leftovers_ && comes_to_its_end(*file))) {
      return Failed<LogError>(frame.error());
    }
    if (!frame) break;
    // The end may be there, and the file not have its name yet, or a partition be damaged.
    if (is(*frame, FrameType::run_end)) {
      RunEnd end;
      const auto wrong =
          read_message(frame->payload, [&](capnp::MessageReader& m) { end = decode_run_end(m); });
      if (!wrong && end.counted) header_.client_schema = end.client_schema;
      break;
    }
    if (!is(*frame, FrameType::site_events)) {
      return Failed<LogError>(file->corrupt(frame->offset, "expected a frame of site events"));
    }
    const auto wrong = read_message(frame->payload, [&](capnp::MessageReader& m) {
      decode_site_events(m, false, site_events_);
    });
    if (wrong) return Failed<LogError>(error_in(*file, *frame, *wrong));
  }
  site_file_bytes_ = file->size();
  summary_.bytes = file->size();
  summary_.events = site_events_.size();
  return {};
}

Result<LogReader, LogError> LogReader::open_leftovers(const fs::path& place) {
  auto files = LogFiles::open_leftovers(place);
  if (!files) return Failed<LogError>(files.error());
  const std::string whole(kSiteFile);
  const std::string partial = partial_of(whole).string();
  // Which says what is missing.
  if (!files->has(whole) && !files->has(partial)) return open_files(std::move(*files));
  LogReader log(std::move(*files));
  log.is_leftovers_ = true;
  const bool is_partial = !log.files_->has(whole) && log.files_->has(partial);
  if (auto good = log.read_start(is_partial ? partial : whole); !good) {
    return Failed<LogError>(good.error());
  }
  for (std::uint32_t first = 0; first < log.header_.clients;) {
    PartitionSummary partition{first / kPartitionClients, 0, 0, 0, {}};
    const std::string file = log.name_of(partition);
    const auto bytes = log.files_->bytes_of(file);
    if (bytes && *bytes) {
      const auto said = log.summary_of(file, partition.partition);
      partition.clients = log.clients_of(partition);
      partition.bytes = **bytes;
      log.partitions_.push_back(said ? *said : partition);
    }
    if (log.header_.clients - first <= kPartitionClients) break;
    first += kPartitionClients;
  }
  return log;
}

Result<void, LogError> LogReader::read_done_partitions() {
  const auto names = files_->names();
  if (!names) return Failed<LogError>(names.error());
  for (const std::string& name : *names) {
    const auto partition = partition_called(name);
    if (!partition) continue;
    auto done = summary_of(name, *partition);
    if (!done) return Failed<LogError>(done.error());
    summary_.bytes += done->bytes;
    summary_.events += done->events;
    partitions_.push_back(*done);
  }
  std::sort(partitions_.begin(), partitions_.end(),
            [](const auto& a, const auto& b) { return a.partition < b.partition; });
  return {};
}

// What a partition's file says of itself. Whoever reads it checks the rest.
Result<PartitionSummary, LogError> LogReader::summary_of(const std::string& name,
                                                         std::uint32_t partition) const {
  PartitionSummary summary;
  summary.partition = partition;
  auto file = FrameReader::open(*files_, name, kPartitionMagic, header_digest_, std::nullopt);
  if (!file) return Failed<LogError>(file.error());
  if (file->version() == 1) {
    return Failed<LogError>(LogError{LogError::Kind::interrupted, file->path(), std::nullopt,
                                     "its log was never finished"});
  }
  const auto frame = file->last_frame();
  PartitionEnd end;
  auto good = decode_frame(*file, frame, FrameType::partition_end, "the end frame",
                           [&](capnp::MessageReader& m) { end = decode_partition_end(m); });
  if (!good) return Failed<LogError>(good.error());
  summary.clients = end.clients;
  summary.events = end.events;
  summary.bytes = file->size();
  summary.digest = file->digest();
  if (summary.clients <= clients_of(summary)) return summary;
  return Failed<LogError>(file->corrupt(frame->offset, "the partition has too many clients"));
}

Result<void, LogError> LogReader::read_header(FrameReader& file) {
  auto header = decode_frame(file, file.next(), FrameType::run_header, "the header frame",
                             [&](capnp::MessageReader& m) { header_ = decode_header(m); });
  header_digest_ = file.digest();
  return header;
}

Result<LogHeader, LogError> read_header(const fs::path& site_file) {
  auto file = FrameReader::open(site_file, kSiteMagic, Digest{}, std::nullopt);
  if (!file) return Failed<LogError>(file.error());
  LogHeader header;
  auto good = decode_frame(*file, file->next(), FrameType::run_header, "the header frame",
                           [&](capnp::MessageReader& m) { header = decode_header(m); });
  if (!good) return Failed<LogError>(good.error());
  return header;
}

}  // namespace tokenlife::events
