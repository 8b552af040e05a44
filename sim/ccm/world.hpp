// What the lines of all events have in common.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <functional>
#include <string>
#include <string_view>

#include "core/event.hpp"
#include "events/log.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/analysis/event_fields.hpp"
#include "sim/analysis/event_form.hpp"
#include "sim/ccm/line.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {

struct CcmWorld {
  const events::LogHeader& header;
  Guid tenant{};
  std::string host{};   // the CMG's
  std::string proxy{};  // HOST/CCM_Proxy_MutualAuth/ID (R34)

  std::string at(Instant moment) const { return rfc3339(header.start(), moment); }
};

// Where the lines go.
using CcmOut = std::function<void(CcmFile, CcmLevel, std::string_view text)>;

// "GUID:5F1E...", as the product writes it.
inline std::string ccm_id(const CcmWorld& world, ClientNumber client) {
  std::string id = "GUID:" + to_string(client_guid(world.header, client));
  std::transform(id.begin(), id.end(), id.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return id;
}

// "expired (R57, R60)"
inline std::string ccm_refusal(RefusalReason reason) {
  return fmt::format("{} ({})", name(reason), fmt::join(rules_behind(reason), ", "));
}

// An Out for give_fields(): "mp=https, leeway=300".
class CcmFields {
 public:
  explicit CcmFields(const CcmWorld& world) : plain_{text_, world.header.start()} {}

  template <class Value>
  void field(FieldName label, const Value& value) {
    if (label == FieldName::cohort || label == FieldName::device) return;
    if (text_.size() > 0) text_.append(", ");
    text_.append(name(label));
    text_.append('=');
    put(value);
  }
  std::string text() const { return std::string(text_.text()); }

 private:
  template <class Value>
  void put(const Value& value) {
    if constexpr (std::is_same_v<Value, std::string_view>) {
      text_.append(value);
    } else if constexpr (requires { value.has_value(); }) {
      if (value) put(*value);
    } else if constexpr (std::is_convertible_v<const Value&, Words>) {
      plain_.put_joined(value, " ");
    } else {
      plain_.put(value);
    }
  }

  TextBuffer text_;
  Plain plain_;
};

// What the event says, in the words of the log.
template <class AnyEvent>
std::string ccm_fields(const CcmWorld& world, const Recorded<AnyEvent>& recorded) {
  CcmFields fields(world);
  give_fields(recorded, world.header, std::nullopt, fields);
  return fields.text();
}

// The lines of a client's own files (R36, R37), and those that the site writes (R38) of what a
// client did and of what happened to the site itself.
void give_client_lines(const CcmWorld& world, ClientNumber client,
                       const Recorded<ClientEvent>& recorded, const CcmOut& out);
void give_server_lines(const CcmWorld& world, ClientNumber client,
                       const Recorded<ClientEvent>& recorded, const CcmOut& out);
void give_server_lines(const CcmWorld& world, const Recorded<SiteEvent>& recorded,
                       const CcmOut& out);

}  // namespace tokenlife::sim
