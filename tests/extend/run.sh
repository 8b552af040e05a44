#!/usr/bin/env bash
# Whoever adds an event or an action is sent by the compiler to every place that has to know it:
# here an event of clients and two actions, one on the site and one on clients, are added in a copy
# of the sources. Without what they need, each of those places is an error; with it everything
# compiles. The row of the event is left out: core/lifecycle.cpp asks for it by a static_assert, and
# takes longer than all of this together.
# usage: run.sh C++-COMPILER
set -euo pipefail
compiler=$1
sources=$(realpath "$(dirname "$0")/../..")
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$sources"/{core,events,sim} "$copy"
cd "$copy"

# insert FILE LINE TEXT: TEXT before the line of FILE that contains LINE, which must be there once
insert() {
  if [[ $(grep -cF -- "$2" "$1") != 1 ]]; then
    echo "$1 has not one line with: $2"
    exit 1
  fi
  LINE=$2 TEXT=$3 awk 'index($0, ENVIRON["LINE"]) { print ENVIRON["TEXT"] } { print }' "$1" >edited
  mv edited "$1"
}

# append FILE LIST TYPE: TYPE as the last of `using LIST = std::variant<...>;`
append() {
  LIST="using $2 =" TYPE=$3 awk '
    index($0, ENVIRON["LIST"]) { inside = 1 }
    inside && sub(/>;$/, ", " ENVIRON["TYPE"] ">;") { inside = 0; ++done }
    { print }
    END { exit done != 1 }' "$1" >edited || { echo "$1 has not one list $2"; exit 1; }
  mv edited "$1"
}

# All of them at once, which takes half the time.
places=(core/evolve_in_place.hpp core/spell_follower.hpp events/log_format.hpp
  events/event_layout.hpp events/run_check.hpp sim/analysis/event_fields.hpp
  sim/analysis/event_words.cpp sim/ccm/client_lines.cpp sim/ccm/server_lines.cpp
  sim/scenario/action.cpp sim/scenario/to_toml.cpp sim/engine/site_timeline.cpp
  sim/engine/client_actions.hpp sim/naive/site.cpp sim/naive/client.cpp
  sim/soak/random_scenario.cpp sim/soak/simpler_scenario.cpp)
for place in "${places[@]}"; do
  case $place in
    # client_run.cpp includes them.
    core/evolve_in_place.hpp | core/spell_follower.hpp | events/event_layout.hpp) ;;
    events/run_check.hpp)
      echo "#include \"$place\"
        inline auto check(tokenlife::events::RunCheck& check,
                          const tokenlife::Recorded<tokenlife::ClientRenamed>& recorded,
                          const tokenlife::Client& client) {
          return check.on(recorded, client);
        }"
      ;;
    sim/analysis/event_fields.hpp)
      # A form that takes anything: those of event_writer.cpp drag in much.
      echo "#include \"$place\"
        struct AnyForm { void field(auto...) {} };
        inline void give(const tokenlife::Recorded<tokenlife::ClientEvent>& event,
                         const tokenlife::events::LogHeader& header, AnyForm form) {
          tokenlife::sim::give_fields(event, header, {}, form);
        }"
      ;;
    sim/analysis/event_words.cpp)  # Its Words are not those of event_form.hpp.
      printf '#define Words EventWords\n#include "%s"\n#undef Words\n' "$place"
      ;;
    *) echo "#include \"${place/client_actions.hpp/client_run.cpp}\"" ;;
  esac
done >all.cpp
compiles() { "$compiler" -std=c++20 -Werror=switch -fsyntax-only -I. all.cpp 2>errors; }

insert core/recorded.hpp '  site_established,' 'client_renamed,'
insert core/client_event.hpp 'using ClientEvent =' \
  'struct ClientRenamed {
     static constexpr EventKind kind = EventKind::client_renamed;
     static constexpr std::string_view kind_name = "client-renamed";
     bool again;
   };'
append core/client_event.hpp ClientEvent ClientRenamed
insert sim/scenario/action.hpp 'using SiteAction =' \
  'struct OnSite { static constexpr std::string_view kName = "on-site"; };'
append sim/scenario/action.hpp SiteAction OnSite
insert sim/scenario/action.hpp 'using ClientAction =' \
  'struct OnClients { static constexpr std::string_view kName = "on-clients"; Target target; };'
append sim/scenario/action.hpp ClientAction OnClients
if compiles; then
  echo "what nothing knows compiles"
  exit 1
fi
for place in "${places[@]}"; do
  if ! grep -qE "$place:[0-9]+:[0-9]+" errors; then
    echo "no error leads to $place"
    exit 1
  fi
done

insert core/evolve_in_place.hpp 'constexpr void change(Client&, const AgentRestarted&) {}' \
  'constexpr Where where(const Client& client, const ClientRenamed&) {
     return where_of(client.network);
   }
   constexpr EventError precondition(const Client&, const ClientRenamed&) {
     return EventError::none;
   }
   constexpr void change(Client&, const ClientRenamed&) {}'
insert events/log_format.hpp 'case EventKind::asked_to_renew:' 'case EventKind::client_renamed:'
insert core/spell_follower.hpp '    } else {' \
  '} else if constexpr (std::same_as<Event, ClientRenamed>) {'
insert events/run_check.hpp 'BrokenRule rule(const Envelope&, const ClientInstalled& event' \
  'BrokenRule rule(const Envelope&, const ClientRenamed&, const Client&) { return nullptr; }'
insert events/event_layout.hpp 'struct Layout<AgentRestarted> : NoFields {};' \
  'struct Layout<ClientRenamed> {
     static constexpr void fields(auto& place, auto& e) { place.detail("again", e.again); }
   };
   template <>'
insert sim/analysis/event_fields.hpp 'void operator()(const AgentRestarted&) const {}' \
  'void operator()(const ClientRenamed&) const {}'
insert sim/analysis/event_words.cpp 'std::string operator()(const AgentRestarted&) const {' \
  'std::string operator()(const ClientRenamed&) const { return {}; }'
insert sim/ccm/client_lines.cpp 'void operator()(const AgentRestarted&) const { started(); }' \
  'void operator()(const ClientRenamed&) const {}'
insert sim/ccm/server_lines.cpp 'void operator()(const AgentRestarted&) const {}' \
  'void operator()(const ClientRenamed&) const {}'
insert sim/scenario/action.cpp '// By position in kActionNames.' \
  'std::optional<OnSite> read(Reading&, Keys&, ActionType<OnSite>) { return OnSite{}; }
   std::optional<OnClients> read(Reading&, Keys&, ActionType<OnClients>) { return OnClients{}; }'
insert sim/scenario/to_toml.cpp 'void operator()(const LoseAnswers& loss) const {' \
  'void operator()(const OnSite&) const {}
   void operator()(const OnClients&) const {}'
insert sim/engine/site_timeline.cpp 'static void take(const LoseAnswers&' \
  'static void plan(const OnSite&, std::uint32_t) {}
   static std::optional<Duration> length_of(const OnSite&) { return std::nullopt; }
   static void take(const OnSite&, const SiteStep&) {}'
insert sim/engine/client_actions.hpp 'void take(const RestartAgents&) {' \
  'void take(const OnClients&) {}'
insert sim/naive/site.hpp 'void begin(const sim::LoseAnswers&' \
  'static void begin(const sim::OnSite&, Turn, Instant) {}
   static void end(const sim::OnSite&, Turn, Duration, Instant) {}'
insert sim/naive/client.hpp 'void begin(const sim::RestartAgents&' \
  'static void begin(const sim::OnClients&, Turn, Instant) {}'
insert sim/soak/random_scenario.cpp \
  'std::optional<Outage> operator()(ActionType<Outage>) const {' \
  'std::optional<OnSite> operator()(ActionType<OnSite>) const { return OnSite{}; }
   std::optional<OnClients> operator()(ActionType<OnClients>) const { return OnClients{target}; }'
insert sim/soak/simpler_scenario.cpp 'std::optional<Outage> operator()(const Outage&) const {' \
  'std::optional<OnSite> operator()(const OnSite&) const { return std::nullopt; }
   std::optional<OnClients> operator()(const OnClients&) const { return std::nullopt; }'
if ! compiles; then
  cat errors
  exit 1
fi
