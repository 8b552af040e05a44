// Walks the stretches of a batch for where its clients stand at the end, and nothing else: stretch
// by stretch, as they lie in memory, with many clients under way at once.
//
// It accepts only what is sound beyond doubt. Of a batch in which anything is odd it says no more
// than that, and walk() of stretch_view.hpp tells what it is, or finds that it is good after all:
// so that there is one account of what is wrong with a log. Not installed.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "events/move_column.hpp"
#include "events/network_move.hpp"
#include "events/standing.hpp"
#include "events/stretch_view.hpp"

namespace tokenlife::events {

class PopulationWalk {
 public:
  // `none` is a client before its first event; those later than `until` change nothing.
  PopulationWalk(const ServiceReplay& none, Instant until) : none_(none), until_(until) {}

  // False: not certain; then what the clients are means nothing. Precondition: the stretches are
  // those of a whole batch, or the last ones of it, before which its clients were `known`. `first`:
  // the first of their clients, if it has events before them, and the position behind those.
  bool walk(std::span<const StretchCursor> stretches, std::span<const ServiceState> known,
            const ServiceReplay* first, const StreamPosition& position);

  // The same step by step: the clients as they are before the first stretch,
  void begin(const StretchHead& head, const ServiceReplay* first, const StreamPosition& position);
  // and behind the next. False as above.
  bool step(const StretchCursor& stretch);

  // How the clients of the batch end, in the order of their numbers.
  std::span<const ServiceReplay> clients();
  // Of the last of them, for who goes on with it.
  std::uint32_t last_seq_end() const {
    return lanes_.back().next_seq == Lane::kAnySeq ? 0 : lanes_.back().next_seq;
  }
  std::uint32_t last_time() const { return lanes_.back().last_time; }
  std::uint64_t events() const { return events_; }

 private:
  // What changes with most events of a client.
  struct Lane {
    // Of one of which is known how it is, and not how many events made it so.
    static constexpr std::uint32_t kAnySeq = UINT32_MAX;
    // Far from where sequence numbers end.
    static constexpr std::uint32_t kSeqMax = INT32_MAX;

    std::uint32_t next_seq = 0;
    std::uint32_t last_time = 0;
    ClientPlace place = 0;

    bool goes_on_at(std::uint32_t seq) const {
      return next_seq == kAnySeq ? seq <= kSeqMax : seq == next_seq;
    }
  };
  // Where a slice has been walked to.
  struct Slice {
    batch_detail::CodedColumns columns;
    std::uint32_t client;
    std::uint32_t seq;
  };

  void go_on(std::span<const ServiceState> known);
  bool walk_stretch(StretchCursor& cursor, std::int64_t counting);
  bool on_other(const Shape& shape, Slice& slice, ServiceReplay& client);
  bool on_renewal(const Shape& request, const Shape& answer, std::uint32_t answered, Slice& slice,
                  ServiceReplay& client);

  ServiceReplay none_;  // before its first event
  Instant until_;
  std::vector<Lane> lanes_;
  std::vector<ServiceReplay> clients_;
  MoveColumn moves_;  // of the stretch
  std::uint64_t events_ = 0;
};

}  // namespace tokenlife::events
