// The command line of a site on disk, and of its bulk tokens.
#include <fmt/format.h>

#include "core/bulk_lifetime.hpp"
#include "sim/cli/arguments.hpp"
#include "sim/cli/command_bulk_token.hpp"
#include "sim/cli/command_known_client.hpp"
#include "sim/cli/command_site.hpp"
#include "sim/site/folder_lock.hpp"

namespace tokenlife::sim {
namespace {

constexpr const char* kFolder = "The site's folder";
constexpr const char* kClient = "The client's folder, or its certificate's SHA-256 thumbprint";

void add_blocking(CLI::App& site, Chosen& chosen) {
  auto block = add_command(
      site, chosen, "block-client", "Block a client", site_block_client_command,
      "Its token and any attempt it makes to register are refused until it is unblocked; if its\n"
      "token was refused meanwhile, it then has to register again. This does not lock a device\n"
      "out: a client that is installed anew has a new certificate, and is another client.\n"
      "Examples:\n  tokenlife site block-client /srv/site laptop\n"
      "  tokenlife site block-client /srv/site $(tokenlife client list --site /srv/site --json |\n"
      "      jq -r '.clients[0].thumbprint')");
  auto unblock =
      add_command(site, chosen, "unblock-client", "Unblock a client", site_unblock_client_command,
                  "It has to register again if its token was refused meanwhile.\n"
                  "Example:\n  tokenlife site unblock-client /srv/site laptop");
  for (Added<BlockClientCommand>* either : {&block, &unblock}) {
    either->app->add_option("DIR", either->command.site, kFolder)->required();
    either->app->add_option("CLIENT", either->command.client, kClient)->required();
    add_at(*either->app, either->command.at);
    add_lock_timeout(*either->app);
  }
}

void add_site_group(CLI::App& app, Chosen& chosen) {
  CLI::App& site =
      command_group(app, "site", "A site on disk: its certificates and what it issued");
  site.footer(
      "Examples:\n"
      "  tokenlife site init /srv/site\n"
      "  tokenlife site show /srv/site --type bulk-token");

  auto init = add_command(
      site, chosen, "init", "Create a site", site_init_command,
      "Makes a signing certificate and its private key, which only its owner can read.\n"
      "Examples:\n"
      "  tokenlife site init /srv/site\n"
      "  tokenlife site init /tmp/site --at 2026-01-01T00:00:00Z");
  init.app->add_option("DIR", init.command.site, "A new folder, or an empty one")->required();
  add_at(*init.app, init.command.at);
  add_lock_timeout(*init.app);

  auto show =
      add_command(site, chosen, "show", "List bulk tokens and certificates", site_show_command,
                  "Examples:\n"
                  "  tokenlife site show /srv/site\n"
                  "  tokenlife site show /srv/site --type bulk-token --sort valid-to\n"
                  "  tokenlife site show /srv/site --expect-head \"$(cat kept-head)\"\n"
                  "  tokenlife site show /srv/site --json | jq .certificates");
  show.app->add_option("DIR", show.command.site, kFolder)->required();
  show.app->add_option("--type", show.command.type,
                       "Only one type: bulk-token or signing-certificate");
  show.app->add_option("--sort", show.command.sort,
                       "type, id, issued-to, valid-from, valid-to or status (default: type)");
  add_at(*show.app, show.command.at);
  show.app->add_flag("--json", show.command.json, "Print JSON");
  show.app->add_option(
      "--expect-head", show.command.expect_head,
      "What this command printed after \"Head: \", its last line, at an earlier time: "
      "the exit status is 1 if the journal has lost or changed anything since");

  auto rotate =
      add_command(site, chosen, "rotate", "Rotate the signing certificate", site_rotate_command,
                  "The earlier private key is removed. Tokens that it signed stay valid until "
                  "its certificate\n"
                  "is retired.\n"
                  "Example:\n  tokenlife site rotate /srv/site");
  rotate.app->add_option("DIR", rotate.command.site, kFolder)->required();
  add_at(*rotate.app, rotate.command.at);
  add_lock_timeout(*rotate.app);

  auto retire = add_command(site, chosen, "retire", "Retire an earlier signing certificate",
                            site_retire_command,
                            "Tokens that it signed are refused from then on.\n"
                            "Example:\n  tokenlife site retire /srv/site 0");
  retire.app->add_option("DIR", retire.command.site, kFolder)->required();
  retire.app
      ->add_option("NUMBER", retire.command.key,
                   "The certificate's number, as shown by `tokenlife site show DIR`")
      ->required()
      ->check(decimal(0, UINT32_MAX));
  add_at(*retire.app, retire.command.at);
  add_lock_timeout(*retire.app);
  add_blocking(site, chosen);
}

void add_site_rescue(CLI::App& app, Chosen& chosen) {
  CLI::App& site =
      command_group(app, "site", "A site on disk: its certificates and what it issued");
  auto repair = add_command(
      site, chosen, "repair", "Continue with a site whose journal is damaged", site_repair_command,
      "Says what is wrong, cuts off what cannot be read, keeps copies of the files as they were\n"
      "beside them, and notes that in the journal. Until then every other command refuses the\n"
      "site, even those that only read.\n"
      "Examples:\n  tokenlife site repair /srv/site\n"
      "  tokenlife site repair --salvage /srv/site");
  repair.app->add_option("DIR", repair.command.site, kFolder)->required();
  repair.app->add_flag(
      "--salvage", repair.command.salvage,
      "If the damage is in the middle, show what can be read after it, and take over what fits");
  add_at(*repair.app, repair.command.at);
  add_lock_timeout(*repair.app);

  auto restore = add_command(
      site, chosen, "restore", "Continue with a site that was put back from a copy",
      site_restore_command,
      "From then on new clients, and known ones with their next token, get numbers from a range "
      "that\n"
      "was never used, so that no number that the site has forgotten is given out twice.\n"
      "Example:\n  mv /srv/site /srv/site.before\n  cp -a /backup/site /srv/site && tokenlife site "
      "restore /srv/site");
  restore.app->add_option("DIR", restore.command.site, kFolder)->required();
  add_at(*restore.app, restore.command.at);
  add_lock_timeout(*restore.app);
}

void add_token_group(CLI::App& app, Chosen& chosen) {
  CLI::App& token = command_group(app, "token", "Create, list, block, inspect and verify tokens");

  auto fresh =
      add_command(token, chosen, "new", "Create a bulk registration token", token_new_command,
                  "The token is shown only once and stored nowhere: keep it safe.\n"
                  "Examples:\n"
                  "  tokenlife token new --site /srv/site\n"
                  "  tokenlife token new --site /srv/site --lifetime 60 --name kiosks");
  fresh.app->add_option("--site", fresh.command.site, kFolder)->required();
  fresh.app->add_option(
      "--lifetime", fresh.command.lifetime,
      fmt::format("Minutes, {} to {} (default: {}, 3 days)", kBulkLifetimeMinutesMin,
                  kBulkLifetimeMinutesMax, kBulkLifetimeMinutesDefault));
  fresh.app->add_option("--name", fresh.command.name, "A name to show in lists");
  add_at(*fresh.app, fresh.command.at);
  add_lock_timeout(*fresh.app);
  fresh.app->add_flag("--json", fresh.command.json, "Print JSON");

  auto list = add_command(token, chosen, "list", "List the bulk tokens of a site",
                          token_list_command, "Example:\n  tokenlife token list --site /srv/site");
  list.app->add_option("--site", list.command.site, kFolder)->required();
  add_at(*list.app, list.command.at);
  list.app->add_flag("--json", list.command.json, "Print JSON");

  const std::string guid = "68b7b1de-7a5f-4d3c-9a51-2f5f0c3b7e11";
  auto block = add_command(token, chosen, "block", "Block a bulk token", token_block_command,
                           "Example:\n  tokenlife token block " + guid + " --site /srv/site");
  auto unblock =
      add_command(token, chosen, "unblock", "Unblock a bulk token", token_unblock_command,
                  "Example:\n  tokenlife token unblock " + guid + " --site /srv/site");
  for (Added<TokenBlockCommand>* either : {&block, &unblock}) {
    either->app->add_option("GUID", either->command.guid, "The token's GUID")->required();
    either->app->add_option("--site", either->command.site, kFolder)->required();
    add_at(*either->app, either->command.at);
    add_lock_timeout(*either->app);
  }
}

}  // namespace

void add_lock_timeout(CLI::App& app) {
  FolderLock::timeout_seconds = FolderLock::kUsualTimeoutSeconds;
  app.add_option("--lock-timeout", FolderLock::timeout_seconds,
                 fmt::format("Seconds to wait while another program changes the folder\n"
                             "(default: {})",
                             FolderLock::kUsualTimeoutSeconds))
      ->check(decimal(0, 86'400));
}

void add_site_commands(CLI::App& app, Chosen& chosen) {
  add_site_group(app, chosen);
  add_site_rescue(app, chosen);
  add_token_group(app, chosen);
}

}  // namespace tokenlife::sim
