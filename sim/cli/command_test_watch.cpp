#include "sim/cli/command_test_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>

#include "sim/cli/command_test_plan.hpp"
#include "sim/cli/progress.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/text/number.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

// A signal is noticed so soon; and an editor that writes several files, or one in several steps, is
// done when nothing has happened for so long.
constexpr int kPollMilliseconds = 100;

// Folders are watched, not files: editors put another file in the place of the one that they edit.
class FolderWatch {
 public:
  FolderWatch() : descriptor_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}
  ~FolderWatch() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // One that is watched already stays so; one that is gone is none.
  Result<void, Error> add(const fs::path& folder) {
    const int watch = ::inotify_add_watch(
        descriptor_, folder.c_str(),
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR);
    if (watch >= 0) {
      folders_[watch] = folder;
      return {};
    }
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return file_error(folder.string(),
                      "cannot be watched: " + std::system_category().message(errno),
                      errno == ENOSPC ? "raise fs.inotify.max_user_watches" : "");
  }
  std::size_t folders() const { return folders_.size(); }

  // Whether something that matters has happened since the last call, and is over; waits for it.
  // False: somebody wants an end.
  bool wait(const std::function<bool(const fs::path&)>& matters) {
    bool has_changed = false;
    while (!interrupted()) {
      pollfd polled{descriptor_, POLLIN, 0};
      const int ready = ::poll(&polled, 1, kPollMilliseconds);
      if (ready > 0) {
        has_changed = read(matters) || has_changed;
      } else if (ready == 0 && has_changed) {
        return true;
      }
    }
    return false;
  }

 private:
  bool read(const std::function<bool(const fs::path&)>& matters) {
    alignas(inotify_event) std::array<char, 1 << 14> bytes{};
    bool some_matter = false;
    const ssize_t size = ::read(descriptor_, bytes.data(), bytes.size());
    for (ssize_t at = 0; at < size;) {
      inotify_event event{};
      std::memcpy(&event, bytes.data() + at, sizeof event);
      const char* name = bytes.data() + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event + event.len);
      if ((event.mask & IN_Q_OVERFLOW) != 0) some_matter = true;
      const auto folder = folders_.find(event.wd);
      if (folder == folders_.end() || event.len == 0) continue;
      const bool is_folder = (event.mask & IN_ISDIR) != 0;
      const bool is_begun = (event.mask & IN_CREATE) != 0;  // a file's end is told, too
      if (is_folder ? is_begun : !is_begun && matters(folder->second / name)) some_matter = true;
    }
    return some_matter;
  }

  int descriptor_;
  std::map<int, fs::path> folders_;
};

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

// What tests are made of.
class Watched {
 public:
  explicit Watched(const TestCommand& command) : command_(command) {}

  Result<void, Error> add_paths() {
    for (const std::string& path : command_.paths) {
      std::error_code error;
      const bool is_folder = fs::is_directory(path, error);
      if (auto added = watch_.add(is_folder ? fs::path(path) : folder_of(path)); !added) {
        return added;
      }
      if (!is_folder) files_.insert(fs::path(path).lexically_normal());
      fs::recursive_directory_iterator below(path, error);
      for (; !error && below != fs::recursive_directory_iterator(); below.increment(error)) {
        if (!below->is_directory(error)) continue;
        if (is_hidden(below->path())) {
          below.disable_recursion_pending();
        } else if (auto added = watch_.add(below->path()); !added) {
          return added;
        }
      }
    }
    return {};
  }
  // The traces and inventories that scenarios name. What one names that cannot be read is not
  // known, beyond what stands in the watched folders.
  Result<void, Error> add_inputs() {
    const auto plan = plan_tests(command_);
    if (!plan) return {};
    for (const TestTarget& target : plan->targets) {
      files_.insert(fs::path(target.path).lexically_normal());
      const auto scenario = load_scenario(target.path, {});
      if (!scenario) continue;
      for (const events::LogInput& input : header_of(*scenario).inputs) {
        const fs::path file = (folder_of(target.path) / input.name).lexically_normal();
        std::error_code error;
        if (!fs::is_regular_file(file, error)) continue;  // such as a time zone
        files_.insert(file);
        if (auto added = watch_.add(folder_of(file)); !added) return added;
      }
    }
    return {};
  }
  bool wait() {
    return watch_.wait([&](const fs::path& path) {
      const fs::path extension = path.extension();
      const bool may_be_new = extension == ".toml" || extension == ".csv";
      return (may_be_new && !is_hidden(path)) || files_.contains(path.lexically_normal());
    });
  }
  std::size_t folders() const { return watch_.folders(); }

 private:
  const TestCommand& command_;
  FolderWatch watch_;
  std::set<fs::path> files_;
};

}  // namespace

ExitStatus watch_tests(const TestCommand& command, const std::function<ExitStatus()>& run,
                       Console& console) {
  Watched watched(command);
  for (bool is_first = true;; is_first = false) {
    // Before the run: what changes meanwhile counts.
    if (auto added = watched.add_paths(); !added) return Failed<Error>(added.error());
    const ExitStatus status = run();
    if (status && *status == kInterrupted) return status;
    if (!status && is_first) return status;
    if (!status) console.say("tokenlife: " + to_string(status.error()));
    if (auto added = watched.add_inputs(); !added) return Failed<Error>(added.error());
    if (auto shown = console.finish(); !shown) return Failed<Error>(shown.error());
    console.say("tokenlife: watching " + counted(watched.folders(), "folder") + "; Ctrl-C ends it");
    const SignalWatch signals;
    if (!watched.wait()) return kInterrupted;
  }
}

}  // namespace tokenlife::sim
