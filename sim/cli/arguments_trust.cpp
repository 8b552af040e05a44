// The command line of whom a site on disk trusts.
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_site_trust.hpp"

namespace tokenlife::sim {
namespace {

constexpr const char* kTrustingSite = "The site's folder";

void add_cas(CLI::App& site, Chosen& chosen) {
  auto trust = add_command(
      site, chosen, "trust-ca", "Trust a CA to vouch for PKI clients", site_trust_ca_command,
      "Its certificate has to be the root of their chains. With --crl, a chain is good if each\n"
      "CA in it has a list in that file that is up to date, and none of these lists names a\n"
      "certificate of the chain. Run the command again with newer lists: what is not given stays\n"
      "as it is.\n"
      "Examples:\n  tokenlife site trust-ca /srv/site root.pem\n"
      "  tokenlife site trust-ca /srv/site root.pem --crl revoked.pem --name corporate");
  trust.app->add_option("DIR", trust.command.site, kTrustingSite)->required();
  trust.app->add_option("CERT", trust.command.ca, "The CA's certificate, in PEM")->required();
  trust.app->add_option("--crl", trust.command.crl,
                        "A file with the lists of revoked certificates, in PEM");
  trust.app->add_flag("--no-crl", trust.command.no_crl, "Stop checking revocation for this CA")
      ->excludes("--crl");
  trust.app->add_option("--name", trust.command.name,
                        "A name to show in lists (default: the certificate's common name)");
  add_at(*trust.app, trust.command.at);
  add_lock_timeout(*trust.app);

  auto distrust = add_command(
      site, chosen, "distrust-ca", "Stop trusting a CA", site_distrust_ca_command,
      "Clients that it has vouched for keep their tokens, but cannot register again with its\n"
      "certificates.\n"
      "Example:\n"
      "  tokenlife site distrust-ca /srv/site $(tokenlife site show /srv/site --json |\n"
      "      jq -r '.\"trusted-cas\"[0].thumbprint')");
  distrust.app->add_option("DIR", distrust.command.site, kTrustingSite)->required();
  distrust.app
      ->add_option("THUMBPRINT", distrust.command.thumbprint,
                   "The SHA-256 thumbprint of its certificate")
      ->required();
  add_at(*distrust.app, distrust.command.at);
  add_lock_timeout(*distrust.app);
}

void add_entra(CLI::App& site, Chosen& chosen) {
  auto trust = add_command(
      site, chosen, "trust-entra", "Trust an issuer of Entra tokens", site_trust_entra_command,
      "The new issuer replaces the earlier one. The keys are a JSON Web Key Set, as the issuer\n"
      "publishes it: run the command again when they change. Nothing is fetched.\n"
      "Example:\n"
      "  tokenlife site trust-entra /srv/site --jwks keys.json --audience api://tokenlife \\\n"
      "      --issuer https://sts.windows.net/cdcc5e91-0adf-4a24-82d0-196667f1c081/");
  trust.app->add_option("DIR", trust.command.site, kTrustingSite)->required();
  trust.app->add_option("--issuer", trust.command.issuer, "The tokens' `iss`, exactly")->required();
  trust.app->add_option("--audience", trust.command.audience, "The tokens' `aud`, exactly")
      ->required();
  trust.app->add_option("--jwks", trust.command.jwks, "A file with the issuer's keys")->required();
  add_at(*trust.app, trust.command.at);
  add_lock_timeout(*trust.app);

  auto distrust = add_command(site, chosen, "distrust-entra", "Stop trusting Entra tokens",
                              site_distrust_entra_command,
                              "Example:\n  tokenlife site distrust-entra /srv/site");
  distrust.app->add_option("DIR", distrust.command.site, kTrustingSite)->required();
  add_at(*distrust.app, distrust.command.at);
  add_lock_timeout(*distrust.app);
}

}  // namespace

void add_trust_commands(CLI::App& app, Chosen& chosen) {
  CLI::App& site =
      command_group(app, "site", "A site on disk: its certificates and what it issued");
  add_cas(site, chosen);
  add_entra(site, chosen);
  auto mp = add_command(
      site, chosen, "set-mp", "Set what management points ask of clients that register",
      site_set_mp_command,
      "With https, a client has to show a PKI certificate, an Entra token or a bulk token to\n"
      "register.\n"
      "Example:\n  tokenlife site set-mp /srv/site https");
  mp.app->add_option("DIR", mp.command.site, kTrustingSite)->required();
  mp.app->add_option("MODE", mp.command.mode, "enhanced-http (which a new site has) or https")
      ->required();
  add_at(*mp.app, mp.command.at);
  add_lock_timeout(*mp.app);
}

}  // namespace tokenlife::sim
