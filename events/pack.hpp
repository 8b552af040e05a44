// A log as one file, which can be copied, mailed and piped: the files of its folder as they are,
// behind an index. FORMAT.md describes it. Equal logs are packed to equal files, and a packed log
// has the digest that its folder has. LogReader reads either.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "../core/result.hpp"
#include "log.hpp"
#include "log_reader.hpp"

namespace tokenlife::events {

// Writes the log to a new file, which has its name once it is whole and on the disk, and says how
// long it is. The bytes are copied and not looked at: verify_bytes() does that. Misuse: the log is
// not finished, or there is such a file.
Result<std::uint64_t, LogError> pack(const LogReader& log, const std::filesystem::path& file);
// The same, handed to `write` piece by piece.
Result<void, LogError> pack(
    const LogReader& log,
    const std::function<Result<void, LogError>(std::span<const std::byte>)>& write);

// Makes one file of the folder of a finished log, in place of what is called so, and then removes
// the log's files from the folder, and the folder if nothing else is in it. Whatever happens, the
// log is whole in one of the two. Says how long the file is.
Result<std::uint64_t, LogError> pack_away(const std::filesystem::path& folder,
                                          const std::filesystem::path& file);

// Removes what pack_away() left of the folder when it was cut off while it removed that: files of a
// log without the one that makes them a log. A folder that is a log, or is being written, stays.
// Precondition: the packed log is whole.
void remove_remains(const std::filesystem::path& folder);

// Writes the files of a packed log to a new folder. Of a descriptor the bytes are taken in one
// pass; `name` is for errors. What is there when an error is met is removed. As with pack(), the
// files are as good as they were: LogReader and verify_bytes() look at them.
Result<void, LogError> unpack(const std::filesystem::path& file,
                              const std::filesystem::path& folder);
Result<void, LogError> unpack(int descriptor, const std::string& name,
                              const std::filesystem::path& folder);

}  // namespace tokenlife::events
