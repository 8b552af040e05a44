#include "events/batch_reader.hpp"

#include <algorithm>
#include <iterator>

#include "core/ensure.hpp"
#include "events/batch_codec.hpp"
#include "events/site_codec.hpp"
#include "events/stretch_codec.hpp"
#include "events/typed_frame.hpp"

namespace tokenlife::events {
namespace {

std::string_view text_of(WalkResult walk) {
  switch (walk) {
    case WalkResult::done:
    case WalkResult::stopped: return "nothing is wrong";
    case WalkResult::slices_do_not_add_up:
      return "the slices of the streams do not add up to the events of the batch";
    case WalkResult::client_out_of_order:
      return "a client is missing, out of order or in the wrong partition";
    case WalkResult::gap_in_stream: return "the numbering of a client's events has a gap";
    case WalkResult::time_goes_back: return "time goes back in a client's stream";
    case WalkResult::unknown_kind: return "an event is of an unknown kind";
    case WalkResult::unknown_cause: return "an event has an unknown cause";
    case WalkResult::bad_detail: return "the details of an event are out of range";
    case WalkResult::column_too_short: return "a column has too few entries";
    case WalkResult::column_too_long: return "a column has too many entries";
    case WalkResult::unknown_code: return "the code of an event stands for no shape";
    case WalkResult::time_beyond_stretch: return "an event is later than its stretch of time";
  }
  return "?";
}

// A stretch that has been read, and the memory in which it lies.
struct LoadedStretch {
  std::vector<std::uint64_t> frame;
  StretchStore store;
  StretchView view;
  StretchPlace place;
};

bool goes_on(const StretchHead& head, const StretchHead& before) {
  return head.number == before.number + 1 && head.first_client == before.first_client &&
         head.clients == before.clients && head.from > before.until;
}

// Of the same clients, and later.
bool is_behind(const StretchPlace& place, const StretchPlace& before) {
  return place.first_client == before.first_client && place.clients == before.clients &&
         place.from > before.until;
}

}  // namespace

struct BatchReader::Impl {
  FrameReader file;
  PartitionSummary summary;
  ReadWindow window;
  StreamPosition position{};
  std::uint64_t offset = 0;  // of the frame read last
  BatchStore store{};        // of format 1
  // Those that are walked together, and perhaps the one behind them.
  std::vector<std::unique_ptr<LoadedStretch>> loaded{};
  std::size_t walked = 0;                               // of them, from the first
  std::vector<std::unique_ptr<LoadedStretch>> spare{};  // whose memory can be used again
  std::vector<StretchCursor> cursors{};
  std::vector<StretchPlace> places{};  // read so far; in a window, those to be read
  std::size_t next_place = 0;
  std::optional<PartitionEnd> end{};

  bool is_whole() const { return !position.has_gaps; }

  Result<void, LogError> read_header(const Digest& run_header) {
    PartitionHeader header;
    auto read = decode_frame(file, file.next(), FrameType::partition_header,
                             "the header frame of a partition",
                             [&](capnp::MessageReader& m) { header = decode_partition_header(m); });
    if (!read) return read;
    if (header.run_header != run_header || header.partition != summary.partition ||
        header.first_client != position.first_client) {
      return Failed<LogError>(
          file.corrupt(kMagicBytes, "the file belongs to another run or another partition"));
    }
    return {};
  }

  Result<void, LogError> read_end(const Result<Frame, LogError>& frame) {
    PartitionEnd read;
    auto decoded =
        decode_frame(file, frame, FrameType::partition_end, "a batch of events or the end frame",
                     [&](capnp::MessageReader& m) { read = decode_partition_end(m); });
    if (!decoded) return decoded;
    if (read.clients != summary.clients || read.events != summary.events ||
        file.digest() != summary.digest) {
      return Failed<LogError>(
          file.corrupt(frame->offset, "the file is not the one that site.log lists"));
    }
    if (is_whole() && read.stretches != places) {
      return Failed<LogError>(
          file.corrupt(frame->offset, "the end frame lists other stretches than there are"));
    }
    end = std::move(read);
    return file.check_end();
  }

  // Once all batches have been walked.
  Result<void, LogError> check_sums() const {
    if (!is_whole()) return {};
    if (end->events == position.events && end->clients <= position.streams) return {};
    return Failed<LogError>(
        file.corrupt(offset, "the numbers of clients and events do not add up"));
  }

  // Only what the window needs, by the index at the file's end.
  Result<void, LogError> seek() {
    position.has_gaps = true;
    const auto frame = file.last_frame();
    if (auto read = read_end(frame); !read) return read;
    for (const StretchPlace& place : end->stretches) {
      if (!window.wants(place.from, place.until, place.first_client, place.clients)) continue;
      if (std::binary_search(window.starts.begin(), window.starts.end(), place.offset)) {
        while (!places.empty() && is_behind(place, places.back())) places.pop_back();
      }
      places.push_back(place);
    }
    return {};
  }

  Result<void, LogError> load(const Frame& frame) {
    std::unique_ptr<LoadedStretch> stretch;
    if (spare.empty()) {
      stretch = std::make_unique<LoadedStretch>();
    } else {
      stretch = std::move(spare.back());
      spare.pop_back();
    }
    const auto wrong = read_message(
        frame.payload, [&](capnp::MessageReader& m) { stretch->view = decode(m, stretch->store); });
    if (wrong) return Failed<LogError>(error_in(file, frame, *wrong));
    file.swap_memory(stretch->frame);
    stretch->view.offset = frame.offset;
    const StretchHead& head = stretch->view.head;
    stretch->place = {frame.offset, head.first_client, head.clients,
                      head.from,    head.until,        head.events};
    loaded.push_back(std::move(stretch));
    return {};
  }

  // To that stretch alone, between parts. In format 1 the part is all of the file, which is read
  // once.
  void go_to(const PartPlace& part) {
    if (!part.stretch) return;
    StreamPosition begin;
    begin.first_client = position.first_client;
    begin.end_client = position.end_client;
    begin.has_gaps = true;
    position = begin;
    places = {*part.stretch};
    next_place = 0;
  }

  // Reads on: a stretch more, or the end.
  Result<void, LogError> read_on() {
    if (!is_whole()) {
      if (next_place == places.size()) return {};
      const auto frame = file.frame_at(places[next_place].offset);
      if (!frame) return Failed<LogError>(frame.error());
      offset = frame->offset;
      if (!is(*frame, FrameType::client_stretch)) {
        return Failed<LogError>(file.corrupt(offset, "expected a stretch of events"));
      }
      if (auto good = load(*frame); !good) return good;
      if (loaded.back()->place == places[next_place++]) return {};
      return Failed<LogError>(file.corrupt(offset, "the stretch is not the one that is listed"));
    }
    const auto frame = file.next();
    if (!frame) return Failed<LogError>(frame.error());
    offset = frame->offset;
    if (!is(*frame, FrameType::client_stretch)) return read_end(frame);
    if (auto good = load(*frame); !good) return good;
    places.push_back(loaded.back()->place);
    return {};
  }

  bool has_more() const { return loaded.size() > walked; }

  // The stretches of the next batch.
  Result<std::optional<Batch>, LogError> next_stretches() {
    const auto behind = loaded.begin() + static_cast<std::ptrdiff_t>(walked);
    spare.insert(spare.end(), std::move_iterator(loaded.begin()), std::move_iterator(behind));
    loaded.erase(loaded.begin(), behind);
    walked = 0;
    if (!has_more() && !end_is_near()) {
      if (auto read = read_on(); !read) return Failed<LogError>(read.error());
    }
    if (!has_more()) {
      if (auto good = check_sums(); !good) return Failed<LogError>(good.error());
      return std::optional<Batch>();
    }
    std::uint64_t events = 0;
    while (has_more()) {
      const StretchHead& head = loaded[walked]->view.head;
      if (walked == 0 && is_whole() && head.number != 0) {
        return Failed<LogError>(file.corrupt(loaded[0]->place.offset, kOutOfOrder));
      }
      if (walked != 0 && !belongs(head)) break;
      events += head.events;
      ++walked;
      if (!has_more() && !end_is_near()) {
        if (auto read = read_on(); !read) return Failed<LogError>(read.error());
      }
    }
    if (has_more() && is_whole() && loaded[walked]->view.head.number != 0) {
      return Failed<LogError>(file.corrupt(loaded[walked]->place.offset, kOutOfOrder));
    }
    if (events > ClientBatch::kEvents) {
      return Failed<LogError>(
          file.corrupt(loaded[0]->place.offset, "the stretches of a batch have too many events"));
    }
    cursors.clear();
    for (std::size_t i = 0; i < walked; ++i) cursors.emplace_back(loaded[i]->view);
    return std::optional<Batch>(std::span(cursors));
  }

  bool end_is_near() const { return is_whole() ? end.has_value() : next_place == places.size(); }

  // Whether the stretch is of the same batch as those before it.
  bool belongs(const StretchHead& head) const {
    const StretchHead& before = loaded[walked - 1]->view.head;
    if (is_whole()) return goes_on(head, before);
    return head.first_client == before.first_client && head.clients == before.clients &&
           head.number > before.number && head.from > before.until;
  }

  static constexpr const char* kOutOfOrder = "a stretch of time is missing or out of order";
};

BatchReader::BatchReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BatchReader::BatchReader(BatchReader&&) noexcept = default;
BatchReader& BatchReader::operator=(BatchReader&&) noexcept = default;
BatchReader::~BatchReader() = default;

Result<BatchReader, LogError> BatchReader::open_file(const LogReader& log,
                                                     const PartitionSummary& partition,
                                                     const ReadWindow& window) {
  const ClientRange clients = clients_of_partition(partition.partition, log.header().clients);
  ensure(clients.count() != 0, "a partition of this log");
  auto file = FrameReader::open(*log.files_, log.name_of(partition), kPartitionMagic,
                                log.header_digest_, partition.bytes);
  if (!file) return Failed<LogError>(file.error());
  auto impl = std::make_unique<Impl>(Impl{std::move(*file), partition, window});
  impl->position.first_client = clients.first_client().value;
  impl->position.end_client = static_cast<std::uint32_t>(clients.end);
  auto good = impl->read_header(log.header_digest_);
  if (!good) return Failed<LogError>(good.error());
  return BatchReader(std::move(impl));
}

Result<BatchReader, LogError> BatchReader::open(const LogReader& log,
                                                const PartitionSummary& partition,
                                                const ReadWindow& window) {
  auto reader = open_file(log, partition, window);
  if (!reader || window.is_all() || reader->impl_->file.version() == 1) return reader;
  if (auto good = reader->impl_->seek(); !good) return Failed<LogError>(good.error());
  return reader;
}

Result<BatchReader, LogError> BatchReader::open(const LogReader& log,
                                                const PartitionSummary& partition,
                                                const PartPlace& part) {
  auto reader = open_file(log, partition, {});
  if (reader) reader->go_to(part);
  return reader;
}

void BatchReader::go_to(const PartPlace& part) { impl_->go_to(part); }

Result<std::vector<PartPlace>, LogError> parts_of(const LogReader& log,
                                                  const PartitionSummary& partition,
                                                  const ReadWindow& window) {
  auto reader = BatchReader::open_file(log, partition, window);
  if (!reader) return Failed<LogError>(log.blame(reader.error()));
  if (reader->impl_->file.version() == 1) return std::vector{PartPlace{}};
  if (auto good = reader->impl_->seek(); !good) return Failed<LogError>(log.blame(good.error()));
  std::vector<PartPlace> parts;
  for (const StretchPlace& place : reader->impl_->places) parts.push_back({place.from, place});
  return parts;
}

Result<std::optional<Batch>, LogError> BatchReader::next() {
  if (impl_->file.version() != 1) return impl_->next_stretches();
  const auto frame = impl_->file.next();
  if (!frame) return Failed<LogError>(frame.error());
  impl_->offset = frame->offset;
  if (is(*frame, FrameType::client_batch)) {
    BatchView view;
    // The view points into the frame, which stays until the next one is read.
    const auto wrong = read_message(
        frame->payload, [&](capnp::MessageReader& m) { view = decode(m, impl_->store); });
    if (wrong) return Failed<LogError>(error_in(impl_->file, *frame, *wrong));
    return std::optional<Batch>(view);
  }
  auto good = impl_->read_end(frame);
  if (good) good = impl_->check_sums();
  if (!good) return Failed<LogError>(good.error());
  return std::optional<Batch>();
}

StreamPosition& BatchReader::position() { return impl_->position; }

std::uint64_t BatchReader::offset() const { return impl_->offset; }

LogError BatchReader::fault(WalkResult walk) const {
  const std::uint64_t offset =
      impl_->walked == 0 ? impl_->offset : impl_->loaded[impl_->position.stretch]->place.offset;
  const std::string client = std::to_string(impl_->position.client);
  return impl_->file.corrupt(offset,
                             std::string(text_of(walk)) + " (at or after client " + client + ")");
}

}  // namespace tokenlife::events
