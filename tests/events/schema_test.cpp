// The tables of event.capnp are for readers in other languages: they must say what the code does.
#include <array>
#include <cctype>

#include "events/client_batch.hpp"
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
  const std::array<std::string, 9> tables{
      "Network " + table_of<Network>(),
      "Endpoint " + table_of<Endpoint>(),
      "Credential " + table_of<Credential>(),
      "ClientVersion " + table_of<ClientVersion>(),
      "MpMode " + table_of<MpMode>(),
      "RenewOn " + table_of<RenewOn>(),
      "RefusalReason " + table_of<RefusalReason>(),
      "FailureReason " + table_of<FailureReason>(),
      "CauseKind " + table_of<CauseKind>([](CauseKind kind) { return events::has_number(kind); })};
  for (const std::string& table : tables) {
    INFO(table);
    CHECK(schema.find(" " + table + " ") != std::string::npos);
  }
  for (std::size_t kind = 0; kind < kClientKinds; ++kind) {
    const std::string row =
        " " + std::to_string(kind) + " " + std::string(name(static_cast<EventKind>(kind))) + " ";
    INFO(row);
    CHECK(schema.find(row) != std::string::npos);
  }
}

TEST_CASE("the detail byte has its bits where the schema says") {
  using events::detail_byte::of;
  CHECK(of(ClientInstalled{
            {}, Network::internet, Credential::entra, ClientVersion::current, true, true, {}}) ==
        0b111'10'10);
  CHECK(of(NetworkChanged{Network::intranet, Network::internet}) == 0b10'01);
  CHECK(of(RegistrationRequested{Endpoint::cmg, Credential::bulk, {}}) == 0b11'01);
  CHECK(of(RegistrationRefused{Endpoint::cmg, RefusalReason::expired}) == 0b1010'01);
  CHECK(of(RenewalFailed{Endpoint::mp, FailureReason::answer_lost}) == 0b10'00);
  CHECK(of(CmgAllowedChanged{true}) == 1);
  CHECK(of(AgentRestarted{}) == 0);
}
