// Makes a site on disk, shows it as the console does, and changes what it signs with.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/site.hpp"
#include "core/site_command.hpp"
#include "core/token/certificate.hpp"
#include "sim/cli/clock_argument.hpp"
#include "sim/cli/command_bulk_token.hpp"
#include "sim/cli/command_site.hpp"
#include "sim/cli/hide_process.hpp"
#include "sim/cli/json_object.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/generate_guid.hpp"
#include "sim/site/inventory.hpp"
#include "sim/site/site_head.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/suggest.hpp"
#include "sim/text/text_table.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

template <class Enum>
Result<Enum, Error> word_of(const std::string& word, const char* option, const char* noun) {
  if (const auto value = from_name<Enum>(word)) return *value;
  return usage_error(fmt::format("{}: {} is not a {}", option, in_quotes(word), noun),
                     which_of(word, Names<Enum>::values));
}

void put_json(const ListEntry& listed, JsonObject& json) {
  json.put("type", name(listed.type));
  if (listed.number) json.put("number", listed.number->value);
  json.put(listed.number ? "thumbprint" : "guid", listed.id);
  json.put("issued-to", listed.issued_to);
  json.put("not-before", rfc3339(listed.not_before));
  json.put("expires", rfc3339(listed.expires));
  json.put("status", name(listed.status));
  if (!listed.number) json.put("blocked", listed.blocked);
}

// ---- Whom it trusts (R18, A11) -----------------------------------------------------------------

nlohmann::ordered_json cas_json(const Site& site) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& [thumbprint, ca] : site.cas) {
    json.push_back({{"name", ca.name},
                    {"thumbprint", tokenlife::to_string(thumbprint)},
                    {"revocation", nullptr}});
    if (ca.revocation) json.back()["revocation"] = tokenlife::to_string(*ca.revocation);
  }
  return json;
}

nlohmann::ordered_json entra_json(const Site& site) {
  if (!site.entra) return nullptr;
  return {{"issuer", site.entra->issuer},
          {"audience", site.entra->audience},
          {"keys", tokenlife::to_string(site.entra->keys)}};
}

std::string trust_text(const Site& site) {
  std::string text;
  if (site.policy.mp == MpMode::https) text += "Management points: https (R18)\n";
  for (const auto& [thumbprint, ca] : site.cas) {
    text += fmt::format("Trusted CA: {} {}{}\n", tokenlife::to_string(thumbprint),
                        escape_text(ca.name), ca.revocation ? ", with revocation lists" : "");
  }
  if (site.entra) {
    text += fmt::format("Trusted Entra issuer: {} for {}\n", escape_text(site.entra->issuer),
                        escape_text(site.entra->audience));
  }
  return text;
}

std::string json_of(const SiteFolder& site, const std::vector<ListEntry>& list) {
  nlohmann::ordered_json json;
  json["site"] = site.folder();
  json["tenant"] = to_string(site.tenant());
  json["established"] = rfc3339(site.time_of(at(Duration{0})));
  json["events"] = site.events().size();
  json["digest"] = events::to_string(site.digest());
  json["head"] = to_string(site.head());
  json["clients"] = site.site().clients.size();
  json["mp"] = name(site.site().policy.mp);
  json["trusted-cas"] = cas_json(site.site());
  json["entra"] = entra_json(site.site());
  return json_text(json, "certificates", list, put_json);
}

std::string text_of(const SiteFolder& site, const std::vector<ListEntry>& list) {
  TextTable table(list.size() + 1);
  table.add_line("Type", "No.", "GUID or SHA-1", "Issued to", "Valid from", "Valid to", "Status");
  for (const ListEntry& listed : list) {
    const bool blocked_besides = listed.blocked && listed.status != ListedStatus::blocked;
    table.add_line(name(listed.type), listed.number ? std::to_string(listed.number->value) : "",
                   listed.id, escape_text(listed.issued_to), rfc3339(listed.not_before),
                   rfc3339(listed.expires),
                   std::string(name(listed.status)) + (blocked_besides ? ", blocked" : ""));
  }
  return fmt::format("Site with the tenant {}, since {}; clients known: {}\n",
                     to_string(site.tenant()), rfc3339(site.time_of(at(Duration{0}))),
                     grouped(site.site().clients.size())) +
         table.text() + trust_text(site.site()) + fmt::format("Head: {}\n", to_string(site.head()));
}

// Whether the site goes on from where somebody has seen it; says so if not.
Result<bool, Error> is_expected(const SiteShowCommand& command, const SiteFolder& site,
                                Console& console) {
  if (!command.expect_head) return true;
  constexpr std::string_view kLabel = "Head: ";  // of the line that has it
  std::string_view head = *command.expect_head;
  if (head.starts_with(kLabel)) head.remove_prefix(kLabel.size());
  const auto expected = parse_head(head);
  if (!expected) {
    return usage_error(
        fmt::format("--expect-head: {} is not a head", in_quotes(*command.expect_head)),
        "give NUMBER:DIGEST, as `tokenlife site show DIR` prints it after \"Head: \"");
  }
  if (site.goes_on_from(*expected)) return true;
  console.say(fmt::format(
      "tokenlife: {}: does not go on from the head that was kept ({}): it is an older copy, or was "
      "changed, and may have forgotten blocks, retired certificates and clients; if a copy was put "
      "back, run `tokenlife site restore DIR`",
      escape_text(site.folder()), counted(expected->events, "event")));
  return false;
}

}  // namespace

ExitStatus site_init_command(const SiteInitCommand& command, Console& console) {
  hide_process();
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  const auto tenant = generate_guid();
  if (!tenant) return Failed<Error>(tenant.error());
  const auto site = SiteFolder::init(command.site, *tenant, Policy{}, *now);
  if (!site) return Failed<Error>(site.error());
  console.print(fmt::format("made a site; its tokens carry the tenant {}\nsigns with {}\n",
                            to_string(site->tenant()),
                            tokenlife::to_string(site->certificate({0}).sha1())));
  return 0;
}

ExitStatus site_show_command(const SiteShowCommand& command, Console& console) {
  std::optional<ListedType> type;
  if (command.type) {
    const auto word = word_of<ListedType>(*command.type, "--type", "type");
    if (!word) return Failed<Error>(word.error());
    type = *word;
  }
  const auto order = word_of<ListOrder>(command.sort, "--sort", "column");
  const auto now = time_of_command(command.at);
  if (!order) return Failed<Error>(order.error());
  if (!now) return Failed<Error>(now.error());
  auto site = SiteFolder::open_to_read(command.site);
  if (!site) return Failed<Error>(site.error());
  say_warning(*site, console);
  say_signer_warning(*site, *now, console);
  const auto expected = is_expected(command, *site, console);
  if (!expected) return Failed<Error>(expected.error());
  const auto list = list_of(*site, *now, type, *order);
  console.print(command.json ? json_of(*site, list) : text_of(*site, list));
  return *expected ? 0 : 1;
}

ExitStatus site_rotate_command(const SiteRotateCommand& command, Console& console) {
  hide_process();
  auto site = SiteFolder::open_to_write(command.site);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  const auto rotated = site->rotate(*now);
  say_warning(*site, console);
  if (!rotated) return Failed<Error>(rotated.error());
  console.print(fmt::format("signs with {}, number {}\n",
                            tokenlife::to_string(site->certificate(rotated->key).sha1()),
                            rotated->key.value));
  return 0;
}

ExitStatus site_retire_command(const SiteRetireCommand& command, Console& console) {
  auto site = SiteFolder::open_to_write(command.site);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  say_warning(*site, console);
  const auto decided = site->append(RetireSigningCertificate{{command.key}}, *now);
  say_warning(*site, console);
  if (!decided) return Failed<Error>(decided.error());
  if (*decided) {
    console.print(fmt::format("retired {}, number {}\n",
                              tokenlife::to_string(site->certificate({command.key}).sha1()),
                              command.key));
    return 0;
  }
  if (decided->error() == SiteRefusal::nothing_to_change) {
    console.print(fmt::format("number {} is already retired\n", command.key));
    return 0;
  }
  const bool signs = decided->error() == SiteRefusal::key_in_use;
  return usage_error(
      signs ? fmt::format("certificate {} is the one that signs now", command.key)
            : fmt::format("there is no certificate with number {}", command.key),
      signs ? "run `tokenlife site rotate DIR` first" : "see `tokenlife site show DIR`");
}

}  // namespace tokenlife::sim
