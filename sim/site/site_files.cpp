#include "sim/site/site_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "core/site.hpp"
#include "core/token/certificate.hpp"
#include "events/log_format.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/private_file.hpp"
#include "sim/site/site_head.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;
using std::chrono::sys_seconds;

// What an attempt that a crash cut off leaves behind is in the way of nobody.
bool is_left_behind(const std::string& name) {
  const std::string files[] = {key_name({0}), certificate_name({0}), std::string(kHeadFile),
                               std::string(events::kSiteFile)};
  return std::any_of(std::begin(files), std::end(files), [&](const std::string& file) {
    return name == file + ".new" || (name == file && name != events::kSiteFile);
  });
}

}  // namespace

std::string file_in(const std::string& folder, std::string_view name) {
  return (fs::path(folder) / name).string();
}

std::string key_name(KeyNumber key) { return fmt::format("signing-{}.key", key.value); }
std::string certificate_name(KeyNumber key) { return fmt::format("signing-{}.crt", key.value); }

Result<FolderLock, Error> lock_site(const std::string& folder) {
  return FolderLock::take(folder, "this site", "`tokenlife site init` makes one");
}

Result<Certificate, Error> make_pair(const std::string& folder, KeyNumber number, sys_seconds now,
                                     const PrivateKey& key) {
  const Certificate certificate = Certificate::self_signed(
      key, {fmt::format("tokenlife signing {}", number.value), now, now + kCertificateLifetime});
  auto done = write_key_file(file_in(folder, key_name(number)), key);
  if (done) done = write_certificate_file(file_in(folder, certificate_name(number)), certificate);
  if (!done) return Failed<Error>(done.error());
  return certificate;
}

// ---- The folder of a site that is there --------------------------------------------------------

Result<void, Error> check_has_journal(const std::string& folder) {
  const auto has = [&](std::string_view name) {
    std::error_code error;
    return fs::exists(fs::symlink_status(file_in(folder, name), error));
  };
  std::error_code error;
  if (fs::exists(fs::status(file_in(folder, events::kSiteFile), error))) return {};
  if (!fs::exists(fs::symlink_status(folder, error))) {
    return file_error(folder, "there is no such folder",
                      "make a site with `tokenlife site init DIR`");
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return file_error(folder, "cannot be listed: " + error.message());
  }
  if (has("client.crt")) {
    return file_error(folder, "a client's folder, and not a site's",
                      "give the one that `tokenlife site init` made");
  }
  if (has(kHeadFile) || has(certificate_name({0}))) {
    return file_error(folder, "its journal, site.log, is missing",
                      "put back a copy of it, and run `tokenlife site restore DIR`; if "
                      "`tokenlife site init` was cut off here, run that again");
  }
  return file_error(folder, "not a site's folder: it has no site.log",
                    "make one with `tokenlife site init DIR`");
}

// ---- The folder of a new site ------------------------------------------------------------------

Result<void, Error> check_free_for_site(const std::string& folder) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(file_in(folder, events::kSiteFile), error))) {
    const std::string clients = file_in(folder, events::partition_file_name(0));
    const bool is_run = fs::exists(fs::symlink_status(clients, error));
    return file_error(folder, is_run ? "is the log of a run" : "already a site",
                      "choose another folder");
  }
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_left_behind(entry->path().filename().string())) {
      return file_error(folder, "the folder is not empty", "a site needs one of its own");
    }
  }
  if (error) return file_error(folder, "cannot be listed: " + error.message());
  return {};
}

Result<events::Journal, Error> start_journal(const std::string& folder, sys_seconds now,
                                             const SiteEstablished& established) {
  const std::string name = file_in(folder, events::kSiteFile);
  const std::string unfinished = name + ".new";
  const UsualUmask umask;
  ::unlink(unfinished.c_str());
  auto storage = events::FileStorage::create(unfinished);
  if (!storage) return file_error(name, "cannot be made: " + storage.error().message());
  auto journal = events::Journal::start(std::move(*storage), name, now.time_since_epoch().count(),
                                        established);
  if (!journal) return Failed<Error>(to_error(journal.error()));
  if (auto given = give_to_owner_of(folder, unfinished); !given) {
    return Failed<Error>(given.error());
  }
  // There is no journal without a head, not even for a moment. Its new name makes another file of
  // it.
  auto done = write_head(folder, {journal->content().head(), file_identity(unfinished)});
  if (done) done = publish_file(unfinished, name);
  if (done) done = write_head(folder, {journal->content().head(), file_identity(name)});
  if (!done) return Failed<Error>(done.error());
  return std::move(*journal);
}

Result<Certificate, Error> read_certificate(const std::string& folder, KeyNumber number,
                                            const SigningKey& known) {
  const std::string path = file_in(folder, certificate_name(number));
  auto certificate = read_certificate_file(path);
  if (!certificate || !known.certificate) return certificate;
  if (certificate->sha256() == *known.certificate) return certificate;
  return file_error(
      path, "is not the certificate that the journal names: it has been replaced since",
      "put back the one with the SHA-256 thumbprint " + tokenlife::to_string(*known.certificate));
}

Result<void, Error> check_certificates(const std::string& folder, const Site& site) {
  for (std::uint32_t key = 0; key < site.keys.size(); ++key) {
    std::error_code error;
    const auto path = file_in(folder, certificate_name({key}));
    if (!fs::exists(fs::symlink_status(path, error))) continue;
    const auto certificate = read_certificate(folder, {key}, site.keys[key]);
    if (!certificate) return Failed<Error>(certificate.error());
  }
  return {};
}

}  // namespace tokenlife::sim
