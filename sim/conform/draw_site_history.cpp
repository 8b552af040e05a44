// Histories of a site: what its clients and operators ask, and what they should not.
#include <algorithm>

#include "core/bulk_lifetime.hpp"
#include "core/request.hpp"
#include "sim/conform/certificates.hpp"
#include "sim/conform/draw_history.hpp"
#include "sim/conform/site_model.hpp"
#include "sim/soak/random_scenario.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct DrawnClient {
  std::string name;
  std::string certificate;
};

// What a history is about: letters of draw_step(), as often as they stand there. Each has some of
// what can be asked and not the rest, so that it comes to the point.
constexpr std::string_view kThemes[] = {
    "iblkcrrBmnxx",  // all
    "iibblBBBx",     // bulk tokens
    "iBBbbxxx",      // and the clients that came by them
    "rrnnnxxxx",     // client tokens
    "rxxnm",         // and other certificates
    "irBkkkxxn",     // signing keys
    "rrcccxnm",      // blocked clients
    "rrrB",          // doors and credentials
};

class SiteHistory {
 public:
  SiteHistory(const Hello& hello, std::uint64_t seed)
      : hello_(hello),
        dice_(seed),
        model_(hello),
        pool_(certificate_pool().begin(), certificate_pool().end()) {}

  History draw() {
    // Each with another set of certificates, neighbours in the pool often among them.
    std::rotate(pool_.begin(), pool_.begin() + dice_.between(0, 11), pool_.end());
    const std::int64_t clients = dice_.between(1, 3);
    for (std::int64_t i = 0; i < clients; ++i)
      clients_.push_back({draw_name(dice_), certificate()});
    start_ = at(days{20'454 + dice_.between(0, 364)} + Duration{dice_.between(0, 86'399)});
    reset(start_);
    const std::string_view theme = kThemes[dice_.between(0, std::ssize(kThemes) - 1)];
    theme_.assign(theme.begin(), theme.end());
    const std::int64_t length = dice_.between(3, 12);
    const std::int64_t moved_at =
        hello_.able(Ability::tenant) && dice_.one_in(5) ? dice_.between(2, length) : 0;
    for (std::int64_t i = 1; i <= length; ++i) {
      if (i == moved_at) reset(model_.now());
      draw_step();
    }
    return std::move(history_);
  }

 private:
  std::string certificate() {
    const std::string taken(pool_[next_certificate_ % pool_.size()]);
    ++next_certificate_;
    return taken;
  }

  // Takes it, if it makes sense and the rules say what has to come.
  void add(Step step) {
    step.id = kFirstStep + history_.size();
    if (!model_.can_take(step)) return;
    SiteModel before = model_;
    if (model_.take(step).open) {
      model_ = std::move(before);
      return;
    }
    history_.push_back(std::move(step));
  }

  Step step_of(Op op) {
    Step step;
    step.op = op;
    step.now = moment();
    return step;
  }

  void reset(Instant now) {
    Step step;
    step.op = Op::reset;
    step.now = now;
    const std::uint64_t high = dice_.bits();
    step.tenant = random_guid(high, dice_.bits());
    step.policy = draw_policy(dice_, hello_, Role::site);
    add(step);
  }

  // ---- When ----

  // The next request's: soon, at once, or somewhat earlier.
  Instant moment() {
    const Instant now = model_.now();
    switch (dice_.between(0, 7)) {
      case 0: return now - Duration{dice_.between(1, 3'600)};
      case 1: return now - dice_.one_of<Duration>({Duration{1}, kClockBackMax});
      case 2: return now + Duration{dice_.between(1, 86'400)};
      case 3: return now + days{dice_.between(1, 40)};
      case 4: return now + Duration{dice_.between(1, 60)};
      default: return now;
    }
  }
  // One at which something changes for that token, or any.
  Instant moment_for(const IssuedToken& token) {
    const Duration leeway = model_.leeway_of(token);
    Instant chosen = moment();
    switch (dice_.between(0, 7)) {
      case 0:
      case 1: chosen = around(dice_, token.expires); break;
      case 2: chosen = around(dice_, token.expires + leeway); break;
      case 3: chosen = around(dice_, token.not_before); break;
      case 4: chosen = token.not_before + (token.expires - token.not_before) / 2; break;
      default: break;
    }
    return std::max(chosen, model_.now() - kClockBackMax);
  }

  // ---- What ----

  void draw_step() {
    switch (dice_.one_of(theme_)) {
      case 'i': return issue_bulk();
      case 'b': return block_bulk();
      case 'l': return list();
      case 'k': return rotate();
      case 'c': return block_client();
      case 'm': return reinstall();
      case 'r': return register_client(false);
      case 'B': return register_client(true);
      case 'n': return show_token(hello_.able(Ability::renew) ? Op::renew : Op::exchange);
      default: return show_token(Op::exchange);
    }
  }

  void issue_bulk() {
    if (!hello_.able(Ability::bulk)) return;
    Step step = step_of(Op::issue_bulk_token);
    if (dice_.one_in(3)) {
      step.lifetime = dice_.one_of<const char*>({"1",
                                                 "60",
                                                 "4320",
                                                 "10080",
                                                 "10079",
                                                 "2",
                                                 "0",
                                                 "-1",
                                                 "10081",
                                                 "20160",
                                                 "1.5",
                                                 "\"60\"",
                                                 "true",
                                                 "[]",
                                                 "{}",
                                                 "2147483648",
                                                 "9223372036854775807",
                                                 "1e+300",
                                                 "\"\"",
                                                 "-4320"});
    }
    add(step);
  }

  void block_bulk() {
    if (!hello_.able(Ability::bulk) || !hello_.able(Ability::block)) return;
    const bool blocks = dice_.one_in(2);
    Step step = step_of(blocks ? Op::block_bulk_token : Op::unblock_bulk_token);
    const IssuedToken* token = any_token([](const IssuedToken& t) { return t.is_bulk; });
    if (token == nullptr ? dice_.one_in(4) : dice_.one_in(12)) {
      const std::uint64_t high = dice_.bits();
      step.unknown_guid = random_guid(high, dice_.bits());
    } else if (token == nullptr) {
      return issue_bulk();
    } else {
      step.of = token->id;
      step.op = token->blocked || (!blocks && dice_.one_in(4)) ? Op::unblock_bulk_token
                                                               : Op::block_bulk_token;
      step.now = moment_for(*token);
    }
    add(step);
  }

  void list() {
    if (!hello_.able(Ability::bulk) || !hello_.able(Ability::list)) return;
    Step step = step_of(Op::list);
    const IssuedToken* token = any_token([](const IssuedToken& t) { return t.is_bulk; });
    if (token != nullptr) step.now = moment_for(*token);
    add(step);
  }

  void rotate() {
    if (!hello_.able(Ability::rotate)) return;
    const auto& keys = model_.keys();
    if (keys.size() > 1 && dice_.one_in(2)) {
      Step step = step_of(Op::retire);  // add() leaves it out if it is retired already
      step.of = keys[static_cast<std::size_t>(
                         dice_.between(0, static_cast<std::int64_t>(keys.size()) - 2))]
                    .brought_by;
      return add(step);
    }
    add(step_of(Op::rotate));
  }

  void block_client() {
    if (!hello_.able(Ability::client_block)) return;
    Step step = step_of(Op::block_client);
    step.client = dice_.one_of(clients_).name;
    if (model_.is_blocked(step.client) && !dice_.one_in(6)) step.op = Op::unblock_client;
    if (dice_.one_in(10)) step.op = Op::unblock_client;
    if (dice_.one_in(12)) step.client = draw_name(dice_);
    add(step);
  }

  // A8: another certificate, under the same name or another. The site is not told.
  void reinstall() {
    DrawnClient& client = clients_[static_cast<std::size_t>(
        dice_.between(0, static_cast<std::int64_t>(clients_.size()) - 1))];
    client.certificate = certificate();
    if (dice_.one_in(2)) client.name = draw_name(dice_);
  }

  Endpoint door() {
    const bool has_mp = hello_.able(Ability::mp);
    if (!has_mp || !hello_.able(Ability::cmg)) return has_mp ? Endpoint::mp : Endpoint::cmg;
    return dice_.one_in(2) ? Endpoint::mp : Endpoint::cmg;
  }

  void fill(Step& step, const DrawnClient& client) {
    step.client = client.name;
    step.certificate = client.certificate;
    step.via = door();
    if (hello_.able(Ability::version) && dice_.one_in(12)) step.version = ClientVersion::outdated;
  }

  void register_client(bool with_bulk) {
    Step step = step_of(Op::register_client);
    fill(step, dice_.one_of(clients_));
    if (hello_.able(Ability::user) && dice_.one_in(12)) step.subject = Scope::user;
    if (with_bulk && hello_.able(Ability::bulk)) {
      if (any_token([](const IssuedToken& t) { return t.is_bulk; }) == nullptr) issue_bulk();
      step.credential = Credential::bulk;
      show(step, true);
      if (!step.token) return;
      // What an enhanced-HTTP MP makes of a bulk token that it does not need is not said.
      if (model_.policy().mp != MpMode::https) {
        if (!hello_.able(Ability::cmg)) return;
        step.via = Endpoint::cmg;
      }
      return add(step);
    }
    std::vector<Credential> credentials{Credential::self_signed};
    if (hello_.able(Ability::pki)) credentials.push_back(Credential::pki);
    if (hello_.able(Ability::entra)) credentials.push_back(Credential::entra);
    step.credential = dice_.one_of(credentials);
    // Mostly where it is granted: without tokens there is little to ask.
    if (step.credential == Credential::self_signed && hello_.able(Ability::mp) &&
        !dice_.one_in(4)) {
      step.via = Endpoint::mp;
    }
    add(step);
  }

  void show_token(Op op) {
    if (model_.tokens().empty()) return register_client(false);
    Step step = step_of(op);
    fill(step, dice_.one_of(clients_));
    show(step, false);
    if (step.token) add(step);
  }

  // Which token, by whom, and when: mostly the right one.
  void show(Step& step, bool wants_bulk) {
    const bool other_kind = dice_.one_in(8);
    const IssuedToken* token = any_token([&](const IssuedToken& t) {
      return t.is_bulk == (wants_bulk != other_kind) &&
             (t.epoch == model_.epoch() || hello_.able(Ability::tenant));
    });
    if (token == nullptr) {
      if (dice_.one_in(6)) step.token = ShownToken{0, ShownToken::Change::empty, 0};
      return;
    }
    step.token = ShownToken{token->id, ShownToken::Change::none, 0};
    step.now = moment_for(*token);
    // Its owner, with the certificate that it has now, unless somebody else is to show it.
    const auto owner = std::find_if(clients_.begin(), clients_.end(),
                                    [&](const DrawnClient& c) { return c.name == token->owner; });
    if (!token->is_bulk && owner != clients_.end() && !dice_.one_in(5)) {
      step.client = owner->name;
      step.certificate = owner->certificate;
    }
    if (!dice_.one_in(6)) return;
    switch (dice_.between(0, 4)) {
      case 0: step.token->change = ShownToken::Change::cut; break;
      case 1: step.token = ShownToken{0, ShownToken::Change::empty, 0}; return;
      default: step.token->change = ShownToken::Change::changed; break;
    }
    step.token->place = static_cast<std::size_t>(dice_.between(0, 2'000));
  }

  // The newest often, of those that fit.
  template <class Fits>
  const IssuedToken* any_token(Fits fits) {
    std::vector<const IssuedToken*> found;
    for (const IssuedToken& token : model_.tokens()) {
      if (fits(token)) found.push_back(&token);
    }
    if (found.empty()) return nullptr;
    return dice_.one_in(3) ? dice_.one_of(found) : found.back();
  }

  const Hello& hello_;
  Dice dice_;
  SiteModel model_;
  std::vector<char> theme_;
  std::vector<std::string_view> pool_;
  std::size_t next_certificate_ = 0;
  std::vector<DrawnClient> clients_;
  Instant start_;
  History history_;
};

}  // namespace

History draw_site_history(const Hello& hello, std::uint64_t seed) {
  return SiteHistory(hello, seed).draw();
}

}  // namespace tokenlife::sim
