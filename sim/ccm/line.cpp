#include "sim/ccm/line.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "core/event.hpp"
#include "sim/text/escape.hpp"

namespace tokenlife::sim {
namespace {

struct FileNames {
  std::string_view file;
  std::string_view component;
};
constexpr std::array<FileNames, kCcmFiles> kFiles{{
    {"ccmsetup.log", "ccmsetup"},
    {"ClientIDManagerStartup.log", "ClientIDManagerStartup"},
    {"LocationServices.log", "LocationServices"},
    {"CCM_STS.log", "CCM_STS"},
    {"MP_RegistrationManager.log", "MP_RegistrationManager"},
    {"ClientAuth.log", "ClientAuth"},
    {"CMGService.log", "CMGService"},
    {"SMS_Cloud_ProxyConnector.log", "SMS_CLOUD_PROXYCONNECTOR"},
}};

const FileNames& names_of(CcmFile file) { return kFiles[static_cast<std::size_t>(file)]; }

// A reader looks for these, and not for what they mean where they stand.
void break_up(std::string& text, std::string_view mark) {
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.insert(at + mark.size() - 1, 1, '\\');
    at += mark.size() + 1;
  }
}

}  // namespace

std::string_view ccm_file_name(CcmFile file) { return names_of(file).file; }

void append_ccm_line(std::string& out, const CcmSource& source, CcmFile file, CcmLevel level,
                     std::string_view text) {
  std::string message = escape_text(text);
  break_up(message, "<![LOG[");
  break_up(message, "]LOG]!");
  const auto day = std::chrono::floor<std::chrono::days>(source.time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{source.time - day};
  fmt::format_to(std::back_inserter(out),
                 "<![LOG[{}]LOG]!><time=\"{:02}:{:02}:{:02}.000+000\" date=\"{:02}-{:02}-{:04}\" "
                 "component=\"{}\" context=\"\" type=\"{}\" thread=\"{}\" file=\"{}:{}\">\r\n",
                 message, clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                 static_cast<int>(date.year()), names_of(file).component,
                 static_cast<unsigned>(level), source.thread, name(source.kind), source.seq);
}

}  // namespace tokenlife::sim
