#include "sim/site/client_store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/ensure.hpp"
#include "core/event_error.hpp"
#include "core/evolve.hpp"
#include "core/lifecycle.hpp"
#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "events/client_batch.hpp"
#include "events/log_reader.hpp"
#include "events/log_writer.hpp"
#include "sim/site/client_log.hpp"
#include "sim/site/folder_lock.hpp"
#include "sim/site/key_file.hpp"
#include "sim/site/private_file.hpp"
#include "sim/site/token_claims.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

// Longer than any life of a client, and short enough for the times of a log.
constexpr Duration kLife = std::chrono::days{365 * 100};
constexpr std::chrono::sys_seconds kStartMax{Duration{kTokenDateMax} - kLife};

constexpr const char* kTokenBefore = "token-before-";

Failed<Error> cannot_be(const std::string& place, const std::string& doing, std::error_code why) {
  return file_error(place, fmt::format("cannot be {}: {}", doing, why.message()));
}

std::error_code sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {errno, std::generic_category()};
  std::error_code why;
  if (::fsync(descriptor) != 0) why = {errno, std::generic_category()};
  ::close(descriptor);
  return why;
}

Result<FolderLock, Error> lock(const std::string& folder) {
  return FolderLock::take(folder, "this client", "`tokenlife client new` makes one");
}

// What an attempt that a crash cut off leaves behind is in the way of nobody.
Result<void, Error> check_free(const std::string& folder) {
  constexpr std::string_view kLeft[] = {"client.key",     "client.key.new", "client.crt",
                                        "client.crt.new", "log-1",          "log.new"};
  std::error_code why;
  const bool has_key = fs::exists(folder + "/client.key", why);
  for (fs::directory_iterator entry(folder, why), end; !why && entry != end; entry.increment(why)) {
    const std::string name = entry->path().filename().string();
    const bool known = std::find(std::begin(kLeft), std::end(kLeft), name) != std::end(kLeft);
    // The key comes first: without one a log is somebody else's.
    if (!known || (name.starts_with("log") && !has_key)) {
      return file_error(folder, "is not empty", "give a new folder, or an empty one");
    }
  }
  return why ? cannot_be(folder, "read", why) : Result<void, Error>{};
}

// Whether a new folder, and all that is in it, is safely on the disk, and whose it is.
Result<void, Error> see_safe(const std::string& folder, const fs::path& fresh) {
  std::error_code why;
  for (fs::directory_iterator entry(fresh, why), end; !why && entry != end; entry.increment(why)) {
    const std::error_code not_safe = sync(entry->path());
    if (not_safe) return cannot_be(fresh, "synced to the disk", not_safe);
    if (auto given = give_to_owner_of(folder, entry->path()); !given) return given;
  }
  if (auto given = give_to_owner_of(folder, fresh); !given) return given;
  if (!why) why = sync(fresh);
  return why ? cannot_be(fresh, "synced to the disk", why) : Result<void, Error>{};
}

LifecycleState with_token(Network last_connected) {
  return last_connected == Network::intranet ? LifecycleState::registered : LifecycleState::roaming;
}

Result<void, Error> check_own_log(const std::string& folder, unsigned generation) {
  const std::string log = folder + "/" + log_name(generation);
  auto own = check_own_folder(log);
  std::error_code why;
  for (fs::directory_iterator entry(log, why), end; own && !why && entry != end;
       entry.increment(why)) {
    own = check_own_file(entry->path().string());
  }
  return own;  // what cannot be listed cannot be read either
}

}  // namespace

// ---- Opening -----------------------------------------------------------------------------------

Result<ClientFolder, Error> ClientFolder::make(const std::string& folder, KeyKind kind,
                                               const SiteEstablished& site,
                                               const ClientInstalled& installed,
                                               std::chrono::sys_seconds now) {
  if (now > kStartMax) {
    return input_error(folder,
                       "the time is too late for a client, whose dates end with the year "
                       "9999",
                       "set the clock, or give an earlier --at");
  }
  if (auto made = make_private_folder(folder); !made) return Failed<Error>(made.error());
  auto locked = lock(folder);
  if (!locked) return Failed<Error>(locked.error());
  // Under the lock: two that make a client at once must not both find the folder free.
  auto free = check_own_folder(folder);
  if (free) free = check_free(folder);
  if (!free) return Failed<Error>(free.error());
  const PrivateKey key = PrivateKey::generate(kind);
  // Good before now too: the clock may be ahead.
  const Certificate certificate = Certificate::self_signed(
      key, {"tokenlife client", std::chrono::sys_seconds{}, now + std::chrono::days{365 * 20}});
  ClientFolder client(folder, std::move(*locked), key, certificate);
  auto written = write_key_file(client.path("client.key"), key);
  if (written) written = write_certificate_file(client.path("client.crt"), certificate);
  if (!written) return Failed<Error>(written.error());
  client.site_ = site;
  client.header_.scenario_name = "A client on disk";
  client.header_.start_unix_seconds = now.time_since_epoch().count();
  client.header_.tick = Duration{1};
  client.header_.duration = kLife;
  client.header_.cohorts = {{"client", {0}, 1}};
  client.header_.clients = 1;
  client.header_.lifecycle_fingerprint = lifecycle_fingerprint();
  auto recorded = client.record(at(Duration{0}), {CauseKind::installation, 0}, installed);
  if (!recorded) return Failed<Error>(recorded.error());
  return client;
}

Result<ClientFolder, Error> ClientFolder::open(const std::string& folder) {
  auto locked = lock(folder);
  if (!locked) return Failed<Error>(locked.error());
  if (auto own = check_own_folder(folder); !own) return Failed<Error>(own.error());
  const auto generation = log_generation(folder);
  if (!generation) return Failed<Error>(generation.error());
  if (auto own = check_own_log(folder, *generation); !own) return Failed<Error>(own.error());
  const auto key = read_key_file(folder + "/client.key", kLostClientFileAdvice);
  if (!key) return Failed<Error>(key.error());
  const auto certificate = read_certificate_file(folder + "/client.crt", kLostClientFileAdvice);
  if (!certificate) return Failed<Error>(certificate.error());
  if (!(certificate->key() == key->public_key())) {
    return file_error(folder + "/client.crt", "is not the certificate of the client's key");
  }
  ClientFolder client(folder, std::move(*locked), *key, *certificate);
  client.generation_ = *generation;
  auto read = client.read_log();
  if (read) read = client.name_serials();
  if (!read) return Failed<Error>(read.error());
  return client;
}

// ---- The log -----------------------------------------------------------------------------------

Result<void, Error> ClientFolder::read_log() {
  const auto log = events::LogReader::open(path("log"));
  if (!log) return Failed<Error>(error_of_client_log(log.error()));
  const auto& site_events = log->site_events();
  const auto* site =
      site_events.empty() ? nullptr : std::get_if<SiteEstablished>(&site_events.front().event);
  if (site == nullptr || log->header().clients != 1 || log->partitions().size() != 1) {
    return file_error(path("log"), "is not the log of one client");
  }
  site_ = *site;
  header_ = log->header();
  std::optional<EventError> objection;
  const auto follow = [&](ClientNumber, const Recorded<ClientEvent>& recorded) {
    const auto next = evolve(client_, recorded.event);
    if (next) {
      client_ = *next;
      events_.push_back(recorded);
    } else {
      objection = next.error();
    }
    return next.has_value();
  };
  const auto visited = log->visit(log->partitions().front(), follow);
  if (!visited) return Failed<Error>(error_of_client_log(visited.error()));
  if (objection) {
    return file_error(path("log"), fmt::format("its event {} cannot have happened: {}",
                                               events_.size(), name(*objection)));
  }
  if (events_.empty()) return file_error(path("log"), "holds no event");
  return {};
}

// In the log the client is number 0. Its token says which number the site knows it by.
Result<void, Error> ClientFolder::name_serials() {
  if (!client_.token.exists()) return {};
  const auto held = token();
  if (!held) return Failed<Error>(held.error());
  // The site would refuse what is not there, and the client would have to register again.
  if (held->empty()) {
    return file_error(path("token"), "is lost: by its log the client holds a token",
                      "put it back, or run `tokenlife client new --dir NEW --site SITE`");
  }
  // Nobody else's word is there for the number.
  client_.token.serial =
      TokenSerial::of(serial_named_by(*held).client(), client_.token.serial.ordinal());
  return {};
}

Result<void, Error> ClientFolder::write_log() {
  const std::string name = log_name(generation_ + 1);
  const fs::path fresh = fs::path(folder_) / name;
  std::error_code why;
  fs::remove_all(fresh, why);  // one that a crash left behind
  if (why) return cannot_be(fresh, "removed", why);
  const UsualUmask umask;
  auto log = events::LogWriter::create(fresh, header_, {{{at(Duration{0}), 0, {}}, site_}});
  if (!log) return Failed<Error>(to_error(log.error()));
  auto partition = log->partition(0);
  if (!partition) return Failed<Error>(to_error(partition.error()));
  constexpr std::uint32_t kBatch = 1024;
  events::ClientBatch batch(kBatch);
  for (std::uint32_t seq = 0; seq < events_.size(); ++seq) {
    if (seq % kBatch == 0) {
      if (auto done = partition->write(batch); !done) return Failed<Error>(to_error(done.error()));
      batch.clear();
      batch.begin(0, seq);
    }
    const Recorded<ClientEvent>& recorded = events_[seq];
    std::visit([&](const auto& event) { batch.append(recorded.time, recorded.cause, event); },
               recorded.event);
  }
  if (auto done = partition->write(batch); !done) return Failed<Error>(to_error(done.error()));
  const auto summary = partition->finish(1);
  if (!summary) return Failed<Error>(to_error(summary.error()));
  const auto finished = log->finish({*summary}, false);
  if (!finished) return Failed<Error>(to_error(finished.error()));
  if (auto safe = see_safe(folder_, fresh); !safe) return safe;
  if (keeps_old_log_) {
    if (auto kept = keep_log(); !kept) return kept;
  }
  const std::string link = path("log.new");
  fs::remove(link, why);
  fs::create_directory_symlink(name, link, why);
  if (why) return cannot_be(link, "made", why);
  if (auto given = give_to_owner_of(folder_, link); !given) return given;
  fs::rename(link, path("log"), why);
  if (!why) why = sync(folder_);
  if (why) return cannot_be(path("log"), "replaced", why);
  // The change is made.
  ++generation_;
  remove_old_client_logs(folder_, generation_);
  return {};
}

// The log that another one follows, under a name at which it stays. Who reads it meanwhile reads it
// where it is.
Result<void, Error> ClientFolder::keep_log() const {
  const fs::path old = fs::path(folder_) / log_name(generation_);
  const fs::path kept = fs::path(folder_) / fmt::format("log-before-{}", generation_ + 1);
  std::error_code why;
  fs::remove_all(kept, why);  // one that a crash left behind
  if (!why) fs::copy(old, kept, fs::copy_options::recursive, why);
  if (why) return cannot_be(kept, "made", why);
  return see_safe(folder_, kept);
}

// ---- Logs that begin anew ----------------------------------------------------------------------

// As it is, by a log that begins now.
ClientAdopted ClientFolder::adopted(std::chrono::sys_seconds now) const {
  const Duration shift = header_.start() - now;
  const Client& was = client_;
  ClientAdopted found{was.cohort,
                      was.state,
                      was.network,
                      was.last_connected,
                      was.credential,
                      was.version,
                      was.cmg_allowed,
                      was.blocked,
                      was.on_intranet,
                      was.credential_expired,
                      was.credential_renews_on,
                      was.bulk,
                      was.token,
                      was.newest_ordinal};
  if (was.token.exists()) {
    found.token.not_before += shift;
    found.token.expires += shift;
  }
  return found;
}

Result<void, Error> ClientFolder::begin_log(std::chrono::sys_seconds now,
                                            const ClientAdopted& found) {
  header_.start_unix_seconds = now.time_since_epoch().count();
  events_.clear();
  client_ = {};
  keeps_old_log_ = true;
  auto done = record(at(Duration{0}), {CauseKind::run_start, 0}, found);
  keeps_old_log_ = false;
  return done;
}

Result<void, Error> ClientFolder::begin_anew(std::chrono::sys_seconds now) {
  constexpr Duration kSoon = std::chrono::days{1};
  ClientAdopted found = adopted(now);
  if (found.token.exists() && found.token.not_before > at(kSoon)) {
    if (auto kept = put_token_aside(); !kept) return kept;
    found.state = LifecycleState::re_registration_required;
    found.token = {};
  } else if (found.token.exists() &&
             (found.state != LifecycleState::expired || at(Duration{0}) < found.token.expires)) {
    // A request whose answer is not known is over; an expiry that has not come yet is none.
    found.state = with_token(found.last_connected);
  }
  auto done = begin_log(now, found);
  if (done && !found.token.exists()) done = drop_token();
  return done;
}

Result<void, Error> ClientFolder::put_token_aside() const {
  const auto held = token();
  if (!held) return Failed<Error>(held.error());
  return write_private_file(path((kTokenBefore + std::to_string(generation_ + 1)).c_str()), *held);
}

Result<bool, Error> ClientFolder::take_up_token(std::chrono::sys_seconds now) {
  if (client_.token.exists() && client_.state != LifecycleState::expired) return false;
  std::optional<ClientClaims> newest;
  Secret token;
  fs::path place;
  std::error_code why;
  for (fs::directory_iterator entry(folder_, why), end; !why && entry != end;
       entry.increment(why)) {
    if (!entry->path().filename().string().starts_with(kTokenBefore)) continue;
    auto aside = read_private_file(entry->path(), kTokenBytesMax);
    if (!aside) return Failed<Error>(aside.error());
    const auto claims = claims_named_by(*aside);
    const bool is_good = claims && claims->dates.not_before <= now && now < claims->dates.expires;
    if (!is_good || (newest && claims->dates.expires < newest->dates.expires)) continue;
    newest = claims;
    token = std::move(*aside);
    place = entry->path();
  }
  if (why) return cannot_be(folder_, "listed", why);
  if (!newest) return false;
  // The token first: a log that speaks of one that is not there would strand the client.
  if (auto kept = keep_token(token); !kept) return Failed<Error>(kept.error());
  ClientAdopted found = adopted(now);
  found.state = with_token(found.last_connected);
  found.token = {
      newest->serial, at(newest->dates.not_before - now), at(newest->dates.expires - now), {}};
  auto done = begin_log(now, found);
  if (done) done = remove_private_file(place);
  return done ? Result<bool, Error>(true) : Failed<Error>(done.error());
}

Result<void, Error> ClientFolder::record(Instant time, Cause cause, const ClientEvent& event) {
  const auto next = evolve(client_, event);
  ensure(next.has_value(), "a decided event to be legal");
  ensure(events_.empty() || time >= events_.back().time, "time not to go back");
  events_.push_back({{time, static_cast<std::uint32_t>(events_.size()), cause}, event});
  if (auto written = write_log(); !written) {
    events_.pop_back();
    return written;
  }
  client_ = *next;
  return {};
}

// ---- Times and the token -----------------------------------------------------------------------

Instant ClientFolder::instant_of(std::chrono::sys_seconds time) const {
  return at(time - header_.start());
}
std::chrono::sys_seconds ClientFolder::time_of(Instant instant) const {
  return header_.start() + instant.time_since_epoch();
}
Instant ClientFolder::last_time() const {
  return events_.empty() ? at(Duration{0}) : events_.back().time;
}

Result<Secret, Error> ClientFolder::token() const {
  std::error_code why;
  if (fs::symlink_status(path("token"), why).type() == fs::file_type::not_found) return Secret{};
  return read_private_file(path("token"), kTokenBytesMax);
}
Result<void, Error> ClientFolder::keep_token(const Secret& token) const {
  return write_private_file(path("token"), token);
}
Result<void, Error> ClientFolder::drop_token() const { return remove_private_file(path("token")); }

}  // namespace tokenlife::sim
