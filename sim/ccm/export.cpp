#include "sim/ccm/export.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "events/merge.hpp"
#include "sim/ccm/world.hpp"
#include "sim/site/ccmsetup_line.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBytesKeptOfFile = std::size_t{1} << 16;
constexpr std::size_t kNameBytesMost = 60;
constexpr std::uint32_t kEventsBetweenQuestions = 1U << 12;

// Thrown out of callbacks that can only say to stop.
struct Trouble {
  std::optional<Error> error{};
  bool stopped = false;
  explicit operator bool() const { return error || stopped; }
};

Error cannot_write_ccm(const fs::path& path) {
  return file_error(path.string(), "cannot be written: " + std::system_category().message(errno))
      .value();
}

// The files of one folder, made when they have a line.
class LineFiles {
 public:
  void begin(fs::path folder) { folder_ = std::move(folder); }
  void add(const CcmSource& source, CcmFile file, CcmLevel level, std::string_view text) {
    std::string& lines = lines_[static_cast<std::size_t>(file)];
    append_ccm_line(lines, source, file, level, text);
    if (lines.size() > kBytesKeptOfFile) flush(file);
  }
  // The file that could not be written, if one could not.
  std::optional<Error> end() {
    for (std::size_t i = 0; i < kCcmFiles; ++i) flush(static_cast<CcmFile>(i));
    return error_;
  }

 private:
  void flush(CcmFile file) {
    std::string& lines = lines_[static_cast<std::size_t>(file)];
    if (lines.empty() || error_) return;
    const fs::path path = folder_ / ccm_file_name(file);
    errno = 0;
    std::ofstream stream(path, std::ios::binary | std::ios::app);
    stream << lines;
    stream.close();
    if (!stream) error_ = cannot_write_ccm(path);
    lines.clear();
  }

  fs::path folder_;
  std::array<std::string, kCcmFiles> lines_;
  std::optional<Error> error_;
};

// "17-LAPTOP-9": of a name only what no file system and no shell minds.
std::string folder_name(const events::LogHeader& header, ClientNumber client) {
  const events::LogCohort& cohort = header.cohorts[cohort_of(header, client)];
  const std::string_view called = device_of(cohort, client).value_or(cohort.name);
  std::string folder = fmt::format("{}-", client.value);
  for (const char c : called.substr(0, kNameBytesMost)) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    folder += is_plain ? c : '_';
  }
  return folder;
}

class CcmWriter {
 public:
  CcmWriter(const events::LogReader& log, const CcmExport& what, fs::path folder,
            const std::function<void(std::string_view)>& on_step, const std::function<bool()>& stop)
      : log_(log),
        what_(what),
        folder_(std::move(folder)),
        on_step_(on_step),
        stop_(stop),
        world_{log.header()} {
    if (!log.site_events().empty()) {
      const auto* made = std::get_if<SiteEstablished>(&log.site_events().front().event);
      if (made != nullptr) world_.tenant = made->tenant;
    }
    world_.host = what.host;
    world_.proxy = management_point(what.host, cmg_number(world_.tenant));
  }

  Result<bool, Error> write() {
    std::error_code error;
    for (const char* part : {"", "clients", "site"}) {
      if (!error) fs::create_directory(folder_ / part, error);
    }
    if (error) {
      return file_error(folder_.string(), "cannot be written: " + error.message());
    }
    const auto clients = write_clients();
    if (!clients) return Failed<Error>(to_error(clients.error()));
    if (!trouble_) {
      const auto site = write_site();
      if (!site) return Failed<Error>(to_error(site.error()));
    }
    if (trouble_.error) return Failed<Error>(*trouble_.error);
    return !trouble_.stopped;
  }

 private:
  using Read = Result<void, events::LogError>;

  CcmSource source_of(const auto& recorded, std::uint32_t thread) const {
    return {world_.header.start() + recorded.time.time_since_epoch(), thread,
            kind_of(recorded.event), recorded.seq};
  }
  bool goes_on() {
    if (++events_ % kEventsBetweenQuestions == 0 && stop_()) trouble_.stopped = true;
    return !trouble_;
  }

  // Client by client, as they are stored.
  Read write_clients() {
    std::size_t done = 0;
    for (const events::PartitionSummary& partition : log_.partitions()) {
      if (what_.client && &partition != log_.partition_of(*what_.client)) continue;
      const auto visited = log_.visit(partition, [&](ClientNumber client, const auto& recorded) {
        return add_to_client(client, recorded);
      });
      if (!visited) return Failed<events::LogError>(visited.error());
      end_client();
      if (trouble_) break;
      on_step_(fmt::format("{} of {} partitions", ++done, log_.partitions().size()));
    }
    return {};
  }
  bool add_to_client(ClientNumber client, const Recorded<ClientEvent>& recorded) {
    if (what_.client && client != *what_.client) return client < *what_.client;
    if (client != client_) {
      end_client();
      client_ = client;
      const fs::path folder = folder_ / "clients" / folder_name(world_.header, client);
      std::error_code error;
      fs::create_directory(folder, error);
      if (error) {
        trouble_.error =
            file_error(folder.string(), "cannot be written: " + error.message()).value();
      }
      files_.begin(folder);
    }
    const CcmSource source = source_of(recorded, client.value);
    give_client_lines(world_, client, recorded,
                      [&](CcmFile file, CcmLevel level, std::string_view text) {
                        files_.add(source, file, level, text);
                      });
    return goes_on();
  }
  void end_client() {
    auto error = files_.end();
    if (error && !trouble_.error) trouble_.error = std::move(error);
    client_.reset();
  }

  // In the order of time, whoever it was.
  Read write_site() {
    on_step_("the site's files");
    events::EventFilter filter;
    if (what_.client) filter.clients = std::vector{*what_.client};
    LineFiles files;
    files.begin(folder_ / "site");
    const auto out_of = [&](const CcmSource& source) {
      return [&files, source](CcmFile file, CcmLevel level, std::string_view text) {
        files.add(source, file, level, text);
      };
    };
    events::EventSink sink;
    sink.site = [&](const Recorded<SiteEvent>& recorded) {
      give_server_lines(world_, recorded, out_of(source_of(recorded, 0)));
      return goes_on();
    };
    sink.client = [&](ClientNumber client, const Recorded<ClientEvent>& recorded) {
      give_server_lines(world_, client, recorded, out_of(source_of(recorded, client.value)));
      return goes_on();
    };
    const Read read = events::read_ordered(log_, filter, sink);
    if (auto error = files.end()) trouble_.error = std::move(error);
    return read;
  }

  const events::LogReader& log_;
  const CcmExport& what_;
  fs::path folder_;
  const std::function<void(std::string_view)>& on_step_;
  const std::function<bool()>& stop_;
  CcmWorld world_;
  LineFiles files_;
  std::optional<ClientNumber> client_;
  Trouble trouble_;
  std::uint32_t events_ = 0;
};

// Without a slash behind it, so that another name can be made of it.
fs::path without_slash(const fs::path& folder) {
  const fs::path plain = folder.lexically_normal();
  return plain.has_filename() ? plain : plain.parent_path();
}

}  // namespace

Result<void, Error> try_ccm(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::symlink_status(folder, error);
  if (!fs::exists(status)) {
    const fs::path parent = without_slash(folder).parent_path();
    if (::access(parent.empty() ? "." : parent.c_str(), W_OK) == 0) return {};
    return Failed<Error>(cannot_write_ccm(folder));
  }
  if (!fs::is_directory(status)) {
    return file_error(folder.string(), "is not a folder", "choose another name");
  }
  if (fs::is_empty(folder, error)) return {};
  if (error) return file_error(folder.string(), "cannot be read: " + error.message());
  return file_error(folder.string(), "already exists", "choose another folder, or remove it");
}

Result<bool, Error> export_ccm(const events::LogReader& log, const CcmExport& what,
                               const fs::path& folder,
                               const std::function<void(std::string_view)>& on_step,
                               const std::function<bool()>& stop) {
  const fs::path place = without_slash(folder);
  fs::path made = place;
  made += fmt::format(".partial-{}", ::getpid());
  std::error_code error;
  fs::remove_all(made, error);
  Result<bool, Error> written = CcmWriter(log, what, made, on_step, stop).write();
  if (written && *written) {
    fs::rename(made, place, error);  // also onto an empty folder
    if (!error) return written;
    written = file_error(folder.string(), "cannot be written: " + error.message());
  }
  fs::remove_all(made, error);
  return written;
}

}  // namespace tokenlife::sim
