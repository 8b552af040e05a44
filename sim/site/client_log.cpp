#include "sim/site/client_log.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "log-";

// Of a name that log_name() makes.
std::optional<unsigned> generation_in(std::string_view name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  unsigned number = 0;
  std::from_chars(name.data() + kPrefix.size(), name.data() + name.size(), number);
  return log_name(number) == name ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string log_name(unsigned generation) { return fmt::format("{}{}", kPrefix, generation); }

Result<unsigned, Error> log_generation(const std::string& folder) {
  std::error_code why;
  const std::string name = fs::read_symlink(folder + "/log", why).string();
  if (why) return file_error(folder, "is not a client folder", "`tokenlife client new` makes one");
  if (const auto number = generation_in(name)) return *number;
  return file_error(folder + "/log", "is not a link to one of the client's logs");
}

Error error_of_client_log(const events::LogError& error) {
  using enum events::LogError::Kind;
  Error said = to_error(error);
  const bool is_lost =
      error.kind == corrupt || error.kind == interrupted || error.kind == not_found;
  if (is_lost) said.advice = kDamagedClientAdvice;
  return said;
}

std::optional<HeldClientLog> hold_client_log(const fs::path& place) {
  constexpr int kTries = 100;
  fs::path link = place.has_filename() ? place : place.parent_path();  // "laptop/log/"
  std::error_code why;
  if (!generation_in(fs::read_symlink(link, why).string())) link /= "log";
  for (int i = 0; i < kTries; ++i) {
    const fs::path name = fs::read_symlink(link, why);
    if (why || !generation_in(name.string())) return std::nullopt;
    const fs::path folder = link.parent_path() / name;
    auto lock = FolderLock::share(folder.string());
    // The client turns the link before it asks who reads the log before. While it points here, that
    // has not come yet.
    if (lock && fs::read_symlink(link, why) == name) return HeldClientLog{folder, std::move(*lock)};
  }
  return std::nullopt;
}

void remove_old_client_logs(const std::string& folder, unsigned newest) {
  std::vector<fs::path> old;
  std::error_code why;
  for (fs::directory_iterator entry(folder, why), end; !why && entry != end; entry.increment(why)) {
    const auto generation = generation_in(entry->path().filename().string());
    if (generation && *generation != newest) old.push_back(entry->path());
  }
  for (const fs::path& log : old) {
    if (const auto alone = FolderLock::take_if_free(log.string())) fs::remove_all(log, why);
  }
}

}  // namespace tokenlife::sim
