// The files in a site's folder, of a new site and of one that is there: see site_store.hpp for what
// each is. Nobody but site_store and site_repair needs them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/id.hpp"
#include "core/result.hpp"
#include "events/journal.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/text/error.hpp"

namespace tokenlife {
class Certificate;  // core/token/certificate.hpp
class PrivateKey;   // core/token/key.hpp
struct SigningKey;  // core/site.hpp
struct Site;        // the same
}  // namespace tokenlife

namespace tokenlife::sim {

// Long enough that the operator retires a certificate, and not the calendar.
inline constexpr std::chrono::days kCertificateLifetime{3'650};

std::string file_in(const std::string& folder, std::string_view name);
std::string key_name(KeyNumber key);
std::string certificate_name(KeyNumber key);

Result<FolderLock, Error> lock_site(const std::string& folder);

// An error if the folder has no journal: what it is instead, if that can be seen.
Result<void, Error> check_has_journal(const std::string& folder);

// Makes the key's certificate. The key is safely in the folder, under its name, when this is done.
Result<Certificate, Error> make_pair(const std::string& folder, KeyNumber number,
                                     std::chrono::sys_seconds now, const PrivateKey& key);

// An error if it is a site already, or holds anything else.
Result<void, Error> check_free_for_site(const std::string& folder);

// The journal of a new site, with its head.
Result<events::Journal, Error> start_journal(const std::string& folder,
                                             std::chrono::sys_seconds now,
                                             const SiteEstablished& established);

// An error if it is another one than is known.
Result<Certificate, Error> read_certificate(const std::string& folder, KeyNumber number,
                                            const SigningKey& known);

// Whether the certificates in the folder, as far as they are there, are those of the site's events.
Result<void, Error> check_certificates(const std::string& folder, const Site& site);

}  // namespace tokenlife::sim
