#include "events/sorted_runs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "events/temporary_file.hpp"

namespace tokenlife::events {
namespace {

// What is written or read of a run at a time.
constexpr std::size_t kBufferBytes = std::size_t{1} << 16;
constexpr std::size_t kHeadBytes = sizeof(EventKey) + sizeof(packed_detail::Head);

}  // namespace

SortedRuns::~SortedRuns() {
  if (descriptor_ != -1) ::close(descriptor_);
}

Result<void, LogError> SortedRuns::add(const PackedEvents& events) {
  if (events.keys.empty()) return {};
  if (descriptor_ == -1) {
    folder_ = temporary_folder();
    descriptor_ = make_temporary_file();
    if (descriptor_ == -1) return Failed<LogError>(error("make", errno));
  }
  auto run = std::make_unique<Run>(Run{size_, size_, {}});
  std::vector<std::byte> bytes;
  const auto write = [&]() -> Result<void, LogError> {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t count = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                     static_cast<off_t>(size_));
      const int why = errno;
      if (count == -1 && why == EINTR) continue;
      if (count == -1) return Failed<LogError>(error("write", why));
      done += static_cast<std::size_t>(count);
      size_ += static_cast<std::uint64_t>(count);
    }
    bytes.clear();
    return {};
  };
  for (const EventKey& key : events.keys) {
    const auto head = std::as_bytes(std::span(&key, 1));
    const auto rest = events.rest(key);
    bytes.insert(bytes.end(), head.begin(), head.end());
    bytes.insert(bytes.end(), rest.begin(), rest.end());
    if (bytes.size() < kBufferBytes) continue;
    if (auto done = write(); !done) return done;
  }
  if (auto done = write(); !done) return done;
  run->end = size_;
  const auto has = read_next(*run);
  if (!has) return Failed<LogError>(has.error());
  runs_.push_back(std::move(run));
  std::push_heap(runs_.begin(), runs_.end(), is_later);
  return {};
}

Result<void, LogError> SortedRuns::drop_first() {
  std::pop_heap(runs_.begin(), runs_.end(), is_later);
  const auto has = read_next(*runs_.back());
  if (!has) return Failed<LogError>(has.error());
  if (*has) {
    std::push_heap(runs_.begin(), runs_.end(), is_later);
  } else {
    runs_.pop_back();
  }
  return {};
}

bool SortedRuns::is_later(const std::unique_ptr<Run>& a, const std::unique_ptr<Run>& b) {
  return b->key < a->key;
}

std::span<const std::byte> SortedRuns::Run::rest() const {
  packed_detail::Head head;
  std::memcpy(&head, buffer.data() + at - sizeof head, sizeof head);
  return {buffer.data() + at - sizeof head, sizeof head + head.bytes};
}

// Moves on to the next event of the run, if there is one.
Result<bool, LogError> SortedRuns::read_next(Run& run) {
  if (run.at != 0) run.at += run.rest().size() - sizeof(packed_detail::Head);
  if (run.at == run.buffer.size() && run.next == run.end) return false;
  if (auto filled = fill(run, kHeadBytes); !filled) return Failed<LogError>(filled.error());
  std::memcpy(&run.key, run.buffer.data() + run.at, sizeof run.key);
  run.at += kHeadBytes;
  packed_detail::Head head;
  std::memcpy(&head, run.buffer.data() + run.at - sizeof head, sizeof head);
  run.at -= kHeadBytes;
  auto filled = fill(run, kHeadBytes + head.bytes);
  if (!filled) return Failed<LogError>(filled.error());
  run.at += kHeadBytes;
  return true;
}

// Makes sure that so many bytes can be used from `at` on.
Result<void, LogError> SortedRuns::fill(Run& run, std::size_t wanted) {
  if (run.buffer.size() - run.at >= wanted) return {};
  run.buffer.erase(run.buffer.begin(), run.buffer.begin() + static_cast<std::ptrdiff_t>(run.at));
  run.at = 0;
  std::size_t have = run.buffer.size();
  run.buffer.resize(have + std::min<std::uint64_t>(kBufferBytes, run.end - run.next));
  while (have < run.buffer.size()) {
    const ssize_t count = ::pread(descriptor_, run.buffer.data() + have, run.buffer.size() - have,
                                  static_cast<off_t>(run.next));
    const int why = count == 0 ? EIO : errno;
    if (count == -1 && why == EINTR) continue;
    if (count <= 0) return Failed<LogError>(error("read", why));
    have += static_cast<std::size_t>(count);
    run.next += static_cast<std::uint64_t>(count);
  }
  return {};
}

LogError SortedRuns::error(const char* doing, int why) const {
  return {LogError::Kind::io, folder_, std::nullopt,
          std::string("cannot ") + doing +
              " a temporary file there (TMPDIR names another folder): " +
              std::system_category().message(why)};
}

}  // namespace tokenlife::events
