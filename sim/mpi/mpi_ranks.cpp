#include "sim/mpi/mpi_ranks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "sim/engine/part_bytes.hpp"
#include "sim/engine/simulation.hpp"

namespace tokenlife::sim {
namespace {

using namespace std::chrono_literals;

// A message is not longer than MPI can count.
constexpr std::size_t kMessageBytesMax = std::size_t{1} << 30;
// Of each rank, where all get those of all.
constexpr std::size_t kPieceBytesMax = std::size_t{1} << 20;

// Errors of MPI end the job: that is what it does by default, with a message.
void wait_for(MPI_Request& request) {
  int done = 0;
  MPI_Test(&request, &done, MPI_STATUS_IGNORE);
  for (auto pause = 20us; done == 0; pause = std::min<std::chrono::microseconds>(pause * 2, 5ms)) {
    std::this_thread::sleep_for(pause);
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
  }
}

template <class Begin>
void complete(const Begin& begin) {
  MPI_Request request = MPI_REQUEST_NULL;
  begin(&request);
  wait_for(request);
}

// The bytes of a text, from the root to all, or from one rank to another.
template <class Move>
void in_messages(std::string& text, const Move& move) {
  for (std::size_t at = 0; at < text.size(); at += kMessageBytesMax) {
    const auto count = static_cast<int>(std::min(kMessageBytesMax, text.size() - at));
    complete([&](MPI_Request* request) { move(text.data() + at, count, request); });
  }
}

void broadcast(std::string& text, int root) {
  std::uint64_t size = text.size();
  complete([&](MPI_Request* request) {
    MPI_Ibcast(&size, 1, MPI_UINT64_T, root, MPI_COMM_WORLD, request);
  });
  text.resize(size);
  in_messages(text, [&](char* data, int count, MPI_Request* request) {
    MPI_Ibcast(data, count, MPI_CHAR, root, MPI_COMM_WORLD, request);
  });
}

template <class Bytes>
void pass_error(Bytes& bytes, Error& error) {
  bytes(error.kind);
  bytes(error.place);
  bytes(error.what);
  bytes(error.advice);
}

}  // namespace

MpiRanks::MpiRanks() {
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  MPI_Comm_dup(MPI_COMM_WORLD, &watching_);
  MPI_Comm machine{};
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
  MPI_Comm_size(machine, &of_machine_);
  MPI_Comm_free(&machine);
}

MpiRanks::~MpiRanks() { MPI_Comm_free(&watching_); }

unsigned MpiRanks::threads() const {
  return std::max(1U, std::thread::hardware_concurrency() / static_cast<unsigned>(of_machine_));
}

Result<void, Error> MpiRanks::agree(const Result<void, Error>& own) {
  int first = own ? size_ : rank_;
  complete([&](MPI_Request* request) {
    MPI_Iallreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, MPI_COMM_WORLD, request);
  });
  if (first == size_) return {};
  std::string text;
  if (first == rank_) {
    Error error = own.error();
    BytesOut out;
    pass_error(out, error);
    text = out.take();
  }
  broadcast(text, first);
  // With its source line and other mistakes, where it is rank 0's own.
  if (first == rank_) return own;
  Error error;
  BytesIn in(text);
  pass_error(in, error);
  error.place = fmt::format("rank {}{}{}", first, error.place.empty() ? "" : ": ", error.place);
  return Failed<Error>(std::move(error));
}

std::vector<std::string> MpiRanks::gather(const std::string& own) {
  std::uint64_t bytes = own.size();
  std::vector<std::uint64_t> sizes(rank_ == 0 ? static_cast<std::size_t>(size_) : 0);
  complete([&](MPI_Request* request) {
    MPI_Igather(&bytes, 1, MPI_UINT64_T, sizes.data(), 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, request);
  });
  std::string text = own;
  if (rank_ != 0) {
    in_messages(text, [](char* data, int count, MPI_Request* request) {
      MPI_Isend(data, count, MPI_CHAR, 0, 0, MPI_COMM_WORLD, request);
    });
    return {};
  }
  std::vector<std::string> texts{std::move(text)};
  for (int from = 1; from < size_; ++from) {
    std::string other(sizes[static_cast<std::size_t>(from)], '\0');
    in_messages(other, [&](char* data, int count, MPI_Request* request) {
      MPI_Irecv(data, count, MPI_CHAR, from, 0, MPI_COMM_WORLD, request);
    });
    texts.push_back(std::move(other));
  }
  return texts;
}

// Mostly a few bytes each, which go in one message with their number; what is longer follows.
std::vector<std::string> MpiRanks::exchange(const std::string& own) {
  struct Letter {
    std::uint64_t size = 0;
    std::array<char, 248> text{};
  };
  const auto ranks = static_cast<std::size_t>(size_);
  Letter letter{own.size()};
  own.copy(letter.text.data(), letter.text.size());
  std::vector<Letter> letters(ranks);
  MPI_Allgather(&letter, sizeof letter, MPI_CHAR, letters.data(), sizeof letter, MPI_CHAR,
                MPI_COMM_WORLD);
  std::vector<std::string> texts;
  std::size_t longest = 0;
  for (const Letter& from : letters) {
    texts.emplace_back(from.text.data(), std::min(from.size, from.text.size()));
    longest = std::max<std::size_t>(longest, from.size);
  }
  std::string piece;
  std::string pieces;
  for (std::size_t at = letter.text.size(); at < longest; at += piece.size()) {
    piece.assign(std::min(kPieceBytesMax, longest - at), '\0');
    if (at < own.size()) own.copy(piece.data(), piece.size(), at);
    pieces.resize(piece.size() * ranks);
    const auto count = static_cast<int>(piece.size());
    MPI_Allgather(piece.data(), count, MPI_CHAR, pieces.data(), count, MPI_CHAR, MPI_COMM_WORLD);
    for (std::size_t r = 0; r < ranks; ++r) {
      if (at >= letters[r].size) continue;
      const std::size_t size = std::min<std::size_t>(piece.size(), letters[r].size - at);
      texts[r].append(pieces, r * piece.size(), size);
    }
  }
  return texts;
}

void MpiRanks::begin(RunControl& control) {
  is_done_ = false;
  watcher_ = std::thread([this, &control] { watch(control); });
}

void MpiRanks::end() {
  {
    const std::lock_guard lock(mutex_);
    is_done_ = true;
  }
  wake_.notify_one();
  watcher_.join();
}

// All look at the same time, again and again, until all are done.
void MpiRanks::watch(RunControl& control) {
  for (;;) {
    bool done = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, 100ms, [this] { return is_done_; });
      done = is_done_;
    }
    const std::array<std::uint64_t, 4> own{control.clients_done.load(), control.events_done.load(),
                                           control.stopped() ? 1U : 0U, done ? 1U : 0U};
    std::array<std::uint64_t, 4> all{};
    complete([&](MPI_Request* request) {
      MPI_Iallreduce(own.data(), all.data(), 4, MPI_UINT64_T, MPI_SUM, watching_, request);
    });
    control.clients_elsewhere = all[0] - own[0];
    control.events_elsewhere = all[1] - own[1];
    if (all[2] > 0) control.stop = true;
    if (all[3] == static_cast<std::uint64_t>(size_)) return;
  }
}

int MpiRanks::status_for_all(int own) {
  complete([&](MPI_Request* request) { MPI_Ibcast(&own, 1, MPI_INT, 0, MPI_COMM_WORLD, request); });
  return own;
}

}  // namespace tokenlife::sim
