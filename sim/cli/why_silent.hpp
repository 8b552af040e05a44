// Why a client on disk sends no request, and what helps.
#pragma once

#include <string_view>

#include "core/request.hpp"
#include "sim/site/session.hpp"

namespace tokenlife::sim {

constexpr std::string_view kNothingToRenew =
    "it has no token to renew: run `tokenlife client register --dir DIR --site SITE` first";

constexpr std::string_view why_silent(NoRequest silence, Wish wish) {
  switch (silence) {
    case NoRequest::not_installed: return "it is not installed";
    case NoRequest::offline: return "it is offline; give --network intranet or --network internet";
    case NoRequest::cmg_not_allowed: return "its settings do not let it use the CMG (R10, R11)";
    case NoRequest::no_credential:
      if (wish == Wish::renewal) return kNothingToRenew;
      return "no credential that the CMG accepts: give --bulk-token -, --pki and --pki-key, or "
             "--entra-token -; or take it to the intranet with --network intranet (R19, R20)";
    case NoRequest::waits_for_intranet:
      return "it has to register again: on the intranet (--network intranet), or by `tokenlife "
             "client register` with --pki and --pki-key or --entra-token -; a bulk token is for a "
             "client that has never registered: make a new client in another folder, with "
             "`tokenlife client new --dir NEW --site SITE` (R60, A7, A11)";
    case NoRequest::answer_under_way: return "an answer is under way";
  }
  return "";
}

}  // namespace tokenlife::sim
