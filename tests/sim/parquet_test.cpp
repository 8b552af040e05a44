// What the writer of Parquet is made of, byte by byte as the format's documents have it, and whole
// files as their footers say. Two readers that others wrote read them in tests/parquet.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "events/temporary_folder.hpp"
#include "sim/parquet/column.hpp"
#include "sim/parquet/encoding.hpp"
#include "sim/parquet/table_file.hpp"
#include "sim/parquet/thrift.hpp"

namespace tokenlife::test {
namespace {

using namespace sim::parquet;
using sim::SqlRow;
using sim::TableName;

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(byte);
    if (!text.empty()) text += ' ';
    text += kDigits[value >> 4];
    text += kDigits[value & 15];
  }
  return text;
}

std::string hybrid(const std::vector<std::uint32_t>& values, int width) {
  std::string bytes;
  append_hybrid(bytes, values, width);
  return hex(bytes);
}
std::string deltas(const std::vector<std::int64_t>& values) {
  std::string bytes;
  append_deltas(bytes, values);
  return hex(bytes);
}

}  // namespace

TEST_CASE("Thrift's numbers take seven bits a byte, and signs are folded") {
  const auto varint = [](std::uint64_t value) {
    std::string bytes;
    put_number(bytes, value);
    return hex(bytes);
  };
  CHECK(varint(0) == "00");
  CHECK(varint(127) == "7f");
  CHECK(varint(128) == "80 01");
  CHECK(varint(300) == "ac 02");
  CHECK(varint(UINT64_MAX) == "ff ff ff ff ff ff ff ff ff 01");
  CHECK(zigzag(0) == 0);
  CHECK(zigzag(-1) == 1);
  CHECK(zigzag(1) == 2);
  CHECK(zigzag(INT64_MIN) == UINT64_MAX);
}

TEST_CASE("Thrift's fields count from the one before, in each struct anew") {
  std::string bytes;
  ThriftWriter out(bytes);
  out.field(1, 7);                                // 15: one further, an i32; 7 folded is 14
  out.field(4, std::int64_t{-1});                 // 36: three further, an i64
  out.structure(5, [&] { out.field(2, true); });  // 1c; 21: true; 00
  out.field(30, std::string_view("ab"));          // 08: too far, the number follows, folded: 60
  out.list(31, ThriftType::i32, 2);               // 19 25
  out.element(1);
  out.element(-2);
  out.end();
  CHECK(hex(bytes) == "15 0e 36 01 1c 21 00 08 3c 02 61 62 19 25 02 03 00");
}

TEST_CASE("a list of fifteen and more has its length behind it") {
  std::string bytes;
  ThriftWriter out(bytes);
  out.list(1, ThriftType::i32, 15);
  CHECK(hex(bytes) == "19 f5 0f");
}

TEST_CASE("repetitions are runs, and the rest lies side by side in groups of eight") {
  // The example of Encodings.md: 0 to 7 in three bits each.
  CHECK(hybrid({0, 1, 2, 3, 4, 5, 6, 7}, 3) == "03 88 c6 fa");
  CHECK(hybrid(std::vector<std::uint32_t>(100, 4), 3) == "c8 01 04");
  // Seven are too few for a run; the eighth of the group is a zero.
  CHECK(hybrid(std::vector<std::uint32_t>(7, 1), 1) == "03 7f");
  CHECK(hybrid(std::vector<std::uint32_t>(8, 1), 1) == "10 01");
  // A run gives what the group before it lacks.
  std::vector<std::uint32_t> values{1, 0, 1};
  values.insert(values.end(), 13, 0);
  CHECK(hybrid(values, 1) == "03 05 10 00");
  values.pop_back();
  CHECK(hybrid(values, 1) == "05 05 00");
  CHECK(hybrid({70'000}, 17) == "03 70 11 01 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
  CHECK(hybrid({0, 0, 0}, 0) == "03");
  CHECK(hybrid({}, 1).empty());
}

TEST_CASE("levels say which rows have a value") {
  const auto levels = [](std::uint32_t full, const std::vector<std::uint32_t>& with_value,
                         std::uint32_t rows) {
    std::string bytes;
    append_levels(bytes, full, with_value, rows);
    return hex(bytes);
  };
  CHECK(levels(0, {}, 20) == "28 00");
  CHECK(levels(20, {}, 20) == "28 01");
  CHECK(levels(2, {4, 7}, 8) == "03 93");
}

TEST_CASE("differences take eight bytes each, of blocks of 128 in parts of 32") {
  // Block 128 (80 01), 4 parts, count, the first folded.
  CHECK(deltas({}) == "80 01 04 00 00");
  CHECK(deltas({5}) == "80 01 04 01 0a");
  std::string padded;
  for (int i = 0; i < 30 * 8; ++i) padded += " 00";
  // The least difference is 0; the first part has 64 bits, the others are not there.
  CHECK(deltas({5, 7, 4}) ==
        "80 01 04 03 0a 00 40 00 00 00 02 00 00 00 00 00 00 00 fd ff ff ff ff ff ff ff" + padded);
  CHECK(deltas(std::vector<std::int64_t>(33, 9)).size() == 3 * (5 + 5 + 32 * 8) - 1);
  CHECK(deltas(std::vector<std::int64_t>(34, 9)).size() == 3 * (5 + 5 + 64 * 8) - 1);
  CHECK(deltas(std::vector<std::int64_t>(130, 9)).size() == 3 * (6 + 5 + 128 * 8 + 5 + 32 * 8) - 1);
}

TEST_CASE("booleans are bits, the first the lowest") {
  std::string bytes;
  append_booleans(bytes, std::vector<std::int64_t>{1, 0, 0, 0, 0, 0, 0, 1, 0, 1});
  CHECK(hex(bytes) == "81 02");
}

TEST_CASE("a dictionary knows a value again, however many there are") {
  TextDictionary texts;
  NumberDictionary numbers;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t i = 0; i < 5'000; ++i) {
      CHECK(texts.place_of(std::string(i % 20, 'x') + std::to_string(i)) == i);
      CHECK(numbers.place_of(std::int64_t{i} * 1'000'003 - 7) == i);
    }
  }
  CHECK(texts.size() == 5'000);
  CHECK(texts.at(21) == "x21");
  CHECK(texts.place_of("") == 5'000);
  CHECK(texts.place_of_fixed(std::string_view()) == 5'000);
  texts.clear();
  CHECK(texts.place_of_fixed("x21") == 0);
}

TEST_CASE("a chunk says how many values are null, and between which they are") {
  Compressor compressor;
  std::string bytes;
  Column times(sim::ValueType::time);
  times.add(0, std::int64_t{3});
  times.add(2, std::int64_t{-1});
  const Chunk of_times = times.write(bytes, 100, 4, compressor);
  CHECK(of_times.values == 4);
  CHECK(of_times.nulls == 2);
  CHECK(of_times.data_offset == 100);
  CHECK_FALSE(of_times.dictionary_offset);
  CHECK(hex(*of_times.least) == "ff ff ff ff ff ff ff ff");
  CHECK(hex(*of_times.greatest) == "03 00 00 00 00 00 00 00");
  CHECK(of_times.compressed_bytes == static_cast<std::int64_t>(bytes.size()));

  // By bytes: what is no ASCII comes behind all that is.
  Column texts(sim::ValueType::text);
  texts.add(1, std::string_view("\xC3\xA9"));
  texts.add(2, std::string_view("z"));
  const Chunk of_texts = texts.write(bytes, 0, 3, compressor);
  CHECK(*of_texts.least == "z");
  CHECK(*of_texts.greatest == "\xC3\xA9");
  CHECK(of_texts.dictionary_offset == of_times.compressed_bytes);
  CHECK(of_texts.nulls == 1);

  // It has forgotten them.
  const Chunk of_nothing = texts.write(bytes, 0, 3, compressor);
  CHECK(of_nothing.nulls == 3);
  CHECK_FALSE(of_nothing.least);
  texts.add(0, std::string_view("m"));
  const Chunk of_one = texts.write(bytes, 0, 1, compressor);
  CHECK(*of_one.least == "m");
  CHECK(*of_one.greatest == "m");
  texts.add(0, std::string_view(std::string(65, 'a')));
  CHECK_FALSE(texts.write(bytes, 0, 1, compressor).least);
}

TEST_CASE("a file without rows is all footer, byte by byte") {
  const TemporaryFolder folder;
  Compressor compressor;
  const auto path = folder.path() / "run.parquet";
  auto file = TableFile::create(path, sim::sql_table(TableName::run), compressor);
  REQUIRE(file.has_value());
  REQUIRE(file->finish().has_value());
  const std::string bytes = read_file(path);
  CHECK(bytes.substr(0, 4) == "PAR1");
  // version 2; 3 schema elements: run (2 columns), key and value, each a byte array (6), optional
  // (1), UTF8 (0) and string; 0 rows; no groups; who wrote it; 2 column orders
  CHECK(hex(bytes.substr(4, bytes.size() - 12)) ==
        "15 04 19 3c 48 03 72 75 6e 15 04 00 15 0c 25 02 18 03 6b 65 79 25 00 4c 1c 00 00 00 "
        "15 0c 25 02 18 05 76 61 6c 75 65 25 00 4c 1c 00 00 00 16 00 19 0c 28 17 "
        "74 6f 6b 65 6e 6c 69 66 65 20 76 65 72 73 69 6f 6e 20 30 2e 32 2e 30 "
        "19 2c 1c 00 00 1c 00 00 00");
  CHECK(hex(bytes.substr(bytes.size() - 8)) == "54 00 00 00 50 41 52 31");
}

TEST_CASE("rows are cut into groups, and a file that is there is not overwritten") {
  const TemporaryFolder folder;
  Compressor compressor;
  const auto size_with = [&](std::uint32_t rows_in_group) {
    const auto path = folder.path() / std::to_string(rows_in_group);
    auto file = TableFile::create(path, sim::sql_table(TableName::run), compressor, rows_in_group);
    REQUIRE(file.has_value());
    for (const char* key : {"a", "b", "c", "d"}) file->add({std::string(key), std::string("x")});
    REQUIRE(file->finish().has_value());
    return std::filesystem::file_size(path);
  };
  const auto of_two = size_with(2);
  CHECK(size_with(1) > of_two);
  const auto of_one = size_with(4);
  CHECK(of_two > of_one);
  CHECK(size_with(3) > of_one);  // the last group is not full
  CHECK(of_one == size_with(5));
  const auto again =
      TableFile::create(folder.path() / "4", sim::sql_table(TableName::run), compressor);
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error().what == "already exists");
}

}  // namespace tokenlife::test
