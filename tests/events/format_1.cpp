// The batches of format 1, which today's programs read and no longer write.
#include <capnp/any.h>

#include <cstring>

#include "events/event.capnp.h"
#include "events/forged_log.hpp"

namespace tokenlife::test {

using events::ClientBatch;

namespace {

constexpr std::size_t kWord = sizeof(capnp::word);

std::size_t words_of_bytes(std::size_t bytes) { return (bytes + kWord - 1) / kWord; }

void copy_bytes(const std::vector<std::uint8_t>& from, std::size_t count, capnp::Data::Builder to) {
  std::memcpy(to.begin(), from.data(), count);
}

void copy_numbers(const std::vector<std::uint32_t>& from, capnp::List<std::uint32_t>::Builder to) {
  for (unsigned i = 0; i < to.size(); ++i) to.set(i, from[i]);
}

unsigned count_of(std::size_t elements) { return static_cast<unsigned>(elements); }

void encode_structs(const ClientBatch& batch, wire::ClientBatch::Builder root) {
  auto slices = root.initSlices(count_of(batch.slices.size()));
  for (unsigned i = 0; i < slices.size(); ++i) {
    auto slice = slices[i];
    slice.setClient(batch.slices[i].client);
    slice.setFirstSeq(batch.slices[i].first_seq);
    slice.setEvents(batch.slices[i].events);
  }
  auto tokens = root.initTokens(count_of(batch.tokens.size()));
  for (unsigned i = 0; i < tokens.size(); ++i) {
    auto token = tokens[i];
    token.setOrdinal(batch.tokens[i].ordinal);
    token.setReplacesOrdinal(batch.tokens[i].replaces_ordinal);
    token.setNotBefore(static_cast<std::uint32_t>(batch.tokens[i].not_before));
    token.setValidSeconds(batch.tokens[i].valid_seconds);
    token.setSigner(batch.tokens[i].signer);
  }
  auto guids = root.initGuids(count_of(batch.guids.size()));
  for (unsigned i = 0; i < guids.size(); ++i) {
    auto guid = guids[i];
    guid.setHigh(batch.guids[i].high);
    guid.setLow(batch.guids[i].low);
  }
}

}  // namespace

std::size_t words_of(const ClientBatch& batch) {
  constexpr std::size_t kRootAndTags = 32;
  const std::size_t numbers =
      batch.size() + batch.cause_numbers.size() + batch.serials.size() + batch.cohorts.size();
  return kRootAndTags + 3 * words_of_bytes(batch.size()) + words_of_bytes(4 * numbers) +
         2 * batch.slices.size() + 3 * batch.tokens.size() + 2 * batch.guids.size();
}

void encode(const ClientBatch& batch, capnp::MessageBuilder& message) {
  auto root = message.initRoot<wire::ClientBatch>();
  const unsigned events = count_of(batch.size());
  copy_bytes(batch.kinds, events, root.initKinds(events));
  copy_bytes(batch.causes, events, root.initCauses(events));
  copy_bytes(batch.details, events, root.initDetails(events));
  copy_numbers(batch.times, root.initTimes(events));
  copy_numbers(batch.cause_numbers, root.initCauseNumbers(count_of(batch.cause_numbers.size())));
  copy_numbers(batch.serials, root.initSerials(count_of(batch.serials.size())));
  copy_numbers(batch.cohorts, root.initCohorts(count_of(batch.cohorts.size())));
  encode_structs(batch, root);
}

// Two words and no pointers: there was no list of stretches.
void encode_end_of_format_1(const events::PartitionEnd& end, capnp::MessageBuilder& message) {
  auto data = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(2, 0).getDataSection();
  std::memcpy(data.begin(), &end.clients, sizeof end.clients);
  std::memcpy(data.begin() + 8, &end.events, sizeof end.events);
}

}  // namespace tokenlife::test
