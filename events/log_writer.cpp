#include "events/log_writer.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <system_error>

#include "core/ensure.hpp"
#include "events/frame_writer.hpp"
#include "events/header_difference.hpp"
#include "events/log_reader.hpp"
#include "events/new_folder.hpp"
#include "events/partition_states.hpp"
#include "events/site_codec.hpp"
#include "events/state_keeper.hpp"
#include "events/stretch_codec.hpp"
#include "events/stretch_encode.hpp"

namespace tokenlife::events {
namespace {

namespace fs = std::filesystem;

// Site events in one frame, so that a frame stays small whatever a scenario does.
constexpr std::size_t kSiteEventsInFrame = 4096;

std::optional<fs::path> file_in(const std::optional<fs::path>& folder, std::string_view name) {
  return folder ? std::optional(*folder / name) : std::nullopt;
}

// The first schema with all that a run with these events of the site uses.
std::uint32_t schema_version_of(const LogHeader& header,
                                std::span<const Recorded<SiteEvent>> events) {
  std::uint32_t version = std::max(kSchemaVersionOfSpells, header.client_schema);
  for (const auto& recorded : events) {
    version = std::max(version, events::schema_version_of(kind_of(recorded.event)));
    const auto* established = std::get_if<SiteEstablished>(&recorded.event);
    if (established != nullptr && is_under_load(*established)) {
      version = std::max(version, kSchemaVersionOfLoad);
    }
  }
  return version;
}

// What a folder has of a log that is to be gone on with.
enum class Begun : std::uint8_t { nothing, some };

Result<Begun, LogError> find_begun(const fs::path& folder, const LogHeader& header) {
  using enum LogError::Kind;
  std::error_code error;
  if (!fs::exists(folder, error) || fs::is_empty(folder, error)) return Begun::nothing;
  const fs::path whole = folder / kSiteFile;
  const fs::path path = fs::exists(whole, error) ? whole : partial_of(whole);
  const auto refused = [&](LogError::Kind kind, const std::string& what) {
    return Failed<LogError>(LogError{kind, folder.string(), std::nullopt, what});
  };
  if (!fs::exists(path, error)) return refused(misuse, "is not empty, and has no site.log");
  const auto there = read_header(path);
  // Cut off before all of its header was there: as good as nothing, but for the file.
  if (!there && there.error().kind == interrupted) return Begun::some;
  if (!there) return Failed<LogError>(there.error());
  if (is_of_same_run(*there, header)) return Begun::some;
  return refused(misuse, "is the log of another run: " + difference(*there, header));
}

// A log is the files that it lists. What was done before, and not again before the run was
// interrupted once more, waits for the next time.
Result<void, LogError> take_names_back(const fs::path& folder,
                                       std::span<const WrittenPartition> listed) {
  std::set<std::string> names;
  for (const WrittenPartition& partition : listed) {
    names.insert(partition_file_name(partition.partition));
  }
  std::vector<fs::path> others;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (is_partition_file(name) && !names.contains(name)) others.push_back(entry->path());
  }
  for (const fs::path& file : others) {
    if (!error) fs::rename(file, partial_of(file), error);
  }
  if (!error) return {};
  return Failed<LogError>(
      LogError{LogError::Kind::io, folder.string(), std::nullopt,
               "cannot undo the renaming of files in the folder: " + error.message()});
}

}  // namespace

// ---- A partition -------------------------------------------------------------------------------

struct PartitionWriter::Impl {
  std::uint32_t partition;
  std::uint32_t first_client;
  std::uint32_t end_client;  // one past the last
  FrameWriter frames;
  StretchEncoder encoder;
  std::optional<fs::path> folder;
  bool goes_over;
  StateKeeper states{};
  std::vector<StretchPlace> stretches{};
  EventCount counted{};
  std::uint64_t events = 0;
  std::uint64_t streams = 0;      // begun so far
  std::uint64_t next_client = 0;  // one past the client of the last slice

  void count(const ClientBatch& batch) {
    // Two tables: most events are of the kind of the one before.
    std::array<std::array<std::uint32_t, 256>, 2> of_kind{};
    for (std::size_t i = 0; i < batch.size(); ++i) ++of_kind[i % 2][batch.kinds[i]];
    for (std::size_t kind = 0; kind < kEventKinds; ++kind) {
      counted.of_kind[kind] += of_kind[0][kind] + of_kind[1][kind];
    }
    std::size_t i = 0;
    for (const StreamSlice& slice : batch.slices) {
      if (slice.events == 0) continue;
      counted.first = std::min(counted.first, at(Duration{batch.times[i]}));
      i += slice.events;
      counted.last = std::max(counted.last, at(Duration{batch.times[i - 1]}));
    }
  }

  // What was written last, with where it begins. No states are kept where nothing is written.
  void keep_states(std::span<const Stretch> written) {
    if (!folder) return;
    ShapeTable shapes;
    if (put_shapes(written.front().shapes, shapes)) return;
    std::vector<StretchCursor> cursors;
    auto place = stretches.end() - static_cast<std::ptrdiff_t>(written.size());
    for (const Stretch& stretch : written) {
      StretchView view = view_of(stretch, shapes);
      view.offset = (place++)->offset;
      cursors.emplace_back(view);
    }
    states.add(cursors);
  }

  void check_order(const ClientBatch& batch) {
    for (const StreamSlice& slice : batch.slices) {
      const bool goes_on = streams != 0 && std::uint64_t{slice.client} + 1 == next_client;
      ensure(goes_on || slice.client >= std::max<std::uint64_t>(next_client, first_client),
             "clients of a partition to be written in the order of their numbers");
      ensure(slice.client < end_client, "a client to be written to its own partition");
      if (!goes_on) ++streams;
      next_client = std::uint64_t{slice.client} + 1;
    }
  }
};

PartitionWriter::PartitionWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PartitionWriter::PartitionWriter(PartitionWriter&&) noexcept = default;
PartitionWriter& PartitionWriter::operator=(PartitionWriter&&) noexcept = default;
PartitionWriter::~PartitionWriter() = default;

Result<void, LogError> PartitionWriter::write(const ClientBatch& batch) {
  if (batch.slices.empty()) return {};
  ensure(batch.size() <= ClientBatch::kEvents, "a batch to be of a size that readers take");
  impl_->check_order(batch);
  impl_->events += batch.size();
  impl_->count(batch);
  const std::span<const Stretch> written = impl_->encoder.encode(batch);
  for (const Stretch& stretch : written) {
    const StretchHead& head = stretch.head;
    impl_->stretches.push_back({impl_->frames.size(), head.first_client, head.clients, head.from,
                                head.until, head.events});
    const auto done =
        impl_->frames.append(FrameType::client_stretch, words_of(stretch),
                             [&](capnp::MessageBuilder& message) { encode(stretch, message); });
    if (!done) return done;
  }
  impl_->keep_states(written);
  return {};
}

Result<WrittenPartition, LogError> PartitionWriter::finish(std::uint32_t clients) {
  ensure(clients <= impl_->streams, "a client with a complete stream to have a slice in the log");
  FrameWriter& frames = impl_->frames;
  const PartitionEnd end{clients, impl_->events, std::move(impl_->stretches)};
  auto done = frames.append(FrameType::partition_end, words_of(end),
                            [&](capnp::MessageBuilder& message) { encode(end, message); });
  // A partition that has its name has its states.
  if (done && impl_->folder) {
    done = write_states(*impl_->folder, impl_->partition, frames.digest(), impl_->states.kept(),
                        impl_->goes_over);
  }
  if (done) done = frames.close();
  if (!done) return Failed<LogError>(done.error());
  return WrittenPartition{
      {impl_->partition, clients, impl_->events, frames.size(), frames.digest()}, impl_->counted};
}

void PartitionWriter::abandon() { impl_->frames.remove(); }

// ---- The whole log -----------------------------------------------------------------------------

struct LogWriter::Impl {
  std::optional<fs::path> folder;
  bool goes_over;
  std::uint32_t clients;
  Duration tick;
  std::uint64_t site_events;
  FrameWriter frames;
  Digest header_digest;
  EventCount counted{};  // of the site
  std::uint32_t client_schema = kSchemaVersionOfSpells;
  bool helps = false;  // of partitions alone

  Result<void, LogError> write_start(const LogHeader& header,
                                     std::span<const Recorded<SiteEvent>> events) {
    auto done =
        frames.append(FrameType::run_header, words_of(header),
                      [&, version = schema_version_of(header, events)](
                          capnp::MessageBuilder& message) { encode(header, version, message); });
    header_digest = frames.digest();
    client_schema = header.client_schema;
    for (const auto& recorded : events) counted.add(kind_of(recorded.event), recorded.time);
    while (done && !events.empty()) {
      const auto part = events.first(std::min(events.size(), kSiteEventsInFrame));
      done = frames.append(FrameType::site_events, words_of(part),
                           [&](capnp::MessageBuilder& message) { encode(part, message); });
      events = events.subspan(part.size());
    }
    return done;
  }
};

LogWriter::LogWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogWriter::LogWriter(LogWriter&&) noexcept = default;
LogWriter& LogWriter::operator=(LogWriter&&) noexcept = default;
LogWriter::~LogWriter() = default;

Result<LogWriter, LogError> LogWriter::create(const std::optional<fs::path>& folder,
                                              const LogHeader& header,
                                              const std::vector<Recorded<SiteEvent>>& site_events) {
  if (folder) {
    if (auto made = make_new_folder(*folder); !made) return Failed<LogError>(made.error());
  }
  auto file = OutputFile::create(file_in(folder, kSiteFile));
  if (!file) return Failed<LogError>(file.error());
  return start(std::move(*file), folder, false, header, site_events);
}

Result<LogWriter, LogError> LogWriter::resume(const fs::path& folder, const LogHeader& header,
                                              const std::vector<Recorded<SiteEvent>>& site_events) {
  const auto there = find_begun(folder, header);
  if (!there) return Failed<LogError>(there.error());
  if (*there == Begun::nothing) return create(folder, header, site_events);
  auto file = OutputFile::go_over(folder / kSiteFile);
  if (!file) return Failed<LogError>(file.error());
  return start(std::move(*file), folder, true, header, site_events);
}

Result<LogWriter, LogError> LogWriter::help(const fs::path& folder, const LogHeader& header,
                                            const std::vector<Recorded<SiteEvent>>& site_events) {
  std::error_code error;
  if (!fs::exists(folder, error)) {
    // Another process of this machine may have been faster.
    if (auto made = make_new_folder(folder); !made && !fs::is_directory(folder, error)) {
      return Failed<LogError>(made.error());
    }
  }
  auto log = create(std::nullopt, header, site_events);
  if (!log) return log;
  log->impl_->folder = folder;
  log->impl_->goes_over = true;
  log->impl_->helps = true;
  return log;
}

Result<LogWriter, LogError> LogWriter::start(OutputFile file, const std::optional<fs::path>& folder,
                                             bool goes_over, const LogHeader& header,
                                             const std::vector<Recorded<SiteEvent>>& site_events) {
  if (!file.lock()) {
    return Failed<LogError>(LogError{LogError::Kind::misuse, folder->string(), std::nullopt,
                                     "is being written by another process"});
  }
  // While partitions are written anew, nothing must list them as they were.
  if (auto done = file.take_name_back(); !done) return Failed<LogError>(done.error());
  auto frames = FrameWriter::start(std::move(file), kSiteMagic, Digest{});
  if (!frames) return Failed<LogError>(frames.error());
  auto impl = std::make_unique<Impl>(Impl{
      folder, goes_over, header.clients, header.tick, site_events.size(), std::move(*frames), {}});
  auto done = impl->write_start(header, site_events);
  // Whoever finds a partition finds all that the site did.
  if (done) done = impl->frames.sync();
  if (!done) return Failed<LogError>(done.error());
  return LogWriter(std::move(impl));
}

Result<PartitionWriter, LogError> LogWriter::partition(std::uint32_t partition) const {
  const ClientRange clients = clients_of_partition(partition, impl_->clients);
  ensure(clients.count() != 0, "a partition to have clients");
  const PartitionHeader header{impl_->header_digest, partition, clients.first_client().value};
  const auto end = static_cast<std::uint32_t>(clients.end);

  const auto path = file_in(impl_->folder, partition_file_name(partition));
  auto file = impl_->goes_over ? OutputFile::go_over(*path) : OutputFile::create(path);
  if (!file) return Failed<LogError>(file.error());
  auto frames = FrameWriter::start(std::move(*file), kPartitionMagic, impl_->header_digest);
  if (!frames) return Failed<LogError>(frames.error());
  auto done = frames->append(FrameType::partition_header, kWordsOfPartitionFrame,
                             [&](capnp::MessageBuilder& message) { encode(header, message); });
  if (!done) return Failed<LogError>(done.error());
  return PartitionWriter(std::make_unique<PartitionWriter::Impl>(
      PartitionWriter::Impl{partition, header.first_client, end, std::move(*frames),
                            StretchEncoder(impl_->tick), impl_->folder, impl_->goes_over}));
}

Result<LogSummary, LogError> LogWriter::finish(const std::vector<WrittenPartition>& partitions,
                                               bool interrupted) {
  LogSummary summary;
  summary.complete = !interrupted;
  RunEnd end{!interrupted, impl_->site_events, 0, {}, impl_->counted, impl_->client_schema};
  for (const WrittenPartition& partition : partitions) {
    end.partitions.push_back(partition);
    end.counted->merge(partition.counted);
    end.client_events += partition.events;
    summary.bytes += partition.bytes;
  }
  FrameWriter& frames = impl_->frames;
  auto done = frames.append(FrameType::run_end, words_of(end.partitions),
                            [&](capnp::MessageBuilder& message) { encode(end, message); });
  if (done && impl_->goes_over && !impl_->helps) done = take_names_back(*impl_->folder, partitions);
  if (done) done = frames.close();
  if (!done) return Failed<LogError>(done.error());
  summary.events = end.site_events + end.client_events;
  summary.bytes += frames.size();
  summary.digest = frames.digest();
  return summary;
}

}  // namespace tokenlife::events
