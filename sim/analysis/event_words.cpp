#include "sim/analysis/event_words.hpp"

#include <fmt/format.h>

#include "sim/text/duration.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

std::string_view credential_words(Credential credential) {
  switch (credential) {
    case Credential::self_signed: return "its self-signed certificate";
    case Credential::pki: return "its PKI certificate";
    case Credential::entra: return "its Entra token";
    case Credential::bulk: return "a bulk token";
  }
  return "";
}

std::string rhythm(std::uint32_t count, std::optional<Duration> every) {
  if (!every || count < 3 || *every == Duration{0}) return "";
  if (*every == std::chrono::hours{1}) return ", hourly";
  if (*every == std::chrono::days{1}) return ", daily";
  return ", every " + to_text(*every);
}

struct Words {
  std::uint32_t count;
  std::string often;
  std::string last;  // of several: when that was; not said of what failed
  const Background& background;

  bool is_one() const { return count == 1; }
  std::string until() const { return last.empty() ? "" : " until " + last; }
  std::string and_until() const { return last.empty() ? "" : ", until " + last; }
  std::string and_last() const { return last.empty() ? "" : ", the last at " + last; }
  // "198 renewals over the CMG failed, hourly"
  std::string many(std::string_view noun, Endpoint via, std::string_view became) const {
    const std::string where = via == Endpoint::mp ? "at the management point" : "over the CMG";
    const std::string what = is_one() ? "a " + std::string(noun) : counted(count, noun);
    return fmt::format("{} {} {}{}", what, where, became, often);
  }
  std::string times(std::string_view what) const {
    return is_one() ? std::string(what)
                    : fmt::format("{} {} times{}{}", what, grouped(count), often, and_last());
  }
  std::string token(const ClientToken& token) const {
    return fmt::format("token {}, good until {}", to_string(token.serial),
                       background.moment(token.expires));
  }

  std::string operator()(const ClientInstalled& e) const {
    return fmt::format("installed {}{}{}{}", words_for(e.network),
                       e.version == ClientVersion::outdated ? ", with an outdated version" : "",
                       e.bulk.is_nil() ? "" : ", with a bulk token", e.blocked ? ", blocked" : "");
  }
  std::string operator()(const ClientAdopted& e) const {
    return fmt::format("{}: {}, {}{}{}{}",
                       background.is_on_disk ? "its log began anew" : "there when the run began",
                       name(e.state), words_for(e.network),
                       e.token.exists() ? ", " + token(e.token) : "",
                       e.version == ClientVersion::outdated ? ", with an outdated version" : "",
                       e.blocked ? ", blocked" : "");
  }
  std::string operator()(const NetworkChanged& e) const {
    if (!is_one()) {
      return fmt::format("{}{}, ending {}", counted(count, "network change"), until(),
                         words_for(e.to));
    }
    switch (e.to) {
      case Network::offline: return fmt::format("went offline; it was {}", words_for(e.from));
      case Network::intranet: return "came to the intranet";
      case Network::internet: return "came to the internet";
    }
    return "";
  }
  std::string operator()(const AgentRestarted&) const { return times("its agent started"); }
  std::string operator()(const RegistrationRequested& e) const {
    return fmt::format("asked {} to register it, by {}", words_for(e.via),
                       credential_words(e.credential));
  }
  std::string operator()(const RegistrationCompleted& e) const {
    return fmt::format("registered by {}: {}", words_for(e.via), token(e.token));
  }
  std::string operator()(const RegistrationRefused& e) const {
    return many("registration", e.via, is_one() ? "was refused" : "were refused");
  }
  std::string operator()(const RegistrationFailed& e) const {
    return many("registration", e.via, "failed");
  }
  std::string operator()(const RenewalRequested& e) const {
    return times(fmt::format("asked {} to renew its token", words_for(e.via)));
  }
  std::string operator()(const TokenRenewed& e) const {
    if (!is_one()) {
      return fmt::format("{}{}{}, the last: {}", counted(count, "renewal"), often,
                         often.empty() ? until() : and_until(), token(e.token));
    }
    return fmt::format("token renewed by {}: {}", words_for(e.via), token(e.token));
  }
  std::string operator()(const RenewalRefused& e) const {
    return many("renewal", e.via, is_one() ? "was refused" : "were refused");
  }
  std::string operator()(const RenewalFailed& e) const { return many("renewal", e.via, "failed"); }
  std::string operator()(const TokenExpired& e) const {
    return fmt::format("its token {} expired", to_string(e.serial));
  }
  std::string operator()(const ReRegistrationRequired& e) const {
    return fmt::format("{} refused its token: it has to register again", words_for(e.via));
  }
  std::string operator()(const ClientReinstalled& e) const {
    return fmt::format("installed anew{}{}", e.new_identity ? ", with a new identity" : "",
                       e.bulk.is_nil() ? "" : ", with a bulk token");
  }
  std::string operator()(const ClientUpgraded&) const { return "upgraded to the current version"; }
  std::string operator()(const ClientBlocked&) const { return "blocked"; }
  std::string operator()(const ClientUnblocked&) const { return "no longer blocked"; }
  std::string operator()(const CmgAllowedChanged& e) const {
    return e.value ? "was told that it may use the CMG" : "was told that it may not use the CMG";
  }
  std::string operator()(const ClientPolicyChanged& e) const {
    std::string what;
    const auto add = [&](std::string_view key, const std::string& value) {
      what += fmt::format("{}{} is {}", what.empty() ? "" : ", ", key, value);
    };
    const ClientPolicyChange& to = e.changed;
    if (to.renew_after) add("renew-after", to_text(*to.renew_after));
    if (to.renew_jitter) add("renew-jitter", to_text(*to.renew_jitter));
    if (to.renew_on) add("renew-on", std::string(name(*to.renew_on)));
    if (to.retry_after_failure) add("retry-after-failure", to_text(*to.retry_after_failure));
    if (to.retry_after_refusal) add("retry-after-refusal", to_text(*to.retry_after_refusal));
    if (to.retry_backoff) add("retry-backoff", decimal(*to.retry_backoff));
    if (to.retry_max) add("retry-max", to_text(*to.retry_max));
    if (to.retry_jitter) add("retry-jitter", decimal(*to.retry_jitter));
    return "was given new settings: " + what;
  }
  std::string operator()(const CredentialRenewed&) const {
    return times("its PKI certificate or Entra token was renewed");
  }
  std::string operator()(const CredentialExpired&) const {
    return "its PKI certificate or Entra token expired";
  }
  std::string operator()(const AskedToRenew& e) const {
    return fmt::format("was told to renew its token {}", to_string(e.serial));
  }
  static std::string decimal(Thousandths number) {
    return fmt::format("{:g}", number.value / 1000.0);
  }
  std::string operator()(const ClockChanged& e) const {
    if (e.skew == Duration{0}) return "its clock was set right";
    return fmt::format("its clock was set {} {}", to_text(e.skew < Duration{0} ? -e.skew : e.skew),
                       e.skew < Duration{0} ? "behind" : "ahead");
  }
};

}  // namespace

std::string event_words(Instant first, const Recorded<ClientEvent>& last, std::uint32_t count,
                        std::optional<Duration> every, const Background& background) {
  const std::string moment = last.time > first ? background.moment(last.time) : "";
  return std::visit(Words{count, rhythm(count, every), moment, background}, last.event);
}

}  // namespace tokenlife::sim
