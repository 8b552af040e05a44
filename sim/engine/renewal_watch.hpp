// Why a client's token was not renewed: what stopped it at the last contact at which the token was
// due (A13). Also when its last contact was.
#pragma once

#include <algorithm>

#include "core/spell_cause.hpp"
#include "core/time.hpp"

namespace tokenlife::sim {

class RenewalWatch {
 public:
  // At a contact at which the token was due it was not renewed.
  void stopped(Instant contact, SpellCause by) {
    stopped_at_ = contact;
    stopped_by_ = by;
  }
  // The renewal that was sent at that contact came to this.
  void came_to(SpellCause cause) {
    if (stopped_by_ == SpellCause::on_its_way) stopped_by_ = cause;
    waits_for_ = cause;
  }
  // What the wait is for that began last.
  SpellCause waits_for() const { return waits_for_; }

  // Of a token that was due at `due`, and expires now.
  SpellCause cause(Instant due, Instant now) const {
    if (stopped_at_ >= due && stopped_by_ != SpellCause::not_recorded) return stopped_by_;
    return due < now ? SpellCause::offline : SpellCause::never_due;
  }
  // It holds another token.
  void reset() {
    stopped_at_ = Instant::min();
    stopped_by_ = SpellCause::not_recorded;
  }

  // The agent started, and the client was connected after the tick.
  void started(Instant now) {
    if (start_ < now) start_before_ = start_;
    start_ = now;
  }
  // The client was connected from the first moment until before the second.
  void disconnected(Instant since, Instant now) {
    if (since == now) return;  // An adopted client was taken away in its first tick.
    since_ = since;
    until_ = now;
  }
  Duration since_contact(bool is_connected, Instant since, Instant now, Duration every) const {
    Instant last = start_ < now ? start_ : start_before_;
    if (is_connected && since < now) {
      last = std::max(last, last_contact(since, now, every));
    } else if (since_ != Instant::min()) {
      last = std::max(last, last_contact(since_, until_, every));
    }
    return last == Instant::min() ? Duration{0} : now - last;
  }
  // The last of the contacts that come every so often from `since` on, before `until`.
  static Instant last_contact(Instant since, Instant until, Duration every) {
    return since + every * ((until - since - Duration{1}) / every);
  }

 private:
  Instant stopped_at_ = Instant::min();
  SpellCause stopped_by_ = SpellCause::not_recorded;
  SpellCause waits_for_ = SpellCause::not_recorded;
  Instant start_ = Instant::min();
  Instant start_before_ = Instant::min();  // in an earlier tick
  Instant since_ = Instant::min();
  Instant until_ = Instant::min();
};

}  // namespace tokenlife::sim
