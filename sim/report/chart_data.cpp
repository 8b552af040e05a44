// The data of the charts, as JSON: regular series, each with where it begins and how far its points
// are apart, in seconds.
#include <fmt/format.h>

#include <algorithm>

#include "sim/report/html.hpp"
#include "sim/report/sections.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kSurvivalPointsMax = 500;

class ChartWriter {
 public:
  explicit ChartWriter(Runs runs) : runs_(runs) {}

  std::string all() {
    out_ = fmt::format("{{\"runs\":{},\"charts\":{{", runs_.size());
    population();
    service();
    doings();
    survival();
    if (has_limits(runs_)) load();
    out_ += "},\"marks\":[";
    marks();
    return std::move(out_) + "]}";
  }

 private:
  void begin(const char* chart, std::int64_t width) {
    out_ += fmt::format("{}\"{}\":{{\"width\":{},\"series\":[", out_.back() == '{' ? "" : ",",
                        chart, width);
  }
  void end() { out_ += "]}"; }

  template <class Value>
  void series(std::string_view key, std::size_t run, std::int64_t first, std::int64_t step,
              std::int64_t last, std::size_t count, const Value& value) {
    out_ +=
        fmt::format("{}{{\"key\":\"{}\",\"run\":{},\"first\":{},\"step\":{},\"last\":{},\"v\":[",
                    out_.back() == '[' ? "" : ",\n", key, run, first, step, last);
    for (std::size_t i = 0; i < count; ++i) {
      out_ += fmt::format("{}{}", i == 0 ? "" : ",", value(i));
    }
    out_ += "]}";
  }
  template <class Value>
  void level(std::string_view key, std::size_t run, const Value& value) {
    const Grid& grid = runs_[run]->fleet.levels;
    const events::LogHeader& header = runs_[run]->log.header();
    series(key, run, grid.begin_of(1), grid.width.count(),
           header.start_unix_seconds + header.duration.count(), grid.count, value);
  }

  // From above: who holds a good token first, so that the others stand on the axis.
  void population() {
    using State = LifecycleState;
    begin("population", runs_[0]->fleet.levels.width.count());
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      for (const State state :
           {State::registered, State::roaming, State::renewing, State::installed, State::expired,
            State::re_registration_required}) {
        level(name(state), run, [&](std::size_t i) {
          return runs_[run]->fleet.states[i][static_cast<std::size_t>(state)];
        });
      }
    }
    end();
  }
  void service() {
    begin("service", runs_[0]->fleet.levels.width.count());
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      const Fleet& fleet = runs_[run]->fleet;
      level("stranded", run, [&](std::size_t i) { return fleet.stranded[i]; });
      level("out-of-service", run, [&](std::size_t i) { return fleet.out_of_service[i]; });
    }
    end();
  }
  void doings() {
    begin("doings", runs_[0]->fleet.doings.width.count());
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      const Fleet& fleet = runs_[run]->fleet;
      for (std::size_t k = 0; k < Days::kDoings; ++k) {
        steps(Days::kDoingNames[k], run, [&](std::size_t i) { return fleet.done[i][k]; });
      }
    }
    end();
  }
  // `one(run, key, endpoint)` of each endpoint that had a limit, run by run.
  template <class Series>
  void of_limited(const Series& one) {
    static constexpr const char* kKeys[] = {"mp", "cmg"};
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      for (std::size_t e = 0; e < runs_[run]->fleet.load.size(); ++e) {
        const EndpointOverTime& its = runs_[run]->fleet.load[e];
        if (its.is_limited) one(run, std::string(kKeys[e]), its);
      }
    }
  }
  // Steps: the last one goes on to the end of its stretch.
  template <class Value>
  void steps(const std::string& key, std::size_t run, const Value& value) {
    const Grid& grid = runs_[run]->fleet.doings;
    series(key, run, grid.first, grid.width.count(), grid.begin_of(grid.count), grid.count + 1,
           [&](std::size_t i) { return value(std::min(i, grid.count - 1)); });
  }
  void load() {
    begin("line", runs_[0]->fleet.levels.width.count());
    of_limited([&](std::size_t run, const std::string& key, const EndpointOverTime& its) {
      level(key + "-in-line", run, [&](std::size_t i) { return its.in_line[i]; });
    });
    end();
    begin("served", runs_[0]->fleet.doings.width.count());
    of_limited([&](std::size_t run, const std::string& key, const EndpointOverTime& its) {
      steps(key + "-answered", run, [&](std::size_t i) { return its.answered[i]; });
      steps(key + "-limit", run, [&](std::size_t i) {
        return its.capacity[i] ? std::to_string(*its.capacity[i]) : std::string("null");
      });
    });
    end();
    begin("waits", runs_[0]->fleet.doings.width.count());
    of_limited([&](std::size_t run, const std::string& key, const EndpointOverTime& its) {
      steps(key + "-wait", run, [&](std::size_t i) {
        return fmt::format("{:.3f}", static_cast<double>(its.longest_wait[i].count()) / 3'600);
      });
    });
    end();
  }
  void survival() {
    begin("survival", 3'600);
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      const std::vector<double> share = survival_of(runs_[run]->fleet);
      const std::size_t step = share.size() / kSurvivalPointsMax + 1;
      const std::size_t count = (share.size() + step - 1) / step;
      series("held", run, 0, static_cast<std::int64_t>(step) * 3'600,
             static_cast<std::int64_t>(share.size()) * 3'600, count,
             [&](std::size_t i) { return fmt::format("{:.4f}", share[i * step]); });
    }
    end();
  }
  void marks() {
    for (std::size_t run = 0; run < runs_.size(); ++run) {
      for (const Mark& mark : runs_[run]->marks) {
        out_ += fmt::format("{}[{},{},{},{}]", out_.back() == '[' ? "" : ",\n", run, mark.from,
                            mark.to ? std::to_string(*mark.to) : "null", json_name(mark.text));
      }
    }
  }

  Runs runs_;
  std::string out_;
};

}  // namespace

std::vector<double> survival_of(const Fleet& fleet) {
  std::uint64_t held = 0;
  for (const TokenHours& hour : fleet.tokens) {
    held += hour.held;
    for (const std::uint64_t count : hour.ended) held += count;
  }
  // Kaplan and Meier's: who is still held when the run ends says nothing of what comes after.
  std::vector<double> shares;
  if (held == 0) return shares;
  double share = 1;
  shares.push_back(share);
  for (const TokenHours& hour : fleet.tokens) {
    std::uint64_t ended = 0;
    for (const std::uint64_t count : hour.ended) ended += count;
    if (held > 0) share *= 1 - static_cast<double>(ended) / static_cast<double>(held);
    shares.push_back(share);
    held -= ended + hour.held;
  }
  return shares;
}

std::string chart_json(Runs runs) { return ChartWriter(runs).all(); }

}  // namespace tokenlife::sim
