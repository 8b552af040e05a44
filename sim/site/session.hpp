// One contact of a client on disk with a site on disk: the client asks, the site judges, the client
// hears, and both write down what happened. Which of that follows is core's to decide: ask, judge,
// apply_answer and evolve, as in the simulator.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/request.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/secret.hpp"
#include "sim/site/client_store.hpp"
#include "sim/site/site_store.hpp"

namespace tokenlife {
enum class TokenFault : std::uint8_t;  // core/token/token_fault.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

struct SiteAnswer;  // token_service.hpp

// A11: what a client shows to register, for this contact alone: it is stored nowhere (D4).
struct ShownPki {
  Certificate certificate;
  std::vector<Certificate> between;  // it and a CA
  PrivateKey key;
};
struct ShownCredential {
  std::optional<ShownPki> pki;
  Secret entra;  // a token; empty: none

  // Nothing: it shows neither.
  std::optional<Credential> kind() const {
    if (pki) return Credential::pki;
    return entra.empty() ? std::nullopt : std::optional(Credential::entra);
  }
};

// What the user wants to come of it.
enum class Wish : std::uint8_t { registration, renewal, exchange };

struct VisitResult {
  enum class Kind : std::uint8_t {
    granted,
    refused,
    failed,   // no answer
    silent,   // the client does not ask
    not_due,  // nothing to register or renew yet
  };
  Kind kind = Kind::granted;
  std::optional<Request> request;
  RefusalReason refusal{};
  FailureReason failure{};
  NoRequest silence{};
  std::optional<TokenFault> fault;  // the verifier's, behind the refusal
};

class Visit {
 public:
  using Clock = std::function<Result<std::chrono::sys_seconds, Error>()>;

  // `bulk` is a bulk token, which this object only borrows; empty: there is none; so is `shown`.
  // The site may refuse clones: see answer(). What `earlier` has read of it, if somebody has, is
  // not read again, unless it has changed. The clock is asked whenever the site has been waited
  // for: others may have changed it meanwhile, at a later time than that at which this began.
  Visit(ClientFolder& client, const std::string& site_folder, Clock clock, const Secret& bulk,
        bool refuses_clones = false, const ShownCredential* shown = nullptr,
        std::optional<SiteFolder> earlier = std::nullopt)
      : client_(client),
        site_folder_(site_folder),
        clock_(std::move(clock)),
        earlier_(std::move(earlier)),
        bulk_(bulk),
        refuses_clones_(refuses_clones),
        shown_(shown) {}

  // Records what has come about since the last event, and in which network the client is; if the
  // site is the client's.
  Result<void, Error> arrive(std::optional<Network> network);

  // As many requests as it takes.
  Result<VisitResult, Error> go(Wish wish);

  // What is no error, and to be told to the user: of both sides, each once.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void warn(const std::string& warning);
  void warn(const std::string& place, const std::string& what);
  Result<void, Error> look_at_clock();
  Result<void, Error> find_time();
  Result<void, Error> go_back_in_time();
  Result<void, Error> take_up_token();
  Result<SiteFolder*, Error> open_site(bool to_write);
  Result<void, Error> install_with_bulk_token();
  Result<VisitResult, Error> ask_and_hear(Wish wish);
  Result<void, Error> check_shown(const Request& request) const;
  Client as_it_asks() const;
  std::string_view token_for(const Request& request, const Secret& own) const;
  Result<SiteAnswer, Error> ask_site(SiteFolder& site, const Request& request, const Secret& own);
  Result<VisitResult, Error> send(const Request& request);
  Result<void, Error> hear_answer(const Request& request, SiteAnswer& given,
                                  std::chrono::sys_seconds site_start, Cause cause);
  template <class Event>
  Result<void, Error> record(Cause cause, const Event& event) {
    return client_.record(now_, cause, event);
  }

  ClientFolder& client_;
  const std::string& site_folder_;
  Clock clock_;
  std::chrono::sys_seconds time_{};
  Instant now_{};
  std::optional<SiteFolder> earlier_;  // until it is asked for first
  // As it was opened last. Nobody else changes it while it is open to write.
  std::optional<SiteFolder> site_;
  bool is_writer_ = false;
  const Secret& bulk_;
  bool refuses_clones_;
  const ShownCredential* shown_;  // null: nothing
  std::vector<std::string> warnings_;
};

// The GUID that a bulk token names, whoever wrote it. The greatest GUID stands for none that can be
// read: what such a token is worth is the site's to say.
Guid guid_named_by(const Secret& bulk);

// When the client renews, by its own clock; never if it holds no token.
Instant next_renewal(const Client& client, const Policy& policy);

}  // namespace tokenlife::sim
