// A desk with a site on disk, and clients beside it. The time is told to each command, in days
// after the site was made.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "support/desk.hpp"

namespace tokenlife::test {

class ClientDesk : public Desk {
 public:
  ClientDesk() {
    const Ran ran = run("site init site");
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    // By the machine's clock, and not before the site's first event. Whoever tells a client a time
    // near it tells the site one too: a second may pass between two commands.
    start_ =
        std::chrono::floor<std::chrono::seconds>(std::filesystem::file_time_type::clock::to_sys(
            std::filesystem::last_write_time(path("site"))));
  }

  std::chrono::sys_seconds start() const { return start_; }

  // " --at N", so many seconds after the desk was made.
  std::string at(std::chrono::seconds after) const {
    return " --at " + std::to_string((start_ + after).time_since_epoch().count());
  }

  // "register --network intranet", in the client's name, at a day.
  Ran client(const std::string& verb, const std::string& name, std::chrono::seconds after,
             const std::string& rest = "") const {
    return run("client " + verb + " --dir " + name + " --site site" + at(after) + " " + rest);
  }

  // The same, as JSON, with the status that is expected.
  nlohmann::json ask(int status, const std::string& verb, const std::string& name,
                     std::chrono::seconds after, const std::string& rest = "") const {
    const Ran ran = client(verb, name, after, "--json " + rest);
    INFO(verb << " " << name << " " << rest << "\n" << ran.out << ran.err);
    REQUIRE(ran.status == status);
    return nlohmann::json::parse(ran.out);
  }

  // A bulk token made at the beginning, in the file of that name.
  nlohmann::json bulk_token(const std::string& name, const std::string& options = "") const {
    const Ran ran =
        run("token new --site site --json" + at(std::chrono::seconds{0}) + " " + options);
    INFO(ran.err);
    REQUIRE(ran.status == 0);
    const nlohmann::json made = nlohmann::json::parse(ran.out);
    write(name, made["token"].get<std::string>());
    return made;
  }

 private:
  std::chrono::sys_seconds start_;
};

// The kinds of the events of an answer, with blanks between them.
inline std::string kinds_of(const nlohmann::json& answer) {
  std::string kinds;
  for (const auto& event : answer["events"]) {
    if (!kinds.empty()) kinds += ' ';
    kinds += event["kind"].get<std::string>();
  }
  return kinds;
}

}  // namespace tokenlife::test
