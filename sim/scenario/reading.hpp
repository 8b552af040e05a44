// The parts of a scenario file, each read in a file of its own. Part of the scenario parser only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/scenario/keys.hpp"
#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

// Things that are referred to by name: cohorts, bulk tokens.
class NameList {
 public:
  // False if the name is there already.
  bool add(const std::string& name);
  std::optional<std::uint32_t> find(const std::string& name) const;
  // In the order in which they were added.
  const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::uint32_t, std::less<>> index_;
};

// What is known while a file is read.
struct Reading {
  Reading(std::string path, const ScenarioOptions& asked) : mistakes(path), options(asked) {
    scenario.path = std::move(path);
  }

  // The keys of an element of a list of tables, or nothing, which is noted.
  std::optional<Keys> keys_of(const toml::node& element, const std::string& where);
  Keys keys_of(const toml::table& table, const std::string& where) {
    return {mistakes, time, table, where};
  }
  // The number of what a key names, or nothing if the key is absent or names nothing.
  std::optional<std::uint32_t> reference(Keys& keys, std::string_view key, Need need,
                                         std::string_view noun, const NameList& list);

  Mistakes mistakes;
  ScenarioOptions options;
  RunTime time;
  Scenario scenario;
  NameList cohorts;
  NameList bulk_tokens;
  std::vector<Position> bulk_token_places;  // by cohort, of what its key `bulk-token` says
  std::map<std::pair<std::string, TraceAlign>, std::shared_ptr<const Trace>> traces;
  std::size_t trace_rows = 0;  // of all traces
};

// [run] and [site]
void read_run(Reading& reading, Keys& top);
void read_site(Reading& reading, Keys& top);

// Lists the names of the bulk tokens that actions issue, so that cohorts can refer to them.
void list_bulk_tokens(Reading& reading, const toml::table& top);

void read_cohorts(Reading& reading, Keys& top);
std::optional<NetworkModel> read_network(Reading& reading, const toml::table& table);
std::optional<NetworkModel> read_trace_network(Reading& reading, Keys& keys);

// After the cohorts, and in this order.
void read_actions(Reading& reading, Keys& top);
void read_expectations(Reading& reading, Keys& top);

// A probability in 2^32nds, rounded down. Precondition: it is from 0 to 1.
Share to_share(double probability);

}  // namespace tokenlife::sim
