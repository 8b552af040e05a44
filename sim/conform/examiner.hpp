// Asks an adapter the requests of a history, one by one, until an answer is not what has to come.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "sim/conform/adapter_process.hpp"
#include "sim/conform/check_answer.hpp"
#include "sim/conform/expected.hpp"
#include "sim/conform/step.hpp"

namespace tokenlife::sim {

// What was examined so far.
struct ConformCoverage {
  std::map<std::string_view, std::uint64_t> rules;
  std::map<std::string_view, std::uint64_t> reasons;
  std::map<std::string_view, std::uint64_t> operations;
  std::uint64_t requests = 0;
};

// A request with its answer, as they stand in files: without a token.
struct Exchanged {
  Step step;
  Expected expected;
  std::string came;  // JSON
};
using Transcript = std::vector<Exchanged>;

// Why there is nothing to be examined, beside a loss.
struct HelloFailure {
  enum class Kind : std::uint8_t {
    refused,  // it does not know the protocol, or has not the role
    wrong,    // its answer is not what an answer to `hello` has to be
    lost,
  };
  Kind kind;
  std::string what;
  AdapterLoss loss;  // if it is lost
};

class Examiner {
 public:
  // Starts the adapter and greets it.
  static Result<std::unique_ptr<Examiner>, HelloFailure> start(std::vector<std::string> words,
                                                               Role role,
                                                               std::chrono::milliseconds timeout);

  const Hello& hello() const { return hello_; }
  const std::string& hello_line() const { return hello_line_; }  // JSON, as it came
  Role role() const { return role_; }

  // Precondition: the model can take each of the steps after those before it.
  // `tokens`: those of the run, null if only those of this history count.
  Result<std::optional<Difference>, AdapterLoss> examine(const History& history,
                                                         GrantedTokens* tokens = nullptr,
                                                         Transcript* transcript = nullptr);
  // Starts another one in its place.
  Result<void, HelloFailure> restart();
  Result<void, AdapterLoss> end() { return process_->end(); }
  // Its standard error, without what it has granted.
  std::string log();
  std::string without_tokens(std::string text) const;

  const ConformCoverage& coverage() const { return coverage_; }

 private:
  Examiner(std::vector<std::string> words, Role role, std::chrono::milliseconds timeout)
      : words_(std::move(words)), role_(role), timeout_(timeout) {}

  Result<nlohmann::json, AdapterLoss> send(nlohmann::ordered_json request, bool& in_step);
  Result<void, HelloFailure> greet();
  References as_sent() const;
  void make_token(const Step& step);
  Result<std::optional<Difference>, AdapterLoss> ask(const Step& step, const Expected& expected,
                                                     nlohmann::json& answer);
  void count(const Step& step, const Expected& expected, const nlohmann::json& answer);
  std::string as_it_came(const Step& step, const nlohmann::json& answer) const;
  AdapterLoss scrubbed(AdapterLoss loss) const;

  std::vector<std::string> words_;
  Role role_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<AdapterProcess> process_;
  Hello hello_;
  std::string hello_line_;
  std::uint64_t last_id_ = 0;
  std::map<StepId, Brought> brought_;  // of the history
  Guid tenant_;
  ConformCoverage coverage_;
};

}  // namespace tokenlife::sim
