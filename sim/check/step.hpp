// What can happen next to the site or to a client, and what comes of it by the rules.
#pragma once

#include <optional>
#include <vector>

#include "core/client_event.hpp"
#include "core/evolve.hpp"
#include "sim/check/parts.hpp"

namespace tokenlife::sim::checker {

enum class StepKind : std::uint8_t {
  tick,
  // Of a client.
  install,
  move,
  block,
  unblock,
  forbid_cmg,
  allow_cmg,
  upgrade,
  restart,
  reinstall,
  // Of the site.
  outage_begins,
  outage_ends,
  lose_answers,
  issue_bulk,
  block_bulk,
  unblock_bulk,
  rotate,
  retire,
};

struct Step {
  StepKind kind = StepKind::tick;
  Network network = Network::offline;               // install, move
  Credential credential = Credential::self_signed;  // install
  ClientVersion version = ClientVersion::current;   // install
  bool with_bulk = false;                           // install, reinstall
  Endpoint endpoint = Endpoint::mp;                 // outages, lost answers
  friend bool operator==(const Step&, const Step&) = default;
};

// Those of the chosen features.
std::vector<Step> client_steps(const Options& options);
std::vector<Step> site_steps(const Options& options);
bool is_of_site(StepKind kind);

// An event in the life of a client. A tick begins with contacts; then the clock moves on, and
// orders are carried out, answers heard and tokens expire.
struct Happened {
  ClientEvent event;
  LifecycleState from;
  LifecycleState to;
  Network where;  // that decided between rows of the lifecycle table
  Legality legality = Legality::legal;
  bool after_clock = false;
};

// One step of one client, or of the site: all that a property may want to look at.
struct Deed {
  Step step{};
  ClientPart before{};
  SitePart site{};                       // before the step
  std::optional<SitePart> site_after{};  // a step of the site's, if it makes sense
  std::optional<Request> request{};
  Verdict verdict{};     // of the request
  ClientToken issued{};  // if it was granted and asks for a token
  std::optional<Answer> heard{};
  std::vector<Happened> events{};
  ClientPart after{};
  Instant now = kPresent;  // after the step
};

class Stepper {
 public:
  Stepper(const Options& options, const Rules& rules);

  const Options& options() const { return options_; }
  const Policy& policy() const { return policy_; }
  const Packing& packing() const { return packing_; }

  // Nothing if the step makes no sense now.
  std::optional<Deed> act(const ClientPart& part, const SitePart& site, const Step& step) const;
  std::optional<SitePart> act(const SitePart& site, const Step& step) const;

  Deed tick(const ClientPart& part, const SitePart& site) const;
  // With it, its clock; the caller packs it one unit later.
  SitePart tick(const SitePart& site) const;

  // What the rotation of the certificate, or the retirement of the one before, makes of tokens.
  ClientPart after_signer_change(const ClientPart& part, StepKind kind) const;

 private:
  void contact(Deed& deed) const;
  void carry_out_order(Deed& deed) const;
  void hear_answer(Deed& deed) const;

  Options options_;
  Rules rules_;
  Policy policy_;
  Packing packing_;
};

}  // namespace tokenlife::sim::checker
