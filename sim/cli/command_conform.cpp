// Examines a program of the user's: a site or a client.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "sim/cli/command_conform.hpp"
#include "sim/cli/conform_report.hpp"
#include "sim/cli/output_file.hpp"
#include "sim/cli/progress.hpp"
#include "sim/conform/conform.hpp"
#include "sim/text/duration.hpp"
#include "sim/text/escape.hpp"
#include "sim/text/number.hpp"
#include "sim/text/read_file.hpp"

namespace tokenlife::sim {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kReplayBytesMax = std::size_t{64} << 20;
constexpr const char* kGiveHistory = "give the path of a history that `conform --out` wrote";

// What the options say.
struct ConformOrder {
  Role role{};
  std::vector<std::string> words;
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds length{};  // if `cases` does not end it
  std::optional<History> replay;
};

Result<Duration, Error> length_of(const char* option, const std::string& text) {
  const auto length = parse_duration(text);
  if (length && *length > Duration{0}) return *length;
  return usage_error(fmt::format("{} {} {}", option, in_quotes(text),
                                 length ? "must be longer than zero" : length.error()),
                     "write it like 5s, 1m or 1h");
}

Result<History, Error> history_of(const std::string& path, Role role) {
  const auto text = read_text_file(path, kReplayBytesMax);
  if (!text) {
    return file_error(escape_text(path), "the history cannot be read: " + text.error(),
                      kGiveHistory);
  }
  auto file = read_replay(*text);
  if (!file) {
    return input_error(escape_text(path), file.error(), kGiveHistory);
  }
  if (file->role != role) {
    return usage_error(
        fmt::format("--role {}, but {} is for a {}", name(role), in_quotes(path), name(file->role)),
        fmt::format("give --role {}", name(file->role)));
  }
  return std::move(file->history);
}

Result<ConformOrder, Error> order_of(const ConformCommand& command) {
  ConformOrder order;
  order.role = *from_name<Role>(command.role);
  const auto words = split_command(command.adapter);
  if (!words) {
    return usage_error(fmt::format("--adapter: the command {}", words.error()),
                       "write it as in a shell: --adapter 'python3 site.py --fast'");
  }
  order.words = *words;
  const auto timeout = length_of("--timeout", command.timeout);
  if (!timeout) return Failed<Error>(timeout.error());
  order.timeout = *timeout;
  const auto length = length_of("--for", command.length.value_or("1m"));
  if (!length) return Failed<Error>(length.error());
  order.length = *length;
  std::error_code error;
  if (command.out && !std::filesystem::is_directory(*command.out, error)) {
    return usage_error(fmt::format("--out {} is not a folder", in_quotes(*command.out)),
                       "create it first");
  }
  if (!command.replay) return order;
  auto history = history_of(*command.replay, order.role);
  if (!history) return Failed<Error>(history.error());
  order.replay = std::move(*history);
  if (!command.out) return order;
  const std::string output = history_file(*command.out, order.role, ConformResult{}.last_seed);
  if (auto good = keep_apart(output, {{*command.replay, "the --replay file itself"}}); !good) {
    return Failed<Error>(good.error());
  }
  return order;
}

// The history has to make sense to an adapter that can do what this one can.
Result<void, Error> check_replay(const ConformCommand& command, const ConformOrder& order,
                                 const Examiner& examiner) {
  const History sound = mended(*order.replay, order.role, examiner.hello());
  if (sound.size() == order.replay->size()) return {};
  std::size_t i = 0;
  while (i < sound.size() && sound[i].id == (*order.replay)[i].id) ++i;
  return input_error(
      escape_text(*command.replay),
      fmt::format("the request {} makes no sense in its place: what it names is not there, or its "
                  "time is more than a day before that of the request before it",
                  (*order.replay)[i].id),
      kGiveHistory);
}

Failed<Error> lost_error(const AdapterLoss& loss) {
  std::string what = loss.what;
  if (!loss.last_line.empty())
    what += fmt::format("; its last line: {}", in_quotes(loss.last_line));
  const bool is_started = !what.starts_with("cannot be started");
  return file_error("the adapter", std::move(what),
                    is_started ? ""
                               : "give the path of the program, as in --adapter "
                                 "'tests/conform/site.py'");
}

ExitStatus say_loss(const AdapterLoss& loss, Console& console) {
  if (!loss.log.empty()) console.say(log_lines(loss.log));
  return lost_error(loss);
}

ExitStatus say_hello_failure(const HelloFailure& failure, const ConformCommand& command,
                             Console& console) {
  switch (failure.kind) {
    case HelloFailure::Kind::lost: return say_loss(failure.loss, console);
    case HelloFailure::Kind::refused:
      return usage_error(fmt::format("the adapter has no role {} in protocol {}: {}", command.role,
                                     kConformProtocol, in_quotes(failure.what)),
                         "tests/conform/README.md says what it has to answer");
    case HelloFailure::Kind::wrong: break;
  }
  console.print(command.json ? json_of_hello(failure.what)
                             : fmt::format("{}  its answer to `hello` {}; see "
                                           "tests/conform/README.md\n",
                                           console.paint("FAIL", Tone::bad), failure.what));
  return 1;
}

ConformPlan plan_of(const ConformCommand& command, const ConformOrder& order, Console& console) {
  const auto deadline = SteadyClock::now() + order.length;
  ConformPlan plan;
  plan.seed = command.seed;
  plan.stop = interrupted;
  plan.enough = [&command, &console, deadline](std::uint64_t histories) {
    if (histories % 64 == 0) {
      console.show_progress(fmt::format("{} histories", grouped(histories)));
    }
    if (interrupted()) return true;
    if (command.cases) return histories >= *command.cases;
    return histories > 0 && SteadyClock::now() >= deadline;
  };
  return plan;
}

}  // namespace

ExitStatus conform_command(const ConformCommand& command, Console& console) {
  const auto order = order_of(command);
  if (!order) return Failed<Error>(order.error());
  const SignalWatch signals;
  auto started = Examiner::start(order->words, order->role, order->timeout);
  if (!started) return say_hello_failure(started.error(), command, console);
  Examiner& examiner = **started;
  if (order->replay) {
    if (auto sound = check_replay(command, *order, examiner); !sound) {
      return Failed<Error>(sound.error());
    }
  }
  const auto begin = SteadyClock::now();
  ConformResult result = order->replay ? replay_history(examiner, *order->replay)
                                       : conform(examiner, plan_of(command, *order, console));
  const std::chrono::duration<double> seconds = SteadyClock::now() - begin;
  console.show_progress("");
  if (!result.loss) {
    auto ended = examiner.end();
    if (!ended && !result.failure) result.loss = ended.error();
  }
  const ConformReport report{examiner, result, command.seed, seconds.count(),
                             order->replay.has_value()};
  console.print(command.json ? json_of(report) : text_of(report, console));
  if (command.out && (result.failure || !result.lost_in.empty())) {
    const auto written = write_history(report, *command.out);
    if (!written) return Failed<Error>(written.error());
    if (!command.json) console.print(fmt::format("written to {}\n", escape_text(*written)));
  }
  if (result.loss) return say_loss(*result.loss, console);
  if (result.failure) return 1;
  return interrupted() ? ExitStatus(kInterrupted) : ExitStatus(0);
}

}  // namespace tokenlife::sim
