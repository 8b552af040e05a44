#include "sim/report/lives.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "events/run_on_threads.hpp"
#include "sim/analysis/client_names.hpp"
#include "sim/report/html.hpp"
#include "sim/text/number.hpp"
#include "sim/text/time.hpp"

namespace tokenlife::sim {
namespace {

constexpr std::size_t kLinksMax = 36;

using EventsByClient = std::map<ClientNumber, ClientEvents>;

// Of a partition the clients that are wanted.
Result<void, Error> read_events(const events::LogReader& log, EventsByClient& wanted) {
  for (auto at = wanted.begin(); at != wanted.end();) {
    const events::PartitionSummary* partition = log.partition_of(at->first);
    if (partition == nullptr) return {};
    auto end = at;
    while (end != wanted.end() && log.partition_of(end->first) == partition) ++end;
    const ClientNumber last = std::prev(end)->first;
    const auto visited =
        log.visit(*partition, [&](ClientNumber number, const Recorded<ClientEvent>& recorded) {
          const auto found = wanted.find(number);
          if (found != wanted.end()) found->second.push_back(recorded);
          return number <= last;
        });
    if (!visited) return Failed<Error>(to_error(visited.error()));
    at = end;
  }
  return {};
}

class LifeText {
 public:
  LifeText(const events::LogHeader& header, const Explanation& found)
      : header_(header), found_(found) {}

  std::string html(const std::string& lanes) const {
    std::string text =
        fmt::format("<details class=\"life\" id=\"client-{}\"><summary>{}{}</summary>\n",
                    found_.number.value, html_name(client_name(header_, found_.number)), cause());
    if (found_.spell) text += fmt::format("<p>{}</p>\n", html_text(found_.why));
    text += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Its life\">" +
            lanes + "</div>\n" + chain() + next();
    return text +
           fmt::format(
               "<p><code>tokenlife explain LOG {}</code> says what would have saved it.</p>\n"
               "</details>\n",
               found_.number.value);
  }

 private:
  std::string moment(Instant t) const { return rfc3339(header_.start(), t); }

  std::string cause() const {
    if (!found_.spell) return "";
    return fmt::format(" <span>{}, without a token since {}</span>",
                       name(found_.spell->spell.cause),
                       date_text(header_.start_unix_seconds +
                                 found_.spell->spell.begin.time_since_epoch().count()));
  }

  // Where there are many, without the oldest of what matters least, and then without the oldest.
  std::vector<const ChainLink*> links() const {
    std::vector<const ChainLink*> links;
    for (const ChainLink& link : found_.chain) links.push_back(&link);
    for (auto link = links.begin(); link != links.end() && links.size() > kLinksMax;) {
      const bool is_least = is_minor((*link)->kind) && !(*link)->is_apart;
      link = is_least ? links.erase(link) : std::next(link);
    }
    if (links.size() > kLinksMax) {
      links.erase(links.begin(), links.end() - static_cast<std::ptrdiff_t>(kLinksMax));
    }
    return links;
  }

  std::string chain() const {
    const auto shown = links();
    std::string text = "<h4>How it got there</h4>\n";
    if (shown.size() < found_.chain.size()) {
      text +=
          fmt::format("<p>{} left out.</p>\n", counted(found_.chain.size() - shown.size(), "line"));
    }
    text += "<ul class=\"chain\">\n";
    for (const ChainLink* link : shown) {
      std::string words = link->text;
      const bool is_by_action = link->cause.find("action") != std::string::npos;
      if (is_by_action) words += " [" + link->cause + "]";
      text += fmt::format("<li><time>{}</time> {}</li>\n", moment(link->from), html_text(words));
    }
    return text + "</ul>\n";
  }

  std::string next() const {
    if (found_.next.empty()) return "";
    std::string text = "<h4>What comes next</h4>\n<ul class=\"chain\">\n";
    for (const NextStep& step : found_.next) {
      std::string words = step.what;
      if (!step.waits_for.empty()) words += "; it waits for " + step.waits_for;
      text +=
          fmt::format("<li>{}{}</li>\n", step.at ? "<time>" + moment(*step.at) + "</time> " : "",
                      html_text(words));
    }
    return text + "</ul>\n";
  }

  const events::LogHeader& header_;
  const Explanation& found_;
};

}  // namespace

Result<std::vector<LifeSection>, Error> lives_of(const ExplainedLog& log,
                                                 std::span<const ClientNumber> clients,
                                                 std::span<const Mark> marks, unsigned threads) {
  const events::LogHeader& header = log.log().header();
  EventsByClient wanted;
  for (const ClientNumber client : clients) wanted[client];
  if (auto read = read_events(log.log(), wanted); !read) return Failed<Error>(read.error());

  std::vector<LifeSection> lives(clients.size());
  std::vector<std::optional<Error>> errors(clients.size());
  events::run_on_threads(threads, clients.size(), [&](events::Worker& worker) {
    while (const auto i = worker.next()) {
      const ClientNumber client = clients[*i];
      const ClientEvents& its = wanted.at(client);
      ExplainOptions options;
      options.at = at(header.duration);
      options.quick = true;
      const auto found = log.explain(client, its, options);
      if (!found) {
        errors[*i] = found.error();
        continue;
      }
      lives[*i] = {client, LifeText(header, *found).html(lanes_svg(its, header, marks))};
    }
  });
  for (const auto& error : errors) {
    if (error) return Failed<Error>(*error);
  }
  return lives;
}

}  // namespace tokenlife::sim
