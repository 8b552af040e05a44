#include "sim/engine/gather_parts.hpp"

#include <string>

#include "sim/engine/part_bytes.hpp"

namespace tokenlife::sim {
namespace {

template <class Bytes>
void pass(Bytes& bytes, PartDone& part) {
  part.total.pass(bytes);
  bytes(part.partitions);
  bool failed = part.error.has_value();
  bytes(failed);
  if (!failed) return;
  if (!part.error) part.error.emplace();
  bytes(part.error->kind);
  bytes(part.error->place);
  bytes(part.error->what);
  bytes(part.error->advice);
}

}  // namespace

void gather_parts(RunRanks& ranks, const Scenario& scenario, PartDone& own) {
  BytesOut out;
  pass(out, own);
  const std::vector<std::string> texts = ranks.gather(out.take());
  for (std::size_t rank = 1; rank < texts.size(); ++rank) {
    PartDone other{RunStatistics(scenario), {}, {}};
    BytesIn in(texts[rank]);
    pass(in, other);
    own.total.add(other.total);
    own.partitions.insert(own.partitions.end(), other.partitions.begin(), other.partitions.end());
    if (!own.error) own.error = std::move(other.error);
  }
}

}  // namespace tokenlife::sim
