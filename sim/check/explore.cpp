#include "sim/check/explore.hpp"

#include <algorithm>

#include "core/ensure.hpp"
#include "sim/check/store.hpp"

namespace tokenlife::sim::checker {
namespace {

template <std::size_t Words>
class Explorer {
 public:
  using Key = StateKey<Words>;

  Explorer(const Options& options, const Rules& rules, const OnProgress& on_progress)
      : options_(options), on_progress_(on_progress), tables_(options, rules) {}

  Exploration run() {
    World first;
    first.site = tables_.first_site();
    first.clients.fill(tables_.first_client());
    const Key key = pack(first);
    states_.insert(key, states_.slot_of(key), kNoState);
    std::uint32_t level_end = 1;
    std::uint32_t next_report = kReportEvery;
    for (std::uint32_t state = 0; state < states_.size() && end_ == StopReason::complete;) {
      if (state >= level_end) {
        ++depth_;
        level_end = states_.size();
      }
      const std::uint32_t batch_end = std::min(state + kBatch, level_end);
      for (; state < batch_end; ++state) expand(state);
      // What follows from a state is then not known.
      if (tables_.is_full()) {
        end_ = StopReason::parts_max;
        break;
      }
      insert_candidates();
      if (states_.size() > options_.states_max) end_ = StopReason::states_max;
      if (state >= next_report) {
        next_report += kReportEvery;
        if (!on_progress_(counts())) end_ = StopReason::stopped;
      }
    }
    return {counts(), end_, std::move(violations_), tables_.coverage().entries()};
  }

 private:
  struct Candidate {
    Key key;
    std::size_t slot;
    std::uint32_t parent;
  };
  static constexpr std::uint32_t kBatch = 6;
  // So often that Ctrl-C is heard soon also where every state brings new parts, which are slow.
  static constexpr std::uint32_t kReportEvery = 1U << 14;

  // ---- Keys ----

  Key pack(const World& world) const {
    World sorted = world;
    if (options_.symmetry) sort(sorted.clients);
    Key key{};
    key[0] = sorted.site | (std::uint64_t{sorted.clients[0]} << kSiteBits);
    if (options_.clients > 1) {
      key[0] |= std::uint64_t{sorted.clients[1]} << (kSiteBits + kClientBits);
    }
    if constexpr (Words == 2) {
      key[1] = sorted.clients[2] | (std::uint64_t{sorted.clients[3]} << kClientBits);
    }
    return key;
  }
  void sort(std::array<Code, kClientsMax>& clients) const {
    for (std::uint32_t i = 1; i < options_.clients; ++i) {
      for (std::uint32_t k = i; k > 0 && clients[k] < clients[k - 1]; --k) {
        std::swap(clients[k], clients[k - 1]);
      }
    }
  }
  World unpack(const Key& key) const {
    constexpr std::uint64_t client_mask = (1U << kClientBits) - 1;
    World world;
    world.site = static_cast<Code>(key[0] & ((1U << kSiteBits) - 1));
    world.clients[0] = static_cast<Code>((key[0] >> kSiteBits) & client_mask);
    world.clients[1] = static_cast<Code>(key[0] >> (kSiteBits + kClientBits));
    if constexpr (Words == 2) {
      world.clients[2] = static_cast<Code>(key[1] & client_mask);
      world.clients[3] = static_cast<Code>(key[1] >> kClientBits);
    }
    return world;
  }

  // ---- What follows from a state ----

  // Calls visit(next, action, client) for each; in this order always.
  template <class Visitor>
  void for_each_next(const World& world, Visitor visit) {
    World next = world;
    for (std::uint32_t i = 0; i < options_.clients; ++i) {
      for (const ClientMove& move : tables_.client_moves(world.clients[i], world.site)) {
        next.clients[i] = move.to;
        visit(next, tables_.client_actions()[move.action], std::optional<std::uint32_t>(i));
      }
      next.clients[i] = world.clients[i];
    }
    for (const SiteMove& move : tables_.site_moves(world.site)) {
      next.site = move.to;
      if (move.on_tokens != OnTokens::nothing) {
        for (std::uint32_t i = 0; i < options_.clients; ++i) {
          next.clients[i] = tables_.after_signer_change(world.clients[i], move.on_tokens);
        }
      }
      visit(next, tables_.site_actions()[move.action], std::nullopt);
      next = world;
    }
    next.site = tables_.site_tick(world.site);
    if (next.site == kUnknown) return;
    for (std::uint32_t i = 0; i < options_.clients; ++i) {
      next.clients[i] = tables_.tick(world.clients[i], world.site);
    }
    visit(next, Action{}, std::nullopt);
  }

  void expand(std::uint32_t state) {
    for_each_next(unpack(states_.key(state)), [&](const World& next, const Action&, const auto&) {
      candidates_.push_back({pack(next), 0, state});
    });
    if (!tables_.broken().empty()) [[unlikely]]
      note_broken(state);
  }

  void insert_candidates() {
    transitions_ += candidates_.size();
    states_.reserve(candidates_.size());
    for (Candidate& candidate : candidates_) {
      candidate.slot = states_.slot_of(candidate.key);
      states_.prefetch(candidate.slot);
    }
    for (const Candidate& candidate : candidates_) {
      states_.insert(candidate.key, candidate.slot, candidate.parent);
    }
    candidates_.clear();
  }

  // ---- What breaks a property, and the way to it ----

  void note_broken(std::uint32_t state) {
    for (const BrokenStep& broken : tables_.broken()) {
      for (std::size_t property = 0; property < always().size(); ++property) {
        if ((broken.broken >> property & 1) == 0 || is_known(property)) continue;
        violations_.push_back(violation(property, state, broken));
      }
    }
    tables_.clear_broken();
  }
  bool is_known(std::size_t property) const {
    return std::any_of(violations_.begin(), violations_.end(),
                       [&](const Violation& known) { return known.property == property; });
  }

  Violation violation(std::size_t property, std::uint32_t state, const BrokenStep& broken) {
    Violation result{property, {}, 0};
    const World world = follow(state, result.path);
    for (std::uint32_t i = 0; i < options_.clients; ++i) {
      if (world.clients[i] == broken.client) result.client = i;
    }
    const ActionKind kind = broken.action.kind;
    const bool is_of_client = kind != ActionKind::tick && !is_of_site(kind);
    result.path.push_back(
        {broken.action, is_of_client ? std::optional<std::uint32_t>(result.client) : std::nullopt});
    return result;
  }

  // The actions to a state, and the state with its clients in the order of their numbers.
  World follow(std::uint32_t state, std::vector<PathStep>& path) {
    std::vector<Key> keys;
    for (; state != kNoState; state = states_.parent(state)) keys.push_back(states_.key(state));
    std::reverse(keys.begin(), keys.end());
    World world = unpack(keys.front());
    for (std::size_t i = 1; i < keys.size(); ++i) {
      bool is_found = false;
      World taken;
      for_each_next(world, [&](const World& next, const Action& action, const auto& client) {
        if (is_found || pack(next) != keys[i]) return;
        is_found = true;
        taken = next;
        path.push_back({action, client});
      });
      ensure(is_found, "a state to be followed from its parent");
      world = taken;
    }
    return world;
  }

  Counts counts() const {
    return {states_.size(),    transitions_,   depth_, states_.bytes() + tables_.bytes(),
            tables_.clients(), tables_.sites()};
  }

  Options options_;
  const OnProgress& on_progress_;
  Tables tables_;
  StateStore<Words> states_;
  std::vector<Candidate> candidates_;
  std::uint64_t transitions_ = 0;
  std::uint64_t depth_ = 0;
  StopReason end_ = StopReason::complete;
  std::vector<Violation> violations_;
};

}  // namespace

Exploration explore(const Options& options, const Rules& rules, const OnProgress& on_progress) {
  ensure(options.clients >= 1 && options.clients <= kClientsMax, "one to four clients");
  if (options.clients <= 2) return Explorer<1>(options, rules, on_progress).run();
  return Explorer<2>(options, rules, on_progress).run();
}

}  // namespace tokenlife::sim::checker
