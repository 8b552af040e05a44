// Reads a log and counts its clients' events by kind: count_events LOG
#include <tokenlife/core/event.hpp>
#include <tokenlife/events/log_reader.hpp>
#include <tokenlife/events/replay.hpp>

#include <iostream>
#include <map>
#include <string_view>

using namespace tokenlife;

int fail(const events::LogError& error) {
  std::cerr << error.file << ": " << error.what << '\n';
  return 3;
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const auto log = events::LogReader::open(argv[1]);
  if (!log) return fail(log.error());

  std::map<std::string_view, int> events;
  for (const auto& partition : log->partitions()) {
    const auto visited = log->visit(partition, [&](ClientNumber, const auto& recorded) {
      ++events[name(kind_of(recorded.event))];
      return true;
    });
    if (!visited) return fail(visited.error());
  }
  for (const auto& [kind, count] : events) std::cout << kind << ' ' << count << '\n';

  const auto population = events::replay_population(*log);
  if (!population) return fail(population.error());
  std::cout << "expired at the end: " << population->all[LifecycleState::expired] << '\n';
}
