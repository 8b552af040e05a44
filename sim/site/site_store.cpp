#include "sim/site/site_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "core/ensure.hpp"
#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/token.hpp"
#include "core/token/token_verify.hpp"
#include "events/journal.hpp"
#include "events/log_format.hpp"
#include "sim/site/draw_epoch.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/private_file.hpp"
#include "sim/site/signing_pair.hpp"
#include "sim/site/site_files.hpp"
#include "sim/site/site_head.hpp"
#include "sim/site/strange_clock.hpp"
#include "sim/site/warning.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;
using std::chrono::sys_seconds;

// As far as the journal can write.
constexpr Duration kSiteLife{std::numeric_limits<std::uint32_t>::max()};
// So that nothing that a site makes in its life lasts beyond the last date of tokens and X.509.
constexpr sys_seconds kSiteStartMax =
    sys_seconds{Duration{kTokenDateMax}} - kSiteLife - kCertificateLifetime;

// Whether the command makes something that is dated by the clock.
bool has_dates(const SiteCommand& command) {
  return std::holds_alternative<IssueBulkToken>(command) ||
         std::holds_alternative<IssueClientToken>(command);
}

}  // namespace

std::string torn_end(const std::string& folder, const events::JournalContent& journal) {
  return warning_at(
      fmt::format("{}: byte {}", (fs::path(folder) / events::kSiteFile).string(), journal.bytes),
      fmt::format("the rest, {}, is of an event that was not written to its end",
                  counted(journal.torn_bytes, "byte")));
}

struct SiteFolder::Impl {
  std::string folder;
  std::optional<FolderLock> lock;
  std::optional<events::Journal> journal;  // if it was opened to write
  events::JournalContent read;             // if it was not
  std::vector<Certificate> certificates;
  std::string warning;
  std::optional<SiteHead> head;
  std::string identity;  // of the journal's file, before it was read
  // Of the folder whose journal was written last: that one may have gone on. Until an epoch begins.
  bool is_copy = false;
  bool broken = false;  // what is on the disk is not what this object says

  const events::JournalContent& content() const { return journal ? journal->content() : read; }
  std::string file(std::string_view name) const { return file_in(folder, name); }

  Result<void, Error> read_site() {
    const std::string path = file(events::kSiteFile);
    if (auto own = check_own_site(folder); !own) return own;
    if (auto there = check_has_journal(folder); !there) return there;
    identity = file_identity(path);
    auto kept = read_kept_journal(folder);
    if (!kept) return Failed<Error>(kept.error());
    read = std::move(kept->content);
    head = std::move(kept->head);
    is_copy = head && !head->file.empty() && head->file != file_identity(path);
    if (read.torn_bytes != 0) warn(torn_end(folder, read));
    for (std::uint32_t key = 0; key < read.site->keys.size(); ++key) {
      auto certificate = read_certificate(folder, {key}, read.site->keys[key]);
      if (!certificate) return Failed<Error>(certificate.error());
      if (certificate->key().kind() != KeyKind::rsa) {
        return file_error(file(certificate_name({key})), "has no RSA key, as tokens need it");
      }
      certificates.push_back(std::move(*certificate));
    }
    return {};
  }

  Result<void, Error> read_if_changed() {
    if (is_as_read()) return check_own_site(folder);
    read = {};
    certificates.clear();
    warning.clear();
    return read_site();
  }

  // Whether the journal and its head are still those that were read. If that cannot be said: no.
  bool is_as_read() const {
    const std::string path = file(events::kSiteFile);
    std::error_code error;
    const bool is_same = read.torn_bytes == 0 && !identity.empty() &&
                         file_identity(path) == identity &&
                         fs::file_size(path, error) == read.bytes;
    const auto now = is_same ? read_head(folder) : std::optional<SiteHead>{};
    return is_same && now && *now == head;
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

  void warn(const std::string& what) { warning += (warning.empty() ? "" : "; ") + what; }

  // A key that signs no more is of use to thieves alone. Precondition: that another one signs is
  // safely on the disk. What cannot be removed is told: the site can do without.
  void remove_old_keys() {
    for (std::uint32_t key = 0; key < content().site->signs_now().value; ++key) {
      const auto removed = remove_private_file(file(key_name({key})));
      if (removed) continue;
      warn(warning_at(removed.error().place,
                      removed.error().what + "; it no longer signs anything: remove it"));
    }
  }
};

SiteFolder::SiteFolder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SiteFolder::SiteFolder(SiteFolder&&) noexcept = default;
SiteFolder& SiteFolder::operator=(SiteFolder&&) noexcept = default;
SiteFolder::~SiteFolder() = default;

PrivateKey new_signing_key() { return PrivateKey::generate(KeyKind::rsa); }

Result<SiteFolder, Error> SiteFolder::init(const std::string& folder, Guid tenant,
                                           const Policy& policy, sys_seconds now,
                                           NewSigningKey& new_key) {
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
  auto certificate = make_pair(folder, {0}, now, new_key());
  if (!certificate) return Failed<Error>(certificate.error());
  auto journal = start_journal(folder, now, {tenant, policy, certificate->sha256()});
  if (!journal) return Failed<Error>(journal.error());
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  impl->lock = std::move(*held);
  impl->journal = std::move(*journal);
  impl->certificates = {std::move(*certificate)};
  impl->head = SiteHead{impl->content().head(), file_identity(impl->file(events::kSiteFile))};
  return SiteFolder(std::move(impl));
}

Result<SiteFolder, Error> SiteFolder::open_to_read(const std::string& folder) {
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  return open_to_read(SiteFolder(std::move(impl)));
}

Result<SiteFolder, Error> SiteFolder::open_to_read(SiteFolder earlier) {
  auto impl = std::move(earlier.impl_);
  const auto good = impl->read_if_changed();
  return good ? Result<SiteFolder, Error>(SiteFolder(std::move(impl)))
              : Failed<Error>(good.error());
}

Result<SiteFolder, Error> SiteFolder::open_to_write(const std::string& folder) {
  auto impl = std::make_unique<Impl>();
  impl->folder = folder;
  return open_to_write(SiteFolder(std::move(impl)));
}

Result<SiteFolder, Error> SiteFolder::open_to_write(SiteFolder earlier) {
  auto impl = std::move(earlier.impl_);
  auto held = lock_site(impl->folder);
  if (!held) return Failed<Error>(held.error());
  impl->lock = std::move(*held);
  // Read under the lock: what another writer did before is part of it.
  auto good = impl->read_if_changed();
  if (good) good = impl->resume();
  if (!good) return Failed<Error>(good.error());
  return SiteFolder(std::move(impl));
}

// ---- What is there -----------------------------------------------------------------------------

const std::string& SiteFolder::folder() const { return impl_->folder; }
const Site& SiteFolder::site() const { return *impl_->content().site; }
const Policy& SiteFolder::policy() const { return site().policy; }
Guid SiteFolder::tenant() const { return site().tenant; }
const std::vector<Recorded<SiteEvent>>& SiteFolder::events() const {
  return impl_->content().events;
}
const events::Digest& SiteFolder::digest() const { return impl_->content().digest; }
events::JournalHead SiteFolder::head() const { return impl_->content().head(); }
bool SiteFolder::goes_on_from(const events::JournalHead& head) const {
  return events::goes_on_from(impl_->content(), head);
}
const std::string& SiteFolder::warning() const { return impl_->warning; }
std::string SiteFolder::take_warning() { return std::exchange(impl_->warning, {}); }

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
  auto key = read_key_file(path, "put it back from a copy, or run `tokenlife site rotate DIR`");
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

Result<void, Error> SiteFolder::record(Instant time, const SiteEvent& event) {
  Impl& impl = *impl_;
  if (impl.broken) {
    return file_error(
        impl.folder,
        "accepts no more changes after an error that leaves uncertain what is on the disk",
        "try again");
  }
  // In a site of an earlier version too: what this one appends is behind a head.
  if (!impl.head) {
    SiteHead first{head(), file_identity(impl.file(events::kSiteFile))};
    if (auto kept = write_head(impl.folder, first); !kept) return kept;
    impl.head = std::move(first);
  }
  const auto number = static_cast<std::uint32_t>(events().size() - 1);
  if (auto done = impl.journal->append(time, {CauseKind::action, number}, event); !done) {
    return Failed<Error>(to_error(done.error()));
  }
  if (std::holds_alternative<EpochBegun>(event)) impl.is_copy = false;
  SiteHead next{head(), impl.head->file};
  if (!impl.is_copy) next.file = file_identity(impl.file(events::kSiteFile));
  auto kept = write_head(impl.folder, next);
  impl.broken = !kept;
  if (kept) impl.head = std::move(next);
  return kept;
}

Result<EpochBegun, Error> SiteFolder::begin_epoch(sys_seconds now) {
  const auto drawn = draw_epoch(impl_->folder, site());
  if (!drawn) return Failed<Error>(drawn.error());
  const auto begun = append(BeginEpoch{drawn->first}, now);
  if (!begun) return Failed<Error>(begun.error());
  ensure(begun->has_value(), "an epoch that can begin");
  return *drawn;
}

Result<void, Error> SiteFolder::prepare_number(const SiteCommand& command, sys_seconds now) {
  const auto* recognise = std::get_if<RecogniseClient>(&command);
  const bool gives_serial =
      recognise != nullptr || std::holds_alternative<IssueClientToken>(command);
  const bool has_forgotten = recognise != nullptr && recognise->is_shown &&
                             !is_of_earlier_epoch(site(), recognise->serial.client());
  if (!has_forgotten && !(impl_->is_copy && gives_serial)) return {};
  const auto begun = begin_epoch(now);
  return begun ? Result<void, Error>{} : Failed<Error>(begun.error());
}

// Those that the events do not name yet. Precondition: as for record().
Result<void, Error> SiteFolder::learn_certificates(Instant time) {
  Result<void, Error> done;
  for (std::uint32_t key = 0; done && key < impl_->certificates.size(); ++key) {
    if (site().keys[key].certificate) continue;
    done = record(time, SigningCertificateLearnt{{key}, impl_->certificates[key].sha256()});
  }
  return done;
}

Result<SiteFolder::Decided, Error> SiteFolder::append(const SiteCommand& command, sys_seconds now) {
  ensure(impl_->journal.has_value(), "a site that was opened to write");
  const Instant time = instant_of(now);
  if (has_dates(command) && time > at(kSiteLife)) {
    return file_error(impl_->folder,
                      fmt::format("the time is {}, but a site lasts only 136 years", rfc3339(now)),
                      "set the clock, or give an earlier time");
  }
  if (auto ready = prepare_number(command, now); !ready) return Failed<Error>(ready.error());
  const auto event = decide(site(), command, time);
  if (!event) return Decided(Failed<SiteRefusal>(event.error()));
  const Instant before = events().back().time;
  if (auto strange = strange_clock(impl_->folder, time_of(before), now)) impl_->warn(*strange);
  Result<void, Error> done;
  if (time < before) done = record(time, ClockWentBack{before, time});
  if (done) done = learn_certificates(time);
  if (done) done = record(time, *event);
  if (!done) return Failed<Error>(done.error());
  return Decided(*event);
}

Result<SigningCertificateRotated, Error> SiteFolder::rotate(sys_seconds now,
                                                            NewSigningKey& new_key) {
  const KeyNumber next{site().signs_now().value + 1};
  // Whatever the clock says: as late as a certificate can begin.
  const sys_seconds from =
      std::min(now, sys_seconds{Duration{kTokenDateMax}} - kCertificateLifetime);
  auto certificate = make_pair(impl_->folder, next, from, new_key());
  if (!certificate) return Failed<Error>(certificate.error());
  const auto appended = append(RotateSigningCertificate{certificate->sha256()}, now);
  if (!appended) return Failed<Error>(appended.error());
  ensure(appended->has_value(), "a certificate that can always be rotated");
  impl_->certificates.push_back(std::move(*certificate));
  impl_->remove_old_keys();
  return std::get<SigningCertificateRotated>(**appended);
}

}  // namespace tokenlife::sim
