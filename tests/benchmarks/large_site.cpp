// large_site FOLDER COUNT: gives a site on disk so many bulk tokens and as many clients, each with
// a token, as if it had issued them all in its first days. Its journal is synced once, at the end.
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "events/log_format.hpp"
#include "sim/site/site_head.hpp"
#include "write_journal.hpp"

namespace {

using namespace tokenlife;

int fail(const std::string& what) {
  std::fprintf(stderr, "large_site: %s\n", what.c_str());
  return 1;
}

int fill(const std::string& folder, std::int64_t count) {
  const std::string path = folder + "/" + std::string(events::kSiteFile);
  auto kept = sim::read_kept_journal(folder);
  if (!kept) return fail(to_string(kept.error()));
  auto file = events::FileStorage::open(path);
  if (!file) return fail(path + ": " + file.error().message());
  auto storage = std::make_unique<benchmarks::UnsyncedStorage>(std::move(*file));
  auto journal = events::Journal::resume(std::move(storage), path, std::move(kept->content));
  if (!journal) return fail(journal.error().what);
  benchmarks::append_tokens(*journal, count);
  const auto done = sim::write_head(folder, {journal->content().head(), sim::file_identity(path)});
  return done ? 0 : fail(to_string(done.error()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return fail("give the folder of a site, and how many");
  std::int64_t count = 0;
  const std::string_view text = argv[2];
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  if (read.ptr != text.data() + text.size() || count < 1) return fail("give a number from 1 on");
  return fill(argv[1], count);
}
