#include "sim/scenario/inventory_row.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/token/token.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 5> kStates{"registered", "roaming", "expired",
                                                  "re-registration-required", "installed"};
// Suggestions among more names than these would take long.
constexpr std::size_t kDevicesSuggested = 10'000;

}  // namespace

InventoryRowReader::InventoryRowReader(const CsvReader& csv, const InventoryContext& context)
    : csv_(csv), context_(context) {
  places_.fill(kAbsent);
  if (context.trace == nullptr) return;
  const auto& devices = context.trace->devices;
  for (std::uint32_t i = 0; i < devices.size(); ++i) recorded_.emplace(devices[i].name, i);
}

const CsvField* InventoryRowReader::given(Column column) const {
  if (!has(column)) return nullptr;
  const CsvField& field = csv_.fields()[places_[index(column)]];
  return field.text.empty() ? nullptr : &field;
}

void InventoryRowReader::wrong(const CsvField& field, std::string what, std::string advice) {
  if (!error_) error_ = csv_.wrong_at(field.raw, std::move(what), std::move(advice));
}

std::string InventoryRowReader::text_of(Instant moment) const {
  return rfc3339(context_.start, moment);
}

template <class Enum>
std::optional<Enum> InventoryRowReader::word(Column column,
                                             std::span<const std::string_view> words) {
  const CsvField* field = given(column);
  if (field == nullptr) return std::nullopt;
  if (std::find(words.begin(), words.end(), field->text) != words.end()) {
    return from_name<Enum>(field->text);
  }
  wrong(*field, fmt::format("`{}` cannot be {}", name_of(column), in_quotes(field->text)),
        which_of(field->text, words));
  return std::nullopt;
}

std::optional<Error> InventoryRowReader::read(AdoptedClient& client) {
  const Cohort& cohort = *context_.cohort;
  error_.reset();
  read_device(client);
  read_token(client);
  read_state(client);
  static constexpr auto kNetworks = std::span(Names<Network>::values).subspan(1);
  const bool is_inside =
      client.state == LifecycleState::registered || client.state == LifecycleState::installed;
  client.last_connected = word<Network>(Column::network, kNetworks)
                              .value_or(is_inside ? Network::intranet : Network::internet);
  client.version =
      word<ClientVersion>(Column::version, Names<ClientVersion>::values).value_or(cohort.version);
  client.credential =
      word<Credential>(Column::credential, std::span(Names<Credential>::values).first(3))
          .value_or(cohort.credential);
  client.cmg_allowed = yes_no(Column::cmg_allowed).value_or(cohort.cmg_allowed);
  client.blocked = yes_no(Column::blocked).value_or(false);
  const auto credential_expires = date(Column::credential_expires);
  if (client.credential != Credential::self_signed) {
    client.credential_expires = credential_expires;
  } else if (credential_expires) {
    ++vain_dates;
  }
  read_bulk_token(client);
  read_trace(client);
  return std::move(error_);
}

void InventoryRowReader::read_device(AdoptedClient& client) {
  const CsvField& field = device();
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (field.text.empty()) {
    wrong(field, "`device` is empty", "give every device a name of its own");
  } else if (field.text.size() > kDeviceBytesMax) {
    wrong(field,
          fmt::format("`device` has {} bytes, more than {}", field.text.size(), kDeviceBytesMax),
          "shorten it");
  } else if (std::any_of(field.text.begin(), field.text.end(), is_control)) {
    wrong(field, fmt::format("`device` is {}, with a control character", in_quotes(field.text)),
          "write it as a single line");
  }
  client.device = field.text;
}

std::optional<bool> InventoryRowReader::yes_no(Column column) {
  const CsvField* field = given(column);
  if (field == nullptr) return std::nullopt;
  if (field->text == "true" || field->text == "false") return field->text == "true";
  wrong(*field, fmt::format("`{}` cannot be {}", name_of(column), in_quotes(field->text)),
        "write `true` or `false`");
  return std::nullopt;
}

std::optional<Instant> InventoryRowReader::date(Column column) {
  const CsvField* field = given(column);
  if (field == nullptr) return std::nullopt;
  const Result<sys_seconds, std::string> moment = parse_rfc3339(field->text);
  if (!moment) {
    wrong(*field,
          fmt::format("`{}` is {}, which {}", name_of(column), in_quotes(field->text),
                      moment.error()),
          rfc3339_advice(field->text));
    return std::nullopt;
  }
  const Duration after = *moment - context_.start;
  if (after <= -kDurationLimit || after >= kDurationLimit) {
    wrong(*field,
          fmt::format("`{}` is {}, {} or more from the run's start at {}", name_of(column),
                      rfc3339(*moment), kDurationLimitText, text_of(Instant{})),
          "check the year");
    return std::nullopt;
  }
  constexpr sys_seconds kFirst{};
  constexpr sys_seconds kLast{std::chrono::seconds{kTokenDateMax}};
  if (context_.real_crypto && (*moment < kFirst || *moment > kLast)) {
    wrong(*field,
          fmt::format("`{}` is {}, which a token of `crypto = \"real\"` cannot hold",
                      name_of(column), rfc3339(*moment)),
          "write a date from 1970 to 9999");
  }
  return Instant{after};
}

void InventoryRowReader::read_token(AdoptedClient& client) {
  const CsvField* issued_field = given(Column::token_issued);
  const CsvField* expires_field = given(Column::token_expires);
  if (issued_field == nullptr && expires_field != nullptr) {
    wrong(*expires_field, "`token-expires` is there without `token-issued`",
          "give both of them, or none");
  }
  const std::optional<Instant> issued = date(Column::token_issued);
  const std::optional<Instant> expires = date(Column::token_expires);
  if (!issued) return;
  if (*issued > Instant{}) {
    wrong(*issued_field,
          fmt::format("`token-issued` is {}, after the run's start at {}", text_of(*issued),
                      text_of(Instant{})),
          "write a time that is no later, or choose a later `start` in [run]");
  }
  client.token = {*issued, expires.value_or(*issued + context_.policy->token_validity)};
  if (client.token->expires <= *issued) {
    wrong(*expires_field,
          fmt::format("`token-expires` is {}, but `token-issued` is not before that",
                      text_of(client.token->expires)),
          "write a later time");
  } else if (client.token->expires - *issued >= kDurationLimit) {
    wrong(*expires_field,
          fmt::format("`token-expires` is {} or more after `token-issued`", kDurationLimitText),
          "check the year");
  }
}

// What the states say of the token, and the token of the state.
void InventoryRowReader::read_state(AdoptedClient& client) {
  using enum LifecycleState;
  const auto state = word<LifecycleState>(Column::state, kStates);
  const Instant refused_from =
      client.token ? client.token->expires + context_.policy->leeway : Instant::min();
  const bool lives = refused_from > Instant{};
  client.state = state.value_or(!client.token ? installed : lives ? registered : expired);
  if (!state) return;
  const CsvField& field = *given(Column::state);
  const CsvField* issued = given(Column::token_issued);
  const bool needs_token = *state == registered || *state == roaming || *state == expired;
  if (needs_token && issued == nullptr) {
    wrong(field,
          fmt::format("a client that is `{}` has a token, but `token-issued` is missing",
                      name(*state)),
          "give `token-issued`, or write `installed` or `re-registration-required`");
  } else if (*state == installed && issued != nullptr) {
    wrong(*issued, "a client that is `installed` has no token, but `token-issued` is given",
          "leave it empty, or choose another `state`");
  } else if (*state == expired && client.token && lives) {
    wrong(field,
          fmt::format(
              "the client is `expired`, but its token lives until {}, after the run's start at {}",
              text_of(refused_from), text_of(Instant{})),
          "write `registered` or `roaming`, or the date at which it ended as `token-expires`");
  }
}

void InventoryRowReader::read_bulk_token(AdoptedClient& client) {
  const bool holds_one = client.state == LifecycleState::installed;
  if (holds_one) client.bulk_token = context_.cohort->bulk_token;
  const CsvField* field = given(Column::bulk_token);
  if (field == nullptr) return;
  const NameList& known = *context_.bulk_tokens;
  const auto found = known.find(std::string(field->text));
  if (!found) {
    if (known.has_gaps) return;
    const auto [what, advice] = no_such_bulk_token(field->text, known);
    wrong(*field, fmt::format("`bulk-token` {}", what), advice);
    return;
  }
  if (!holds_one) return;  // It was used up long ago (R28).
  client.bulk_token = found->index;
  const auto is_known = std::any_of(bulk_tokens.begin(), bulk_tokens.end(),
                                    [&](const auto& entry) { return entry.first == found->index; });
  if (!is_known) bulk_tokens.emplace_back(found->index, csv_.wrong_at(field->raw, "", ""));
}

void InventoryRowReader::read_trace(AdoptedClient& client) {
  const CsvField* field = given(Column::trace);
  if (field == nullptr || context_.trace_is_unknown) return;
  if (context_.trace == nullptr) {
    wrong(*field, "`trace` names a device, but the cohort's network replays no trace",
          "leave it empty, or give the cohort a network with a `file`");
    return;
  }
  const auto found = recorded_.find(field->text);
  if (found != recorded_.end()) {
    client.trace_device = found->second;
    return;
  }
  std::vector<std::string_view> names;
  if (recorded_.size() <= kDevicesSuggested) {
    for (const auto& [name, index] : recorded_) names.push_back(name);
  }
  wrong(*field,
        fmt::format("`trace` is {}, but the trace has no such device", in_quotes(field->text)),
        names.empty() ? "" : did_you_mean("device", field->text, names));
}

}  // namespace tokenlife::sim
