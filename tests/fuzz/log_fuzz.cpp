// A log of any bytes whose digests fit is refused, or read; and what it holds is the same however
// it is asked: all of it, by its index a moment or a client, stretch by stretch, or by shapes. The
// input is a packed log of either format. Its digests are made to fit, as one who forges a log
// would make them, so that what they guard is reached.
#include <algorithm>
#include <cstring>
#include <string>
#include <tuple>
#include <vector>

#include "core/token/sha256.hpp"
#include "events/batch_reader.hpp"
#include "events/replay.hpp"
#include "events/stretch_shapes.hpp"
#include "events/verify.hpp"
#include "fuzz/log_of_bytes.hpp"
#include "fuzz/target.hpp"

namespace tokenlife::test {
namespace {

constexpr std::size_t kIndexHead = 24;
constexpr std::size_t kEntryBytes = 16;
constexpr std::size_t kHashBytes = 32;

std::uint64_t number_at(const std::string& bytes, std::size_t at) {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}
std::string hash_of(const std::string& bytes) {
  const auto hash = sha256(bytes);
  return {hash.begin(), hash.end()};
}
void replace_all(std::string& in, const std::string& from, const std::string& to) {
  for (std::size_t at = in.find(from); at != std::string::npos;
       at = in.find(from, at + to.size())) {
    in.replace(at, from.size(), to);
  }
}

// The digests of a file's frames, as far as their lengths are good.
struct Digests {
  std::string first;
  std::string last;
};
Digests digests_in(const std::string& file) {
  Digests found;
  for (std::size_t at = 8; at + 8 <= file.size();) {
    const std::uint64_t payload = number_at(file, at) & UINT32_MAX;
    if (payload > file.size() || at + 8 + payload + kHashBytes > file.size()) break;
    at += 8 + payload + kHashBytes;
    found.last = file.substr(at - kHashBytes, kHashBytes);
    if (found.first.empty()) found.first = found.last;
  }
  return found;
}
Digests sign(std::string& file, std::string previous) {
  for (std::size_t at = 8; at + 8 <= file.size();) {
    const std::uint64_t payload = number_at(file, at) & UINT32_MAX;
    if (payload > file.size() || at + 8 + payload + kHashBytes > file.size()) break;
    previous = hash_of(previous + file.substr(at, 8 + payload));
    at += 8 + payload;
    file.replace(at, kHashBytes, previous);
    at += kHashBytes;
  }
  return digests_in(file);
}

// The files of a packed log, site.log first; none if its index is not one.
std::vector<std::string> files_in(const std::string& packed) {
  if (packed.size() < kIndexHead) return {};
  const std::uint64_t partitions = number_at(packed, 8);
  if (partitions > (packed.size() - kIndexHead) / kEntryBytes) return {};
  std::size_t at = kIndexHead + partitions * kEntryBytes + kHashBytes;
  std::vector<std::string> files;
  for (std::uint64_t i = 0; i <= partitions; ++i) {
    const std::size_t size_at = i == 0 ? 16 : kIndexHead + (i - 1) * kEntryBytes + 8;
    const std::uint64_t bytes = number_at(packed, size_at);
    if (at > packed.size() || bytes > packed.size() - at) return {};
    files.push_back(packed.substr(at, bytes));
    at += bytes;
  }
  return at == packed.size() ? files : std::vector<std::string>();
}

std::string with_digests(const std::string& packed) {
  std::vector<std::string> files = files_in(packed);
  if (files.empty()) return packed;
  const std::string old_header = digests_in(files[0]).first;
  const std::string header = sign(files[0], std::string(kHashBytes, '\0')).first;
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (!old_header.empty()) replace_all(files[i], old_header, header);
    const std::string old_last = digests_in(files[i]).last;
    const std::string last = sign(files[i], header).last;
    if (!old_last.empty()) replace_all(files[0], old_last, last);
  }
  sign(files[0], std::string(kHashBytes, '\0'));
  std::string result = packed.substr(0, kIndexHead + (files.size() - 1) * kEntryBytes);
  result += hash_of(result);
  for (const std::string& file : files) result += file;
  return result;
}

using Seen = std::pair<ClientNumber, Recorded<ClientEvent>>;

bool is_in(const events::ReadWindow& window, const Seen& seen) {
  const auto time = seen.second.time.time_since_epoch().count();
  return time >= window.from && time <= window.until && seen.first.value >= window.first_client &&
         seen.first.value <= window.last_client;
}

// What the window or the part has of the partition; nothing if it is refused.
template <class Part>
std::optional<std::vector<Seen>> seen_in(const events::LogReader& log,
                                         const events::PartitionSummary& partition,
                                         const Part& part) {
  std::vector<Seen> all;
  events::VariantVisitor visitor([&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
    all.emplace_back(client, recorded);
    return true;
  });
  const auto visited = events::visit_batches(log, partition, visitor, part);
  if (visited) return all;
  require(!visited.error().what.empty(), "an error says what is wrong");
  return std::nullopt;
}

struct CountShapes {
  std::size_t events = 0;
  void begin(const events::StretchView&) {}
  void begin(ClientNumber) {}
  void on(std::uint8_t, std::uint32_t) { ++events; }
};
// A visitor of all events that walks by shapes where it can.
struct ShapesFirst {
  CountShapes count{};
  bool begin(ClientNumber) { return true; }
  template <class Event>
  bool on(const Recorded<Event>&) {
    ++count.events;
    return true;
  }
};
events::WalkResult walk(std::span<events::StretchCursor> stretches,
                        events::StreamPosition& position, ShapesFirst& visitor) {
  const bool by_shapes = std::all_of(
      stretches.begin(), stretches.end(),
      [](const events::StretchCursor& cursor) { return events::has_codes_alone(cursor.view); });
  return by_shapes ? events::walk_shapes(stretches, position, visitor.count)
                   : events::walk<ShapesFirst>(stretches, position, visitor);
}

void check_partition(const events::LogReader& log, const events::PartitionSummary& partition) {
  const auto whole = seen_in(log, partition, events::ReadWindow{});
  ShapesFirst shapes;
  const auto by_shapes = events::visit_batches(log, partition, shapes);
  if (whole) {
    require(by_shapes && shapes.count.events == whole->size(), "there are as many by shapes");
    require(whole->size() == partition.events, "there are as many as site.log says");
  }
  const auto middle = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(log.header().duration.count() / 2, 0, UINT32_MAX));
  const std::uint32_t first = partition.partition * events::kPartitionClients;
  for (const events::ReadWindow& window :
       {events::ReadWindow{0, middle}, events::ReadWindow{middle, UINT32_MAX},
        events::ReadWindow{middle, middle, first + 1, first + 3},
        events::ReadWindow{0, UINT32_MAX, first, first}}) {
    const auto some = seen_in(log, partition, window);
    if (!whole) continue;
    require(some.has_value(), "what is sound is sound in part");
    std::vector<Seen> expected;
    std::vector<Seen> found;
    const auto wanted = [&](const Seen& seen) { return is_in(window, seen); };
    std::copy_if(whole->begin(), whole->end(), std::back_inserter(expected), wanted);
    std::copy_if(some->begin(), some->end(), std::back_inserter(found), wanted);
    require(found == expected, "a window shows what is in it");
  }
  const auto parts = events::parts_of(log, partition, events::ReadWindow{});
  if (!parts) {
    require(!whole, "what is sound has an index");
    return;
  }
  std::size_t events = 0;
  for (const events::PartPlace& part : *parts) {
    const auto some = seen_in(log, partition, part);
    require(!whole || some.has_value(), "each part of what is sound is");
    if (some) events += some->size();
  }
  require(!whole || events == whole->size(), "the parts are the whole");
}

void check_log(const std::string& bytes) {
  const auto log = log_of_bytes(bytes);
  if (!log) return;
  for (const events::PartitionSummary& partition : log->partitions()) {
    check_partition(*log, partition);
  }
  const auto facts = events::verify(*log);
  const auto population = events::replay_population(*log);
  require(!facts || population.has_value(), "what is verified can be replayed");
}

}  // namespace
}  // namespace tokenlife::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tokenlife::test;
  check_log(with_digests(std::string(text_of(data, size))));
  return 0;
}
