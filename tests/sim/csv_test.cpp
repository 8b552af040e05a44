// CSV as RFC 4180 has it.
#include "sim/text/csv.hpp"

#include <catch2/catch.hpp>

namespace tokenlife::sim {
namespace {

// "a|b|c" for each row; the error, if there is one, ends it.
std::vector<std::string> rows_of(std::string_view text) {
  const std::string path = "t.csv";
  CsvReader csv(text, path);
  std::vector<std::string> rows;
  while (!csv.at_end()) {
    if (const auto error = csv.read_row()) {
      rows.push_back(to_string(*error));
      break;
    }
    std::string row;
    for (const CsvField& field : csv.fields()) {
      row += (&field == csv.fields().data() ? "" : "|") + std::string(field.text);
    }
    rows.push_back(row);
  }
  return rows;
}
using Rows = std::vector<std::string>;

}  // namespace

TEST_CASE("CSV has fields between commas, and rows that end as on any machine") {
  CHECK(rows_of("").empty());
  CHECK(rows_of("a,b\nc,\n,d\n") == Rows{"a|b", "c|", "|d"});
  CHECK(rows_of("a,b\r\nc,d\r\n") == Rows{"a|b", "c|d"});
  CHECK(rows_of("a,b\nc,d") == Rows{"a|b", "c|d"});
  CHECK(rows_of("a,b\nc,d\r") == Rows{"a|b", "c|d"});
  CHECK(rows_of("a,b\nc,\"d\"\r") == Rows{"a|b", "c|d"});
  CHECK(rows_of("\xef\xbb\xbf"
                "a\n\nb\n") == Rows{"a", "", "b"});
  CHECK(rows_of("a\rb,c\n") == Rows{"a\rb|c"});
}

TEST_CASE("a CSV field in quotes may hold commas, line breaks and doubled quotes") {
  CHECK(rows_of("\"a,b\",c\n") == Rows{"a,b|c"});
  CHECK(rows_of("\"a\nb\",c\nd,e\n") == Rows{"a\nb|c", "d|e"});
  CHECK(rows_of("\"19\"\" rack\",\"\"\"\",\"\",\"x\"\"y\"\"z\"\n") ==
        Rows{"19\" rack|\"||x\"y\"z"});
  CHECK(rows_of("a,\"\"\r\n") == Rows{"a|"});
}

TEST_CASE("odd quotes in CSV are named where they stand") {
  CHECK(rows_of("a,b\nc,d\"e\n").back() ==
        "t.csv:2:4: there is a quote in a field that does not begin with one; put the whole field "
        "in quotes, and double those inside, as in \"19\"\" rack\"");
  CHECK(rows_of("a,b\nc,\"d\ne\n").back() ==
        "t.csv:2:3: a field begins with a quote, but none ends it; put a quote after the field, "
        "and double those inside it");
  CHECK(rows_of("\"a\" ,b\n").back() ==
        "t.csv:1:1: something follows the quote that ends a field; put a comma after the quote, or "
        "double it if it belongs to the field");
  // Columns count characters, also behind a field of two lines.
  CHECK(rows_of("\"x\ny\xc3\xa4\",d\"e\n").back().starts_with("t.csv:2:6: there is a quote"));
}

TEST_CASE("what is written as a CSV field is read as it was") {
  for (const std::string text : {"", "plain", "a,b", "\"", "say \"hi\"", "two\nlines", "\r"}) {
    CHECK(rows_of(csv_field(text) + ",end\n") == Rows{text + "|end"});
  }
  CHECK(csv_field("a,\"b\"") == R"("a,""b""")");
  CHECK(csv_field("LT-1") == "LT-1");
}

}  // namespace tokenlife::sim
