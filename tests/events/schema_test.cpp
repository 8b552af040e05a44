// The tables of event.capnp are for readers in other languages: they must say what the code does.
#include <array>
#include <cctype>

#include "events/client_batch.hpp"
#include "events/event_layout.hpp"
#include "events/log_content.hpp"
#include "events/temporary_folder.hpp"

using namespace tokenlife;
using namespace tokenlife::test;

namespace {

// All comments of the schema as one line, with single spaces.
std::string schema_text() {
  std::string text;
  for (const char c : read_file("events/event.capnp")) {
    const bool space = c == '#' || std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!space) text += c;
    if (space && !text.empty() && text.back() != ' ') text += ' ';
  }
  return text;
}

// "0 offline, 1 intranet, 2 internet"; causes with a number are marked.
template <class Enum>
std::string table_of(bool (*has_star)(Enum) = [](Enum) { return false; }) {
  std::string table;
  for (std::size_t i = 0; i < kCount<Enum>; ++i) {
    const auto value = static_cast<Enum>(i);
    table += (i == 0 ? "" : ", ") + std::to_string(i) + " " + std::string(name(value)) +
             (has_star(value) ? "*" : "");
  }
  return table;
}

}  // namespace

TEST_CASE("the schema lists every enumerated value under the number that is stored") {
  const std::string schema = schema_text();
  const std::array<std::string, 13> tables{
      "Network " + table_of<Network>(),
      "Endpoint " + table_of<Endpoint>(),
      "Credential " + table_of<Credential>(),
      "ClientVersion " + table_of<ClientVersion>(),
      "MpMode " + table_of<MpMode>(),
      "RenewOn " + table_of<RenewOn>(),
      "RefusalReason " + table_of<RefusalReason>(),
      "FailureReason " + table_of<FailureReason>(),
      "LifecycleState " + table_of<LifecycleState>(),
      "OnIntranet " + table_of<OnIntranet>(),
      "RenewsOn " + table_of<RenewsOn>(),
      "SpellCause " + table_of<SpellCause>(),
      "CauseKind " + table_of<CauseKind>([](CauseKind kind) { return events::has_number(kind); })};
  for (const std::string& table : tables) {
    INFO(table);
    CHECK(schema.find(" " + table + " ") != std::string::npos);
  }
}

namespace {

// The place in which a layout reads as in the schema: "0-1 via, 2-3 credential; guids if any".
struct Words {
  std::string bits;
  std::string columns;
  unsigned low = 0;

  template <class T>
  void detail(std::string_view label, const T&) {
    const unsigned high = low + events::BitsOf<T>::width - 1;
    bits += (bits.empty() ? "" : ", ") + std::to_string(low);
    bits += (high > low ? "-" + std::to_string(high) : "") + " " + std::string(label);
    low = high + 1;
  }
  void cohort(CohortNumber) { column("cohorts"); }
  void guid(Guid) { column("guids"); }
  void guid_if(bool, Guid) { column("guids if bulk"); }
  void serial(TokenSerial) { column("serials"); }
  void token(const ClientToken&) { column("tokens"); }
  void token(const ClientToken&, TokenSerial) { column("tokens"); }
  void number(const auto&) { numbers("numbers"); }
  void number_if(bool, const auto&) { numbers("a number if so"); }
  void optional(bool, const auto&) { numbers("a number for each"); }
  bool flag(std::string_view label, bool) {
    bits += (bits.empty() ? "" : ", ") + std::to_string(low++) + " " + std::string(label);
    return true;
  }
  void numbers(std::string_view label) {
    if (columns.find(label) == std::string::npos) column(label);
  }
  void column(std::string_view label) {
    columns += (columns.empty() ? "; " : ", ") + std::string(label);
  }
};

template <class Event>
std::string row_of() {
  Words words;
  const Event event{};
  events::Layout<Event>::fields(words, event);
  return std::to_string(static_cast<int>(Event::kind)) + " " + std::string(Event::kind_name) + " " +
         (words.bits.empty() ? "0" : words.bits) + words.columns + ".";
}
template <class... Events>
std::string rows_of(const std::variant<Events...>*) {
  return (... + (" " + row_of<Events>()));
}

template <class Event>
int detail_of(const Event& event) {
  events::ClientBatch batch(1);
  batch.begin(0, 0);
  batch.append(at(Duration{0}), {}, event);
  return batch.details[0];
}

}  // namespace

TEST_CASE("the schema says of every event where its fields are") {
  const std::string rows = rows_of(static_cast<const ClientEvent*>(nullptr));
  INFO(rows);
  CHECK(schema_text().find(rows + " Bits that are not named are 0. ") != std::string::npos);
}

TEST_CASE("the detail byte has its bits where the schema says") {
  CHECK(detail_of(ClientInstalled{{},
                                  Network::internet,
                                  Credential::entra,
                                  ClientVersion::current,
                                  true,
                                  true,
                                  {},
                                  OnIntranet::cmg}) == 0b1111'10'10);
  CHECK(detail_of(NetworkChanged{Network::intranet, Network::internet}) == 0b10'01);
  CHECK(detail_of(RegistrationRequested{Endpoint::cmg, Credential::bulk, {}}) == 0b11'01);
  CHECK(detail_of(RegistrationRefused{Endpoint::cmg, RefusalReason::expired}) == 0b1010'01);
  CHECK(detail_of(RenewalFailed{Endpoint::mp, FailureReason::answer_lost}) == 0b10'00);
  CHECK(detail_of(CmgAllowedChanged{true}) == 1);
  CHECK(detail_of(AgentRestarted{}) == 0);
}
