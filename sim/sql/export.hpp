// A database file with a log's tables, for every program that reads SQLite's.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "sim/tables/source.hpp"
#include "sim/text/error.hpp"

namespace tokenlife::sim {

// Writes it under another name beside it, and puts it in place of what is there when it is whole.
// `on_step` hears what is done next. False: the source's `stop` said so, and there is no file.
Result<bool, Error> export_sqlite(SqlSource& source, const std::string& path,
                                  const std::function<void(std::string_view)>& on_step);

}  // namespace tokenlife::sim
