// Identities. Each is a type of its own, so that two like-typed arguments cannot be swapped.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tokenlife {

template <class Tag>
struct Id {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

// Clients are numbered through all cohorts, from 0.
using ClientNumber = Id<struct ClientTag>;
using CohortNumber = Id<struct CohortTag>;
// Signing certificates are numbered in the order of their making, from 0.
using KeyNumber = Id<struct KeyTag>;

// The site's serial number of a client token: the client that it was issued to, and which of that
// client's tokens it is, from 1. Never reused; 0 is "no token".
struct TokenSerial {
  std::uint64_t value = 0;

  static constexpr TokenSerial of(ClientNumber client, std::uint32_t ordinal) {
    return {(std::uint64_t{client.value} << 32) | ordinal};
  }
  constexpr std::uint32_t ordinal() const { return static_cast<std::uint32_t>(value); }
  constexpr ClientNumber client() const { return {static_cast<std::uint32_t>(value >> 32)}; }
  friend constexpr auto operator<=>(const TokenSerial&, const TokenSerial&) = default;
};

// "17-3": the third token issued to client 17.
std::string to_string(TokenSerial serial);

// A GUID (RFC 9562). The nil GUID stands for "none" where a GUID is optional.
struct Guid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  constexpr bool is_nil() const { return high == 0 && low == 0; }
  friend constexpr auto operator<=>(const Guid&, const Guid&) = default;
};

// The version 4 GUID made of 128 random bits.
Guid random_guid(std::uint64_t high, std::uint64_t low);

// Lower case, with hyphens.
std::string to_string(Guid guid);

// Either case, with hyphens; nothing for any other text.
std::optional<Guid> parse_guid(std::string_view text);

// Of certificates. SHA-1 names a site's certificate in a token's header (`x5t`), as the source's
// sample does. It is a name to look up by, never a proof. SHA-256 binds a client's certificate
// (`x5t#S256`, RFC 8705).
struct Sha1Thumbprint {
  std::array<unsigned char, 20> bytes{};
  friend constexpr auto operator<=>(const Sha1Thumbprint&, const Sha1Thumbprint&) = default;
};
struct Sha256Thumbprint {
  std::array<unsigned char, 32> bytes{};
  friend constexpr auto operator<=>(const Sha256Thumbprint&, const Sha256Thumbprint&) = default;
};

// Upper-case hexadecimal, as consoles show thumbprints.
std::string to_string(const Sha1Thumbprint& thumbprint);
std::string to_string(const Sha256Thumbprint& thumbprint);
// 64 hexadecimal digits, of either case.
std::optional<Sha256Thumbprint> parse_sha256(std::string_view text);

}  // namespace tokenlife
