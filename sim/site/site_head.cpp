#include "sim/site/site_head.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <utility>

#include "events/log_format.hpp"
#include "sim/site/private_file.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kFirstLine = "tokenlife site head 1\n";
constexpr std::size_t kHeadBytesMax = 512;
constexpr std::size_t kDigestLetters = 64;
constexpr const char* kAdvice = "see `tokenlife site repair --help`";

std::string head_path(const std::string& folder) {
  return (std::filesystem::path(folder) / kHeadFile).string();
}

int nibble(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  return -1;
}

// Up to the end of the line, which goes from the text; nothing if it has no end.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<SiteHead> parse_file(std::string_view text) {
  constexpr std::string_view kFile = "file ";
  if (!text.starts_with(kFirstLine)) return std::nullopt;
  text.remove_prefix(kFirstLine.size());
  const auto first = take_line(text);
  const auto second = take_line(text);
  if (!first || !second || !second->starts_with(kFile) || !text.empty()) return std::nullopt;
  const auto head = parse_head(*first);
  if (!head) return std::nullopt;
  return SiteHead{*head, std::string(second->substr(kFile.size()))};
}

}  // namespace

std::string to_string(const events::JournalHead& head) {
  return fmt::format("{}:{}", head.events, events::to_string(head.digest));
}

std::optional<events::JournalHead> parse_head(std::string_view text) {
  events::JournalHead head;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, head.events);
  const auto letters = static_cast<std::size_t>(end - stop);
  if (error != std::errc{} || letters != 1 + kDigestLetters || *stop != ':') return std::nullopt;
  for (std::size_t i = 0; i < head.digest.bytes.size(); ++i) {
    const int high = nibble(stop[1 + 2 * i]);
    const int low = nibble(stop[2 + 2 * i]);
    if (high < 0 || low < 0) return std::nullopt;
    head.digest.bytes[i] = static_cast<unsigned char>(16 * high + low);
  }
  return head.events == 0 ? std::nullopt : std::optional(head);
}

std::string file_identity(const std::string& path) {
  constexpr unsigned kWanted = STATX_INO | STATX_BTIME | STATX_CTIME;
  struct statx status {};
  if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, kWanted, &status) != 0 ||
      (status.stx_mask & STATX_INO) == 0) {
    return {};
  }
  // What the file system does not know stays zero.
  return fmt::format("{}.{}.{}.{}.{}", status.stx_ino, status.stx_btime.tv_sec,
                     status.stx_btime.tv_nsec, status.stx_ctime.tv_sec, status.stx_ctime.tv_nsec);
}

Result<std::optional<SiteHead>, Error> read_head(const std::string& folder) {
  const std::string path = head_path(folder);
  std::error_code error;
  if (std::filesystem::symlink_status(path, error).type() ==
      std::filesystem::file_type::not_found) {
    return std::optional<SiteHead>{};
  }
  const auto text = read_public_file(path, kHeadBytesMax);
  if (!text) return Failed<Error>(text.error());
  auto head = parse_file(text->reveal());
  if (!head) {
    return file_error(path, "damaged: it does not say how far the journal goes", kAdvice);
  }
  return head;
}

Result<KeptJournal, Error> read_kept_journal(const std::string& folder) {
  // The head first: a writer that comes in between only makes the journal longer.
  auto kept = read_head(folder);
  if (!kept) return Failed<Error>(kept.error());
  const auto path = std::filesystem::path(folder) / events::kSiteFile;
  auto content = events::read_journal(path, *kept ? std::optional((*kept)->head) : std::nullopt);
  if (!content) {
    Error error = to_error(content.error());
    if (error.advice.empty()) error.advice = kAdvice;
    return Failed<Error>(std::move(error));
  }
  if (content->keeps_head && !*kept) {
    return file_error(folder, "site.head is missing, which says how far the journal goes", kAdvice);
  }
  return KeptJournal{std::move(*content), std::move(*kept)};
}

Result<void, Error> write_head(const std::string& folder, const SiteHead& head) {
  return write_public_file(head_path(folder), fmt::format("{}{}\nfile {}\n", kFirstLine,
                                                          to_string(head.head), head.file));
}

}  // namespace tokenlife::sim
