#include "sim/site/site_store.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "core/ensure.hpp"
#include "events/journal.hpp"
#include "events/log_format.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/private_file.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;
using std::chrono::sys_seconds;

// Long enough that the operator retires a certificate, and not the calendar.
constexpr std::chrono::days kCertificateLifetime{3'650};
// As far as the journal can write.
constexpr Duration kSiteLife{std::numeric_limits<std::uint32_t>::max()};
// So that nothing that a site makes in its life lasts beyond the last date of tokens and X.509.
constexpr sys_seconds kSiteStartMax =
    sys_seconds{Duration{kTokenDateMax}} - kSiteLife - kCertificateLifetime;

std::string file_in(const std::string& folder, std::string_view name) {
  return (fs::path(folder) / name).string();
}

std::string key_name(KeyNumber key) { return fmt::format("signing-{}.key", key.value); }
std::string certificate_name(KeyNumber key) { return fmt::format("signing-{}.crt", key.value); }

Result<FolderLock, Error> lock_site(const std::string& folder) {
  return FolderLock::take(folder, "this site", "make a site with `tokenlife site init`");
}

// The key is safely in the folder, under its name, when this is done.
Result<Certificate, Error> make_pair(const std::string& folder, KeyNumber number, sys_seconds now) {
  const PrivateKey key = PrivateKey::generate(KeyKind::rsa);
  const Certificate certificate = Certificate::self_signed(
      key, {fmt::format("tokenlife signing {}", number.value), now, now + kCertificateLifetime});
  auto done = write_key_file(file_in(folder, key_name(number)), key);
  if (done) done = write_certificate_file(file_in(folder, certificate_name(number)), certificate);
  if (!done) return Failed<Error>(done.error());
  return certificate;
}

// ---- The folder of a new site ------------------------------------------------------------------

// What an attempt that a crash cut off leaves behind is in the way of nobody.
bool is_left_behind(const std::string& name) {
  const std::string files[] = {key_name({0}), certificate_name({0}),
                               std::string(events::kSiteFile)};
  return std::any_of(std::begin(files), std::end(files), [&](const std::string& file) {
    return name == file + ".new" || (name == file && name != events::kSiteFile);
  });
}

Result<void, Error> check_free_for_site(const std::string& folder) {
  std::error_code error;
  if (fs::exists(fs::symlink_status(file_in(folder, events::kSiteFile), error))) {
    return file_error(folder, "already a site", "choose another folder");
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
  if (auto done = publish_file(unfinished, name); !done) return Failed<Error>(done.error());
  return std::move(*journal);
}

Result<Certificate, Error> read_certificate(const std::string& folder, KeyNumber number,
                                            const SigningKey& known) {
  const std::string path = file_in(folder, certificate_name(number));
  auto certificate = read_certificate_file(path);
  if (!certificate || !known.certificate) return certificate;
  if (certificate->sha256() == *known.certificate) return certificate;
  return file_error(
      path, "is another certificate than the journal names: it has been exchanged since",
      "put back the one with the SHA-256 thumbprint " + tokenlife::to_string(*known.certificate));
}

// Whether the command makes something that is dated by the clock.
bool has_dates(const SiteCommand& command) {
  return std::holds_alternative<IssueBulkToken>(command) ||
         std::holds_alternative<IssueClientToken>(command);
}

}  // namespace

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

std::string torn_end(const std::string& folder, const events::JournalContent& journal) {
  return fmt::format(
      "{}: byte {}: the last {} bytes are of an event that was not written to its end",
      (fs::path(folder) / events::kSiteFile).string(), journal.bytes, journal.torn_bytes);
}

struct SiteFolder::Impl {
  std::string folder;
  std::optional<FolderLock> lock;
  std::optional<events::Journal> journal;  // if it was opened to write
  events::JournalContent read;             // if it was not
  std::vector<Certificate> certificates;
  std::string warning;

  const events::JournalContent& content() const { return journal ? journal->content() : read; }
  std::string file(std::string_view name) const { return file_in(folder, name); }

  Result<void, Error> read_site() {
    const std::string path = file(events::kSiteFile);
    std::error_code error;
    auto good = check_own_folder(folder);
    if (good) good = check_own_file(path);
    if (!good) return good;
    if (!fs::exists(fs::status(path, error))) {
      if (error && error != std::errc::no_such_file_or_directory) {
        return file_error(folder, "cannot be listed: " + error.message());
      }
      return file_error(folder, "not a site folder: it has no site.log",
                        "make one with `tokenlife site init`");
    }
    auto content = events::read_journal(path);
    if (!content) return Failed<Error>(to_error(content.error()));
    read = std::move(*content);
    if (read.torn_bytes != 0) warning = torn_end(folder, read);
    for (std::uint32_t key = 0; key < read.site.keys.size(); ++key) {
      auto certificate = read_certificate(folder, {key}, read.site.keys[key]);
      if (!certificate) return Failed<Error>(certificate.error());
      if (certificate->key().kind() != KeyKind::rsa) {
        return file_error(file(certificate_name({key})), "has no RSA key, as tokens need it");
      }
      certificates.push_back(std::move(*certificate));
    }
    return {};
  }

  Result<void, Error> resume() {
    const std::string path = file(events::kSiteFile);
    auto storage = events::FileStorage::open(path);
    if (!storage)
      return file_error(path, "cannot be opened to write: " + storage.error().message());
    auto resumed = events::Journal::resume(std::move(*storage), path, std::move(read));
    if (!resumed) return Failed<Error>(to_error(resumed.error()));
    journal = std::move(*resumed);
    if (!warning.empty()) warning += ", and were cut off";
    remove_old_keys();
    return {};
  }

  // A key that signs no more is of use to thieves alone. Precondition: that another one signs is
  // safely on the disk. What cannot be removed is told: the site can do without.
  void remove_old_keys() {
    for (std::uint32_t key = 0; key < content().site.signs_now().value; ++key) {
      const auto removed = remove_private_file(file(key_name({key})));
      if (removed) continue;
      if (!warning.empty()) warning += "; ";
      warning += to_string(removed.error()) + "; it signs no more: remove it";
    }
  }
};

SiteFolder::SiteFolder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SiteFolder::SiteFolder(SiteFolder&&) noexcept = default;
SiteFolder& SiteFolder::operator=(SiteFolder&&) noexcept = default;
SiteFolder::~SiteFolder() = default;

Result<SiteFolder, Error> SiteFolder::init(const std::string& folder, Guid tenant,
                                           const Policy& policy, sys_seconds now) {
  if (now > kSiteStartMax) {
    return file_error(
        folder,
        fmt::format("the time {} is too late for a site, whose dates end with the year 9999",
                    rfc3339(now)),
        "set the clock, or give an earlier time");
  }
  if (auto made = make_private_folder(folder); !made) return Failed<Error>(made.error());
  auto held = lock_site(folder);
  if (!held) return Failed<Error>(held.error());
  auto free = check_own_folder(folder);
  if (free) free = check_free_for_site(folder);
  if (!free) return Failed<Error>(free.error());
  auto certificate = make_pair(folder, {0}, now);
  if (!certificate) return Failed<Error>(certificate.error());
  auto journal = start_journal(folder, now, {tenant, policy, certificate->sha256()});
  if (!journal) return Failed<Error>(journal.error());
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  impl->lock = std::move(*held);
  impl->journal = std::move(*journal);
  impl->certificates = {std::move(*certificate)};
  return SiteFolder(std::move(impl));
}

Result<SiteFolder, Error> SiteFolder::open_to_read(const std::string& folder) {
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  if (auto good = impl->read_site(); !good) return Failed<Error>(good.error());
  return SiteFolder(std::move(impl));
}

Result<SiteFolder, Error> SiteFolder::open_to_write(const std::string& folder) {
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  auto held = lock_site(folder);
  if (!held) return Failed<Error>(held.error());
  impl->lock = std::move(*held);
  // Read under the lock: what another writer did before is part of it.
  auto good = impl->read_site();
  if (good) good = impl->resume();
  if (!good) return Failed<Error>(good.error());
  return SiteFolder(std::move(impl));
}

// ---- What is there -----------------------------------------------------------------------------

const std::string& SiteFolder::folder() const { return impl_->folder; }
const Site& SiteFolder::site() const { return impl_->content().site; }
const std::vector<Recorded<SiteEvent>>& SiteFolder::events() const {
  return impl_->content().events;
}
const events::Digest& SiteFolder::digest() const { return impl_->content().digest; }
const std::string& SiteFolder::warning() const { return impl_->warning; }

std::vector<Signer> SiteFolder::signers() const {
  std::vector<Signer> signers;
  for (std::uint32_t key = 0; key < impl_->certificates.size(); ++key) {
    const Certificate& certificate = impl_->certificates[key];
    signers.push_back({{key}, certificate.key(), certificate.sha1(), site().keys[key].retired});
  }
  return signers;
}

const Certificate& SiteFolder::certificate(KeyNumber key) const {
  ensure(key.value < impl_->certificates.size(), "a key of this site");
  return impl_->certificates[key.value];
}

Result<SigningPair, Error> SiteFolder::signing_pair() const {
  const KeyNumber number = site().signs_now();
  const std::string path = impl_->file(key_name(number));
  auto key = read_key_file(path);
  if (!key) return Failed<Error>(key.error());
  if (!(key->public_key() == certificate(number).key())) {
    return file_error(path, "is not the key of " + certificate_name(number),
                      "put back the one that is, or rotate the certificate");
  }
  return SigningPair{std::move(*key), certificate(number)};
}

Instant SiteFolder::instant_of(sys_seconds time) const {
  return at(time - time_of(at(Duration{0})));
}

sys_seconds SiteFolder::time_of(Instant instant) const {
  const std::chrono::seconds start{impl_->content().start_unix_seconds};
  return sys_seconds{start} + instant.time_since_epoch();
}

// ---- Changes -----------------------------------------------------------------------------------

Result<Instant, Error> SiteFolder::time_of_change(sys_seconds now) const {
  const Instant time = std::max(instant_of(now), events().back().time);
  if (time <= at(kSiteLife)) return time;
  return file_error(impl_->folder,
                    fmt::format("the time is {}, and a site lasts 136 years", rfc3339(now)),
                    "set the clock, or give an earlier time");
}

// Those that the events do not name yet. Precondition: opened to write; the time of a change.
Result<void, Error> SiteFolder::learn_certificates(Instant time) {
  for (std::uint32_t key = 0; key < impl_->certificates.size(); ++key) {
    if (site().keys[key].certificate) continue;
    const SigningCertificateLearnt learnt{{key}, impl_->certificates[key].sha256()};
    const auto number = static_cast<std::uint32_t>(events().size() - 1);
    const auto done = impl_->journal->append(time, {CauseKind::action, number}, learnt);
    if (!done) return Failed<Error>(to_error(done.error()));
  }
  return {};
}

Result<SiteFolder::Decided, Error> SiteFolder::append(const SiteCommand& command, sys_seconds now) {
  ensure(impl_->journal.has_value(), "a site that was opened to write");
  if (instant_of(now) < events().back().time && has_dates(command)) {
    return file_error(
        impl_->folder,
        fmt::format("the time {} is before the site's last event, {}", rfc3339(now),
                    rfc3339(time_of(events().back().time))),
        "set the clock, or give a later time: what is issued now would have a wrong date");
  }
  const auto change = time_of_change(now);
  if (!change) return Failed<Error>(change.error());
  const Instant time = *change;
  if (auto learnt = learn_certificates(time); !learnt) return Failed<Error>(learnt.error());
  const auto event = decide(site(), command, time);
  if (!event) return Decided(Failed<SiteRefusal>(event.error()));
  const auto number = static_cast<std::uint32_t>(events().size() - 1);
  if (auto done = impl_->journal->append(time, {CauseKind::action, number}, *event); !done) {
    return Failed<Error>(to_error(done.error()));
  }
  return Decided(*event);
}

Result<SigningCertificateRotated, Error> SiteFolder::rotate(sys_seconds now) {
  if (const auto time = time_of_change(now); !time) return Failed<Error>(time.error());
  const KeyNumber next{site().signs_now().value + 1};
  auto certificate = make_pair(impl_->folder, next, now);
  if (!certificate) return Failed<Error>(certificate.error());
  const auto appended = append(RotateSigningCertificate{certificate->sha256()}, now);
  if (!appended) return Failed<Error>(appended.error());
  ensure(appended->has_value(), "a certificate that can always be rotated");
  impl_->certificates.push_back(std::move(*certificate));
  impl_->remove_old_keys();
  return std::get<SigningCertificateRotated>(**appended);
}

}  // namespace tokenlife::sim
