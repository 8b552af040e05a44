#include "sim/text/text_buffer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace tokenlife::sim {
namespace {

// A number from 0 to 99, with a leading zero.
void put_two_digits(char* at, unsigned number) {
  static constexpr char kPairs[] =
      "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444"
      "5464748495051525354555657585960616263646566676869707172737475767778798081828384858687888990"
      "919293949596979899";
  std::memcpy(at, kPairs + std::size_t{2} * number, 2);
}

}  // namespace

void TextBuffer::grow(std::size_t bytes) {
  bytes_.resize(std::max(2 * bytes_.size(), size_ + bytes));
}

void TextBuffer::append_rfc3339(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const int year{date.year()};
  const auto second_of_day = static_cast<unsigned>((time - day).count());
  char text[] = "0000-00-00T00:00:00Z";
  put_two_digits(text + 5, static_cast<unsigned>(date.month()));
  put_two_digits(text + 8, static_cast<unsigned>(date.day()));
  put_two_digits(text + 11, second_of_day / 3600);
  put_two_digits(text + 14, second_of_day / 60 % 60);
  put_two_digits(text + 17, second_of_day % 60);
  std::string_view rest = text;
  if (year >= 0 && year <= 9999) {
    put_two_digits(text, static_cast<unsigned>(year) / 100);
    put_two_digits(text + 2, static_cast<unsigned>(year) % 100);
  } else {
    append(fmt::format("{:04}", year));
    rest.remove_prefix(4);
  }
  append(rest);
}

}  // namespace tokenlife::sim
