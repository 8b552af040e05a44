// A client on disk: a folder.
//
//   client.key   its private key, for its owner's eyes only
//   client.crt   its certificate, signed by itself
//   token        the token that it holds, for its owner's eyes only; absent while it holds none
//   token-before-7  one that was put aside, because its dates began later than the clock said
//   log          what happened to it: a log like a run's, of this one client
//
// The client's state comes from the events alone. `log` is a link to the newest of the folders
// log-1, log-2, ...: every change writes the whole log anew beside the old one and then turns the
// link, which happens at once or not at all. A client's life is a few hundred events, and so it
// needs no format of its own, and `tokenlife events` and `tokenlife replay` read it.
//
// A log's time does not go back. Where the clock does, the client's log begins anew, with the
// client as it was found, and the one before is kept as log-before-N: see begin_anew().
//
// In its own log a client has the number 0; at the site it has another, which its token tells.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/client.hpp"
#include "core/client_event.hpp"
#include "core/result.hpp"
#include "core/site_event.hpp"
#include "core/token/certificate.hpp"
#include "core/token/key.hpp"
#include "events/log.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/text/error.hpp"

namespace tokenlife {
class Secret;  // core/token/secret.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

class ClientFolder {
 public:
  // Makes a client, with a new key, in a folder that is not there yet, is empty, or holds only
  // what an earlier attempt left behind.
  static Result<ClientFolder, Error> make(const std::string& folder, KeyKind kind,
                                          const SiteEstablished& site,
                                          const ClientInstalled& installed,
                                          std::chrono::sys_seconds now);
  // Nobody else can open it until this object goes: they wait for so long as FolderLock says, and
  // then get an error.
  static Result<ClientFolder, Error> open(const std::string& folder);

  const std::string& folder() const { return folder_; }
  const Client& client() const { return client_; }
  const PrivateKey& key() const { return key_; }
  const Certificate& certificate() const { return certificate_; }
  const Guid& tenant() const { return site_.tenant; }
  const std::vector<Recorded<ClientEvent>>& events() const { return events_; }
  const events::LogHeader& header() const { return header_; }

  Instant instant_of(std::chrono::sys_seconds time) const;
  std::chrono::sys_seconds time_of(Instant instant) const;
  Instant last_time() const;

  // Empty if it has none.
  Result<Secret, Error> token() const;
  // Safe on the disk when it returns.
  Result<void, Error> keep_token(const Secret& token) const;
  Result<void, Error> drop_token() const;

  // Lets the event happen, and sees it safely on the disk. Preconditions: evolve lets it happen;
  // the time is not before last_time().
  Result<void, Error> record(Instant time, Cause cause, const ClientEvent& event);

  // The clock is behind the last event. A new log begins with a client that is adopted as it is
  // now: with its token, unless that is good from a day on that is far away. Such a one is put
  // aside: which of both times was wrong is not known.
  Result<void, Error> begin_anew(std::chrono::sys_seconds now);
  // If it holds none that it can use, and one that was put aside is good now: a new log begins with
  // that. Whether it does.
  Result<bool, Error> take_up_token(std::chrono::sys_seconds now);

 private:
  ClientFolder(std::string folder, FolderLock lock, PrivateKey key, Certificate certificate)
      : folder_(std::move(folder)),
        lock_(std::move(lock)),
        key_(std::move(key)),
        certificate_(std::move(certificate)) {}
  std::string path(const char* name) const { return folder_ + "/" + name; }
  Result<void, Error> read_log();
  Result<void, Error> name_serials();
  Result<void, Error> write_log();
  Result<void, Error> keep_log() const;
  ClientAdopted adopted(std::chrono::sys_seconds now) const;
  Result<void, Error> begin_log(std::chrono::sys_seconds now, const ClientAdopted& found);
  Result<void, Error> put_token_aside() const;

  std::string folder_;
  FolderLock lock_;
  PrivateKey key_;
  Certificate certificate_;
  events::LogHeader header_;
  SiteEstablished site_{};
  std::vector<Recorded<ClientEvent>> events_;
  Client client_;
  unsigned generation_ = 0;  // of the log
  bool keeps_old_log_ = false;
};

}  // namespace tokenlife::sim
