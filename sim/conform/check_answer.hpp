// An adapter's answer held against what has to come. Everything in it is hostile.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "sim/conform/expected.hpp"

namespace tokenlife::sim {

// What tells tokens of one run apart: all that were ever granted in it.
class GrantedTokens {
 public:
  virtual ~GrantedTokens() = default;
  // Whether it is new; it is not from then on.
  virtual bool add(const std::string& token) = 0;
};

// What an answer is held against besides.
struct AnswerContext {
  const Hello& hello;
  Role role;
  const std::map<StepId, Brought>& brought;  // so far
  Guid tenant;                               // of the site, since the last reset
};

// What is wrong with the answer, or nothing; and what it brought.
std::optional<Difference> check_answer(const Step& step, const Expected& expected,
                                       const nlohmann::json& answer, const AnswerContext& context,
                                       Brought& brought);

// Of a token of an adapter whose tokens are JWTs: what is wrong with it, or an empty text.
struct JwtContext {
  bool is_bulk;
  Guid tenant;
  std::string guid;         // of a bulk token
  std::string certificate;  // of a client token
  Instant not_before;
  Instant expires;
};
struct JwtFault {
  std::string what;
  RuleIds rules;
};
std::optional<JwtFault> fault_of_jwt(const std::string& token, const JwtContext& context);

// Printable ASCII without blanks, at most 16 KiB, not empty.
bool is_token_text(const std::string& text);

}  // namespace tokenlife::sim
