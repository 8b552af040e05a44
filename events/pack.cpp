#include "events/pack.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "events/log_files.hpp"
#include "events/log_format.hpp"
#include "events/new_folder.hpp"
#include "events/output_file.hpp"
#include "events/packed_index.hpp"
#include "events/packed_stream.hpp"

namespace tokenlife::events {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSyncedAtOnce = std::uint64_t{8} << 20;

// ---- Packing -----------------------------------------------------------------------------------

PackedIndex index_of(const LogReader& log) {
  PackedIndex index;
  index.site_bytes = log.site_file_bytes();
  for (const PartitionSummary& partition : log.partitions()) {
    index.partitions.push_back({partition.partition, 0, partition.bytes});
  }
  return index;
}

// The name of a file, too, outlives a power cut.
Result<void, LogError> sync_folder_of(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // Some file systems know no such thing, and say EINVAL.
  if (descriptor.number() != -1 && (::fsync(descriptor.number()) == 0 || errno == EINVAL)) {
    return {};
  }
  return Failed<LogError>(
      LogError{LogError::Kind::io, folder.string(), std::nullopt,
               "cannot sync the folder: " + std::system_category().message(errno)});
}

Result<void, LogError> write_packed(const LogReader& log, const PackedStream::OnBytes& write) {
  if (!log.summary().finished) {
    return Failed<LogError>(LogError{LogError::Kind::misuse, log.folder().string(), std::nullopt,
                                     "is not finished, and only a finished log can be packed"});
  }
  PackedIndex index = index_of(log);
  auto done = write(encode(index));
  if (done) done = copy_file(log.files(), std::string(kSiteFile), index.site_bytes, write);
  for (auto file = index.partitions.begin(); done && file != index.partitions.end(); ++file) {
    done = copy_file(log.files(), partition_file_name(file->partition), file->bytes, write);
  }
  return done ? done : Failed<LogError>(log.blame(done.error()));
}

// What cannot be removed does no harm: the log is in its place.
void remove_log(const fs::path& folder) {
  remove_log_files(folder);
  std::error_code ignored;
  fs::remove(folder, ignored);
}

Result<std::uint64_t, LogError> write_new(const LogReader& log, const fs::path& file) {
  auto out = OutputFile::create(file);
  if (!out) return Failed<LogError>(out.error());
  std::uint64_t begun = 0;
  auto done = write_packed(log, [&](std::span<const std::byte> bytes) {
    if (out->size() - begun >= kSyncedAtOnce) {
      out->begin_sync();
      begun = out->size();
    }
    return out->append(bytes);
  });
  if (done) done = out->sync();
  if (done) done = out->close();
  if (done) done = sync_folder_of(file);
  if (done) return out->size();
  out->remove();
  return Failed<LogError>(done.error());
}

// By way of the log's own folder, in place of what is called so.
Result<std::uint64_t, LogError> write_from_within(const LogReader& log, const fs::path& file) {
  const fs::path made = log.folder() / kPackedFile;
  std::error_code error;
  // Of an attempt that was cut off.
  fs::remove(made, error);
  fs::remove(partial_of(made), error);
  const auto bytes = write_new(log, made);
  if (!bytes) return bytes;
  fs::rename(made, file, error);
  if (error) {
    std::error_code ignored;
    fs::remove(made, ignored);
    return Failed<LogError>(LogError{LogError::Kind::io, file.string(), std::nullopt,
                                     "cannot give the file its name: " + error.message()});
  }
  if (auto done = sync_folder_of(file); !done) return Failed<LogError>(done.error());
  return bytes;
}

// ---- Unpacking ---------------------------------------------------------------------------------

// The files that were made, which go again if not all of them come.
class NewFiles {
 public:
  explicit NewFiles(const fs::path& folder) : folder_(folder) {}
  NewFiles(const NewFiles&) = delete;
  NewFiles& operator=(const NewFiles&) = delete;
  ~NewFiles() {
    std::error_code ignored;
    for (const fs::path& file : made_) {
      fs::remove(partial_of(file), ignored);
      fs::remove(file, ignored);
    }
    if (is_given_up_) fs::remove(folder_, ignored);
  }

  Result<OutputFile, LogError> create(const std::string& name) {
    auto file = OutputFile::create(folder_ / name);
    if (file) made_.push_back(folder_ / name);
    return file;
  }
  void keep() {
    made_.clear();
    is_given_up_ = false;
  }

 private:
  fs::path folder_;
  std::vector<fs::path> made_;
  bool is_given_up_ = true;
};

// site.log has its name when all others are there, as when a run writes them.
Result<void, LogError> write_files(PackedStream& from, const PackedIndex& index, NewFiles& files) {
  auto site = files.create(std::string(kSiteFile));
  if (!site) return Failed<LogError>(site.error());
  auto done = from.copy(index.site_bytes,
                        [&](std::span<const std::byte> some) { return site->append(some); });
  for (auto file = index.partitions.begin(); done && file != index.partitions.end(); ++file) {
    auto out = files.create(partition_file_name(file->partition));
    if (!out) return Failed<LogError>(out.error());
    done =
        from.copy(file->bytes, [&](std::span<const std::byte> some) { return out->append(some); });
    if (done) done = out->close();
  }
  if (done) done = from.check_end();
  return done ? site->close() : done;
}

}  // namespace

Result<void, LogError> pack(const LogReader& log, const PackedStream::OnBytes& write) {
  return write_packed(log, write);
}

Result<std::uint64_t, LogError> pack(const LogReader& log, const fs::path& file) {
  std::error_code error;
  // The folder of a log that is to be this file is called as the file would be until it is whole.
  if (!fs::equivalent(log.folder(), partial_of(file), error)) return write_new(log, file);
  if (!fs::exists(fs::symlink_status(file, error))) return write_from_within(log, file);
  return Failed<LogError>(
      LogError{LogError::Kind::exists, file.string(), std::nullopt, "already exists"});
}

Result<std::uint64_t, LogError> pack_away(const fs::path& folder, const fs::path& file) {
  const auto log = LogReader::open(folder);
  if (!log) return Failed<LogError>(log.error());
  const auto bytes = write_from_within(*log, file);
  if (bytes) remove_log(folder);
  return bytes;
}

void remove_remains(const fs::path& folder) {
  const fs::path site = folder / kSiteFile;
  std::error_code error;
  const bool is_log = fs::exists(fs::symlink_status(site, error)) ||
                      fs::exists(fs::symlink_status(partial_of(site), error));
  if (!is_log && fs::is_directory(fs::symlink_status(folder, error))) remove_log(folder);
}

Result<void, LogError> unpack(const fs::path& file, const fs::path& folder) {
  const auto files = LogFiles::open(file);
  if (!files) return Failed<LogError>(files.error());
  if (!files->is_packed()) {
    return Failed<LogError>(LogError{LogError::Kind::misuse, file.string(), std::nullopt,
                                     "is a folder, and not a packed log"});
  }
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor.number() == -1) {
    return Failed<LogError>(
        LogError{LogError::Kind::io, file.string(), std::nullopt,
                 "cannot open the file: " + std::system_category().message(errno)});
  }
  return unpack(descriptor.number(), file.string(), folder);
}

Result<void, LogError> unpack(int descriptor, const std::string& name, const fs::path& folder) {
  PackedStream stream(descriptor, name);
  const auto index = read_packed_index(
      name, [&](std::span<std::byte> bytes) { return stream.read(bytes); }, false);
  if (!index) return Failed<LogError>(index.error());
  if (auto made = make_new_folder(folder); !made) return made;
  NewFiles files(folder);
  auto done = write_files(stream, *index, files);
  if (done) files.keep();
  return done;
}

}  // namespace tokenlife::events
