// The site: the second aggregate. Its state comes from its own events alone, and nothing that a
// client does changes it (D5: a bulk token may be used by any number of clients).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bulk_token.hpp"
#include "id.hpp"
#include "result.hpp"
#include "site_event.hpp"

namespace tokenlife {

struct SiteCommand;                     // site_command.hpp
enum class SiteRefusal : std::uint8_t;  // the same

struct SigningKey {
  bool retired = false;
  std::optional<Sha256Thumbprint> certificate = std::nullopt;  // as far as the events say
  friend bool operator==(const SigningKey&, const SigningKey&) = default;
};

// A client that the site knows by its certificate.
struct KnownClient {
  ClientNumber number;
  std::uint32_t tokens = 0;         // issued to it so far, which is the ordinal of the last one
  TokenSerial newest{};             // of them
  std::vector<TokenSerial> former;  // the newest of each earlier number
  // Tokens that it has shown; 0: none yet.
  TokenSerial shown{};     // in its turn
  TokenSerial replaced{};  // out of turn: see is_replaced()
  friend bool operator==(const KnownClient&, const KnownClient&) = default;
};

// R18, A11: who vouches for PKI clients; the map's key is the thumbprint.
struct TrustedCa {
  std::string name;
  std::optional<Sha256Thumbprint> revocation;  // of the file with its CRLs
  friend bool operator==(const TrustedCa&, const TrustedCa&) = default;
};

// For tables in memory, of keys that others choose: another one in each process, so that nobody can
// choose certificates that meet in one place. Nothing may depend on the order of such a table.
struct SaltedHash {
  std::size_t operator()(const Guid& guid) const noexcept;
  std::size_t operator()(const Sha256Thumbprint& thumbprint) const noexcept;
};
using BulkTokens = std::unordered_map<Guid, BulkToken, SaltedHash>;
using KnownClients = std::unordered_map<Sha256Thumbprint, KnownClient, SaltedHash>;

struct Site {
  bool established = false;
  Guid tenant;
  Policy policy;
  Capacities capacities;
  BulkTokens bulk_tokens;
  std::array<bool, kCount<Endpoint>> up{true, true, true};
  // A9: the last one signs. A token signed by a retired one is refused.
  std::vector<SigningKey> keys{SigningKey{}};
  // D6: one client, one certificate. Numbered in the order of their first registration, and in each
  // epoch from another number on: a client that is older than the epoch gets a new number with its
  // next token, because the site may have forgotten tokens of the old one.
  KnownClients clients;
  // A8, by their certificates. One may be blocked before its first registration.
  std::set<Sha256Thumbprint> blocked_clients;
  // Of a site on disk: whose word is taken for PKI and Entra clients.
  std::map<Sha256Thumbprint, TrustedCa> cas;
  std::optional<EntraTrusted> entra;
  std::uint64_t next_client = 0;  // its number
  ClientNumber epoch;             // where the numbers of this epoch begin
  // Of those that are over: the first number, and the one behind the last.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> earlier_epochs;

  KeyNumber signs_now() const { return {static_cast<std::uint32_t>(keys.size() - 1)}; }

  friend bool operator==(const Site&, const Site&) = default;
};

// Whether the site remembers having issued that token to the client with this certificate. One that
// it did not is the word of a history that it has forgotten, if it is signed by the site.
bool knows(const Site& site, const Sha256Thumbprint& thumbprint, TokenSerial serial);
// Whether the client has a newer one, and has used it, or asked for that by another token than
// this. Its holder alone would have shown the last one again, or the newest: this one stands in a
// copy of its folder, or in an old one that was put back.
bool is_replaced(const KnownClient& client, TokenSerial serial);
// Whether it has shown that one before.
bool has_shown(const KnownClient& client, TokenSerial serial);
// Whether the number was given in an epoch that is over, or may have been, if it has forgotten it.
// A client with another one, whom the site does not know, is a sign that it has forgotten more.
bool is_of_earlier_epoch(const Site& site, ClientNumber number);

// The event that the command leads to, or why there is none.
Result<SiteEvent, SiteRefusal> decide(const Site& site, const SiteCommand& command, Instant now);

// The site after the event, or why the event cannot have happened.
Result<Site, SiteRefusal> evolve(const Site& site, const SiteEvent& event);
// The same, and copies nothing: a site of which the event cannot be stays as it is.
Result<Site, SiteRefusal> evolve(Site&& site, const SiteEvent& event);

}  // namespace tokenlife
