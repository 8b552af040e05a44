// Files of Configuration Manager, and a line of one in the format that CMTrace reads:
//
//   <![LOG[TEXT]LOG]!><time="HH:MM:SS.mmm+000" date="MM-DD-YYYY" component="COMPONENT" context=""
//   type="1" thread="17" file="registration-completed:4">
//
// on one line, with the line end of Windows. Times are UTC, 0 minutes from it. The thread is the
// client's number, 0 where there is none, and `file` is the event of the log, and its place in the
// stream, from which the line was made.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/names.hpp"
#include "core/recorded.hpp"

namespace tokenlife::sim {

// Of the client, then of the site: R36-R38.
enum class CcmFile : std::uint8_t {
  ccmsetup,
  client_id_manager_startup,
  location_services,
  ccm_sts,
  mp_registration_manager,
  client_auth,
  cmg_service,
  proxy_connector,
};
inline constexpr std::size_t kCcmFiles = 8;
inline constexpr std::size_t kCcmClientFiles = 3;

// "CCM_STS.log"
std::string_view ccm_file_name(CcmFile file);

// Their numbers are those of the format.
enum class CcmLevel : std::uint8_t { info = 1, warning = 2, error = 3 };

struct CcmSource {
  std::chrono::sys_seconds time;
  std::uint32_t thread = 0;
  EventKind kind;
  std::uint32_t seq = 0;
};

// Whatever the text is, it is one line and its element ends where it should: control characters,
// and what begins or ends an element, are escaped.
void append_ccm_line(std::string& out, const CcmSource& source, CcmFile file, CcmLevel level,
                     std::string_view text);

}  // namespace tokenlife::sim
