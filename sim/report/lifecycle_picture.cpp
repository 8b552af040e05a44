#include "sim/report/lifecycle_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/lifecycle.hpp"
#include "core/table_row.hpp"
#include "sim/report/html.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

using State = LifecycleState;

constexpr int kBoxHeight = 44;
struct Box {
  int x, y;  // of its middle
  int width;
};
// By state.
constexpr std::array<Box, kCount<State>> kBoxes{{{70, 220, 124},
                                                 {250, 220, 112},
                                                 {470, 70, 124},
                                                 {470, 370, 124},
                                                 {520, 220, 116},
                                                 {790, 70, 112},
                                                 {790, 370, 214}}};

struct Point {
  double x, y;
};
// A curve with one point that pulls it; the count stands at that part of it.
struct Curve {
  State source, target;
  Point from, pull, to;
  double label = 0.5;
};
const Curve kCurves[] = {
    {State::not_installed, State::installed, {132, 220}, {163, 220}, {194, 220}},
    {State::installed, State::registered, {270, 198}, {310, 110}, {408, 70}},
    {State::installed, State::roaming, {270, 242}, {310, 330}, {408, 370}},
    {State::registered, State::roaming, {425, 92}, {320, 220}, {425, 348}, 0.33},
    {State::roaming, State::registered, {442, 348}, {385, 220}, {442, 92}, 0.36},
    {State::registered, State::renewing, {472, 92}, {468, 150}, {492, 198}, 0.45},
    {State::renewing, State::registered, {548, 198}, {556, 140}, {514, 92}, 0.42},
    {State::roaming, State::renewing, {472, 348}, {468, 290}, {492, 242}, 0.45},
    {State::renewing, State::roaming, {548, 242}, {556, 300}, {514, 348}, 0.42},
    {State::registered, State::expired, {532, 76}, {633, 92}, {734, 78}},
    {State::expired, State::registered, {734, 60}, {633, 36}, {532, 60}},
    {State::renewing, State::expired, {578, 212}, {680, 190}, {752, 92}, 0.3},
    {State::roaming, State::expired, {532, 356}, {690, 300}, {772, 92}, 0.3},
    {State::expired, State::roaming, {788, 92}, {740, 310}, {532, 364}, 0.42},
    {State::expired, State::re_registration_required, {812, 92}, {820, 220}, {812, 348}, 0.3},
    {State::registered, State::re_registration_required, {532, 84}, {660, 130}, {752, 348}, 0.75},
    {State::re_registration_required, State::registered, {724, 348}, {650, 150}, {522, 92}, 0.5},
    {State::roaming, State::re_registration_required, {532, 372}, {607, 360}, {683, 370}},
    {State::re_registration_required, State::roaming, {683, 384}, {607, 412}, {532, 382}},
};

Point point_at(const Curve& curve, double t) {
  const auto at = [t](double a, double b, double c) {
    return (1 - t) * (1 - t) * a + 2 * t * (1 - t) * b + t * t * c;
  };
  return {at(curve.from.x, curve.pull.x, curve.to.x), at(curve.from.y, curve.pull.y, curve.to.y)};
}

// A straight one, for arrows that have been added since.
Curve curve_of(const LifecycleArrow& arrow) {
  for (const Curve& curve : kCurves) {
    if (curve.source == arrow.source && curve.target == arrow.target) return curve;
  }
  const Box& from = kBoxes[static_cast<std::size_t>(arrow.source)];
  const Box& to = kBoxes[static_cast<std::size_t>(arrow.target)];
  const Point middle{(from.x + to.x) / 2.0, (from.y + to.y) / 2.0};
  return {arrow.source,
          arrow.target,
          {double(from.x), double(from.y)},
          middle,
          {double(to.x), double(to.y)}};
}

std::uint64_t count_of(const ArrowCounts& counts, const LifecycleArrow& arrow) {
  return counts[static_cast<std::size_t>(arrow.source)][static_cast<std::size_t>(arrow.target)];
}

class Picture {
 public:
  explicit Picture(std::span<const ArrowCounts* const> runs) : runs_(runs) {}

  std::string svg() {
    out_ =
        "<svg class=\"lifecycle\" viewBox=\"0 -20 920 490\" role=\"img\" "
        "aria-labelledby=\"lifecycle-title\"><title id=\"lifecycle-title\">The states of the "
        "lifecycle, with how often each arrow was followed; the table below says the "
        "same.</title><defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" "
        "markerWidth=\"7\" markerHeight=\"7\" orient=\"auto-start-reverse\"><path d=\"M0 0 8 4 0 "
        "8z\"/></marker></defs>\n";
    const auto arrows = lifecycle_arrows();
    for (const LifecycleArrow& arrow : arrows) path(arrow);
    for (std::size_t i = 0; i < kBoxes.size(); ++i) box(i);
    for (const LifecycleArrow& arrow : arrows) label(arrow);
    return std::move(out_) + "</svg>\n";
  }

 private:
  bool is_taken(const LifecycleArrow& arrow) const {
    return std::any_of(runs_.begin(), runs_.end(),
                       [&](const ArrowCounts* run) { return count_of(*run, arrow) > 0; });
  }
  // Those that go from everywhere to one state, or from one to everywhere, are drawn as stubs.
  static bool is_adoption(const LifecycleArrow& arrow) { return arrow.is_only("client-adopted"); }
  static bool is_reinstallation(const LifecycleArrow& arrow) {
    return arrow.is_only("client-reinstalled");
  }

  static Curve drawn(const LifecycleArrow& arrow) {
    const auto stub = [&](State state, double dx, bool comes) {
      const Box& its = kBoxes[static_cast<std::size_t>(state)];
      const bool is_above = its.y < 220;
      const double edge = its.y + (is_above ? -1 : 1) * kBoxHeight / 2.0;
      const double end = edge + (is_above ? -26 : 26);
      const Point near{its.x + dx, edge};
      const Point far{its.x + dx, end};
      const Point middle{its.x + dx, (edge + end) / 2};
      return comes ? Curve{arrow.source, arrow.target, far, middle, near, 0}
                   : Curve{arrow.source, arrow.target, near, middle, far, 1};
    };
    if (is_adoption(arrow)) return stub(arrow.target, -44, true);
    if (is_reinstallation(arrow)) return stub(arrow.source, 44, false);
    return curve_of(arrow);
  }

  void path(const LifecycleArrow& arrow) {
    std::string events;
    for (const std::string_view event : arrow.events) {
      events += fmt::format("{}{}", events.empty() ? "" : ", ", event);
    }
    const Curve curve = drawn(arrow);
    out_ += fmt::format(
        "<path class=\"arrow{}\" d=\"M{} {} Q{} {} {} {}\" marker-end=\"url(#tip)\"><title>{} to "
        "{}: {}</title></path>\n",
        is_taken(arrow) ? "" : " never", curve.from.x, curve.from.y, curve.pull.x, curve.pull.y,
        curve.to.x, curve.to.y, name(arrow.source), name(arrow.target), events);
  }

  void box(std::size_t state) {
    const Box& its = kBoxes[state];
    const std::string_view text = Names<State>::values[state];
    out_ += fmt::format(
        "<rect class=\"state s-{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"10\"/><text "
        "class=\"state\" x=\"{}\" y=\"{}\">{}</text>\n",
        text, its.x - its.width / 2, its.y - kBoxHeight / 2, its.width, kBoxHeight, its.x,
        its.y + 5, text);
  }

  void label(const LifecycleArrow& arrow) {
    const bool is_stub = is_adoption(arrow) || is_reinstallation(arrow);
    if (!is_taken(arrow) && !is_stub) return;
    const Curve curve = drawn(arrow);
    const Point place = point_at(curve, curve.label);
    const bool is_above = place.y < 220;
    double y = place.y + (is_stub ? (is_above ? -6 : 15) : 4);
    const auto line = [&](const std::string& text) {
      out_ += fmt::format("<text class=\"count\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n", place.x, y,
                          text);
      y += 14;
    };
    const char* const what = is_adoption(arrow) ? "adopted" : is_stub ? "reinstalled" : "";
    if (is_stub && is_above) y -= 14.0 * (is_taken(arrow) ? double(runs_.size()) : 0);
    if (is_stub) line(what);
    if (!is_taken(arrow)) return;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const char* const which = runs_.size() < 2 ? "" : i == 0 ? "A " : "B ";
      line(which + grouped(count_of(*runs_[i], arrow)));
    }
  }

  std::span<const ArrowCounts* const> runs_;
  std::string out_;
};

}  // namespace

std::vector<LifecycleArrow> lifecycle_arrows() {
  std::vector<LifecycleArrow> arrows;
  for (const RowText& row : lifecycle_rows()) {
    const auto source = from_name<State>(row.source);
    const auto target = from_name<State>(row.target);
    if (!source || !target || source == target) continue;
    auto found = std::find_if(arrows.begin(), arrows.end(), [&](const LifecycleArrow& arrow) {
      return arrow.source == *source && arrow.target == *target;
    });
    if (found == arrows.end()) found = arrows.insert(found, {*source, *target, {}});
    auto& events = found->events;
    if (std::find(events.begin(), events.end(), row.event) == events.end()) {
      events.push_back(row.event);
    }
  }
  return arrows;
}

std::string lifecycle_svg(std::span<const ArrowCounts* const> runs) { return Picture(runs).svg(); }

std::string lifecycle_table(std::span<const ArrowCounts* const> runs) {
  std::vector<HtmlColumn> columns{{"From"}, {"To"}, {"By"}};
  for (std::size_t i = 0; i < runs.size(); ++i) {
    columns.push_back({runs.size() < 2 ? "Times" : i == 0 ? "Times in A" : "Times in B", true});
  }
  HtmlTable table("", "How often clients went from state to state", columns);
  for (const LifecycleArrow& arrow : lifecycle_arrows()) {
    std::string events;
    for (const std::string_view event : arrow.events) {
      events += fmt::format("{}{}", events.empty() ? "" : ", ", event);
    }
    std::vector<std::string> cells{std::string(name(arrow.source)), std::string(name(arrow.target)),
                                   events};
    for (const ArrowCounts* run : runs) {
      const std::uint64_t count = count_of(*run, arrow);
      cells.push_back(count == 0 ? "never" : grouped(count));
    }
    table.row(cells);
  }
  return std::move(table).finish();
}

}  // namespace tokenlife::sim
