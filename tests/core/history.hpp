// Random histories of one client and its site, told by the rules alone: contacts at the moments
// that the rules name, moves, blocks, outages, lost answers. Beside it runs a model of a few dates
// and flags, with the numbers of the rules written out.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <vector>

#include "core/answer.hpp"
#include "core/decide.hpp"
#include "core/site.hpp"

namespace tokenlife::test {

enum class Do : std::uint8_t {
  wait,
  contact,
  contact_at_start,
  lose_the_answer,  // A contact whose answer does not arrive.
  apply_answer,     // The answer to the request under way arrives.
  move,
  reinstall,
  reinstall_with_bulk_token,
  block_or_unblock,
  upgrade,
  toggle_cmg_setting,
  issue_bulk_token,
  block_or_unblock_bulk_token,
  toggle_endpoint,
  rotate_certificate,
  retire_certificate,
};

// What a number means depends on where the history stands: see History::take.
struct Step {
  Do what;
  std::uint8_t which;
};
std::ostream& operator<<(std::ostream& out, const Step& step);

struct Beginning {
  Network network;
  Credential credential;
  ClientVersion version;
  bool bulk_token;
  MpMode mp;
  RenewOn renew_on;
  bool internal_registration;
};
std::ostream& operator<<(std::ostream& out, const Beginning& beginning);

rc::Gen<Beginning> any_beginning();
rc::Gen<std::vector<Step>> any_steps();

// What happened at least once in a batch of histories: a property about renewals that has seen none
// has tested nothing.
struct Seen {
  int served = 0;
  int registered_at_mp = 0;
  int registered_with_bulk = 0;
  int renewed = 0;
  int renewed_late = 0;  // after the old token had expired
  int expired = 0;
  int refused_expired = 0;
  int refused_signer = 0;
  int refused_bulk_signer = 0;
  int refused_blocked = 0;
  int refused_outdated = 0;
  int refused_bulk = 0;
  int waited_for_intranet = 0;
  int answers_lost = 0;
};

class History {
 public:
  History(const Beginning& beginning, Seen& seen);

  // Fails the property if anything that follows breaks a rule.
  void take(const Step& step);

 private:
  struct UnderWay {
    Answer answer;
    Instant sent;
  };

  void wait(std::uint8_t which);
  void contact(bool at_agent_start, bool answer_is_lost);
  void hear_answer();
  void command(const SiteCommand& command);
  void record(const ClientEvent& event);
  void act(const Step& step);
  SiteView view(const Request& request) const;

  void check_request(const Request& request, bool at_agent_start) const;
  void check_verdict(const Request& request, const Verdict& verdict);
  void check_state() const;

  Seen& seen_;
  Policy policy_;
  Client client_;
  Site site_;
  Instant now_;
  std::optional<UnderWay> under_way_;
  std::uint64_t guids_ = 0;

  // The model.
  Instant issued_;          // when the token that the client holds was
  bool has_token_ = false;  // the client was given one, and it was not refused since
  bool ever_registered_ = false;
  Guid newest_bulk_;
};

}  // namespace tokenlife::test
