// The command line of what examines tokens.
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_token.hpp"

namespace tokenlife::sim {
namespace {

void add_source(CLI::App& app, TokenSource& source) {
  app.add_option("TOKEN", source.token, "The token, or - for standard input");
  app.add_option("--token-file", source.file, "A file that holds the token");
}

void add_inspect(CLI::App& token, Chosen& chosen) {
  auto [app, command] = add_command(
      token, chosen, "inspect", "Show a token without verifying it", token_inspect_command,
      "Shows what can be decoded from the input, and everything that is wrong with its form. The\n"
      "signature is not checked. The exit status is 0 for any input. One newline at the end is\n"
      "ignored.\n"
      "Examples:\n  tokenlife token inspect - < token.txt\n"
      "  tokenlife token inspect --token-file token.txt --json | jq .wrong");
  add_source(*app, command.source);
  app->add_flag("--json", command.json, "Print JSON");
}

void add_verify(CLI::App& token, Chosen& chosen) {
  auto [app, command] = add_command(
      token, chosen, "verify", "Accept or refuse one token", token_verify_command,
      "Exit status: 0 accepted; 1 refused. With --key, neither blocked tokens nor GUIDs that the "
      "site\n"
      "never issued are known. One newline at the end of standard input or of a file is ignored.\n"
      "Examples:\n"
      "  tokenlife token verify - --site /srv/site < token.txt\n"
      "  tokenlife token verify - --key site.pem < token.txt\n"
      "  tokenlife token verify --token-file token.txt --key site.pem --at 2026-03-01T00:00:00Z\n"
      "  tokenlife token verify - --key site.pem --signing-certificate site.crt --json < "
      "token.txt");
  add_source(*app, command.source);
  app->add_option("--site", command.site, "The folder of the site that must have issued the token");
  app->add_option("--key", command.key,
                  "The signer's public key, in PEM, or its certificate, whose SHA-1\n"
                  "thumbprint the token's header (x5t) must name");
  app->add_option("--signing-certificate", command.signing_certificate,
                  "The key's certificate, in PEM, whose SHA-1 thumbprint the token's\n"
                  "header (x5t) must name");
  add_at(*app, command.at);
  app->add_option("--leeway", command.leeway, "Clock leeway in seconds (default: the site's, or 0)")
      ->check(decimal(0, INT64_MAX));
  app->add_option("--issuer", command.issuer, "The issuer that the token must have");
  app->add_option("--audience", command.audience,
                  "The audience that the token must have (default: urn:sccm:service)");
  app->add_option("--type", command.type,
                  "The type that the token must have: bulk, client or any (default: any)")
      ->check(one_of({"bulk", "client", "any"}));
  app->add_option("--client-certificate", command.client_certificate,
                  "The certificate, in PEM, of the client that shows the token");
  CLI::Option* const signature_only =
      app->add_flag("--signature-only", command.signature_only,
                    "Check only the header and the signature, not the payload");
  for (const char* of_payload :
       {"--leeway", "--issuer", "--audience", "--type", "--client-certificate"}) {
    signature_only->excludes(app->get_option(of_payload));
  }
  app->add_flag("--json", command.json, "Print JSON");
}

}  // namespace

void add_token_commands(CLI::App& app, Chosen& chosen) {
  CLI::App& token = command_group(app, "token", "Create, list, block, inspect and verify tokens");
  token.footer(
      "Examples:\n"
      "  tokenlife token new --site /srv/site --lifetime 60\n"
      "  tokenlife token inspect - < token.txt\n"
      "  tokenlife token verify - --site /srv/site < token.txt");
  add_inspect(token, chosen);
  add_verify(token, chosen);
}

}  // namespace tokenlife::sim
