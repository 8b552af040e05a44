// The command line of clients on disk, and of the line that installs them.
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_ccmsetup.hpp"
#include "sim/cli/command_client.hpp"
#include "sim/cli/command_known_client.hpp"

namespace tokenlife::sim {
namespace {

void add_line(CLI::App& app, Chosen& chosen) {
  auto [line, command] = add_command(
      app, chosen, "ccmsetup-line", "Print or check a client's installation line",
      ccmsetup_line_command,
      "Prints the line for a new bulk token of the site, or for the one given. With --parse,\n"
      "says everything that is wrong with a line; the exit status is 0 if nothing is, and 1 if\n"
      "something is. A real CMG has a number of its own after CCM_Proxy_MutualAuth/, and does\n"
      "not accept this site's tokens.\n"
      "Examples:\n"
      "  tokenlife ccmsetup-line --site /srv/site --host cmg.example.com --code PS1\n"
      "  tokenlife ccmsetup-line --parse - < line.txt");
  line->add_option("--parse", command.parse, "A line to check, or - for standard input");
  line->add_option("--site", command.site, "The site's folder");
  line->add_option("--host", command.host, "The CMG's name, like cmg.example.com");
  line->add_option("--code", command.code, "The site code, three letters or digits (default: ABC)");
  line->add_option("--bulk-token", command.bulk_token,
                   "- reads the bulk token from standard input (default: a new one)");
  line->add_option("--token-file", command.token_file, "A file that holds the bulk token");
  add_at(*line, command.at);
  add_lock_timeout(*line);
  line->add_flag("--json", command.json, "Print JSON");
}

void add_options(CLI::App& app, ClientCommand& command, bool takes_bulk) {
  app.add_option("--dir", command.folder, "The client's folder")->required();
  app.add_option("--site", command.site, "The site's folder")->required();
  if (takes_bulk) {
    app.add_option("--bulk-token", command.bulk_token,
                   "- reads the bulk token from standard input");
  }
  app.add_option("--network", command.network,
                 "The network that the client is on from now on (default: as before; for a new "
                 "client, intranet)")
      ->check(one_of({"intranet", "internet", "offline"}));
  add_at(app, command.at);
  add_lock_timeout(app);
  app.add_flag("--json", command.json, "Print JSON");
}

void add_shown(CLI::App& app, ClientCommand& command) {
  app.add_option("--pki", command.pki, "A PKI certificate to show, in PEM");
  app.add_option("--pki-key", command.pki_key,
                 "Its private key, in PEM: it is used to sign, and is not kept");
  app.add_option("--chain", command.chain, "The certificates between it and its CA, in PEM");
  app.add_option("--entra-token", command.entra_token,
                 "- reads an Entra token to show from standard input");
}

void add_strict_clones(CLI::App& app, ClientCommand& command) {
  app.add_flag("--strict-clones", command.strict_clones,
               "Have the site refuse a token that is older than one that the client has used: a "
               "sign that the client's folder was copied");
}

void add_register(CLI::App& client, Chosen& chosen) {
  auto registers = add_command(
      client, chosen, "register", "Register and get a token", client_register_command,
      "A client registers on the intranet, or with a PKI certificate, an Entra token or a bulk\n"
      "token. What it shows is stored nowhere.\n"
      "Exit status: 0 granted; 1 refused, or no request sent.\n"
      "Examples:\n"
      "  tokenlife client register --dir laptop --site /srv/site --network intranet\n"
      "  tokenlife client register --dir kiosk --site /srv/site --network internet \\\n"
      "      --host cmg.example.com --bulk-token - < bulk-token.txt\n"
      "  tokenlife client register --dir kiosk --site /srv/site --pki kiosk.pem \\\n"
      "      --pki-key kiosk.key --chain issuing-ca.pem\n"
      "  tokenlife client register --dir kiosk --site /srv/site \\\n"
      "      --entra-token - < token.txt");
  add_options(*registers.app, registers.command, true);
  add_shown(*registers.app, registers.command);
  registers.app->add_option("--host", registers.command.host,
                            "The CMG's name, for the line that the client's log shows on success");
}

void add_client(CLI::App& app, Chosen& chosen) {
  CLI::App& client =
      command_group(app, "client", "A client on disk, which talks to a site on disk");
  client.footer(
      "Examples:\n"
      "  tokenlife client new --dir laptop --site /srv/site\n"
      "  tokenlife client register --dir laptop --site /srv/site\n"
      "  tokenlife client call --dir laptop --site /srv/site --network internet\n"
      "  tokenlife client renew --dir laptop --site /srv/site");
  auto fresh = add_command(
      client, chosen, "new", "Install a client: make its key and certificate", client_new_command,
      "Only the GUID of a bulk token is kept.\n"
      "Examples:\n"
      "  tokenlife client new --dir laptop --site /srv/site\n"
      "  tokenlife client new --dir kiosk --site /srv/site --network internet");
  add_options(*fresh.app, fresh.command, true);
  fresh.app->add_option("--key", fresh.command.key, "rsa (2048 bits) or ec-p256 (default: rsa)")
      ->check(one_of({"rsa", "ec-p256"}));
  fresh.app
      ->add_option("--credential", fresh.command.credential,
                   "What it will show to register: pki, entra, or self-signed, which means only "
                   "the certificate that is made here (default)")
      ->check(one_of({"self-signed", "pki", "entra"}));

  add_register(client, chosen);

  auto renew = add_command(
      client, chosen, "renew", "Renew the token, if it is due", client_renew_command,
      "A token is renewed a month after it was issued, and not before. An expired client has to\n"
      "register again: on the intranet, or with a PKI certificate or an Entra token (`tokenlife\n"
      "client register`).\n"
      "Exit status: 0 granted; 1 refused, or no request sent.\n"
      "Example:\n  tokenlife client renew --dir laptop --site /srv/site");
  add_options(*renew.app, renew.command, false);
  add_strict_clones(*renew.app, renew.command);

  auto call = add_command(
      client, chosen, "call", "Contact the site", client_call_command,
      "The client does what it does at a contact: it registers or renews if that is due, then\n"
      "exchanges data.\n"
      "Exit status: 0 granted; 1 refused, or no request sent.\n"
      "Example:\n"
      "  tokenlife client call --dir laptop --site /srv/site --network internet");
  add_options(*call.app, call.command, true);
  add_shown(*call.app, call.command);
  add_strict_clones(*call.app, call.command);

  auto list = add_command(
      client, chosen, "list", "List the clients that a site knows", client_list_command,
      "These are the clients to which it has issued a token, and those that it has blocked.\n"
      "Example:\n  tokenlife client list --site /srv/site");
  list.app->add_option("--site", list.command.site, "The site's folder")->required();
  add_at(*list.app, list.command.at);
  list.app->add_flag("--json", list.command.json, "Print JSON");

  auto show = add_command(client, chosen, "show", "Show what a site knows about a client",
                          client_show_command,
                          "`tokenlife replay laptop` shows what the client itself knows.\n"
                          "Example:\n  tokenlife client show laptop --site /srv/site");
  show.app
      ->add_option("CLIENT", show.command.client,
                   "The client's folder, or its certificate's SHA-256 thumbprint")
      ->required();
  show.app->add_option("--site", show.command.site, "The site's folder")->required();
  add_at(*show.app, show.command.at);
  show.app->add_flag("--json", show.command.json, "Print JSON");
}

}  // namespace

void add_client_commands(CLI::App& app, Chosen& chosen) {
  add_client(app, chosen);
  add_line(app, chosen);
}

}  // namespace tokenlife::sim
