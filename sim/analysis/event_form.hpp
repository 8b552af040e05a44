// What all forms in which events are printed have in common: the plain look of a value, and the
// names of clients.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/event.hpp"
#include "core/names.hpp"
#include "events/log.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/text/text_buffer.hpp"

namespace tokenlife::sim {

using Words = std::span<const std::string_view>;

// What looks the same in all forms, apart from quotes around it.
struct Plain {
  TextBuffer& out;
  std::chrono::sys_seconds start;

  void put(bool value) const { out.append(value ? "true" : "false"); }
  void put(std::integral auto value) const { out.append_number(value); }
  void put(Instant value) const { out.append_rfc3339(start + value.time_since_epoch()); }
  // As in a scenario: 1.5
  void put(Thousandths value) const { out.append(fmt::format("{:g}", value.value / 1000.0)); }
  void put(Guid value) const { out.append(to_string(value)); }
  void put(const Sha256Thumbprint& value) const { out.append(to_string(value)); }
  void put(TokenSerial value) const {  // as to_string() has it
    out.append_number(value.client().value);
    out.append('-');
    out.append_number(value.ordinal());
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void put(Enum value) const {
    static constexpr auto pieces = pieces_of_names<Enum, 0>("", "");
    const auto index = static_cast<std::size_t>(value);
    if (index < pieces.size()) [[likely]] {
      out.append(pieces[index]);
    } else {
      out.append(name(value));
    }
  }

  // "action 3", "request 12", "expiry"
  void put(const Cause& cause) const {
    put(cause.kind);
    switch (cause.kind) {
      case CauseKind::action:
      case CauseKind::action_end:
      case CauseKind::request:
      case CauseKind::exchange:
        out.append(' ');
        out.append_number(cause.number);
        break;
      case CauseKind::run_start:
      case CauseKind::expiry:
      case CauseKind::installation:
      case CauseKind::network:
      case CauseKind::agent_start:
      case CauseKind::contact: break;
    }
    if (cause.kind == CauseKind::exchange) out.append("s before");
  }

  void put_joined(Words words, std::string_view between) const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (i > 0) out.append(between);
      out.append(words[i]);
    }
  }
};

// The names of clients, COHORT/NUMBER. What stands before and behind the number is made once for
// each cohort.
class ClientNames {
 public:
  struct Parts {
    std::string before;
    std::string behind{};
    std::size_t columnless_bytes = 0;  // how many bytes more than columns of a screen it takes
  };

  // `parts_of` is given "COHORT/", or "COHORT/DEVICE".
  ClientNames(const events::LogHeader& header, Parts (*parts_of)(const std::string&))
      : header_(header), parts_of_(parts_of) {
    for (const events::LogCohort& cohort : header.cohorts) {
      parts_.push_back(parts_of(cohort.name + "/"));
    }
  }

  // Gives Parts::columnless_bytes.
  std::size_t put(ClientNumber client, TextBuffer& out) const {
    return put(client, cohort_of(header_, client), out);
  }
  // The same of a client of whom it is known which cohort is its own.
  std::size_t put(ClientNumber client, std::size_t cohort, TextBuffer& out) const {
    const std::vector<std::string>& devices = header_.cohorts[cohort].devices;
    if (!devices.empty()) {
      const Parts named = parts_of_(client_name(header_, client));
      out.append(named.before);
      out.append(named.behind);
      return named.columnless_bytes;
    }
    out.append(parts_[cohort].before);
    out.append_number(client.value - header_.cohorts[cohort].first.value);
    out.append(parts_[cohort].behind);
    return parts_[cohort].columnless_bytes;
  }

 private:
  const events::LogHeader& header_;
  Parts (*parts_of_)(const std::string&);
  std::vector<Parts> parts_;
};

}  // namespace tokenlife::sim
