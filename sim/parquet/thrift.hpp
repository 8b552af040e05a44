// Writes Thrift's compact protocol, which Parquet's footers and page headers are in: see
// doc/specs/thrift-compact-protocol.md of apache/thrift.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/numbers.hpp"

namespace tokenlife::sim::parquet {

// Unsigned numbers are LEB128 in Thrift and in Parquet's encodings, and signed ones zigzag.
using events::put_number;
using events::zigzag;

// A code or a count, as Parquet has most of them.
std::int32_t number_of(auto value) { return static_cast<std::int32_t>(value); }

enum class ThriftType : std::uint8_t {
  yes = 1,
  no = 2,
  i32 = 5,
  i64 = 6,
  binary = 8,
  list = 9,
  structure = 12
};

// Fields of a struct come in the order of their numbers, in which the caller gives them.
class ThriftWriter {
 public:
  explicit ThriftWriter(std::string& out) : out_(out) {}

  void field(int id, bool value) { header(id, value ? ThriftType::yes : ThriftType::no); }
  void field(int id, std::int32_t value) { number(id, ThriftType::i32, value); }
  void field(int id, std::int64_t value) { number(id, ThriftType::i64, value); }
  void field(int id, std::string_view bytes) {
    header(id, ThriftType::binary);
    element(bytes);
  }
  void field(int id, const char*) = delete;  // it would be a bool

  void begin(int id) {
    header(id, ThriftType::structure);
    begin();
  }
  void begin() { ids_.push_back(0); }
  void end() {
    out_ += '\0';
    ids_.pop_back();
  }
  // Calls `content`, which gives the fields of the struct.
  template <class Content>
  void structure(int id, const Content& content) {
    begin(id);
    content();
    end();
  }

  // Its elements follow: element(), or begin() and end() for each.
  void list(int id, ThriftType type, std::size_t count) {
    header(id, ThriftType::list);
    const auto code = static_cast<unsigned>(type);
    if (count < 15) {
      out_ += static_cast<char>(count << 4 | code);
    } else {
      out_ += static_cast<char>(0xF0 | code);
      put_number(out_, count);
    }
  }
  void element(std::int32_t value) { put_number(out_, zigzag(value)); }
  void element(std::string_view bytes) {
    put_number(out_, bytes.size());
    out_ += bytes;
  }

 private:
  void header(int id, ThriftType type) {
    const int step = id - ids_.back();
    const auto code = static_cast<unsigned>(type);
    if (step > 0 && step < 16) {
      out_ += static_cast<char>(static_cast<unsigned>(step) << 4 | code);
    } else {
      out_ += static_cast<char>(code);
      put_number(out_, zigzag(id));
    }
    ids_.back() = id;
  }
  void number(int id, ThriftType type, std::int64_t value) {
    header(id, type);
    put_number(out_, zigzag(value));
  }

  std::string& out_;
  std::vector<int> ids_{0};  // of each struct that is begun, the field before
};

}  // namespace tokenlife::sim::parquet
