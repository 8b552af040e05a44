// Whom a site trusts to vouch for clients, and when it asks for that.
#include "sim/cli/command_site_trust.hpp"

#include <fmt/format.h>

#include "core/site_command.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/site_trust.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kTrustTextBytesMax = 256;

Result<void, Error> check_trust_text(const std::string& text, const char* option) {
  if (text.empty() || text.size() > kTrustTextBytesMax) {
    return usage_error(fmt::format("{}: it has {} bytes", option, text.size()),
                       fmt::format("give one of 1 to {}", kTrustTextBytesMax));
  }
  if (escape_text(text) == text) return {};
  return usage_error(fmt::format("{}: it is not plain text", option),
                     "leave out control characters");
}

// The text of a file that should hold `wanted`.
Result<std::string, Error> read_trusted_file(const std::string& path, std::size_t bytes_max,
                                             std::string_view wanted) {
  auto text = read_text_file(path, bytes_max);
  if (text) return std::move(*text);
  return file_error(path, "cannot be read: " + text.error(),
                    is_no_file(text.error()) ? fmt::format("give the path of {}", wanted) : "");
}

// Opens the site, lets `change` happen now, and says what came of it.
template <class Change>
ExitStatus change_site(const std::string& folder, const std::optional<std::string>& at,
                       const std::string& done, const std::string& already, Console& console,
                       const Change& change) {
  auto site = SiteFolder::open_to_write(folder);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(at);
  if (!now) return Failed<Error>(now.error());
  say_warning(*site, console);
  const Result<SiteFolder::Decided, Error> decided = change(*site, *now);
  say_warning(*site, console);
  if (!decided) return Failed<Error>(decided.error());
  if (!*decided && decided->error() == SiteRefusal::not_trusted) {
    return usage_error(already, "see `tokenlife site show DIR`");
  }
  console.print((*decided ? done : already) + "\n");
  return 0;
}

std::string words_of_jwks(JwksFault fault) {
  switch (fault) {
    case JwksFault::too_long: return fmt::format("has more than {} bytes", kJwksBytesMax);
    case JwksFault::not_strict_json: return "is not a single strict JSON object, as a JWKS is";
    case JwksFault::no_keys: return "has no list `keys` with an RSA key for signatures (RS256)";
    case JwksFault::too_many_keys: return fmt::format("has more than {} keys", kJwksKeysMax);
    case JwksFault::bad_key: return "has a key without `kid`, or that cannot be trusted";
    case JwksFault::private_key: return "has a private key, which is its issuer's alone";
    case JwksFault::id_twice: return "has two keys with the same `kid`";
  }
  return "";
}

}  // namespace

ExitStatus site_trust_ca_command(const SiteTrustCaCommand& command, Console& console) {
  const auto ca = read_given_certificate(command.ca);
  if (!ca) return Failed<Error>(ca.error());
  if (!is_root(*ca)) {
    return input_error(command.ca, "is not the self-signed certificate of a CA",
                       "give the root of the chain; clients give those below it with --chain");
  }
  CaTerms terms{command.name, std::nullopt, command.no_crl};
  if (command.crl) {
    auto text =
        read_trusted_file(*command.crl, kRevocationBytesMax, "the lists of revoked certificates");
    if (!text) return Failed<Error>(text.error());
    if (!RevocationLists::from_pem(*text)) {
      return input_error(*command.crl, "does not hold lists of revoked certificates (CRL) in PEM",
                         "give what `openssl crl -inform DER` makes from one");
    }
    terms.crls = std::move(*text);
  }
  const std::string name = command.name.value_or(ca->common_name());
  const bool is_named = command.name || !name.empty();
  if (auto good = is_named ? check_trust_text(name, "--name") : Result<void, Error>{}; !good) {
    return Failed<Error>(good.error());
  }
  const std::string thumbprint = tokenlife::to_string(ca->sha256());
  return change_site(command.site, command.at, "trusts the CA " + thumbprint,
                     "the CA is already trusted, in the same way: " + thumbprint, console,
                     [&](SiteFolder& site, std::chrono::sys_seconds now) {
                       return trust_ca(site, *ca, terms, now);
                     });
}

ExitStatus site_distrust_ca_command(const SiteDistrustCaCommand& command, Console& console) {
  const auto thumbprint = parse_sha256(command.thumbprint);
  if (!thumbprint) {
    return usage_error(in_quotes(command.thumbprint) + " is not a SHA-256 thumbprint",
                       "give the CA's, as `tokenlife site show DIR` prints it");
  }
  const std::string id = tokenlife::to_string(*thumbprint);
  return change_site(command.site, command.at, "no longer trusts the CA: " + id,
                     "the site trusts no CA with the thumbprint " + id, console,
                     [&](SiteFolder& site, std::chrono::sys_seconds now) {
                       return distrust_ca(site, *thumbprint, now);
                     });
}

ExitStatus site_trust_entra_command(const SiteTrustEntraCommand& command, Console& console) {
  auto good = check_trust_text(command.issuer, "--issuer");
  if (good) good = check_trust_text(command.audience, "--audience");
  if (!good) return Failed<Error>(good.error());
  const auto jwks = read_trusted_file(command.jwks, kJwksBytesMax, "the key set");
  if (!jwks) return Failed<Error>(jwks.error());
  const auto keys = read_jwks(*jwks);
  if (!keys) {
    return input_error(command.jwks, words_of_jwks(keys.error()),
                       "give the keys as the issuer publishes them (RFC 7517)");
  }
  return change_site(
      command.site, command.at,
      fmt::format("trusts Entra tokens of {}, with {} {}", command.issuer, keys->size(),
                  keys->size() == 1 ? "key" : "keys"),
      fmt::format("Entra tokens of {} are already trusted, with the same keys", command.issuer),
      console, [&](SiteFolder& site, std::chrono::sys_seconds now) {
        return trust_entra(site, command.issuer, command.audience, *jwks, now);
      });
}

ExitStatus site_distrust_entra_command(const SiteDistrustEntraCommand& command, Console& console) {
  return change_site(
      command.site, command.at, "no longer trusts Entra tokens", "the site trusts no Entra tokens",
      console,
      [](SiteFolder& site, std::chrono::sys_seconds now) { return distrust_entra(site, now); });
}

ExitStatus site_set_mp_command(const SiteSetMpCommand& command, Console& console) {
  const auto mode = from_name<MpMode>(command.mode);
  if (!mode) {
    return usage_error(in_quotes(command.mode) + " is not a kind of management point",
                       "write enhanced-http or https");
  }
  const std::string word(name(*mode));
  return change_site(command.site, command.at, "management points now use " + word,
                     "management points use " + word + " already", console,
                     [&](SiteFolder& site, std::chrono::sys_seconds now) {
                       SitePolicyChange change;
                       change.mp = *mode;
                       return site.append(ChangePolicy{change}, now);
                     });
}

}  // namespace tokenlife::sim
