#include "sim/site/site_head.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <charconv>
#include <filesystem>
#include <utility>

#include "core/hex.hpp"
#include "core/token/secret.hpp"
#include "events/log_format.hpp"
#include "sim/site/private_file.hpp"
#include "sim/text/take_line.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kFirstLine = "tokenlife site head 1\n";
constexpr std::size_t kHeadBytesMax = 512;
constexpr const char* kAdvice = "run `tokenlife site repair DIR`";
constexpr const char* kTheFolder = "give the folder that `tokenlife site init` made";

std::string head_path(const std::string& folder) {
  return (std::filesystem::path(folder) / kHeadFile).string();
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
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  events::JournalHead head;
  std::from_chars(text.data(), text.data() + colon, head.events);
  if (!parse_hex(text.substr(colon + 1), head.digest.bytes)) return std::nullopt;
  // As it is written, and in no other way.
  return head.events != 0 && to_string(head) == text ? std::optional(head) : std::nullopt;
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

Result<void, Error> check_own_site(const std::string& folder) {
  const std::filesystem::path files(folder);
  auto own = check_own_folder(folder);
  std::error_code error;
  if (own && std::filesystem::is_regular_file(files, error)) {
    return file_error(folder, "is a file, not a site's folder", kTheFolder);
  }
  if (own) own = check_own_file((files / events::kSiteFile).string());
  if (own) own = check_own_file((files / kHeadFile).string());
  return own;
}

Result<KeptJournal, Error> read_kept_journal(const std::string& folder) {
  if (auto own = check_own_site(folder); !own) return Failed<Error>(own.error());
  // The head first: a writer that comes in between only makes the journal longer.
  auto kept = read_head(folder);
  if (!kept) return Failed<Error>(kept.error());
  const auto path = std::filesystem::path(folder) / events::kSiteFile;
  auto content = events::read_journal(path, *kept ? std::optional((*kept)->head) : std::nullopt);
  if (!content) {
    Error error = to_error(content.error());
    const bool is_journal = content.error().kind != events::LogError::Kind::misuse;
    error.advice = is_journal ? kAdvice : kTheFolder;
    return Failed<Error>(std::move(error));
  }
  if (content->keeps_head && !*kept) {
    return file_error(folder, "site.head, which says how far the journal goes, is missing",
                      kAdvice);
  }
  return KeptJournal{std::move(*content), std::move(*kept)};
}

Result<void, Error> write_head(const std::string& folder, const SiteHead& head) {
  return write_public_file(head_path(folder), fmt::format("{}{}\nfile {}\n", kFirstLine,
                                                          to_string(head.head), head.file));
}

}  // namespace tokenlife::sim
