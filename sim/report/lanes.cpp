// A client's life as lanes of time. What lies closer together than the picture can show is drawn as
// one, so that a picture has so many bytes at most, however much happened.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/ensure.hpp"
#include "core/evolve_in_place.hpp"
#include "sim/report/html.hpp"
#include "sim/report/lives.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kLeft = 96;
constexpr int kWidth = 892;
constexpr int kMarksDrawn = 24;

// Stretches of one kind, in columns of the picture.
class Stretches {
 public:
  void add(int from, int to) {
    to = std::max(to, from + 1);
    if (!spans_.empty() && from <= spans_.back().second) {
      spans_.back().second = std::max(spans_.back().second, to);
    } else {
      spans_.emplace_back(from, to);
    }
  }
  bool is_empty() const { return spans_.empty(); }
  const std::vector<std::pair<int, int>>& spans() const { return spans_; }
  std::string path(int y, int height) const {
    std::string path;
    for (const auto& [from, to] : spans_) {
      path += fmt::format("M{} {}h{}v{}h-{}z", kLeft + from, y, to - from, height, to - from);
    }
    return path;
  }

 private:
  std::vector<std::pair<int, int>> spans_;
};

struct Lane {
  std::string_view css_class;
  std::string_view words;
  int y;
  int height;
};
// By network; the higher, the better connected.
constexpr std::array<Lane, kCount<Network>> kNetworks{{{"off", "offline", 31, 3},
                                                       {"mp", "on the intranet", 18, 16},
                                                       {"cmg", "on the internet", 26, 8}}};
// By state.
constexpr std::array<Lane, kCount<LifecycleState>> kStates{
    {{"none", "not installed", 0, 0},
     {"installed", "installed", 70, 4},
     {"registered", "registered", 52, 22},
     {"roaming", "roaming", 58, 16},
     {"renewing", "renewing", 52, 22},
     {"expired", "expired", 66, 8},
     {"re-registration-required", "re-registration required", 70, 4}}};
constexpr Lane kToken{"token", "holds a good token", 92, 12};
constexpr std::array<Lane, 3> kRequests{{{"granted", "granted", 114, 10},
                                         {"refused", "refused", 128, 10},
                                         {"failed", "failed", 142, 10}}};

class Lanes {
 public:
  explicit Lanes(const events::LogHeader& header) : header_(header) {}

  void live(const ClientEvents& events) {
    Client client;
    Instant since{};
    for (const auto& recorded : events) {
      if (recorded.time > since) stay(client, since, recorded.time);
      since = std::max(since, recorded.time);
      std::visit(
          [&](const auto& e) {
            ensure(evolve_in_place(client, e) == EventError::none, "an event that was replayed");
          },
          recorded.event);
      if (client.token.exists()) hold(client.token, recorded.time);
      answer(recorded);
    }
    stay(client, since, at(header_.duration));
    let_go(at(header_.duration));
  }

  std::string svg(std::span<const Mark> marks) const {
    std::string out = fmt::format(
        "<svg class=\"lanes\" viewBox=\"0 0 1000 178\" role=\"img\" aria-label=\"The client's "
        "network, state, token and requests over time\">\n");
    draw_marks(out, marks);
    const auto label = [&](int y, std::string_view text) {
      out += fmt::format("<text x=\"0\" y=\"{}\">{}</text>", y, text);
    };
    label(30, "network");
    label(67, "state");
    label(102, "token");
    label(123, "granted");
    label(137, "refused");
    label(151, "failed");
    out += "\n";
    for (std::size_t i = 0; i < networks_.size(); ++i) draw(out, networks_[i], kNetworks[i]);
    for (std::size_t i = 1; i < states_.size(); ++i) draw(out, states_[i], kStates[i]);
    draw(out, tokens_, kToken);
    for (std::size_t i = 0; i < requests_.size(); ++i) draw(out, requests_[i], kRequests[i]);
    for (std::size_t i = 1; i < states_.size(); ++i) draw_names(out, states_[i], kStates[i]);
    draw_axis(out);
    return out + "</svg>\n";
  }

 private:
  int column(Instant t) const {
    const std::int64_t all = std::max<std::int64_t>(header_.duration.count(), 1);
    const std::int64_t past = std::clamp<std::int64_t>(t.time_since_epoch().count(), 0, all);
    return static_cast<int>(past * kWidth / all);
  }
  void stay(const Client& client, Instant from, Instant to) {
    if (client.state == LifecycleState::not_installed) return;
    networks_[static_cast<std::size_t>(client.network)].add(column(from), column(to));
    states_[static_cast<std::size_t>(client.state)].add(column(from), column(to));
    if (is_out_of_service(client.state)) let_go(from);
  }
  void hold(const ClientToken& token, Instant now) {
    if (held_ && held_->first.serial == token.serial) return;
    let_go(now);
    held_.emplace(token, now);
  }
  void let_go(Instant now) {
    if (!held_) return;
    const Instant since = held_->second;
    held_.reset();
    if (now > since) tokens_.add(column(since), column(now));
  }
  void answer(const Recorded<ClientEvent>& recorded) {
    const auto add = [&](std::size_t row) {
      const int at_column = column(recorded.time);
      requests_[row].add(at_column, at_column + 2);
    };
    switch (kind_of(recorded.event)) {
      case EventKind::registration_completed:
      case EventKind::token_renewed: return add(0);
      case EventKind::registration_refused:
      case EventKind::renewal_refused: return add(1);
      case EventKind::registration_failed:
      case EventKind::renewal_failed: return add(2);
      default: return;
    }
  }

  static void draw(std::string& out, const Stretches& stretches, const Lane& lane) {
    if (stretches.is_empty()) return;
    out += fmt::format("<path class=\"l-{}\" d=\"{}\"><title>{}</title></path>\n", lane.css_class,
                       stretches.path(lane.y, lane.height), lane.words);
  }
  static void draw_names(std::string& out, const Stretches& stretches, const Lane& lane) {
    int behind = -1;
    for (const auto& [from, to] : stretches.spans()) {
      if (to - from < 110 || from < behind) continue;
      behind = from + 300;  // not again and again
      out += fmt::format("<text class=\"in\" x=\"{}\" y=\"64\">{}</text>\n", kLeft + from + 5,
                         lane.words);
    }
  }
  void draw_marks(std::string& out, std::span<const Mark> marks) const {
    int drawn = 0;
    for (const Mark& mark : marks) {
      if (drawn++ == kMarksDrawn) return;
      const auto place = [&](std::int64_t second) {
        return column(at(Duration{second - header_.start_unix_seconds}));
      };
      const int from = place(mark.from);
      const int to = std::max(mark.to ? place(*mark.to) : from, from + 1);
      out += fmt::format(
          "<rect class=\"mark\" x=\"{}\" y=\"10\" width=\"{}\" height=\"146\"><title>{}</title>"
          "</rect>\n",
          kLeft + from, to - from, html_plain(mark.text));
    }
  }
  void draw_axis(std::string& out) const {
    constexpr int kTicks = 4;
    const bool is_short = header_.duration < std::chrono::days{3};
    for (int i = 0; i <= kTicks; ++i) {
      const std::int64_t second =
          header_.start_unix_seconds + header_.duration.count() * i / kTicks;
      const char* const anchor = i == 0 ? "start" : i == kTicks ? "end" : "middle";
      const int x = kLeft + kWidth * i / kTicks;
      out += fmt::format(
          "<path class=\"tick\" d=\"M{} 156v5\"/><text class=\"{}\" x=\"{}\" y=\"175\">{}</text>\n",
          x, anchor, x, is_short ? minute_text(second) : date_text(second));
    }
  }

  const events::LogHeader& header_;
  std::array<Stretches, kCount<Network>> networks_;
  std::array<Stretches, kCount<LifecycleState>> states_;
  Stretches tokens_;
  std::array<Stretches, 3> requests_;
  std::optional<std::pair<ClientToken, Instant>> held_;
};

}  // namespace

std::string lanes_svg(const ClientEvents& events, const events::LogHeader& header,
                      std::span<const Mark> marks) {
  Lanes lanes(header);
  lanes.live(events);
  return lanes.svg(marks);
}

}  // namespace tokenlife::sim
