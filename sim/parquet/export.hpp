// A log's tables as files of Parquet, for the engines in which large data is asked.
//
// DIR/TABLE/FILE.parquet: a folder for each table, whose files together are its rows. Of events,
// clients, tokens, spells and requests each partition of the log is one, named as in the log; so
// can each be read, and asked, by itself. What is not of clients is in `site`, and what is of all
// in `all`.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "core/result.hpp"
#include "sim/tables/source.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Whether export_parquet() can go there: a folder that is none yet, or empty, or, if it may be
// overwritten, holds nothing but such an export.
Result<void, Error> try_parquet(const std::filesystem::path& folder, bool may_overwrite);

// Writes the folder under another name beside it, and puts it in place of what is there when it is
// whole. The bytes do not depend on the threads. `on_step` hears, from one thread at a time, what
// is done. False: the source's `stop` said so, and there is no folder.
Result<bool, Error> export_parquet(SqlSource& source, const std::filesystem::path& folder,
                                   unsigned threads,
                                   const std::function<void(std::string_view)>& on_step);

}  // namespace tokenlife::sim
