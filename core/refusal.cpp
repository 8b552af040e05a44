#include "core/refusal.hpp"

namespace tokenlife {

std::span<const std::string_view> rules_behind(RefusalReason reason) {
  static constexpr std::string_view blocked[] = {"A8"};
  static constexpr std::string_view outdated[] = {"R5", "D11"};
  static constexpr std::string_view user[] = {"R8"};
  static constexpr std::string_view internal_off[] = {"R16"};
  static constexpr std::string_view credential[] = {"R18"};
  static constexpr std::string_view bulk[] = {"D2"};
  static constexpr std::string_view bulk_expired[] = {"R21", "R62", "D2"};
  static constexpr std::string_view bulk_blocked[] = {"R49", "R54", "D2"};
  static constexpr std::string_view signer[] = {"A9"};
  static constexpr std::string_view expired[] = {"R57", "R60"};
  static constexpr std::string_view kind[] = {"R24"};
  static constexpr std::string_view owner[] = {"D6", "R15"};
  static constexpr std::string_view not_yet[] = {"A5"};
  switch (reason) {
    case RefusalReason::client_blocked: return blocked;
    case RefusalReason::client_outdated: return outdated;
    case RefusalReason::user_centric: return user;
    case RefusalReason::internal_registration_off: return internal_off;
    case RefusalReason::credential_required: return credential;
    case RefusalReason::bulk_token_unknown: return bulk;
    case RefusalReason::bulk_token_not_yet_valid: return bulk;
    case RefusalReason::bulk_token_expired: return bulk_expired;
    case RefusalReason::bulk_token_blocked: return bulk_blocked;
    case RefusalReason::unknown_signer: return signer;
    case RefusalReason::expired: return expired;
    case RefusalReason::malformed:
    case RefusalReason::bad_signature:
    case RefusalReason::wrong_issuer:
    case RefusalReason::wrong_audience: return bulk;
    case RefusalReason::wrong_type: return kind;
    case RefusalReason::certificate_mismatch: return owner;
    case RefusalReason::not_yet_valid: return not_yet;
  }
  return {};
}

std::span<const std::string_view> rules_behind_client_token(RefusalReason reason) {
  const auto rules = rules_behind(reason);
  const bool is_of_bulk = !rules.empty() && rules.front() == "D2";
  return is_of_bulk ? std::span<const std::string_view>{} : rules;
}

}  // namespace tokenlife
