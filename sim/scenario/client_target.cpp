// The key `client` of actions: "commuters/17", or "laptops/LT-0193" where devices have names.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/scenario/reading.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

// Suggestions among more names than these would take long.
constexpr std::size_t kDeviceNamesSuggested = 10'000;

bool is_number(std::string_view name) {
  return !name.empty() && name.find_first_not_of("0123456789") == std::string_view::npos;
}

// A cohort, and what is behind the slash.
struct Split {
  std::optional<NameList::Entry> cohort;
  std::string_view cohort_name;
  std::string_view name;
};

// Names of cohorts may hold slashes, and so may those of devices: the longest cohort that there is.
// A number holds none.
Split split_client(const Reading& reading, std::string_view client) {
  const std::size_t last = client.rfind('/');
  for (std::size_t slash = last; slash != std::string_view::npos && slash > 0;
       slash = client.rfind('/', slash - 1)) {
    const std::string_view cohort = client.substr(0, slash);
    if (const auto found = reading.cohorts.find(std::string(cohort))) {
      return {found, cohort, client.substr(slash + 1)};
    }
  }
  if (last == std::string_view::npos) return {std::nullopt, client, {}};
  return {std::nullopt, client.substr(0, last), client.substr(last + 1)};
}

std::optional<std::uint32_t> find_device(Reading& reading, std::uint32_t cohort,
                                         std::string_view name) {
  const auto& clients = reading.scenario.cohorts[cohort].inventory->clients;
  auto& by_name = reading.devices_by_name[cohort];
  if (by_name.empty()) {
    for (std::uint32_t i = 0; i < clients.size(); ++i) by_name.emplace_back(clients[i].device, i);
    std::sort(by_name.begin(), by_name.end());
  }
  const auto found = std::lower_bound(by_name.begin(), by_name.end(), std::pair(name, 0U));
  if (found == by_name.end() || found->first != name) return std::nullopt;
  return found->second;
}

std::string nearest_device(const Reading& reading, Position at, const Inventory& inventory,
                           std::string_view name) {
  if (!reading.mistakes.lists(at) || inventory.clients.size() > kDeviceNamesSuggested) return "";
  std::vector<std::string_view> names;
  for (const AdoptedClient& client : inventory.clients) names.push_back(client.device);
  return did_you_mean("device", name, names);
}

void no_such_number(Keys& keys, const std::string& client, std::uint32_t clients) {
  keys.wrong("client",
             fmt::format("is {}, but the cohort has {} client{}", in_quotes(client), clients,
                         clients == 1 ? "" : "s"),
             fmt::format("clients are numbered from 0 to {}", clients - 1));
}

std::optional<std::uint32_t> device_in(Reading& reading, Keys& keys, const std::string& client,
                                       std::uint32_t cohort, std::string_view name) {
  const Inventory& inventory = *reading.scenario.cohorts[cohort].inventory;
  const std::uint32_t clients = reading.scenario.cohorts[cohort].clients;
  const auto found = find_device(reading, cohort, name);
  if (!found) {
    keys.wrong("client",
               fmt::format("is {}, but the inventory {} has no device {}", in_quotes(client),
                           in_quotes(inventory.file), in_quotes(name)),
               nearest_device(reading, keys.place("client"), inventory, name));
    return std::nullopt;
  }
  if (*found < clients) return found;
  keys.wrong("client",
             fmt::format("is {}, which is not among the first {} of its inventory, to which the "
                         "run is scaled",
                         in_quotes(client), clients),
             "scale it less, or name a device further up");
  return std::nullopt;
}

}  // namespace

std::optional<Target> client_target(Reading& reading, Keys& keys) {
  const auto client = keys.text("client");
  if (!client) return std::nullopt;
  const auto [cohort, cohort_name, name] = split_client(reading, *client);
  const bool has_devices = cohort && reading.scenario.cohorts[cohort->index].inventory != nullptr;
  if (name.empty() || (cohort && !has_devices && !is_number(name))) {
    if (cohort && !name.empty() && reading.scenario.cohorts[cohort->index].clients == 0) {
      return std::nullopt;  // Its inventory may be what is wrong.
    }
    keys.wrong("client", fmt::format("is {}, which does not name a client", in_quotes(*client)),
               "write the cohort, a slash and the client's number, as in \"commuters/17\"");
    return std::nullopt;
  }
  if (!cohort) {
    if (reading.cohorts.has_gaps) return std::nullopt;
    const std::string wanted(cohort_name);
    keys.wrong(
        "client",
        fmt::format("is {}, but there is no cohort {}", in_quotes(*client), in_quotes(wanted)),
        reading.nearest_name(keys.place("client"), "cohort", wanted, reading.cohorts));
    return std::nullopt;
  }
  const std::uint32_t clients = reading.scenario.cohorts[cohort->index].clients;
  if (clients == 0) return std::nullopt;  // It is wrong.
  if (!is_number(name)) {
    const auto found = device_in(reading, keys, *client, cohort->index, name);
    return found ? std::optional(Target{{cohort->index}, *found}) : std::nullopt;
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error == std::errc{} && number < clients) return Target{{cohort->index}, number};
  no_such_number(keys, *client, clients);
  return std::nullopt;
}

}  // namespace tokenlife::sim
