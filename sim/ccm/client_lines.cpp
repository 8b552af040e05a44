// What a client writes about itself: R36, R37.
#include "sim/ccm/world.hpp"
#include "sim/site/ccmsetup_line.hpp"

namespace tokenlife::sim {
namespace {

struct OfOwnFiles {
  const CcmWorld& world;
  ClientNumber client;
  const Recorded<ClientEvent>& recorded;
  const CcmOut& out;

  void setup(CcmLevel level, std::string_view text) const { out(CcmFile::ccmsetup, level, text); }
  void startup(CcmLevel level, std::string_view text) const {
    out(CcmFile::client_id_manager_startup, level, text);
  }
  void started() const {
    startup(CcmLevel::info, "[----- STARTUP -----]");
    startup(CcmLevel::info, "Machine: " + client_name(world.header, client));
  }
  // R33, R34; the token itself was never written down (D4).
  void installed(const Guid& bulk) const {
    setup(CcmLevel::info, "==========[ ccmsetup started in process 1 ]==========");
    if (bulk.is_nil()) {
      setup(CcmLevel::info, "Command line: ccmsetup.exe SMSSiteCode=ABC");
    } else {
      setup(CcmLevel::info,
            fmt::format("Command line: ccmsetup.exe /mp:https://{} CCMHOSTNAME={} SMSSiteCode=ABC "
                        "/regtoken:***",
                        world.proxy, world.proxy));
      setup(CcmLevel::info, "Bulk registration token " + to_string(bulk) + ", stored nowhere");
    }
    setup(CcmLevel::info, "Installation succeeded.");
    setup(CcmLevel::info, "CcmSetup is exiting with return code 0");
  }
  void cmg_setting(bool allowed) const {
    startup(allowed ? CcmLevel::info : CcmLevel::warning,
            fmt::format("Enable clients to use a cloud management gateway: {}", allowed));
  }
  // The sentence without its full stop, and what the log says besides.
  void said(CcmLevel level, std::string_view sentence) const {
    startup(level, fmt::format("{}: {}", sentence, ccm_fields(world, recorded)));
  }
  std::string token(const ClientToken& its) const {
    return fmt::format("token {}, valid from {} until {}", to_string(its.serial),
                       world.at(its.not_before), world.at(its.expires));
  }

  void operator()(const ClientInstalled& e) const {
    installed(e.bulk);
    if (e.version == ClientVersion::outdated) {
      setup(CcmLevel::warning, "This version of the client is outdated: it gets no token (R5)");
    }
    started();
    if (!e.cmg_allowed) cmg_setting(false);
  }
  void operator()(const ClientAdopted& e) const {
    started();
    startup(CcmLevel::info,
            fmt::format("[RegTask] - Found as {} when the run began", name(e.state)));
    if (e.token.exists()) startup(CcmLevel::info, "[RegTask] - Holds " + token(e.token));
    if (!e.cmg_allowed) cmg_setting(false);
  }
  void operator()(const NetworkChanged& e) const {
    const std::string_view place = e.to == Network::intranet   ? "Client is in Intranet"
                                   : e.to == Network::internet ? "Client is in Internet"
                                                               : "Client is in Unknown location";
    out(CcmFile::location_services, CcmLevel::info, place);
  }
  void operator()(const AgentRestarted&) const { started(); }

  void operator()(const RegistrationRequested& e) const {
    startup(CcmLevel::info,
            fmt::format("[RegTask] - Client is not registered. Sending registration request for {} "
                        "...",
                        ccm_id(world, client)));
    switch (e.credential) {
      case Credential::self_signed:
        return startup(CcmLevel::info, "Registering client using self-signed certificate.");
      case Credential::pki:
        return startup(CcmLevel::info, "Registering client using PKI certificate.");
      case Credential::entra: return startup(CcmLevel::info, "Registering client using AAD auth.");
      case Credential::bulk:
        return startup(CcmLevel::info,
                       "Registering client using bulk registration token " + to_string(e.bulk));
    }
  }
  void operator()(const RegistrationCompleted& e) const {
    startup(CcmLevel::info,
            fmt::format("[RegTask] - Client is registered. Server assigned ClientID is {}. "
                        "Approval status 1",
                        ccm_id(world, client)));
    startup(CcmLevel::info, "[RegTask] - Received " + token(e.token));
    if (e.via == Endpoint::cmg) startup(CcmLevel::info, rotation_line(world.proxy));
  }
  void operator()(const RegistrationRefused& e) const {
    startup(CcmLevel::error,
            "[RegTask] - Server rejected registration 3: " + ccm_refusal(e.reason));
  }
  void operator()(const RegistrationFailed& e) const {
    startup(CcmLevel::warning,
            fmt::format("[RegTask] - Failed to send registration request: {}", name(e.reason)));
  }
  void operator()(const RenewalRequested& e) const {
    startup(CcmLevel::info,
            fmt::format("[RegTask] - Token {} is due. Sending renewal request for {} ...",
                        to_string(e.serial), ccm_id(world, client)));
  }
  void operator()(const TokenRenewed& e) const {
    startup(CcmLevel::info, fmt::format("[RegTask] - Token {} is replaced by {}",
                                        to_string(e.replaces), token(e.token)));
  }
  void operator()(const RenewalRefused& e) const {
    startup(CcmLevel::error, "[RegTask] - Server rejected renewal: " + ccm_refusal(e.reason));
  }
  void operator()(const RenewalFailed& e) const {
    startup(CcmLevel::warning,
            fmt::format("[RegTask] - Failed to send renewal request: {}", name(e.reason)));
  }
  void operator()(const TokenExpired& e) const {
    startup(CcmLevel::error, fmt::format("[RegTask] - Token {} has expired", to_string(e.serial)));
  }
  void operator()(const ReRegistrationRequired& e) const {
    startup(CcmLevel::error,
            "[RegTask] - Token was refused. Client must register again: " + ccm_refusal(e.reason));
  }

  void operator()(const ClientReinstalled& e) const {
    installed(e.bulk);
    started();
  }
  void operator()(const ClientUpgraded&) const {
    setup(CcmLevel::info, "Upgraded to the site's version.");
    setup(CcmLevel::info, "CcmSetup is exiting with return code 0");
  }
  // The client is not told: it hears of it when it is refused.
  void operator()(const ClientBlocked&) const {}
  void operator()(const ClientUnblocked&) const {}
  void operator()(const CmgAllowedChanged& e) const { cmg_setting(e.value); }
  void operator()(const ClientPolicyChanged&) const {
    said(CcmLevel::info, "Renewal settings have changed");
  }
  void operator()(const CredentialRenewed&) const { said(CcmLevel::info, "Credential is renewed"); }
  void operator()(const CredentialExpired&) const {
    said(CcmLevel::error, "Credential has expired");
  }
  void operator()(const ClockChanged&) const { said(CcmLevel::warning, "Clock has changed"); }
  void operator()(const AskedToRenew& e) const {
    startup(CcmLevel::info,
            fmt::format("[RegTask] - Asked to renew token {}", to_string(e.serial)));
  }
};

}  // namespace

void give_client_lines(const CcmWorld& world, ClientNumber client,
                       const Recorded<ClientEvent>& recorded, const CcmOut& out) {
  std::visit(OfOwnFiles{world, client, recorded, out}, recorded.event);
}

}  // namespace tokenlife::sim
