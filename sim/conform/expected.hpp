// What has to come back to a request, which rules say so, and what is wrong with what came.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/conform/step.hpp"

namespace tokenlife::sim {

// Ids of rules, the ones that say most first; none twice.
class RuleIds {
 public:
  RuleIds() = default;
  RuleIds(std::initializer_list<std::string_view> ids) { add(ids); }
  void add(std::string_view id);
  void add(std::initializer_list<std::string_view> ids);
  void add(const RuleIds& others);
  const std::vector<std::string_view>& ids() const { return ids_; }
  bool empty() const { return ids_.empty(); }

 private:
  std::vector<std::string_view> ids_;  // of constants
};

struct ListedToken {
  StepId granted_by;
  Instant not_before;
  Instant expires;
  std::string_view status;
};

// What a client does at a contact.
struct ExpectedAsk {
  std::string_view asks;  // "nothing", "register", ...
  Endpoint via = Endpoint::mp;
  Credential credential = Credential::self_signed;  // of a registration
  StepId token = 0;                                 // the one that is shown, or 0
};

struct Expected {
  enum class Kind : std::uint8_t {
    done,        // {}
    key,         // {key}
    bulk_token,  // {guid, token, not-before, expires}
    list,
    token,    // {granted: {token, not-before, expires}}
    granted,  // {granted: {}}
    refused,
    ask,
    standing,  // {state, serves-until}
  };
  Kind kind = Kind::done;
  // Whatever comes is right: the rules leave it open.
  bool open = false;
  std::set<std::string_view> reasons;  // if it is refused: any of them
  Instant not_before;
  Instant expires;
  std::vector<ListedToken> listed;
  ExpectedAsk ask;
  std::string_view state;
  std::optional<Instant> serves_until;
  bool may_serve_nothing = false;  // serves-until may also be null
  RuleIds rules;                   // why it is so, of this kind
  RuleIds date_rules;              // of a token's dates
};

// What the answers of a history have brought, by the step.
struct Brought {
  std::string token;
  std::string guid;
  std::string key;
};

struct Difference {
  StepId step = 0;
  std::string what;  // "it was granted, and has to be refused: expired"
  RuleIds rules;
  // By which two of them are the same, however the history is cut.
  std::string kind;
  // The adapter is out of step: it has to be started anew.
  bool out_of_step = false;
};

// The rules of a role, as far as a history tells: what it takes, and what has to come.
class Model {
 public:
  virtual ~Model() = default;
  // Whether the request makes sense here: what it names is there, and its time can be.
  virtual bool can_take(const Step& step) const = 0;
  // Precondition: can_take(). Afterwards the model is as if that had come.
  virtual Expected take(const Step& step) = 0;
};
std::unique_ptr<Model> make_model(Role role, const Hello& hello);

// In words, and for files: {"refused":["expired"]}.
std::string in_words(const Expected& expected);
nlohmann::ordered_json to_json(const Expected& expected);

}  // namespace tokenlife::sim
