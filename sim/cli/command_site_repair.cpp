// A site whose journal is damaged, and one that was put back from a copy.
#include <fmt/format.h>

#include "sim/cli/clock_argument.hpp"
#include "sim/cli/command_site.hpp"
#include "sim/cli/event_writer.hpp"
#include "sim/cli/site_warning.hpp"
#include "sim/site/site_repair.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

std::string lines_of(const SiteRepair& repair, const std::vector<Recorded<SiteEvent>>& events) {
  events::LogHeader header;
  header.start_unix_seconds = repair.start_unix_seconds;
  TextBuffer lines;
  const auto writer = event_writer("text", header, lines);
  for (const Recorded<SiteEvent>& recorded : events) writer->write(recorded);
  return std::string(lines.text());
}

std::string text_of(const SiteRepair& repair) {
  const auto& [acknowledged, kept, bytes_cut] = repair.repaired;
  const std::string last = rfc3339(repair.last);
  std::string text =
      fmt::format("damaged   {}\nkept      {}", escape_text(repair.damage), counted(kept, "event"));
  if (repair.saved.empty()) {
    text += fmt::format(", the last before the damage at {}\n", last);
  } else {
    text += fmt::format(" in all, {} of them from after the damage; the last before it at {}\n",
                        repair.saved.size(), last);
    text += "after the damage, and kept\n" + lines_of(repair, repair.saved);
  }
  if (!repair.unfit.empty()) {
    text += "after the damage, and given up because something before it is lost\n" +
            lines_of(repair, repair.unfit);
  }
  text += fmt::format("lost      {}", acknowledged > kept ? counted(acknowledged - kept, "event") +
                                                                " that had been acknowledged"
                                                          : "nothing, as far as is known");
  text += fmt::format("; cut off: {}\n", counted(bytes_cut, "byte"));
  for (const std::string& copy : repair.copies) {
    text += fmt::format("copy kept {}\n", escape_text(copy));
  }
  if (repair.is_whole && repair.unfit.empty()) return text + "repaired\n";
  return text +
         "repaired; what was lost has to be done again: check which tokens have to be blocked, "
         "and\n"
         "which certificates have to be retired; if a rotation was lost, run `tokenlife site "
         "rotate DIR`.\n"
         "Clients that are no longer known are recognised by their tokens.\n";
}

}  // namespace

ExitStatus site_repair_command(const SiteRepairCommand& command, Console& console) {
  const auto clock = [&] { return time_of_command(command.at); };
  const auto repair = repair_site(command.site, command.salvage, clock);
  if (!repair) return Failed<Error>(repair.error());
  console.print(repair->damage.empty() ? "nothing to repair\n" : text_of(*repair));
  return 0;
}

ExitStatus site_restore_command(const SiteRestoreCommand& command, Console& console) {
  auto site = SiteFolder::open_to_write(command.site);
  if (!site) return Failed<Error>(site.error());
  const auto now = time_of_command(command.at);
  if (!now) return Failed<Error>(now.error());
  const auto events = site->events().size();
  const auto last = site->time_of(site->events().back().time);
  const auto begun = site->begin_epoch(*now);
  say_warning(*site, console);
  if (!begun) return Failed<Error>(begun.error());
  console.print(
      fmt::format("continues from {}, the last at {}; new clients are numbered from {}\n"
                  "What happened after that is forgotten: block the tokens again that have to be "
                  "blocked, and retire\n"
                  "the certificates again that have to be retired. Clients that are no longer "
                  "known are recognised\n"
                  "by their tokens.\n",
                  counted(events, "event"), rfc3339(last), begun->first.value));
  return 0;
}

}  // namespace tokenlife::sim
