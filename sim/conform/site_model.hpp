// Role site: what a token authority has to answer. Whether a request is granted is core's judge();
// which reasons hold, and which rules are at stake, stands here.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/refusal.hpp"
#include "sim/conform/expected.hpp"

namespace tokenlife::sim {

// A token that the site has granted.
struct IssuedToken {
  StepId id = 0;
  bool is_bulk = false;
  Instant not_before;
  Instant expires;
  std::size_t signer = 0;
  std::size_t epoch = 0;  // how many resets came before
  // Of a client token.
  std::string owner;
  std::string certificate;
  StepId by_bulk = 0;  // the bulk token behind its registration
  // Of a bulk token.
  bool blocked = false;
  bool was_blocked = false;
  std::set<std::string> used_by;
};

struct SignerKey {
  StepId brought_by = 0;
  bool retired = false;
};

class SiteModel final : public Model {
 public:
  explicit SiteModel(const Hello& hello) : hello_(&hello) {}

  bool can_take(const Step& step) const override;
  Expected take(const Step& step) override;

  // For who draws histories.
  bool is_reset() const { return epoch_ != 0; }
  const Policy& policy() const { return policy_; }
  Instant now() const { return now_; }
  std::size_t epoch() const { return epoch_; }
  const std::vector<IssuedToken>& tokens() const { return tokens_; }
  const std::vector<SignerKey>& keys() const { return keys_; }
  bool is_blocked(const std::string& client) const { return blocked_.contains(client); }
  Duration leeway_of(const IssuedToken& token) const;
  // Before its not-before, within the leeway: the rules say of its end alone what leeway does.
  bool is_open(const IssuedToken& token, Instant now) const;

 private:
  const IssuedToken* find(StepId id) const;
  IssuedToken* find(StepId id);
  std::optional<std::size_t> key_of(StepId id) const;
  Expected take_bulk_token(const Step& step);
  Expected take_block(const Step& step);
  Expected take_list(const Step& step) const;
  Expected take_request(const Step& step);
  std::set<RefusalReason> token_reasons(const Step& step, bool wants_bulk) const;
  void damage_reasons(const IssuedToken* token, const ShownToken& shown, bool wants_bulk,
                      std::set<RefusalReason>& reasons) const;
  std::set<RefusalReason> reasons_of(const Step& step) const;
  bool judged_good(const Step& step, const std::set<RefusalReason>& reasons) const;
  RuleIds rules_of_refusal(const Step& step, const std::set<RefusalReason>& reasons) const;
  RuleIds rules_of_grant(const Step& step) const;

  const Hello* hello_;
  Policy policy_{};
  Instant now_;
  std::size_t epoch_ = 0;
  std::vector<IssuedToken> tokens_;
  std::vector<SignerKey> keys_;  // since the last reset; the last one signs
  std::set<std::string> blocked_;
  std::set<std::string> were_blocked_;
};

}  // namespace tokenlife::sim
