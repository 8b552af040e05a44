// `tokenlife log sql`, `log export` and `log schema`: a log as the tables of a database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "sim/cli/command.hpp"

namespace tokenlife::sim {

struct LogSqlCommand {
  std::string log;
  std::string sql;
  std::string format = "text";
  std::optional<std::uint64_t> limit;  // of rows
  std::optional<std::string> inputs;
  bool json = false;
};
ExitStatus log_sql_command(const LogSqlCommand& command, Console& console);

struct LogExportCommand {
  std::string log;
  // One of them.
  std::optional<std::string> sqlite;     // a file
  std::optional<std::string> parquet;    // a folder
  std::optional<std::string> ccm;        // a folder
  std::optional<std::string> client;     // of --ccm: it alone
  std::string host = "cmg.example.com";  // of --ccm: the CMG's
  unsigned threads = std::thread::hardware_concurrency();
  bool force = false;
  std::optional<std::string> inputs;
};
ExitStatus log_export_command(const LogExportCommand& command, Console& console);

struct LogSchemaCommand {
  bool json = false;
};
ExitStatus log_schema_command(const LogSchemaCommand& command, Console& console);

}  // namespace tokenlife::sim
