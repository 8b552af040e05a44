// A site on disk: a folder.
//
//   site.log          what happened to the site: the journal of events/FORMAT.md
//   site.head         how far it goes: see site_head.hpp
//   signing-0.crt     the certificate of each signing key, by its number
//   signing-0.key     its private key, for its owner's eyes only: of the one that signs now alone
//   ca-*, revoked-*, jwks-*   whom it trusts: see site_trust.hpp
//
// The journal says by which certificates the site signs: another file in a certificate's place is
// refused. (Of a site of an earlier version it is learnt at the first change.) So is what others
// than the folder's owner can have changed.
//
// A key is on the disk before the event that speaks of it: a crash in between leaves files that no
// event knows, which do no harm, and which the next rotation replaces. The key before it goes after
// the event: a crash in between leaves one that the next writer removes. A journal that does not go
// as far as its head, or that is damaged, is opened by site_repair.hpp alone. Nothing here asks
// what time it is.
//
// A clock may be wrong, and right again. The order of a journal is its sequence: where its time
// goes back it says so, with an event of its own. What is issued has the dates of the clock as it
// is.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/site_event.hpp"
#include "events/log.hpp"
#include "sim/text/error.hpp"

namespace tokenlife {
class Certificate;                      // core/token/certificate.hpp
class PrivateKey;                       // core/token/key.hpp
struct Signer;                          // core/token/token_verify.hpp
struct Site;                            // core/site.hpp
struct SiteCommand;                     // core/site_command.hpp
enum class SiteRefusal : std::uint8_t;  // the same
}  // namespace tokenlife
namespace tokenlife::events {
struct JournalContent;  // events/journal.hpp
struct JournalHead;     // the same
}  // namespace tokenlife::events

namespace tokenlife::sim {

struct SigningPair;  // sim/site/signing_pair.hpp

// In words, the torn end of the journal in the folder, which there must be.
std::string torn_end(const std::string& folder, const events::JournalContent& journal);

// Where an RSA key comes from that nobody has signed with. To make one takes as long as hundreds of
// signatures.
using NewSigningKey = PrivateKey();
PrivateKey new_signing_key();

class SiteFolder {
 public:
  // Makes a site in a folder that is not there yet, is empty, or holds only what an earlier attempt
  // left behind. `tenant` is a GUID that no other site has.
  static Result<SiteFolder, Error> init(const std::string& folder, Guid tenant,
                                        const Policy& policy, std::chrono::sys_seconds now,
                                        NewSigningKey& new_key = new_signing_key);
  // Needs no right to write, and changes nothing.
  static Result<SiteFolder, Error> open_to_read(const std::string& folder);
  // The same of a folder that was opened to read before: what that has read it takes over, if
  // nobody has changed it since. A journal may be long.
  static Result<SiteFolder, Error> open_to_read(SiteFolder earlier);
  // Nobody else can open it to write until this object goes: they wait for so long as FolderLock
  // says, and then get an error.
  static Result<SiteFolder, Error> open_to_write(const std::string& folder);
  static Result<SiteFolder, Error> open_to_write(SiteFolder earlier);

  SiteFolder(SiteFolder&&) noexcept;
  SiteFolder& operator=(SiteFolder&&) noexcept;
  ~SiteFolder();

  const std::string& folder() const;
  const Site& site() const;
  const Policy& policy() const;
  Guid tenant() const;
  const std::vector<Recorded<SiteEvent>>& events() const;
  // Stands for all events so far: the last link of their chain.
  const events::Digest& digest() const;
  events::JournalHead head() const;
  // Whether the site goes on from there: false if it has forgotten, or has another history.
  bool goes_on_from(const events::JournalHead& head) const;

  // One for each key of the site, by number: for TokenChecks::signers.
  std::vector<Signer> signers() const;
  const Certificate& certificate(KeyNumber key) const;
  // The pair that signs now. Reads the private key, which only its owner can.
  Result<SigningPair, Error> signing_pair() const;

  // Something to tell the user that is no error: a torn end of the journal, an old key that cannot
  // be removed, or a clock that is strange. Mostly empty.
  const std::string& warning() const;
  // The same, which is told by that.
  std::string take_warning();

  // Instants of the site's events count from its establishment.
  Instant instant_of(std::chrono::sys_seconds time) const;
  std::chrono::sys_seconds time_of(Instant instant) const;

  // ---- Changes. Precondition of all: opened to write -------------------------------------------

  // The event that the command led to, which is safe on the disk; or why there is none.
  using Decided = Result<SiteEvent, SiteRefusal>;

  // If the clock is behind the last event, that is an event first, with a warning; and a warning
  // too, if it is far before it.
  //
  // After an error the site is as it was. If the disk failed so that this is not sure, it takes no
  // further changes until it is opened again.
  Result<Decided, Error> append(const SiteCommand& command, std::chrono::sys_seconds now);

  // A9: makes the next key and certificate, appends the event, and removes the key before.
  Result<SigningCertificateRotated, Error> rotate(std::chrono::sys_seconds now,
                                                  NewSigningKey& new_key = new_signing_key);

  // From now on the site numbers clients from where it cannot have done so before, with their next
  // tokens: what it has forgotten it does not give again.
  Result<EpochBegun, Error> begin_epoch(std::chrono::sys_seconds now);

 private:
  // Precondition: the event can happen now, and the time is not before the last one's, but for a
  // ClockWentBack.
  Result<void, Error> record(Instant time, const SiteEvent& event);
  Result<void, Error> learn_certificates(Instant time);
  // For what gives a number or a serial: of an epoch that begins now, if the folder is a copy, or
  // has forgotten what it is shown.
  Result<void, Error> prepare_number(const SiteCommand& command, std::chrono::sys_seconds now);

  struct Impl;
  explicit SiteFolder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tokenlife::sim
