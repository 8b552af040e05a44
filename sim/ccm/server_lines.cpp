// What the site writes: R38. Of a client's story it knows what reached it.
#include "sim/ccm/world.hpp"

namespace tokenlife::sim {
namespace {

constexpr const char* kRegistration = "ccm_system_altauth/request";
constexpr const char* kToken = "CCM_STS";

struct OfClientAtSite {
  const CcmWorld& world;
  ClientNumber client;
  const Recorded<ClientEvent>& recorded;
  const CcmOut& out;

  // "GUID:5F1E... (commuters/17)"
  std::string who() const {
    return fmt::format("{} ({})", ccm_id(world, client), client_name(world.header, client));
  }
  // The CMG hands on what comes to it, and its connection point asks the MP.
  void forwarded(Endpoint via, std::string_view path, std::string_view answer) const {
    if (via != Endpoint::cmg) return;
    const CcmLevel level = answer.starts_with("200") ? CcmLevel::info : CcmLevel::error;
    out(CcmFile::cmg_service, level,
        fmt::format("RequestUri: /{}/{}  Client: {}  Status: {}",
                    world.proxy.substr(world.host.size() + 1), path, ccm_id(world, client),
                    answer));
    out(CcmFile::proxy_connector, level,
        fmt::format("RequestURI: https://mp/{} EndpointName: {} ResponseHeader: HTTP/1.1 {} ~~",
                    path, path.substr(0, path.find('/')), answer));
  }
  void registered(CcmLevel level, std::string_view text) const {
    out(CcmFile::mp_registration_manager, level, text);
  }
  void auth(CcmLevel level, std::string_view text) const { out(CcmFile::client_auth, level, text); }
  void returned(const ClientToken& token) const {
    out(CcmFile::ccm_sts, CcmLevel::info,
        fmt::format("Return token to client, token type: Client, hierarchyId: {}, userId: "
                    "00000000-0000-0000-0000-000000000000, deviceId: {}",
                    to_string(world.tenant), ccm_id(world, client)));
    out(CcmFile::ccm_sts, CcmLevel::info,
        fmt::format("Created token {}, valid from {} until {}, signed with key {}",
                    to_string(token.serial), world.at(token.not_before), world.at(token.expires),
                    token.signer.value));
  }
  // A site that is down writes nothing, and does not know of a client that has given up.
  void failed(CcmFile at_mp, Endpoint via, FailureReason reason) const {
    if (reason == FailureReason::endpoint_down || reason == FailureReason::timed_out) return;
    const CcmFile file =
        reason == FailureReason::busy && via == Endpoint::cmg ? CcmFile::cmg_service : at_mp;
    out(file, CcmLevel::warning,
        fmt::format("No answer to the request of {}: {}", who(), name(reason)));
  }

  void operator()(const RegistrationCompleted& e) const {
    forwarded(e.via, kRegistration, "200 OK");
    registered(CcmLevel::info, "MP Reg: Processing registration request from client " + who());
    registered(CcmLevel::info, "MP Reg: Processing completed. Completion state = 0");
    returned(e.token);
  }
  void operator()(const RegistrationRefused& e) const {
    forwarded(e.via, kRegistration, "401 Unauthorized");
    registered(CcmLevel::error, fmt::format("MP Reg: Registration request from client {} is "
                                            "refused: {}",
                                            who(), ccm_refusal(e.reason)));
  }
  void operator()(const RegistrationFailed& e) const {
    failed(CcmFile::mp_registration_manager, e.via, e.reason);
  }
  void operator()(const TokenRenewed& e) const {
    forwarded(e.via, kToken, "200 OK");
    auth(CcmLevel::info,
         fmt::format("Authenticated client {} by token {}", who(), to_string(e.replaces)));
    returned(e.token);
  }
  void operator()(const RenewalRefused& e) const {
    forwarded(e.via, kToken, "401 Unauthorized");
    auth(CcmLevel::error,
         fmt::format("Renewal of client {} is refused: {}", who(), ccm_refusal(e.reason)));
  }
  void operator()(const RenewalFailed& e) const { failed(CcmFile::client_auth, e.via, e.reason); }
  void operator()(const ReRegistrationRequired& e) const {
    // Else it follows from a renewal that was refused, which has said it.
    if (recorded.cause.kind != CauseKind::exchange) return;
    forwarded(e.via, "ccm_system/request", "401 Unauthorized");
    auth(CcmLevel::error,
         fmt::format("Token of client {} is refused: {}", who(), ccm_refusal(e.reason)));
  }
  void operator()(const ClientBlocked&) const {
    auth(CcmLevel::warning, "Client " + who() + " is blocked");
  }
  void operator()(const ClientUnblocked&) const {
    auth(CcmLevel::info, "Client " + who() + " is unblocked");
  }

  // The site has no part in these, or its answer to them says it.
  void operator()(const ClientInstalled&) const {}
  void operator()(const ClientAdopted&) const {}
  void operator()(const NetworkChanged&) const {}
  void operator()(const AgentRestarted&) const {}
  void operator()(const RegistrationRequested&) const {}
  void operator()(const RenewalRequested&) const {}
  void operator()(const TokenExpired&) const {}
  void operator()(const ClientReinstalled&) const {}
  void operator()(const ClientUpgraded&) const {}
  void operator()(const CmgAllowedChanged&) const {}
  void operator()(const ClientPolicyChanged&) const {}
  void operator()(const CredentialRenewed&) const {}
  void operator()(const CredentialExpired&) const {}
  void operator()(const ClockChanged&) const {}
  void operator()(const AskedToRenew&) const {}
};

struct OfSiteItself {
  const CcmWorld& world;
  const Recorded<SiteEvent>& recorded;
  const CcmOut& out;

  void sts(CcmLevel level, std::string_view sentence) const {
    out(CcmFile::ccm_sts, level, fmt::format("{}: {}", sentence, ccm_fields(world, recorded)));
  }
  static CcmFile file_of(Endpoint endpoint) {
    if (endpoint == Endpoint::mp) return CcmFile::mp_registration_manager;
    return endpoint == Endpoint::cmg ? CcmFile::cmg_service : CcmFile::ccm_sts;
  }

  void operator()(const SiteEstablished&) const { sts(CcmLevel::info, "Site is established"); }
  void operator()(const BulkTokenIssued&) const {
    sts(CcmLevel::info, "Created bulk registration token");
  }
  void operator()(const BulkTokenBlocked&) const {
    sts(CcmLevel::warning, "Bulk registration token is blocked");
  }
  void operator()(const BulkTokenUnblocked&) const {
    sts(CcmLevel::info, "Bulk registration token is unblocked");
  }
  void operator()(const EndpointDown& e) const {
    out(file_of(e.endpoint), CcmLevel::error, fmt::format("{} is down", name(e.endpoint)));
  }
  void operator()(const EndpointUp& e) const {
    out(file_of(e.endpoint), CcmLevel::info, fmt::format("{} is up", name(e.endpoint)));
  }
  void operator()(const SigningCertificateRotated&) const {
    sts(CcmLevel::info, "Signing certificate is new");
  }
  void operator()(const SigningCertificateRetired&) const {
    sts(CcmLevel::warning, "Signing certificate is retired");
  }
  void operator()(const PolicyChanged&) const { sts(CcmLevel::info, "Policy has changed"); }
  void operator()(const CapacityChanged& e) const {
    out(file_of(e.endpoint), CcmLevel::info, "Capacity is " + ccm_fields(world, recorded));
  }

  // Of sites on disk, whose journals are no runs.
  void operator()(const ClientTokenIssued&) const {}
  void operator()(const SigningCertificateLearnt&) const {}
  void operator()(const ClientCertificateBlocked&) const {}
  void operator()(const ClientCertificateUnblocked&) const {}
  void operator()(const ClockWentBack&) const {}
  void operator()(const JournalRepaired&) const {}
  void operator()(const EpochBegun&) const {}
  void operator()(const ClientRecognised&) const {}
  void operator()(const ClientTokenShown&) const {}
  void operator()(const CaTrusted&) const {}
  void operator()(const CaDistrusted&) const {}
  void operator()(const EntraTrusted&) const {}
  void operator()(const EntraDistrusted&) const {}
};

}  // namespace

void give_server_lines(const CcmWorld& world, ClientNumber client,
                       const Recorded<ClientEvent>& recorded, const CcmOut& out) {
  std::visit(OfClientAtSite{world, client, recorded, out}, recorded.event);
}

void give_server_lines(const CcmWorld& world, const Recorded<SiteEvent>& recorded,
                       const CcmOut& out) {
  std::visit(OfSiteItself{world, recorded, out}, recorded.event);
}

}  // namespace tokenlife::sim
