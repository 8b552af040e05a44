// The last partition of as many clients as a log can have: behind it, client numbers are over.
#include "events/log_content.hpp"
#include "events/temporary_folder.hpp"
#include "sim/analysis/count_events.hpp"
#include "sim/analysis/lives.hpp"

namespace tokenlife::test {

TEST_CASE("events of the last clients that there can be are counted") {
  constexpr std::uint32_t kFirst = 4'294'966'272;
  const TemporaryFolder folder;
  const events::LogHeader header = header_for(4'294'967'295);
  auto writer = events::LogWriter::create(folder / "log", header, {});
  REQUIRE(writer);
  auto partition = writer->partition(4'194'303);
  REQUIRE(partition);
  events::ClientBatch batch;
  for (const std::uint32_t client : {kFirst, kFirst + 1}) {
    batch.begin(client, 0);
    batch.append(at(Duration{60}), {CauseKind::installation},
                 ClientInstalled{cohort_of(header, client),
                                 Network::intranet,
                                 Credential::self_signed,
                                 ClientVersion::current,
                                 true,
                                 false,
                                 {}});
  }
  REQUIRE(partition->write(batch));
  const auto written = partition->finish(2);
  REQUIRE(written);
  REQUIRE(writer->finish({*written}, true));

  const auto log = events::LogReader::open(folder / "log");
  REQUIRE(log);
  REQUIRE(log->partitions().size() == 1);
  CHECK(sim::has_some_of(log->header(), log->partitions()[0], {kFirst + 1, UINT32_MAX}));
  CHECK_FALSE(sim::has_some_of(log->header(), log->partitions()[0], {0, kFirst - 1}));
  events::EventFilter filter;
  filter.clients = {ClientNumber{kFirst + 1}};
  const auto counted = sim::count_events(*log, filter, {sim::CountField::kind}, 1);
  REQUIRE(counted);
  CHECK((*counted == std::vector<sim::EventRow>{{{"client-installed"}, 1}}));
  filter.clients = {ClientNumber{kFirst - 1}};
  const auto of_others = sim::count_events(*log, filter, {sim::CountField::kind}, 1);
  REQUIRE(of_others);
  CHECK(of_others->empty());
}

}  // namespace tokenlife::test
