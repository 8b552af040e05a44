#include "sim/site/site_repair.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <system_error>
#include <utility>

#include "core/site.hpp"
#include "events/log_format.hpp"
#include "sim/site/draw_epoch.hpp"
#include "sim/site/private_file.hpp"
#include "sim/site/site_files.hpp"
#include "sim/site/site_head.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

// What is in the way of opening the site; empty: nothing.
std::string damage_of(const std::string& folder, const events::JournalSalvage& found,
                      const Result<std::optional<SiteHead>, Error>& kept) {
  if (found.error) return to_string(to_error(*found.error));
  if (!kept) return to_string(kept.error());
  const events::JournalContent& content = found.content;
  if (!*kept) return content.keeps_head ? file_in(folder, kHeadFile) + ": is missing" : "";
  const events::JournalHead& head = (*kept)->head;
  if (events::goes_on_from(content, head)) return "";
  return fmt::format("{}: {} were acknowledged, and {}", file_in(folder, events::kSiteFile),
                     counted(head.events, "event"),
                     content.events.size() < head.events
                         ? fmt::format("{} are there", content.events.size())
                         : "others are there");
}

// A journal that is longer is not repaired.
constexpr std::uintmax_t kCopiedBytesMax = std::uintmax_t{32} << 30;

// Under the first name that is free.
Result<void, Error> keep_copy(const std::string& folder, std::string_view name,
                              std::vector<std::string>& copies) {
  const std::string path = file_in(folder, name);
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  if (const auto bytes = fs::file_size(path, error); !error && bytes > kCopiedBytesMax) {
    return file_error(path, fmt::format("has {} bytes, too many to keep a copy of it", bytes),
                      "move it away, and repair the site again");
  }
  std::string copy;
  for (int i = 1; copy.empty() || fs::exists(copy, error); ++i) {
    copy = fmt::format("{}.damaged-{}", path, i);
  }
  auto written = copy_public_file(path, copy);
  if (written) copies.push_back(copy);
  return written;
}

// Very many events may have to be written at once, of which each by itself need not be on the disk.
class SyncedLater final : public events::Storage {
 public:
  explicit SyncedLater(std::unique_ptr<events::Storage> file) : file_(std::move(file)) {}
  std::error_code write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    return file_->write(offset, bytes);
  }
  std::error_code truncate(std::uint64_t size) override { return file_->truncate(size); }
  std::error_code sync() override { return {}; }
  std::error_code sync_at_last() { return file_->sync(); }

 private:
  std::unique_ptr<events::Storage> file_;
};

// The journal as it will be, beside the one that is there.
class Mended {
 public:
  static Result<Mended, Error> start(const std::string& folder, events::JournalContent content) {
    const std::string name = file_in(folder, events::kSiteFile);
    ::unlink((name + ".new").c_str());
    const UsualUmask umask;
    auto file = events::FileStorage::create(name + ".new");
    if (!file) return file_error(name, "cannot be made: " + file.error().message());
    if (auto given = give_to_owner_of(folder, name + ".new"); !given) {
      return Failed<Error>(given.error());
    }
    auto storage = std::make_unique<SyncedLater>(std::move(*file));
    SyncedLater& later = *storage;
    if (auto copied = copy(name, content.bytes, *storage); !copied) {
      return Failed<Error>(copied.error());
    }
    content.torn_bytes = 0;
    auto journal = events::Journal::resume(std::move(storage), name, std::move(content));
    if (!journal) return Failed<Error>(to_error(journal.error()));
    return Mended(name, std::move(*journal), later);
  }

  const events::JournalContent& content() const { return journal_.content(); }

  // Behind a clock that went back, where it did. Precondition: the event can happen now.
  Result<void, Error> append(Instant time, const SiteEvent& event) {
    const Instant before = content().events.back().time;
    if (time < before) {
      if (auto done = put(time, ClockWentBack{before, time}); !done) return done;
    }
    return put(time, event);
  }

  Result<void, Error> publish() {
    if (const auto wrong = storage_.sync_at_last()) {
      return file_error(name_, "cannot be synced to the disk: " + wrong.message());
    }
    return publish_file(name_ + ".new", name_);
  }

 private:
  Mended(std::string name, events::Journal journal, SyncedLater& storage)
      : name_(std::move(name)), journal_(std::move(journal)), storage_(storage) {}

  // So many bytes from the beginning of the file.
  static Result<void, Error> copy(const std::string& name, std::uint64_t bytes,
                                  events::Storage& storage) {
    std::uint64_t done = 0;
    return read_public_file(name, [&](std::string_view piece) -> Result<void, Error> {
      piece = piece.substr(0, std::min<std::uint64_t>(piece.size(), bytes - done));
      const auto wrong = storage.write(done, std::as_bytes(std::span(piece)));
      if (wrong) return file_error(name, "cannot be written: " + wrong.message());
      done += piece.size();
      return {};
    });
  }

  Result<void, Error> put(Instant time, const SiteEvent& event) {
    const auto number = static_cast<std::uint32_t>(content().events.size() - 1);
    auto done = journal_.append(time, {CauseKind::action, number}, event);
    return done ? Result<void, Error>{} : Failed<Error>(to_error(done.error()));
  }

  std::string name_;
  events::Journal journal_;
  SyncedLater& storage_;  // the journal's
};

// What is behind the damage, as far as it goes on from what is before.
Result<void, Error> save(Mended& mended, const std::vector<Recorded<SiteEvent>>& behind,
                         SiteRepair& repair) {
  Site site = *mended.content().site;
  std::optional<Recorded<SiteEvent>> back;
  for (const Recorded<SiteEvent>& recorded : behind) {
    // Where the clock goes back is seen anew, with the event behind it.
    if (std::holds_alternative<ClockWentBack>(recorded.event)) {
      back = recorded;
      continue;
    }
    auto next = evolve(std::move(site), recorded.event);
    if (!next) {  // and the site is as it was
      repair.unfit.push_back(recorded);
      continue;
    }
    site = std::move(*next);
    const bool goes_back = recorded.time < mended.content().events.back().time;
    if (auto done = mended.append(recorded.time, recorded.event); !done) return done;
    if (back && goes_back) repair.saved.push_back(*back);
    back.reset();
    repair.saved.push_back(recorded);
  }
  return {};
}

// Clients may have had numbers of which nothing is known any more.
Result<void, Error> end_epoch(const std::string& folder, Mended& mended, Instant time) {
  const auto begun = draw_epoch(folder, *mended.content().site);
  return begun ? mended.append(time, *begun) : Failed<Error>(begun.error());
}

std::uint32_t narrow(std::uint64_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

Result<SiteRepair, Error> repair_site(
    const std::string& folder, bool salvage,
    const std::function<Result<std::chrono::sys_seconds, Error>()>& clock) {
  const std::string name = file_in(folder, events::kSiteFile);
  const auto lock = lock_site(folder);
  if (!lock) return Failed<Error>(lock.error());
  if (auto own = check_own_site(folder); !own) return Failed<Error>(own.error());
  if (auto there = check_has_journal(folder); !there) return Failed<Error>(there.error());
  const auto now = clock();
  if (!now) return Failed<Error>(now.error());
  const auto kept = read_head(folder);
  auto found = events::salvage_journal(name);
  if (!found) {
    Error error = to_error(found.error());
    error.advice =
        found.error().kind == events::LogError::Kind::misuse
            ? "give the folder that `tokenlife site init` made"
            : "nothing of it can be read: put back a copy, and run `tokenlife site restore DIR`";
    return Failed<Error>(std::move(error));
  }
  SiteRepair repair;
  repair.damage = damage_of(folder, *found, kept);
  if (repair.damage.empty()) return repair;
  if (!found->behind.empty() && !salvage) {
    return file_error(
        repair.damage,
        fmt::format("after it {} can be read", counted(found->behind.size(), "event")),
        "`tokenlife site repair --salvage DIR` takes over what fits");
  }
  const events::JournalContent& content = found->content;
  const std::chrono::sys_seconds start{std::chrono::seconds{content.start_unix_seconds}};
  repair.start_unix_seconds = content.start_unix_seconds;
  repair.last = start + content.events.back().time.time_since_epoch();
  const std::uint64_t there = content.events.size();
  const bool has_head = kept && kept->has_value();
  repair.is_whole = has_head && events::goes_on_from(content, (*kept)->head);
  repair.repaired = {narrow(has_head ? (*kept)->head.events : there), narrow(there),
                     found->file_bytes - content.bytes};
  auto done = keep_copy(folder, events::kSiteFile, repair.copies);
  if (done) done = keep_copy(folder, kHeadFile, repair.copies);
  if (!done) return Failed<Error>(done.error());
  auto mended = Mended::start(folder, std::move(found->content));
  if (!mended) return Failed<Error>(mended.error());
  done = save(*mended, found->behind, repair);
  repair.repaired.kept += narrow(repair.saved.size());
  const Instant time = at(*now - start);
  if (done) done = mended->append(time, repair.repaired);
  if (done) done = end_epoch(folder, *mended, time);
  if (done) done = mended->publish();
  if (done) done = write_head(folder, {mended->content().head(), file_identity(name)});
  if (!done) return Failed<Error>(done.error());
  return repair;
}

}  // namespace tokenlife::sim
