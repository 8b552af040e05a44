// A site on disk: a folder.
//
//   site.log          what happened to the site: the journal of events/FORMAT.md
//   signing-0.crt     the certificate of each signing key, by its number
//   signing-0.key     its private key, for its owner's eyes only: of the one that signs now alone
//
// The journal says by which certificates the site signs: another file in a certificate's place is
// refused. (Of a site of an earlier version it is learnt at the first change.) So is what others
// than the folder's owner can have changed.
//
// A key is on the disk before the event that speaks of it: a crash in between leaves files that no
// event knows, which do no harm, and which the next rotation replaces. The key before it goes after
// the event: a crash in between leaves one that the next writer removes. Nothing here asks what
// time it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/site.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "core/token/token.hpp"
#include "events/journal.hpp"
#include "events/log.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// In words, the torn end of the journal in the folder, which there must be.
std::string torn_end(const std::string& folder, const events::JournalContent& journal);

// Whether the certificates in the folder, as far as they are there, are those of the site's events.
Result<void, Error> check_certificates(const std::string& folder, const Site& site);

// What signs tokens: for sign_token().
struct SigningPair {
  PrivateKey key;
  Certificate certificate;
};

class SiteFolder {
 public:
  // Makes a site in a folder that is not there yet, is empty, or holds only what an earlier attempt
  // left behind. `tenant` is a GUID that no other site has.
  static Result<SiteFolder, Error> init(const std::string& folder, Guid tenant,
                                        const Policy& policy, std::chrono::sys_seconds now);
  // Needs no right to write, and changes nothing.
  static Result<SiteFolder, Error> open_to_read(const std::string& folder);
  // Nobody else can open it to write until this object goes: they wait for so long as FolderLock
  // says, and then get an error.
  static Result<SiteFolder, Error> open_to_write(const std::string& folder);

  SiteFolder(SiteFolder&&) noexcept;
  SiteFolder& operator=(SiteFolder&&) noexcept;
  ~SiteFolder();

  const std::string& folder() const;
  const Site& site() const;
  Guid tenant() const { return site().tenant; }
  const std::vector<Recorded<SiteEvent>>& events() const;
  // Stands for all events so far: the last link of their chain.
  const events::Digest& digest() const;

  // One for each key of the site, by number: for TokenChecks::signers.
  std::vector<Signer> signers() const;
  const Certificate& certificate(KeyNumber key) const;
  // The pair that signs now. Reads the private key, which only its owner can.
  Result<SigningPair, Error> signing_pair() const;

  // Something to tell the user that is no error: a torn end of the journal, or an old key that
  // cannot be removed. Mostly empty.
  const std::string& warning() const;

  // Instants of the site's events count from its establishment.
  Instant instant_of(std::chrono::sys_seconds time) const;
  std::chrono::sys_seconds time_of(Instant instant) const;

  // ---- Changes. Precondition of all: opened to write -------------------------------------------

  // The event that the command led to, which is safe on the disk; or why there is none.
  using Decided = Result<SiteEvent, SiteRefusal>;

  // Events' times never go back. While the clock is behind the last event, nothing that has dates
  // of its own is issued: that is an error. Other events get the last event's time.
  //
  // After an error the site is as it was. If the disk failed so that this is not sure, it takes no
  // further changes until it is opened again.
  Result<Decided, Error> append(const SiteCommand& command, std::chrono::sys_seconds now);

  // A9: makes the next key and certificate, appends the event, and removes the key before.
  Result<SigningCertificateRotated, Error> rotate(std::chrono::sys_seconds now);

 private:
  Result<void, Error> learn_certificates(Instant time);
  // When a change that is made now happens; an error if that is after the site's life.
  Result<Instant, Error> time_of_change(std::chrono::sys_seconds now) const;

  struct Impl;
  explicit SiteFolder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tokenlife::sim
