// libdate-tz for the program that is linked statically, since Debian has it as a shared library
// only: what sim/scenario/time_zone.cpp calls of it. Reads the system's compiled time zones (RFC
// 8536), as that library does: their tables, and not the rule behind them for the time after 2037.
#include <date/tz.h>
#include <date/tz_private.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace date {
namespace {

namespace fs = std::filesystem;

constexpr const char* kZones = "/usr/share/zoneinfo";
constexpr std::size_t kHeaderBytes = 44;

// Numbers of a file, most significant byte first. Throws where the file ends too early.
class Numbers {
 public:
  explicit Numbers(std::string_view bytes) : bytes_(bytes) {}

  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) throw std::runtime_error("a time zone's file is cut off");
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    for (const char byte : take(count)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }

 private:
  std::string_view bytes_;
};

struct Counts {
  std::size_t is_ut, is_standard, leap, transitions, types, chars;
};

Counts read_header(Numbers& file) {
  if (file.take(4) != "TZif") throw std::runtime_error("a time zone's file is not one");
  file.take(kHeaderBytes - 4 - 6 * 4);
  const auto count = [&] { return static_cast<std::size_t>(file.number(4)); };
  Counts counts{};
  counts.is_ut = count();
  counts.is_standard = count();
  counts.leap = count();
  counts.transitions = count();
  counts.types = count();
  counts.chars = count();
  return counts;
}

std::string read_zone(const std::string& name) {
  std::ifstream file(fs::path(kZones) / name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_zone(const fs::directory_entry& entry) {
  if (!entry.is_regular_file()) return false;
  std::ifstream file(entry.path(), std::ios::binary);
  char magic[4] = {};
  file.read(magic, sizeof magic);
  return std::string_view(magic, sizeof magic) == "TZif";
}

tzdb read_zones() {
  tzdb zones;
  std::error_code ignored;
  for (fs::recursive_directory_iterator at(kZones, ignored), end; at != end; ++at) {
    const std::string name = fs::relative(at->path(), kZones).string();
    // posix/ and right/ have all zones again, and localtime and posixrules are other names.
    if (name[0] < 'A' || name[0] > 'Z') {
      if (at->is_directory()) at.disable_recursion_pending();
    } else if (is_zone(*at)) {
      zones.zones.emplace_back(name, detail::undocumented{});
    }
  }
  std::sort(zones.zones.begin(), zones.zones.end());
  return zones;
}

}  // namespace

time_zone::time_zone(const std::string& s, detail::undocumented)
    : name_(s), adjusted_(std::make_unique<std::once_flag>()) {}

void time_zone::init_impl() {
  const std::string bytes = read_zone(name_);
  Numbers file(bytes);
  // A table with times of 32 bits comes first.
  const Counts old = read_header(file);
  file.take(old.transitions * 5 + old.types * 6 + old.chars + old.leap * 8 + old.is_standard +
            old.is_ut);
  const Counts counts = read_header(file);
  Numbers times(file.take(counts.transitions * 8));
  Numbers types(file.take(counts.transitions));
  Numbers offsets(file.take(counts.types * 6));
  for (std::size_t i = 0; i < counts.types; ++i) {
    const auto seconds = static_cast<std::int32_t>(static_cast<std::uint32_t>(offsets.number(4)));
    ttinfos_.push_back({std::chrono::seconds(seconds), "", offsets.number(1) != 0});
    offsets.take(1);  // where its abbreviation is
  }
  if (ttinfos_.empty()) throw std::runtime_error("a time zone's file has no offset");
  for (std::size_t i = 0; i < counts.transitions; ++i) {
    const auto at = static_cast<std::int64_t>(times.number(8));
    transitions_.emplace_back(sys_seconds(std::chrono::seconds(at)),
                              &ttinfos_.at(static_cast<std::size_t>(types.number(1))));
  }
}

void time_zone::init() const {
  std::call_once(*adjusted_, [this] { const_cast<time_zone*>(this)->init_impl(); });
}

sys_info time_zone::get_info_impl(sys_seconds tp) const {
  init();
  const auto next = std::upper_bound(
      transitions_.begin(), transitions_.end(), tp,
      [](sys_seconds time, const detail::transition& change) { return time < change.timepoint; });
  const detail::expanded_ttinfo& info =
      next == transitions_.begin() ? ttinfos_.front() : *std::prev(next)->info;
  sys_info result{};
  result.begin = next == transitions_.begin() ? sys_days(year::min() / January / 1)
                                              : std::prev(next)->timepoint;
  result.end =
      next == transitions_.end() ? sys_days(year::max() / December / last) : next->timepoint;
  result.offset = info.offset;
  result.save = std::chrono::minutes(info.is_dst ? 60 : 0);
  return result;
}

const tzdb& get_tzdb() {
  static const tzdb zones = read_zones();
  return zones;
}

}  // namespace date
