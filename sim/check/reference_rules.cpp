#include "sim/check/reference_rules.hpp"

#include <iterator>

namespace tokenlife::sim::checker {
namespace {

// In the order of ReferenceRule.
constexpr RuleWords kWords[] = {
    {"A12", "an offline client is silent and stays in its state"},
    {"R10 R11", "the CMG is for clients whose setting allows it"},
    {"R12 R14", "a client registers with an MP on the intranet, and gets a token"},
    {"R60 D8", "without a good token the way back is over an MP"},
    {"R18 R20 R25", "a bulk token is shown at the first registration, to the CMG or an HTTPS MP"},
    {"A11", "PKI clients register anywhere"},
    {"R2 R60", "the CMG registers no client without a credential"},
    {"A10", "an expired client learns of it at its next contact"},
    {"R56 A1", "a token is renewed 30 days after its issue"},
    {"A2", "where renewals are on agent starts, no other contact renews"},
    {"R14", "an endpoint that is down answers nothing, and without the STS no token is issued"},
    {"A8", "a blocked client is refused"},
    {"R5 D11", "an outdated client gets no token"},
    {"D2 R45", "a bulk token is accepted if it is known, not blocked and not yet three days old"},
    {"R16", "MPs register no self-signed clients where that is off"},
    {"R18", "an HTTPS MP wants a credential"},
    {"A9", "tokens are signed by the newest certificate, and refused once theirs is retired"},
    {"R57 A5", "a token is good for 90 days, and at their end no longer"},
    {"R14 R23", "a registration that is granted gives a token, good from when it was judged"},
    {"D7", "a renewal moves the expiry to 90 days after it, and nothing else does"},
    {"R25 R28", "a bulk token is gone after the first registration or refusal"},
    {"A8 A9 A10", "a client whose token is refused has to register again"},
    {"A7", "a reinstalled client begins anew, with the bulk token that it is given or none"},
    {"R41 R45 D3", "a new bulk token is good for three days"},
    {"R54", "a blocked bulk token is known as blocked"},
    {"R55", "an unblocked bulk token is as good as before"},
    {"R13", "a client is what it is installed as"},
    {"A8", "a client that is reinstalled with a new identity is another, which nobody has blocked"},
    {"A15", "a client hears of a setting when something that it asks for is granted"},
    {"A14", "a PKI certificate that has expired is worth nothing until it is renewed"},
};
static_assert(std::size(kWords) ==
              static_cast<std::size_t>(ReferenceRule::certificates_expire) + 1);
static_assert(std::size(kWords) <= 32);

}  // namespace

std::vector<RuleWords> rules_in(RuleSet rules) {
  std::vector<RuleWords> words;
  for (std::size_t rule = 0; rule < std::size(kWords); ++rule) {
    if ((rules >> rule & 1) != 0) words.push_back(kWords[rule]);
  }
  return words;
}

RuleSet rules_of_site_step(ActionKind kind) {
  switch (kind) {
    case ActionKind::outage_begins:
    case ActionKind::outage_ends:
    case ActionKind::lose_answers: return only(ReferenceRule::outage_is_silence);
    case ActionKind::issue_bulk: return only(ReferenceRule::bulk_issued);
    case ActionKind::block_bulk: return only(ReferenceRule::bulk_blocked);
    case ActionKind::unblock_bulk: return only(ReferenceRule::bulk_unblocked);
    case ActionKind::rotate:
    case ActionKind::retire: return only(ReferenceRule::newest_signs);
    case ActionKind::tick:
    case ActionKind::install:
    case ActionKind::move:
    case ActionKind::block:
    case ActionKind::unblock:
    case ActionKind::forbid_cmg:
    case ActionKind::allow_cmg:
    case ActionKind::announce:
    case ActionKind::upgrade:
    case ActionKind::restart:
    case ActionKind::reinstall: return 0;
  }
  return 0;
}

}  // namespace tokenlife::sim::checker
