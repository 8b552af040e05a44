// The words of tokens: header and claims, as the source's sample has them, and those of client
// tokens in the same style.
#pragma once

#include <array>
#include <string_view>

#include "core/client.hpp"
#include "core/names.hpp"

namespace tokenlife::words {

inline constexpr std::string_view kCategory = "SCCMTokenCategory";
inline constexpr std::string_view kBulkCategory = "SCCMPreAuthToken";
inline constexpr std::string_view kClientCategory = "SCCMClientToken";
inline constexpr std::string_view kType = "Type";
inline constexpr std::string_view kBulkType = "BulkRegistration";
inline constexpr std::string_view kClientType = "ClientAuthentication";
inline constexpr std::string_view kAuthority = "Authority";
inline constexpr std::string_view kLicense = "License";
inline constexpr std::string_view kSccm = "SCCM";
inline constexpr std::string_view kTenant = "TenantId";
inline constexpr std::string_view kUniqueId = "UniqueId";
inline constexpr std::string_view kSerial = "TokenSerial";
inline constexpr std::string_view kCredential = "CertificateType";
inline constexpr std::string_view kConfirmation = "cnf";
inline constexpr std::string_view kThumbprint = "x5t#S256";

// R14: what a client token says of the client's certificate, by Credential. A bulk token is no
// credential of a client's own.
inline constexpr std::array<std::string_view, 3> kCredentials{"SelfSigned", "PKI", "Entra"};
static_assert(kCredentials.size() == static_cast<std::size_t>(Credential::bulk));

}  // namespace tokenlife::words
