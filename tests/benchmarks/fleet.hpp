// The fleet that the benchmarks share, and a folder for its log.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "sim/scenario/scenario.hpp"

namespace tokenlife::benchmarks {

// Stays of three days on average, hourly contacts, a year.
inline sim::Scenario fleet(std::int64_t clients) {
  const std::string text =
      "format = 1\n[run]\nduration = \"365d\"\nseed = 42\n[[cohort]]\nname = \"fleet\"\nclients "
      "= " +
      std::to_string(clients) +
      "\n[cohort.network]\nmodel = \"dwell\"\nstart = \"intranet\"\n"
      "intranet = { mean = \"3d\", to = { internet = 0.5, offline = 0.5 } }\n"
      "internet = { mean = \"3d\", to = { intranet = 0.5, offline = 0.5 } }\n"
      "offline = { mean = \"3d\", to = { intranet = 0.5, internet = 0.5 } }\n";
  return sim::parse_scenario(text, "fleet.toml", {}).value();
}

class LogFolder {
 public:
  LogFolder() {
    const char* parent = std::getenv("TOKENLIFE_BENCHMARK_DIR");
    path_ = std::filesystem::path(parent != nullptr ? parent : ".") / "benchmark-log";
    std::filesystem::remove_all(path_);
  }
  ~LogFolder() { std::filesystem::remove_all(path_); }
  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace tokenlife::benchmarks
