// What verify() needs to know of a site on disk.
#pragma once

#include <chrono>
#include <span>
#include <string_view>

namespace tokenlife {
struct Signer;       // core/token/token_verify.hpp
struct TokenChecks;  // the same
}  // namespace tokenlife

namespace tokenlife::sim {

class SiteFolder;  // site_store.hpp

// Borrowed from the site, except for the signers.
TokenChecks checks_of(const SiteFolder& site, std::span<const Signer> signers,
                      std::string_view issuer, std::chrono::sys_seconds now);

}  // namespace tokenlife::sim
