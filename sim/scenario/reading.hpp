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
#include "sim/scenario/scenario_text.hpp"

namespace tokenlife::sim {

// Things that are referred to by name: cohorts, bulk tokens.
class NameList {
 public:
  // What else is known of a name.
  struct Entry {
    std::uint32_t index;  // whatever it is the index of
    std::uint32_t line;
  };

  // Nothing, or the entry if the name is there already.
  std::optional<Entry> add(const std::string& name, Entry entry);
  std::optional<Entry> find(const std::string& name) const;
  // In the order in which they were added.
  const std::vector<std::string>& names() const { return names_; }

  // Some names could not be read: it is no mistake that a name is not here.
  bool has_gaps = false;

 private:
  std::vector<std::string> names_;
  std::map<std::string, Entry, std::less<>> entries_;
};

// A trace that clients replay, for warnings.
struct TraceUse {
  TraceNetwork network;
  Position file;  // of the keys `file` and `clients`
  Position clients_place;
  std::uint32_t cohort = 0;  // an index
  Duration until = kDurationLimit;
};

// What completes "`bulk-token` ..." where no action issues one of that name, and advice.
std::pair<std::string, std::string> no_such_bulk_token(std::string_view name, const NameList& list);

// What is known while a file is read.
struct Reading {
  Reading(const ScenarioText& its_text, std::string path, const ScenarioOptions& asked)
      : text(its_text), mistakes(path), options(asked) {
    scenario.path = std::move(path);
  }

  // The keys of an element of a list of tables, or nothing, which is noted.
  std::optional<Keys> keys_of(const toml::node& element, const std::string& where);
  Keys keys_of(const toml::table& table, const std::string& where) {
    return {mistakes, time, table, where};
  }
  // The index of what a key names, or nothing if the key is absent or names nothing.
  std::optional<std::uint32_t> reference(Keys& keys, std::string_view key, Need need,
                                         std::string_view noun, const NameList& list);
  // Advice for a name that is not in the list, if the mistake there is listed.
  std::string nearest_name(Position at, std::string_view noun, const std::string& name,
                           const NameList& list) const;

  const ScenarioText& text;
  Mistakes mistakes;
  ScenarioOptions options;
  RunTime time;
  Scenario scenario;
  NameList cohorts;
  NameList bulk_tokens;
  std::vector<Position> bulk_token_places;  // by cohort, of what its key `bulk-token` says
  std::vector<bool> install_known;          // by cohort
  std::map<std::pair<std::string, TraceAlign>, std::shared_ptr<const Trace>> traces;
  std::size_t trace_rows = 0;  // of all traces
  std::size_t peaks = 0;       // expectations of them
  std::vector<TraceUse> trace_uses;
  // The first row of each inventory that gives its client a bulk token, for each such token.
  struct AdoptedBulk {
    std::uint32_t bulk_token;
    Position inventory;  // what the key `inventory` says
    Error row;           // the place; what is wrong is still to be said
  };
  std::vector<AdoptedBulk> adopted_bulk;
  // By cohort: the devices of its inventory in the order of their names, once somebody has asked.
  std::map<std::uint32_t, std::vector<std::pair<std::string_view, std::uint32_t>>> devices_by_name;
};

// All of a scenario, whose root table this is: what reads it calls the functions below.
void read_all(Reading& reading, const toml::table& root);

// [run] and [site]
void read_run(Reading& reading, Keys& top);
void read_site(Reading& reading, Keys& top);

// Lists the names of the bulk tokens that actions issue, so that cohorts can refer to them.
void list_bulk_tokens(Reading& reading, Keys& top);

void read_cohorts(Reading& reading, Keys& top);
// What the key `network` of a cohort holds.
std::optional<NetworkModel> read_network(Reading& reading, Keys& cohort);
// After all else.
void warn_of_traces(Reading& reading, Keys& top);

// The clients that are there before the run, if the key `inventory` says so. What a row leaves out
// is the cohort's: it comes after the cohort's other keys. Nothing if something is wrong.
std::shared_ptr<const Inventory> read_inventory(Reading& reading, Keys& keys, const Cohort& cohort,
                                                bool network_is_wrong);

// The client that the key `client` names.
std::optional<Target> client_target(Reading& reading, Keys& keys);

// After the cohorts, and in this order.
void read_actions(Reading& reading, Keys& top);
void check_adopted_bulk_tokens(Reading& reading);
void read_expectations(Reading& reading, Keys& top);

// `[site.capacity]`, and what changes it. The last comes after all actions.
void read_capacities(Reading& reading, Keys& site);
std::optional<SetCapacity> read_set_capacity(Keys& keys);
void check_capacities(Reading& reading, const toml::array& actions);
// A number from `min` to `max` with at most three decimals.
std::optional<Thousandths> read_thousandths(Keys& keys, std::string_view key, Thousandths min,
                                            Thousandths max);
// `request-timeout`, of [site] or a cohort: longer than an answer takes.
std::optional<Duration> read_request_timeout(Reading& reading, Keys& keys);

// A token that ends before it is due, or may, is renewed too late. `keys` are of the table that
// says so.
void warn_of_late_renewal(Reading& reading, const Keys& keys, const Policy& policy);

// Keys that several tables share. Nothing where a value is wrong, which is noted.
ClientPolicyChange read_client_policy(Keys& keys);
SitePolicyChange read_site_policy(Keys& keys);
Arrives read_arrives(Keys& keys);
std::optional<Skew> read_skew(Reading& reading, Keys& keys, std::string_view key, Need need);
std::optional<CredentialLife> read_credential_life(Reading& reading, Keys& keys,
                                                   Credential credential);

// `cohort` or `client`, and the selectors `share`, `state`, `over`.
std::optional<Target> read_target(Reading& reading, Keys& keys);
// Notes those of these keys that an action on the site has, unless it took one for itself.
void forbid_selectors(Keys& keys);

// A probability in 2^32nds, rounded down. Precondition: it is from 0 to 1.
Share to_share(double probability);

// "stranded at 120d: at most 3"
std::string expectation_in_words(const Scenario& scenario, const Expectation& expect);

}  // namespace tokenlife::sim
