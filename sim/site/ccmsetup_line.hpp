// The line that installs a client with a bulk token (R33, R34):
//
//   ccmsetup.exe /mp:https://HOST/CCM_Proxy_MutualAuth/ID CCMHOSTNAME=HOST/CCM_Proxy_MutualAuth/ID
//   SMSSiteCode=ABC /regtoken:TOKEN
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/id.hpp"

namespace tokenlife {
class Secret;  // core/token/secret.hpp
}  // namespace tokenlife

namespace tokenlife::sim {

// Labels of letters, digits and hyphens with dots between them (RFC 1123).
bool is_host(std::string_view text);
// Three letters or digits.
bool is_site_code(std::string_view text);

// "HOST/CCM_Proxy_MutualAuth/ID", by which the CMG is reached.
std::string management_point(std::string_view host, std::uint64_t id);

// R36: what the client's log says when it has registered over the CMG. `proxy` is
// management_point().
std::string rotation_line(std::string_view proxy);

// The number of a site's CMG. Like those of real ones it is a little over 2^56; which one is up to
// the site's tenant.
std::uint64_t cmg_number(Guid tenant);

// Holds the token. Precondition: is_host(), is_site_code().
Secret ccmsetup_line(std::string_view host, std::uint64_t id, std::string_view site_code,
                     std::string_view token);

// What a line says besides its token, and all that is wrong with it: sentences without full stop,
// which hold no token, with what they quote still unescaped.
struct CheckedLine {
  std::string host;
  std::string id;
  std::string site_code;
  std::vector<std::string> wrong;
};
CheckedLine check_ccmsetup_line(std::string_view line);

}  // namespace tokenlife::sim
