// A scenario that gives every key of the format a value other than its default.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::sim {

inline constexpr std::string_view kPresence = R"(device,time,network
b,2026-01-01T00:00:00Z,intranet
a,2026-01-01T00:00:30Z,internet
b,2026-01-01T09:00:00Z,offline
)";

inline constexpr std::string_view kEverything = R"(format = 1

[run]
name = "Everything"
start = 2026-01-01T00:00:00Z
duration = "365d"
seed = 42
tick = "1m"

[site]
tenant = "cdcc5e91-0adf-4a24-82d0-196667f1c081"
mp = "https"
internal-registration = false
token-validity = "60d"
renew-after = "20d"
renew-on = "agent-start"
renew-jitter = "2h"
leeway = "5m"
latency = "2m"
retry-after-failure = "30m"
retry-after-refusal = "12h"
crypto = "real"
client-keys = "ec-p256"
[[cohort]]
name = "commuters"
clients = 5000
install = { at = "1d", over = "7d" }
credential = "pki"
version = "outdated"
cmg-allowed = false
bulk-token = "kiosks"
contact-every = "2h"
agent-restart-every = "14d"
clock-skew = "-5m"
[cohort.network]
model = "fixed"
on = "intranet"

[[cohort]]
name = "timed"
clients = 10
[cohort.network]
model = "timeline"
steps = [ { at = "0d", on = "intranet" }, { at = "10d", on = "internet" } ]
repeat-every = "14d"

[[cohort]]
name = "roaming"
clients = 10
[cohort.network]
model = "dwell"
start = "intranet"
intranet = { mean = "9h",  to = { internet = 0.5, offline = 0.5 } }
internet = { mean = "5h",  to = { intranet = 0.4, offline = 0.6 } }
offline  = { mean = "12h", to = { intranet = 0.5, internet = 0.5 } }

[[cohort]]
name = "office"
clients = 10
[cohort.network]
model = "week"
office-days = ["mon", "tue", "wed"]
hours = "09:00-17:00"
attendance = 0.9
otherwise = "internet"

[[cohort]]
name = "traced"
clients = 10
[cohort.network]
model = "trace"
file = "presence.csv"
align = "file"
loop = true

[[action]]
at = "0d"
do = "issue-bulk-token"
name = "kiosks"
lifetime = 100

[[action]]
at = "40d"
do = "outage"
endpoint = "cmg"
for = "3d"

[[action]]
at = 2026-03-01T01:00:00+01:00
do = "block-bulk-token"
name = "kiosks"

[[action]]
at = "41d"
do = "unblock-bulk-token"
name = "kiosks"

[[action]]
at = "42d"
do = "set-cmg-allowed"
cohort = "commuters"
value = true

[[action]]
at = "43d"
do = "upgrade"
cohort = "commuters"

[[action]]
at = "44d"
do = "block-client"
client = "commuters/17"

[[action]]
at = "45d"
do = "unblock-client"
cohort = "commuters"

[[action]]
at = "46d"
do = "rotate-signing-certificate"
retire-old-after = "30d"

[[action]]
at = "47d"
do = "reinstall"
client = "roaming/9"
bulk-token = "kiosks"

[[action]]
at = "48d"
do = "restart-agents"
cohort = "office"

[[action]]
at = "49d"
do = "move"
client = "commuters/0"
on = "offline"
for = "2d"

[[action]]
at = "50d"
do = "lose-answers"
endpoint = "mp"
for = "1h"
share = 0.25

[[expect]]
at = "120d"
cohort = "commuters"
state = "re-registration-required"
count = 0

[[expect]]
state = "registered"
share-min = 0.25
share-max = 1

[[expect]]
event = "token-renewed"
from = "0d"
to = "365d"
min = 40000

[[expect]]
event = "registration-refused"
cohort = "timed"
from = "1d"
to = "2d12h"
reason = "bulk-token-expired"
min = 1
max = 3
per-client-min = 1
per-client-max = 2

[[action]]
at = "51d"
do = "reinstall"
cohort = "roaming"
new-identity = true
share = 0.5
state = "stranded"
over = "10d"
repeat-every = "30d"
times = 3
)";

// A folder of this process that is gone afterwards, with the recorded presence of kEverything.
class ScenarioFolder {
 public:
  ScenarioFolder()
      : folder_(std::filesystem::temp_directory_path() /
                ("tokenlife-scenario-test-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    write("presence.csv", kPresence);
  }
  ScenarioFolder(const ScenarioFolder&) = delete;
  ScenarioFolder& operator=(const ScenarioFolder&) = delete;
  ~ScenarioFolder() { std::filesystem::remove_all(folder_); }

  std::string path(std::string_view file) const { return (folder_ / file).string(); }

  void write(std::string_view file, std::string_view text) const {
    std::ofstream(folder_ / file, std::ios::binary) << text;
  }

 private:
  std::filesystem::path folder_;
};

// The text with the first `from` after `mark` replaced.
inline std::string with(std::string_view text, std::string_view mark, std::string_view from,
                        std::string_view to) {
  std::string changed(text);
  const std::size_t at = changed.find(from, changed.find(mark));
  return at == std::string::npos ? "no such text: " + std::string(from)
                                 : changed.replace(at, from.size(), to);
}

}  // namespace tokenlife::sim
