// Makes a history shorter and plainer, as long as the adapter still differs in the same way.
#include <algorithm>
#include <map>

#include "core/request.hpp"
#include "core/site_policy.hpp"
#include "sim/conform/conform.hpp"
#include "sim/conform/draw_history.hpp"
#include "sim/soak/shrink.hpp"

namespace tokenlife::sim {
namespace {

constexpr int kShrinkTriesMax = 2'000;

bool is_same(const Difference& a, const Difference& b) {
  if (a.kind != b.kind) return false;
  const auto& ids = b.rules.ids();
  return a.rules.empty() || std::any_of(ids.begin(), ids.end(), [&](std::string_view id) {
           return std::find(a.rules.ids().begin(), a.rules.ids().end(), id) != a.rules.ids().end();
         });
}

class HistoryShrinker {
 public:
  HistoryShrinker(Examiner& examiner, const History& history, const Difference& difference,
                  const std::function<bool()>& stop)
      : examiner_(examiner), best_(history), difference_(difference), stop_(stop) {}

  History run() {
    cut_after(difference_.step, best_);
    // A cut history does not differ if the difference has gone: then it stays as it was.
    std::size_t before;
    do {
      before = accepted_;
      best_ = shrink_list(best_, [this](History& fewer) { return attempt(fewer); });
      for (std::size_t i = 0; i < best_.size(); ++i) simplify(i);
    } while (accepted_ != before && tries_ < kShrinkTriesMax);
    return renumbered(best_);
  }

 private:
  static void cut_after(StepId last, History& history) {
    const auto end = std::find_if(history.begin(), history.end(),
                                  [&](const Step& step) { return step.id == last; });
    if (end != history.end()) history.erase(end + 1, history.end());
  }

  // Keeps it if it differs in the same way.
  bool attempt(History& smaller) {
    if (tries_ >= kShrinkTriesMax || stop_()) return false;
    ++tries_;
    smaller = mended(smaller, examiner_.role(), examiner_.hello());
    if (smaller.empty()) return false;
    const auto differs = examiner_.examine(smaller);
    const bool lost = !differs;
    const bool same = !lost && *differs && is_same(difference_, **differs);
    if (lost || (*differs && (*differs)->out_of_step)) {
      if (!examiner_.restart()) tries_ = kShrinkTriesMax;
    }
    if (!same) return false;
    cut_after((*differs)->step, smaller);
    best_ = smaller;
    ++accepted_;
    return true;
  }

  template <class Change>
  void try_with(std::size_t i, Change change) {
    if (i >= best_.size()) return;
    History changed = best_;
    change(changed[i]);
    if (changed[i] == best_[i]) return;
    attempt(changed);
  }

  void simplify(std::size_t i) {
    const Policy plain = plain_policy();
    try_with(i, [&](Step& step) { step.policy = plain; });
    if (i < best_.size()) simplify_policy(i, plain);
    try_with(i, [&](Step& step) { step.now = i == 0 ? step.now : best_[i - 1].now; });
    try_with(i, [](Step& step) { step.version = ClientVersion::current; });
    try_with(i, [](Step& step) { step.subject = Scope::device; });
    try_with(i, [](Step& step) { step.lifetime.reset(); });
    try_with(i, [](Step& step) { step.cmg_allowed = true; });
    try_with(i, [](Step& step) { step.agent_start = false; });
    if (examiner_.role() != Role::site) return;
    // One client and certificate instead of two.
    try_with(i, [&](Step& step) {
      if (i == 0 || best_[i - 1].client.empty() || step.client.empty()) return;
      step.client = best_[i - 1].client;
      if (!step.certificate.empty()) step.certificate = certificate_of(step.client, step);
    });
  }
  std::string certificate_of(const std::string& client, const Step& otherwise) const {
    for (const Step& step : best_) {
      if (step.client == client && !step.certificate.empty()) return step.certificate;
    }
    return otherwise.certificate;
  }

  void simplify_policy(std::size_t i, const Policy& plain) {
    if (best_[i].op != Op::reset && best_[i].op != Op::policy) return;
    const auto one = [&](auto key) {
      try_with(i, [&](Step& step) { step.policy.*key = plain.*key; });
    };
    one(&Policy::token_validity);
    one(&Policy::renew_after);
    one(&Policy::renew_on);
    one(&Policy::mp);
    one(&Policy::internal_registration);
    one(&Policy::leeway);
    one(&Policy::bulk_leeway);
    one(&Policy::retry_after_failure);
    one(&Policy::retry_after_refusal);
  }
  Policy plain_policy() const {
    Policy policy;
    policy.bulk_leeway = policy.leeway;
    apply(policy, examiner_.hello().fixed);
    return policy;
  }

  Examiner& examiner_;
  History best_;
  Difference difference_;
  const std::function<bool()>& stop_;
  int tries_ = 0;
  std::size_t accepted_ = 0;
};

}  // namespace

History mended(const History& history, Role role, const Hello& hello) {
  const auto model = make_model(role, hello);
  History mended;
  for (const Step& step : history) {
    if (!model->can_take(step)) continue;
    model->take(step);
    mended.push_back(step);
  }
  return mended;
}

History renumbered(const History& history) {
  History numbered = history;
  std::map<StepId, StepId> places;
  for (std::size_t i = 0; i < numbered.size(); ++i) {
    Step& step = numbered[i];
    const auto place_of = [&](StepId id) { return places.contains(id) ? places.at(id) : id; };
    if (step.of != 0) step.of = place_of(step.of);
    if (step.token) step.token->granted_by = place_of(step.token->granted_by);
    places[step.id] = kFirstStep + i;
    step.id = kFirstStep + i;
  }
  return numbered;
}

History shrink_history(Examiner& examiner, const History& history, const Difference& difference,
                       const std::function<bool()>& stop) {
  return HistoryShrinker(examiner, history, difference, stop).run();
}

}  // namespace tokenlife::sim
