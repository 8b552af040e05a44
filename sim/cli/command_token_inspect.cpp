// Shows any token, and what is wrong with it. Nothing that it shows has been checked.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "core/token/secret.hpp"
#include "core/token/token.hpp"
#include "core/token/token_form.hpp"
#include "sim/cli/command_token.hpp"
#include "sim/cli/json_text.hpp"
#include "sim/site/token_lint.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::seconds;
using std::chrono::sys_seconds;

Json value_of(const JsonMember& member);

// Of two members of one name the first; what is wrong says that there are two.
Json object_of(const std::vector<JsonMember>& members) {
  Json json = Json::object();
  for (const JsonMember& member : members) {
    std::string name = escape_text(member.name);
    if (!json.contains(name)) json[name] = value_of(member);
  }
  return json;
}

Json value_of(const JsonMember& member) {
  switch (member.kind) {
    case JsonKind::string: return escape_text(member.text);
    case JsonKind::integer: return member.integer;
    case JsonKind::other_number: return member.text;
    case JsonKind::boolean: return member.text == "true";
    case JsonKind::null: return nullptr;
    case JsonKind::object: return object_of(member.members);
    case JsonKind::array: break;
  }
  Json array = Json::array();
  for (const JsonMember& element : member.members) array.push_back(value_of(element));
  return array;
}

bool is_date(const JsonMember& member) {
  const bool named = member.name == "exp" || member.name == "nbf" || member.name == "iat";
  return named && member.kind == JsonKind::integer && member.integer >= 0 &&
         member.integer <= kTokenDateMax;
}

// `cut`: the last member may be the beginning of another value.
std::string lines_of(const std::vector<JsonMember>& members, bool cut) {
  std::size_t width = 0;
  for (const JsonMember& member : members) width = std::max(width, escape_text(member.name).size());
  std::string text;
  for (const JsonMember& member : members) {
    const bool is_string = member.kind == JsonKind::string;
    std::string value =
        is_string ? escape_text(member.text) : escape_text(json_line(value_of(member)));
    if (cut && &member == &members.back()) {
      value += "  (cut off?)";
    } else if (is_date(member)) {
      value += "  " + rfc3339(sys_seconds{seconds{member.integer}});
    }
    text += fmt::format("  {:{}}  {}\n", escape_text(member.name), width, value);
  }
  return text;
}

std::optional<std::string> thumbprint_of(const TokenDiagnosis& look) {
  const auto header = read_header(look.header);
  if (!header || !header->thumbprint) return std::nullopt;
  return tokenlife::to_string(*header->thumbprint);
}

Json json_of(const TokenDiagnosis& look) {
  Json unverified;
  unverified["header"] = object_of(look.header);
  if (const auto thumbprint = thumbprint_of(look)) unverified["signer"] = *thumbprint;
  unverified["claims"] = object_of(look.claims);
  unverified["header-text"] = escape_text(look.header_text);
  unverified["payload-text"] = escape_text(look.payload_text);
  unverified["signature-bytes"] = look.signature_bytes;
  Json json;
  json["verified"] = false;
  json["unverified"] = std::move(unverified);
  json["wrong"] = Json::array();
  for (const std::string& wrong : look.wrong) json["wrong"].push_back(escape_text(wrong));
  return json;
}

std::string text_of(const TokenDiagnosis& look, const TokenSource& source, const Console& console) {
  const std::string mark = console.paint("UNVERIFIED", Tone::bad);
  std::string text =
      mark + ": anyone could have written this; no signature, claim or date has been checked\n";
  const bool header_cut = !parse_strict_json(look.header_text);
  text += fmt::format("\nHeader ({})\n{}", mark, lines_of(look.header, header_cut));
  if (header_cut) text += fmt::format("  all of the header: {}\n", escape_text(look.header_text));
  if (const auto thumbprint = thumbprint_of(look)) {
    text += fmt::format("  says that it was signed by {}\n", *thumbprint);
  }
  // Where JSON ends early, the bytes are all there is.
  const bool payload_cut = !parse_strict_json(look.payload_text);
  text += fmt::format("\nClaims ({})\n{}", mark, lines_of(look.claims, payload_cut));
  if (payload_cut) {
    text += fmt::format("  all of the payload: {}\n", escape_text(look.payload_text));
  }
  text += fmt::format("\nSignature ({})\n  {} bytes\n", mark, look.signature_bytes);
  text += "\nErrors in its form\n";
  for (const std::string& wrong : look.wrong) text += "  " + escape_text(wrong) + "\n";
  if (!look.wrong.empty()) return text + advice_on_file(source);
  return text + "  nothing; `tokenlife token verify` says whether it is good\n";
}

}  // namespace

ExitStatus token_inspect_command(const TokenInspectCommand& command, Console& console) {
  const auto token = read_shown_token(command.source);
  if (!token) return Failed<Error>(token.error());
  const TokenDiagnosis look = look_at_token(token->reveal());
  console.print(command.json ? json_text(json_of(look)) + "\n"
                             : text_of(look, command.source, console));
  return 0;
}

}  // namespace tokenlife::sim
