#include "sim/site/ccmsetup_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <span>
#include <utility>

#include "core/token/secret.hpp"
#include "core/token/token_form.hpp"
#include "core/token/token_verify.hpp"
#include "sim/site/ccmsetup_names.hpp"
#include "sim/site/token_lint.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/redact.hpp"
#include "sim/text/suggest.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::string_view kProxy = "CCM_Proxy_MutualAuth";
constexpr std::string_view kScheme = "https://";

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}
bool begins(std::string_view text, std::string_view with) {
  return same(text.substr(0, with.size()), with);
}

std::string quoted(std::string_view text) { return in_quotes(redact_secrets(text)); }

// ---- What web pages and word processors do to a line -------------------------------------------

struct Stranger {
  std::string_view bytes;
  std::string_view what;
  std::string_view instead;
};
constexpr std::array kStrangers{
    Stranger{"\xE2\x80\x9C", "a curly quote (U+201C)", ""},
    Stranger{"\xE2\x80\x9D", "a curly quote (U+201D)", ""},
    Stranger{"\xE2\x80\x98", "a curly quote (U+2018)", ""},
    Stranger{"\xE2\x80\x99", "a curly quote (U+2019)", ""},
    Stranger{"\xE2\x80\x93", "an en dash (U+2013)", "-"},
    Stranger{"\xE2\x80\x94", "an em dash (U+2014)", "-"},
    Stranger{"\xC2\xA0", "a no-break space (U+00A0)", " "},
    Stranger{"'", "a quote", ""},
    Stranger{"`", "a backquote", ""},
    Stranger{"\n", "a line break", " "},
    Stranger{"\r", "a line break", " "},
    Stranger{"\t", "a tab", " "},
};

// The line as it was meant. Each kind of stranger is named once, by its first place in bytes.
std::string without_strangers(std::string_view line, std::vector<std::string>& wrong) {
  std::vector<std::string_view> named;
  const auto note = [&](std::string_view what, std::size_t at, std::string_view advice) {
    if (std::find(named.begin(), named.end(), what) != named.end()) return;
    named.push_back(what);
    wrong.push_back(fmt::format("there is {} at byte {}{}", what, at + 1, advice));
  };
  std::string meant;
  for (std::size_t at = 0; at < line.size();) {
    const auto* stranger =
        std::find_if(kStrangers.begin(), kStrangers.end(),
                     [&](const Stranger& s) { return line.substr(at).starts_with(s.bytes); });
    if (stranger != kStrangers.end()) {
      note(stranger->what, at, "; the line has none");
      meant += stranger->instead;
      at += stranger->bytes.size();
      continue;
    }
    if (line[at] < ' ' || line[at] > '~') note("a character that is not ASCII", at, "");
    meant += line[at++];
  }
  return meant;
}

// ---- Parts -------------------------------------------------------------------------------------

struct Part {
  std::string_view name;
  std::string_view rule;
  std::optional<std::string_view> value{};
};

struct Parts {
  Part mp{"/mp:", "R34"};
  Part host_name{"CCMHOSTNAME=", "R34"};
  Part site_code{"SMSSiteCode=", "R34"};
  Part token{"/regtoken:", "R33"};
  bool token_goes_on = false;

  std::array<Part*, 4> all() { return {&mp, &host_name, &site_code, &token}; }
};

// At spaces, but for those between quotes.
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    bool is_quoted = false;
    std::size_t end = 0;
    for (; end < line.size() && (is_quoted || line[end] != ' '); ++end) {
      if (line[end] == '"') is_quoted = !is_quoted;
    }
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

// Without the quotes around it.
std::string_view bare(std::string_view text) {
  const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return is_quoted ? text.substr(1, text.size() - 2) : text;
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::any_of(names.begin(), names.end(),
                     [&](std::string_view known) { return same(name, known); });
}

// Whether the line may hold it, and it says nothing about the site.
bool is_known(std::string_view word) {
  if (word.starts_with('/')) return is_one_of(word.substr(0, word.find(':')), kCcmsetupParameters);
  const std::size_t sign = word.find('=');
  return sign != std::string_view::npos && is_one_of(word.substr(0, sign), kClientProperties);
}

// The name that was meant by one that is not known, as advice; empty if none is near.
std::string name_meant(std::string_view word) {
  const bool is_parameter = word.starts_with('/');
  std::string name(word.substr(0, word.find_first_of(":=")));
  if (!is_parameter) {
    for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  const auto near =
      is_parameter ? suggestion(name, kCcmsetupParameters) : suggestion(name, kClientProperties);
  if (!near) return "";
  return *near == name ? fmt::format("; write {}=VALUE", name)
                       : fmt::format("; did you mean {}?", *near);
}

// Of a token that mail or a terminal broke into lines, all but the first one. Shorter ones tell
// nothing, and may be anything.
bool may_be_more_of_a_token(std::string_view word) {
  return word.size() >= 16 && std::all_of(word.begin(), word.end(), [](char c) {
           return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

void take_word(std::string_view word, Parts& parts, std::vector<std::string>& wrong) {
  for (Part* part : parts.all()) {
    if (!begins(word, part->name)) continue;
    if (part->value) wrong.push_back(fmt::format("{} is given twice", part->name));
    if (!part->value) part->value = bare(word.substr(part->name.size()));
    return;
  }
  for (const std::string_view entra : kEntraProperties) {
    if (begins(word, entra)) {
      wrong.push_back(fmt::format("{} belongs to an installation with Entra (R35)", entra));
      return;
    }
  }
  if (is_known(word)) return;
  if (parts.token.value && may_be_more_of_a_token(word)) {
    if (!std::exchange(parts.token_goes_on, true)) {
      wrong.push_back(
          fmt::format("{} is broken: more of its token seems to follow a space", parts.token.name));
    }
    return;
  }
  wrong.push_back(
      fmt::format("{} is not part of an installation line{}", quoted(word), name_meant(word)));
}

struct Address {
  std::string host;
  std::string id;
};

// HOST/CCM_Proxy_MutualAuth/ID, which stands after the scheme if the part has one.
Address check_address(const Part& part, std::string_view scheme, std::string_view text,
                      std::vector<std::string>& wrong) {
  const auto bad = [&](std::string what) {
    wrong.push_back(fmt::format("{} {}", part.name, what));
  };
  const std::size_t first = text.find('/');
  const std::size_t second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos || text.substr(first + 1, second - first - 1) != kProxy) {
    bad(fmt::format("is not {}HOST/{}/ID, but {}", scheme, kProxy, quoted(*part.value)));
    return {};
  }
  const std::string_view host = text.substr(0, first);
  const std::string_view id = text.substr(second + 1);
  if (!is_host(host)) bad(fmt::format("has {} where a host name belongs", quoted(host)));
  const bool is_number = !id.empty() && id.size() <= 20 &&
                         id.find_first_not_of("0123456789") == std::string_view::npos;
  if (!is_number) bad(fmt::format("has {} where the CMG's number belongs", quoted(id)));
  return {std::string(host), std::string(id)};
}

Address check_mp(const Part& part, std::vector<std::string>& wrong) {
  std::string_view text = *part.value;
  if (begins(text, kScheme)) {
    text.remove_prefix(kScheme.size());
  } else {
    wrong.push_back(fmt::format("{} does not begin with {}", part.name, kScheme));
    const std::size_t scheme = text.find("://");
    if (scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  }
  return check_address(part, kScheme, text, wrong);
}

Address check_host_name(const Part& part, std::vector<std::string>& wrong) {
  std::string_view text = *part.value;
  const std::size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    wrong.push_back(fmt::format("{} begins with {}, but must not", part.name,
                                quoted(text.substr(0, scheme + 3))));
    text.remove_prefix(scheme + 3);
  }
  return check_address(part, "", text, wrong);
}

void check_token(const Part& part, std::vector<std::string>& wrong) {
  if (part.value->empty()) {
    wrong.push_back(fmt::format("{} has no token after it", part.name));
    return;
  }
  const TokenDiagnosis look = look_at_token(*part.value);
  for (const std::string& what : look.wrong) {
    wrong.push_back(fmt::format("{} holds no good token: {}", part.name, what));
  }
  if (read_profile(look.claims) == TokenProfile::client) {
    wrong.push_back(fmt::format("{} holds a client token, not a bulk token (R24)", part.name));
  }
}

}  // namespace

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    const bool good = !label.empty() && label.size() <= 63 && label.front() != '-' &&
                      label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
                        return is_letter_or_digit(c) || c == '-';
                      });
    if (!good) return false;
    if (dot == text.size()) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_site_code(std::string_view text) {
  return text.size() == 3 && std::all_of(text.begin(), text.end(), is_letter_or_digit);
}

std::string management_point(std::string_view host, std::uint64_t id) {
  return fmt::format("{}/{}/{}", host, kProxy, id);
}

std::string rotation_line(std::string_view proxy) {
  return fmt::format(
      "Rotating internet management point, new management point [1] is: https://{} (0) with "
      "capabilities: <Capabilities SchemaVersion =\"1.0\"><Property Name=\"SSL\" Version=\"1\" "
      "/></Capabilities>",
      proxy);
}

std::uint64_t cmg_number(Guid tenant) {
  return (std::uint64_t{1} << 56) + ((tenant.high ^ tenant.low) & 0xffffff);
}

Secret ccmsetup_line(std::string_view host, std::uint64_t id, std::string_view site_code,
                     std::string_view token) {
  const std::string mp = management_point(host, id);
  std::string line = fmt::format(
      "ccmsetup.exe /mp:{}{} CCMHOSTNAME={} SMSSiteCode={} /regtoken:", kScheme, mp, mp, site_code);
  line.reserve(line.size() + token.size());
  line += token;
  return Secret::take(line);
}

CheckedLine check_ccmsetup_line(std::string_view line) {
  CheckedLine checked;
  std::vector<std::string>& wrong = checked.wrong;
  if (line.find("PRIVATE KEY-----") != std::string_view::npos) {
    wrong.emplace_back("it holds a private key, which belongs nowhere near it");
    return checked;
  }
  std::string meant = without_strangers(line, wrong);
  if (std::count(meant.begin(), meant.end(), '"') % 2 != 0) {
    wrong.emplace_back("a quote is opened but not closed");
  }
  std::vector<std::string_view> words = words_of(meant);
  for (std::string_view& word : words) word = bare(word);
  const bool named =
      !words.empty() &&
      (same(words[0], "ccmsetup.exe") ||
       (words[0].size() > 13 && same(words[0].substr(words[0].size() - 13), "\\ccmsetup.exe")));
  if (!named) wrong.emplace_back("it does not begin with ccmsetup.exe");
  Parts parts;
  for (std::size_t i = named ? 1 : 0; i < words.size(); ++i) take_word(words[i], parts, wrong);
  for (const Part* part : parts.all()) {
    if (!part->value) wrong.push_back(fmt::format("{} is missing ({})", part->name, part->rule));
  }
  Address mp;
  Address host_name;
  if (parts.mp.value) mp = check_mp(parts.mp, wrong);
  if (parts.host_name.value) host_name = check_host_name(parts.host_name, wrong);
  if (!mp.host.empty() && !host_name.host.empty()) {
    if (!same(mp.host, host_name.host)) wrong.emplace_back("/mp: and CCMHOSTNAME= name two hosts");
    if (mp.id != host_name.id) wrong.emplace_back("/mp: and CCMHOSTNAME= name two CMG numbers");
  }
  if (parts.site_code.value) {
    checked.site_code = quoted(*parts.site_code.value);
    if (is_site_code(*parts.site_code.value)) {
      checked.site_code = *parts.site_code.value;
    } else {
      wrong.push_back(fmt::format("SMSSiteCode= is {}, not three letters or digits",
                                  quoted(*parts.site_code.value)));
    }
  }
  if (parts.token.value) check_token(parts.token, wrong);
  checked.host = redact_secrets(mp.host);
  checked.id = redact_secrets(mp.id);
  wipe(meant);
  return checked;
}

}  // namespace tokenlife::sim
