// Writes events as lines of text, JSON lines or CSV, one behind the other.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/event.hpp"
#include "events/log.hpp"
#include "sim/text/text_buffer.hpp"

namespace tokenlife::sim {

class EventWriter {
 public:
  virtual ~EventWriter() = default;

  virtual void write(const Recorded<SiteEvent>& recorded) = 0;
  // Precondition: the header counts the client.
  virtual void write(ClientNumber client, const Recorded<ClientEvent>& recorded) = 0;
};

// Puts what stands above all events, and then what is written, behind what `out` holds. `format` is
// "text", "jsonl" or "csv". The header and `out` must outlive the writer.
std::unique_ptr<EventWriter> event_writer(std::string_view format, const events::LogHeader& header,
                                          TextBuffer& out);

// ---- Of one stream, whoever's it is
// --------------------------------------------------------------

// "2026-01-01T00:00:00Z  token-expired  serial=0-1"
std::string event_line(const Recorded<ClientEvent>& recorded, const events::LogHeader& header);

std::string event_line(const Recorded<SiteEvent>& recorded, const events::LogHeader& header);

// Its number, time, kind and own fields.
nlohmann::ordered_json event_json(const Recorded<ClientEvent>& recorded,
                                  const events::LogHeader& header);
nlohmann::ordered_json event_json(const Recorded<SiteEvent>& recorded,
                                  const events::LogHeader& header);

}  // namespace tokenlife::sim
