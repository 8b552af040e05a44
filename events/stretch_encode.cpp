#include "events/stretch_encode.hpp"

#include <algorithm>
#include <limits>

#include "core/ensure.hpp"
#include "events/numbers.hpp"

namespace tokenlife::events {
namespace {

// Stretches are so long that a client has about so many events in each: with fewer, saying whose
// they are takes more than they do; with more, a question about a moment has more to read.
constexpr std::size_t kEventsOfClient = 6;
// But no frame is so small that its digest counts.
constexpr std::size_t kEventsMin = 2'048;

// Division of 32-bit numbers by one of them: exact, and by one multiplication.
class Divider {
 public:
  explicit Divider(std::uint32_t divisor)
      : inverse_(divisor == 1 ? 0 : std::numeric_limits<std::uint64_t>::max() / divisor + 1) {}
  std::uint32_t operator()(std::uint32_t value) const {
    __extension__ using Wide = unsigned __int128;
    return inverse_ == 0 ? value : static_cast<std::uint32_t>((Wide{inverse_} * value) >> 64);
  }

 private:
  std::uint64_t inverse_;  // 0: of one
};

// Where the next entries of a batch's columns are.
struct Entries {
  const ClientBatch& batch;
  std::size_t cause_number = 0;
  std::size_t serial = 0;
  std::size_t token = 0;
  std::size_t guid = 0;
  std::size_t cohort = 0;
  std::size_t number = 0;
};

void put_guid(Stretch& stretch, Guid guid) {
  const auto found = std::find(stretch.guids.begin(), stretch.guids.end(), guid);
  put_number(stretch.numbers, static_cast<std::uint64_t>(found - stretch.guids.begin()));
  if (found == stretch.guids.end()) stretch.guids.push_back(guid);
}

bool is_expected(const TokenColumn& token, bool replaces, const Expected& expected,
                 const StretchHead& head) {
  return token.ordinal == expected.ordinal + 1 && token.not_before == expected.request_time &&
         token.valid_seconds == head.valid_seconds && token.signer == head.signer &&
         (!replaces || token.replaces_ordinal == expected.ordinal);
}

void put_token(Stretch& stretch, const TokenColumn& token, bool replaces, std::uint32_t time) {
  put_number(stretch.numbers, token.ordinal);
  if (replaces) put_number(stretch.numbers, token.replaces_ordinal);
  put_number(stretch.numbers, zigzag(std::int64_t{time} - token.not_before));
  put_number(stretch.numbers, token.valid_seconds);
  put_number(stretch.numbers, token.signer);
}

// Stores what an event has besides its shape and time. Gives the flags of its shape.
std::uint8_t put_columns(Entries& from, unsigned columns, const Shape& shape, std::uint32_t time,
                         Expected& expected, Stretch& stretch) {
  const auto cause = static_cast<CauseKind>(shape.cause);
  std::uint8_t flags = 0;
  if (has_number(cause)) {
    const std::uint32_t number = from.batch.cause_numbers[from.cause_number++];
    if (cause == CauseKind::request && number == expected.request_seq) {
      flags |= kCauseAsExpected;
    } else {
      put_number(stretch.numbers, number);
    }
  }
  if ((columns & kHasCohort) != 0) {
    put_number(stretch.numbers, from.batch.cohorts[from.cohort++]);
  }
  if ((columns & kHasGuid) != 0) put_guid(stretch, from.batch.guids[from.guid++]);
  if ((columns & kHasSerial) != 0) {
    const std::uint32_t ordinal = from.batch.serials[from.serial++];
    if (ordinal == expected.ordinal) {
      flags |= kFieldsAsExpected;
    } else {
      put_number(stretch.numbers, ordinal);
    }
    expected.ordinal = ordinal;
  }
  if ((columns & kHasToken) != 0) {
    const TokenColumn& token = from.batch.tokens[from.token++];
    const bool replaces = (columns & kHasReplaces) != 0;
    if (is_expected(token, replaces, expected, stretch.head)) {
      flags |= kFieldsAsExpected;
    } else {
      put_token(stretch, token, replaces, time);
    }
    expected.ordinal = token.ordinal;
  }
  if ((columns & kHasNumbers) != 0) {
    for (unsigned left = kNumbersOf[shape.kind][shape.detail]; left > 0; --left) {
      put_number(stretch.numbers, zigzag(from.batch.numbers[from.number++]));
    }
  }
  return flags;
}

std::size_t index_of(const Shape& shape) {
  static_assert(kCount<CauseKind> <= 16 && kFlagsMax < 4);
  return std::size_t{shape.kind} << 14 | std::size_t{shape.cause} << 10 |
         std::size_t{shape.flags} << 8 | shape.detail;
}

}  // namespace

StretchEncoder::StretchEncoder(Duration tick)
    : tick_(static_cast<std::uint32_t>(
          std::clamp<std::int64_t>(tick.count(), 1, std::numeric_limits<std::uint32_t>::max()))),
      codes_(kClientKinds << 14, kOtherShape) {}

std::span<const Stretch> StretchEncoder::encode(const ClientBatch& batch) {
  ensure(!batch.slices.empty(), "a batch to have streams");
  plan(batch);
  if (!code(batch, tick_)) {
    plan(batch);
    const bool coded = code(batch, 1);
    ensure(coded, "every time to be a multiple of a second");
  }
  // Those without events are left out, but for one.
  std::size_t used = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    if (stretches_[i].head.events == 0 && (used != 0 || i + 1 < count_)) continue;
    if (i != used) std::swap(stretches_[used], stretches_[i]);
    stretches_[used].head.number = static_cast<std::uint32_t>(used);
    stretches_[used].shapes = shapes_;
    ++used;
  }
  return std::span(stretches_).first(used);
}

// Stretches of one length, over all that there is of the streams.
void StretchEncoder::plan(const ClientBatch& batch) {
  std::uint32_t first = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t last = 0;
  std::size_t i = 0;
  for (const StreamSlice& slice : batch.slices) {
    if (slice.events == 0) continue;
    first = std::min(first, batch.times[i]);
    i += slice.events;
    last = std::max(last, batch.times[i - 1]);
  }
  first = std::min(first, last);
  const std::size_t events = std::max(kEventsOfClient * batch.slices.size(), kEventsMin);
  const std::uint64_t wanted = batch.size() / events + 1;
  const std::uint64_t span = std::uint64_t{last} - first + 1;
  width_ = ((span + wanted - 1) / wanted + tick_ - 1) / tick_ * tick_;
  count_ = static_cast<std::size_t>((span + width_ - 1) / width_);
  if (stretches_.size() < count_) stretches_.resize(count_);

  const bool has_tokens = !batch.tokens.empty();
  for (std::size_t n = 0; n < count_; ++n) {
    Stretch& stretch = stretches_[n];
    const std::uint64_t from = first + n * width_;
    stretch.head = {batch.slices.front().client,
                    static_cast<std::uint32_t>(batch.slices.size()),
                    0,
                    static_cast<std::uint32_t>(from),
                    static_cast<std::uint32_t>(std::min<std::uint64_t>(from + width_ - 1, last)),
                    1,
                    has_tokens ? batch.tokens.front().valid_seconds : 0,
                    has_tokens ? batch.tokens.front().signer : 0,
                    0};
    stretch.streams.clear();
    stretch.long_steps.clear();
    stretch.numbers.clear();
    stretch.guids.clear();
  }
  for (const Shape& shape : shapes_) codes_[index_of(shape)] = kOtherShape;
  shapes_.clear();
}

inline std::uint8_t StretchEncoder::code_of(const Shape& shape) {
  std::uint8_t& code = codes_[index_of(shape)];
  if (code == kOtherShape && shapes_.size() < kShapesMax) {
    code = static_cast<std::uint8_t>(shapes_.size());
    shapes_.push_back(shape);
  }
  return code;
}

namespace {

// Writes the events of one client into one stretch after the other.
class Slices {
 public:
  Slices(std::span<Stretch> stretches, const Divider& units, std::uint32_t seq)
      : stretches_(stretches), units_(units), seq_(seq) {
    begin();
  }

  // The stretch in which the time is.
  Stretch& at(std::uint32_t time) {
    while (time > stretches_[current_].head.until) {
      ensure(current_ + 1 < stretches_.size(), "time not to go back in a stream");
      next();
    }
    return stretches_[current_];
  }
  void add(Stretch& stretch, std::uint8_t code, std::uint32_t units) {
    const std::uint32_t n = stretch.head.events++;
    if (n >= stretch.codes.size()) {
      stretch.codes.resize(2 * std::size_t{n} + 2 * kEventsMin);
      stretch.steps.resize(stretch.codes.size());
    }
    stretch.codes[n] = code;
    ensure(units >= before_, "time not to go back in a stream");
    const std::uint32_t step = units - before_;
    before_ = units;
    stretch.steps[n] = static_cast<std::uint16_t>(std::min<std::uint32_t>(step, kLongStep));
    if (step >= kLongStep) stretch.long_steps.push_back(step);
    ++events_;
  }
  void end() {
    while (current_ + 1 < stretches_.size()) next();
    close();
  }

  std::uint32_t seq() const { return seq_ + events_; }
  Expected& expected() { return expected_; }

 private:
  void begin() {
    events_ = 0;
    expected_ = {};
    before_ = units_(stretches_[current_].head.from);
  }
  void close() {
    put_number(stretches_[current_].streams, events_);
    if (events_ != 0) put_number(stretches_[current_].streams, seq_);
    seq_ += events_;
  }
  void next() {
    close();
    ++current_;
    begin();
  }

  std::span<Stretch> stretches_;
  const Divider& units_;
  std::size_t current_ = 0;
  std::uint32_t seq_;         // of the first event in the current stretch
  std::uint32_t events_ = 0;  // in the current stretch
  std::uint32_t before_ = 0;  // when the event before was, in units
  Expected expected_;
};

}  // namespace

// False if a time is no multiple of the unit.
bool StretchEncoder::code(const ClientBatch& batch, std::uint32_t unit) {
  const Divider units(unit);
  const std::span<Stretch> stretches = std::span(stretches_).first(count_);
  Entries entries{batch};
  std::uint32_t rest = stretches.front().head.from - unit * units(stretches.front().head.from);
  std::uint32_t client = batch.slices.front().client;
  std::size_t i = 0;
  for (const StreamSlice& slice : batch.slices) {
    ensure(slice.client == client++, "the clients of a batch to follow each other");
    Slices to(stretches, units, slice.first_seq);
    for (const std::size_t end = i + slice.events; i < end; ++i) {
      const std::uint32_t time = batch.times[i];
      const std::uint32_t in_units = units(time);
      rest |= time - unit * in_units;
      Stretch& stretch = to.at(time);
      Shape shape{batch.kinds[i], batch.causes[i], batch.details[i], 0};
      const unsigned columns = kColumnsOf[shape.kind][shape.detail];
      const auto cause = static_cast<CauseKind>(shape.cause);
      const std::size_t numbers_before = stretch.numbers.size();
      if (columns != 0 || has_number(cause)) {
        shape.flags = put_columns(entries, columns, shape, time, to.expected(), stretch);
      }
      const std::uint8_t code = code_of(shape);
      if (code == kOtherShape) [[unlikely]] {
        const std::uint8_t bytes[] = {shape.kind, shape.cause, shape.detail, shape.flags};
        stretch.numbers.insert(
            stretch.numbers.begin() + static_cast<std::ptrdiff_t>(numbers_before), bytes,
            bytes + 4);
      }
      if ((columns & kIsRequest) != 0) {
        to.expected().request_seq = to.seq();
        to.expected().request_time = time;
      }
      to.add(stretch, code, in_units);
    }
    to.end();
  }
  for (Stretch& stretch : stretches) stretch.head.time_unit = unit;
  return rest == 0;
}

}  // namespace tokenlife::events
