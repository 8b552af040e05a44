#include "events/partition_states.hpp"

#include <algorithm>
#include <system_error>

#include "events/event.capnp.h"
#include "events/frame_writer.hpp"
#include "events/log_files.hpp"
#include "events/standing.hpp"
#include "events/typed_frame.hpp"

namespace tokenlife::events {
namespace {

constexpr std::size_t kStructAndTags = 32;

std::size_t words_of(const KeptStates& kept) {
  return kStructAndTags + kept.shapes.size() + kept.codes.size() / 8 + kept.ages.size() / 4 +
         kept.numbers.size() / 8 + 2 * kept.guids.size();
}

template <class Number>
void put(const std::vector<Number>& from, auto to) {
  for (unsigned i = 0; i < to.size(); ++i) to.set(i, from[i]);
}
unsigned count_of(const auto& column) { return static_cast<unsigned>(column.size()); }

void encode(const KeptStates& kept, capnp::MessageBuilder& message) {
  auto to = message.initRoot<wire::ClientStates>();
  to.setStretch(kept.stretch);
  to.setFirstClient(kept.first_client);
  to.setClients(kept.clients);
  to.setFrom(kept.from);
  to.setGoesOn(kept.goes_on);
  to.setTimeUnit(kept.time_unit);
  to.setValidSeconds(kept.valid_seconds);
  to.setSigner(kept.signer);
  put(kept.shapes, to.initShapes(count_of(kept.shapes)));
  std::copy(kept.codes.begin(), kept.codes.end(), to.initCodes(count_of(kept.codes)).begin());
  put(kept.ages, to.initAges(count_of(kept.ages)));
  std::copy(kept.numbers.begin(), kept.numbers.end(),
            to.initNumbers(count_of(kept.numbers)).begin());
  auto guids = to.initGuids(count_of(kept.guids));
  for (unsigned i = 0; i < guids.size(); ++i) {
    guids[i].setHigh(kept.guids[i].high);
    guids[i].setLow(kept.guids[i].low);
  }
}

template <class Number>
std::vector<Number> numbers_of(auto list) {
  std::vector<Number> numbers(list.size());
  for (unsigned i = 0; i < list.size(); ++i) numbers[i] = list[i];
  return numbers;
}

KeptStates decode(capnp::MessageReader& message) {
  const auto from = message.getRoot<wire::ClientStates>();
  KeptStates kept;
  kept.stretch = from.getStretch();
  kept.first_client = from.getFirstClient();
  kept.clients = from.getClients();
  kept.from = from.getFrom();
  kept.goes_on = from.getGoesOn();
  kept.time_unit = from.getTimeUnit();
  kept.valid_seconds = from.getValidSeconds();
  kept.signer = from.getSigner();
  kept.shapes = numbers_of<std::uint64_t>(from.getShapes());
  const auto codes = from.getCodes();
  kept.codes.assign(codes.begin(), codes.end());
  kept.ages = numbers_of<std::uint16_t>(from.getAges());
  const auto numbers = from.getNumbers();
  kept.numbers.assign(numbers.begin(), numbers.end());
  for (const auto guid : from.getGuids()) kept.guids.push_back({guid.getHigh(), guid.getLow()});
  return kept;
}

void encode_end(const Digest& partition, const std::vector<KeptStates>& kept,
                std::span<const std::uint64_t> frames, capnp::MessageBuilder& message) {
  auto end = message.initRoot<wire::StatesEnd>();
  end.setPartition({partition.bytes.data(), partition.bytes.size()});
  auto places = end.initStates(count_of(kept));
  for (unsigned i = 0; i < places.size(); ++i) {
    places[i].setStretch(kept[i].stretch);
    places[i].setFrame(frames[i]);
  }
}

// It had its name, and so was whole.
LogError as_damage(LogError error) {
  if (error.kind == LogError::Kind::interrupted) error.kind = LogError::Kind::corrupt;
  return error;
}

// Which client differs first, if one does.
std::optional<std::uint32_t> differing_client(const KeptStates& a, const KeptStates& b) {
  std::vector<ServiceState> of_a;
  std::vector<ServiceState> of_b;
  if (!decode_states(a, of_a) || !decode_states(b, of_b)) return std::nullopt;
  const auto differs = std::mismatch(of_a.begin(), of_a.end(), of_b.begin(), of_b.end()).first;
  if (differs == of_a.end()) return std::nullopt;
  return a.first_client + static_cast<std::uint32_t>(differs - of_a.begin());
}

}  // namespace

Result<void, LogError> write_states(const std::filesystem::path& folder, std::uint32_t partition,
                                    const Digest& digest, const std::vector<KeptStates>& kept,
                                    bool goes_over) {
  const std::filesystem::path path = folder / states_file_name(partition);
  if (kept.empty()) {
    std::error_code ignored;
    if (goes_over) std::filesystem::remove(path, ignored);
    return {};
  }
  auto file = goes_over ? OutputFile::go_over(path) : OutputFile::create(path);
  if (!file) return Failed<LogError>(file.error());
  auto writer = FrameWriter::start(std::move(*file), kStatesMagic, digest);
  if (!writer) return Failed<LogError>(writer.error());
  std::vector<std::uint64_t> frames;
  Result<void, LogError> done;
  for (auto some = kept.begin(); done && some != kept.end(); ++some) {
    frames.push_back(writer->size());
    done = writer->append(FrameType::client_states, words_of(*some),
                          [&](capnp::MessageBuilder& message) { encode(*some, message); });
  }
  if (done) {
    done = writer->append(
        FrameType::states_end, kStructAndTags + 2 * kept.size(),
        [&](capnp::MessageBuilder& message) { encode_end(digest, kept, frames, message); });
  }
  return done ? writer->close() : done;
}

Result<PartitionStates, LogError> PartitionStates::open(const LogReader& log,
                                                        const PartitionSummary& partition) {
  const std::string name = states_file_name(partition.partition);
  PartitionStates states;
  if (log.files().is_packed() || !log.files().has(name)) return states;
  auto file = FrameReader::open(log.files(), name, kStatesMagic, partition.digest, std::nullopt);
  if (!file) return Failed<LogError>(as_damage(file.error()));
  states.file_ = std::move(*file);
  if (states.file_->version() == 1)
    return Failed<LogError>(states.error("is of an unknown version"));
  const auto done = states.read_end(partition.digest);
  if (!done) return Failed<LogError>(as_damage(done.error()));
  return states;
}

Result<void, LogError> PartitionStates::read_end(const Digest& partition) {
  const auto frame = file_->last_frame();
  return decode_frame(
      *file_, frame, FrameType::states_end, "the end frame of states",
      [&](capnp::MessageReader& message) {
        const auto end = message.getRoot<wire::StatesEnd>();
        const auto digest = end.getPartition();
        if (!std::equal(digest.begin(), digest.end(), partition.bytes.begin(),
                        partition.bytes.end())) {
          throw Malformed{"the states are those of another partition, or of another run"};
        }
        for (const auto place : end.getStates()) {
          const bool increases = stretches_.empty() || place.getStretch() > stretches_.back();
          if (!increases) throw Malformed{"the states are out of order"};
          stretches_.push_back(place.getStretch());
          frames_.push_back(place.getFrame());
        }
        if (frames_.empty()) throw Malformed{"there are no states"};
        end_ = frame->offset;
      });
}

Result<KeptStates, LogError> PartitionStates::read(std::size_t place) {
  KeptStates kept;
  const auto frame = file_->frame_at(frames_[place]);
  const auto done = decode_frame(*file_, frame, FrameType::client_states, "states of clients",
                                 [&](capnp::MessageReader& message) { kept = decode(message); });
  if (!done) return Failed<LogError>(as_damage(done.error()));
  return kept;
}

// Each frame is checked with the digest before it, so that only what lies between is left.
Result<std::vector<KeptStates>, LogError> PartitionStates::read_all() {
  std::vector<KeptStates> all;
  std::uint64_t next = file_ ? std::uint64_t{kMagicBytes} : end_;
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    if (frames_[i] != next) return Failed<LogError>(error("the states do not follow each other"));
    auto kept = read(i);
    if (!kept) return Failed<LogError>(kept.error());
    all.push_back(std::move(*kept));
    next = file_->position();
  }
  if (next == end_) return all;
  return Failed<LogError>(error("the states do not follow each other"));
}

LogError PartitionStates::error(std::string what) const {
  return {LogError::Kind::corrupt, file_->path(), std::nullopt, std::move(what)};
}

std::string difference(const std::vector<KeptStates>& kept,
                       const std::vector<KeptStates>& followed) {
  const auto [differs, instead] =
      std::mismatch(kept.begin(), kept.end(), followed.begin(), followed.end());
  if (differs == kept.end() && instead == followed.end()) return "";
  std::string what = "the states that are kept are not those that follow from the events";
  if (differs == kept.end() || instead == followed.end()) return what;
  what += ": second " + std::to_string(differs->from) + " of the run";
  const auto client = differing_client(*differs, *instead);
  return client ? what + ", client " + std::to_string(*client) : what;
}

}  // namespace tokenlife::events
