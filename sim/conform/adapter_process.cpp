#include "sim/conform/adapter_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "sim/text/escape.hpp"

extern char** environ;

namespace tokenlife::sim {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t kLogBytes = 8 * 1024;

// Both ends of a pipe; closed unless they are taken.
struct AdapterPipe {
  std::array<int, 2> ends{-1, -1};
  AdapterPipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) ends = {-1, -1};
  }
  ~AdapterPipe() {
    for (const int end : ends) {
      if (end >= 0) ::close(end);
    }
  }
  AdapterPipe(const AdapterPipe&) = delete;
  AdapterPipe& operator=(const AdapterPipe&) = delete;
  bool is_open() const { return ends[0] >= 0; }
  int take(std::size_t end) {
    const int taken = ends[end];
    ends[end] = -1;
    ::fcntl(taken, F_SETFL, O_NONBLOCK);
    return taken;
  }
};

// Writing to an adapter that has gone is an error, and no signal.
void ignore_broken_pipes() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
}

// A process group of its own, so that what it starts ends with it; no signal ignored or blocked.
int spawn(const std::vector<std::string>& words, AdapterPipe& in, AdapterPipe& out,
          AdapterPipe& err, pid_t& pid) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.ends[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  const int error =
      ::posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

std::string seconds_of(std::chrono::milliseconds time) {
  return fmt::format("{:g} s", static_cast<double>(time.count()) / 1000.0);
}

}  // namespace

Result<std::unique_ptr<AdapterProcess>, AdapterLoss> AdapterProcess::start(
    const std::vector<std::string>& words, std::chrono::milliseconds timeout) {
  ignore_broken_pipes();
  AdapterPipe in;
  AdapterPipe out;
  AdapterPipe err;
  pid_t pid = 0;
  const bool has_pipes = in.is_open() && out.is_open() && err.is_open();
  const int error = has_pipes ? spawn(words, in, out, err, pid) : errno;
  if (error != 0) {
    return Failed<AdapterLoss>(AdapterLoss{
        fmt::format("cannot be started: {}: {}", in_quotes(words[0]), std::strerror(error)), "",
        ""});
  }
  return std::unique_ptr<AdapterProcess>(
      new AdapterProcess(pid, in.take(1), out.take(0), err.take(0), timeout));
}

AdapterProcess::~AdapterProcess() {
  kill();
  for (const int end : {in_, out_, err_}) {
    if (end >= 0) ::close(end);
  }
}

void AdapterProcess::kill() {
  if (is_gone_) return;
  // The group, which may outlive the adapter: until the adapter is waited for, its number is not
  // given to others.
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  is_gone_ = true;
}

void AdapterProcess::read_log() {
  std::array<char, 4096> bytes;
  // Not for ever: there are those who write faster than this.
  for (int reads = 0; reads < 16; ++reads) {
    const ssize_t count = ::read(err_, bytes.data(), bytes.size());
    if (count <= 0) {
      if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
      ::close(err_);
      err_ = -1;
      return;
    }
    log_.append(bytes.data(), static_cast<std::size_t>(count));
    if (log_.size() > 2 * kLogBytes) log_.erase(0, log_.size() - kLogBytes - 1);
    if (static_cast<std::size_t>(count) < bytes.size()) return;
  }
}

bool AdapterProcess::read_output() {
  std::array<char, 65536> bytes;
  const ssize_t count = ::read(out_, bytes.data(), bytes.size());
  if (count > 0) {
    output_.append(bytes.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
    at_end_ = true;
  }
  return count > 0;
}

bool AdapterProcess::wait(bool writes, Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  if (left.count() <= 0) return false;
  std::array<pollfd, 3> ends{pollfd{at_end_ ? -1 : out_, POLLIN, 0}, pollfd{err_, POLLIN, 0},
                             pollfd{writes ? in_ : -1, POLLOUT, 0}};
  ::poll(ends.data(), ends.size(), static_cast<int>(std::min<std::int64_t>(left.count(), 1000)));
  if (ends[1].revents != 0) read_log();
  if (ends[0].revents != 0) read_output();
  return true;
}

bool AdapterProcess::take_line(std::string& line) {
  const std::size_t end = output_.find('\n', searched_);
  if (end == std::string::npos) {
    searched_ = output_.size();
    return false;
  }
  line = output_.substr(0, end);
  output_.erase(0, end + 1);
  searched_ = 0;
  last_line_ = line;
  return line.size() < kAdapterLineBytesMax;
}

Result<std::string, AdapterLoss> AdapterProcess::ask(std::string_view line) {
  const Deadline deadline = steady_clock::now() + timeout_;
  std::string rest(line);
  rest += '\n';
  std::size_t written = 0;
  for (std::string answer;;) {
    if (written < rest.size()) {
      const ssize_t count = ::write(in_, rest.data() + written, rest.size() - written);
      if (count > 0) written += static_cast<std::size_t>(count);
      if (count < 0 && errno != EAGAIN && errno != EINTR) written = rest.size();  // it has gone
    } else if (take_line(answer)) {
      return answer;
    }
    if (written == rest.size() && !answer.empty()) {
      return Failed<AdapterLoss>(lost("wrote a line of more than 1 MiB"));
    }
    if (output_.size() >= kAdapterLineBytesMax + rest.size()) {
      return Failed<AdapterLoss>(
          lost("wrote a line of more than 1 MiB, or much that nobody asked for"));
    }
    if (at_end_) {
      written = rest.size();
      if (output_.find('\n') != std::string::npos) continue;
      return Failed<AdapterLoss>(lost(how_it_ended()));
    }
    if (!wait(written < rest.size(), deadline)) {
      return Failed<AdapterLoss>(lost(fmt::format("gave no answer in {}", seconds_of(timeout_))));
    }
  }
}

// False if it goes on.
bool AdapterProcess::has_ended(Deadline deadline) {
  while (::waitid(P_PID, static_cast<id_t>(pid_), &ended_, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         ended_.si_pid != pid_) {
    if (steady_clock::now() >= deadline) return false;
    ::poll(nullptr, 0, 2);
    if (err_ >= 0) read_log();
  }
  return true;
}

std::string AdapterProcess::how_it_ended() {
  if (!has_ended(steady_clock::now() + std::chrono::milliseconds{500})) {
    return "closed its standard output";
  }
  const bool by_itself = ended_.si_code == CLD_EXITED;
  return fmt::format("{} {}", by_itself ? "ended with exit status" : "was killed by signal",
                     ended_.si_status);
}

AdapterLoss AdapterProcess::lost(std::string what) {
  if (err_ >= 0) read_log();
  if (!output_.empty()) last_line_ = output_.substr(0, kAdapterLineBytesMax);
  return {std::move(what), last_line_, log()};
}

std::string AdapterProcess::log() {
  if (err_ >= 0) read_log();
  if (log_.size() <= kLogBytes) return log_;
  // From a line's beginning on: half a token is one, too.
  const std::size_t begin = log_.find('\n', log_.size() - kLogBytes);
  return begin == std::string::npos ? "" : log_.substr(begin + 1);
}

void AdapterProcess::forget_log() {
  if (err_ >= 0) read_log();
  log_.clear();
}

Result<void, AdapterLoss> AdapterProcess::end() {
  ::close(in_);
  in_ = -1;
  const Deadline deadline = steady_clock::now() + timeout_;
  // What it still writes is not looked at, and may not stop it.
  while (!at_end_ && wait(false, deadline)) output_.clear();
  if (!has_ended(deadline)) {
    kill();
    return Failed<AdapterLoss>(lost(fmt::format(
        "did not end within {} after its standard input was closed", seconds_of(timeout_))));
  }
  return {};
}

Result<std::vector<std::string>, std::string> split_command(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool last = i + 1 == line.size();
    if (c == '\\' && quote != '\'') {
      if (last) return Failed<std::string>("ends in a backslash");
      const char next = line[i + 1];
      const bool escapes = quote == 0 || next == '"' || next == '\\' || next == '$' || next == '`';
      if (!escapes) word += c;
      word += next;
      ++i;
      in_word = true;
    } else if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
      in_word = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (quote != 0) return Failed<std::string>("has a quote that does not end");
  if (in_word) words.push_back(std::move(word));
  if (words.empty() || words[0].empty()) return Failed<std::string>("does not name a program");
  return words;
}

}  // namespace tokenlife::sim
