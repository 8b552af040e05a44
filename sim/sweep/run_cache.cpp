#include "sim/sweep/run_cache.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

#include "core/hex.hpp"
#include "core/lifecycle.hpp"
#include "core/token/sha256.hpp"
#include "sim/engine/simulation.hpp"
#include "sim/sweep/metric.hpp"
#include "sim/text/read_file.hpp"
#include "sim/text/take_line.hpp"

namespace tokenlife::sim {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFormat = "tokenlife numbers of a run, 1\n";
constexpr std::size_t kEntryBytesMax = 1 << 16;

}  // namespace

Result<RunCache, Error> RunCache::open(const std::string& folder, std::string version) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || !fs::is_directory(folder, error)) {
    return file_error(folder, "cannot be made: " + error.message(), "name a folder with --cache");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return file_error(folder, "cannot be written: " + std::generic_category().message(errno),
                      "name another folder with --cache");
  }
  return RunCache(folder, std::move(version));
}

std::string run_key(const Scenario& scenario, std::uint64_t seed, const std::string& version) {
  const events::LogHeader header = header_of(scenario);
  std::string all = fmt::format("{}{}\n{:016x}\n{}\n{}\n", kFormat, version,
                                lifecycle_fingerprint(), seed, scenario.clients_scale);
  // Lengths first: what follows cannot be taken for something else.
  all += fmt::format("{}\n{}", scenario.text.size(), scenario.text);
  for (const events::LogInput& input : header.inputs) {
    all += fmt::format("{}\n{}{}", input.name.size(), input.name, to_hex(input.digest.bytes));
  }
  return to_hex(sha256(all));
}

std::optional<std::vector<double>> RunCache::find(const std::string& key) const {
  const auto text = read_text_file((fs::path(folder_) / key).string(), kEntryBytesMax);
  if (!text) return std::nullopt;
  const std::size_t checked = text->rfind("sha256 ");
  if (checked == std::string::npos) return std::nullopt;
  const std::string_view body = std::string_view(*text).substr(0, checked);
  if (text->substr(checked) != "sha256 " + to_hex(sha256(body)) + "\n") return std::nullopt;
  std::string_view rest = body;
  if (!rest.starts_with(kFormat)) return std::nullopt;
  rest.remove_prefix(kFormat.size());
  if (take_line(rest) != std::string_view(key)) return std::nullopt;  // It is another's, renamed.
  std::vector<double> numbers;
  for (const std::string& name : metric_names()) {
    const auto line = take_line(rest);
    if (!line || !line->starts_with(name + " ")) return std::nullopt;
    const std::string_view digits = line->substr(name.size() + 1);
    double number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    numbers.push_back(number);
  }
  return rest.empty() ? std::optional(std::move(numbers)) : std::nullopt;
}

Result<void, Error> RunCache::keep(const std::string& key,
                                   const std::vector<double>& numbers) const {
  static std::atomic<std::uint64_t> written{0};
  std::string text = fmt::format("{}{}\n", kFormat, key);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text += fmt::format("{} {}\n", metric_names()[i], numbers[i]);
  }
  text += "sha256 " + to_hex(sha256(text)) + "\n";
  const fs::path path = fs::path(folder_) / key;
  const fs::path unfinished =
      fs::path(folder_) / fmt::format(".{}.{}.{}", key.substr(0, 16), ::getpid(), written++);
  std::ofstream file(unfinished, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file) fs::rename(unfinished, path, error);
  if (file && !error) return {};
  const int error_number = file ? error.value() : errno;
  fs::remove(unfinished, error);
  return file_error(path.string(),
                    "cannot be written: " + std::generic_category().message(error_number));
}

}  // namespace tokenlife::sim
