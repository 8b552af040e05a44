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
  const std::size_t used = size();
  bytes_.resize(std::max(2 * bytes_.size(), used + bytes));
  at_ = bytes_.data() + used;
  end_ = bytes_.data() + bytes_.size();
}

void TextBuffer::append_rfc3339(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const int year{date.year()};
  const auto second_of_day = static_cast<unsigned>((time - day).count());
  const bool is_usual = year >= 0 && year <= 9999;
  if (!is_usual) append(fmt::format("{:04}", year));
  constexpr std::string_view kRest = "-00-00T00:00:00Z";
  char* at = room(4 + kRest.size());
  if (is_usual) {
    put_two_digits(at, static_cast<unsigned>(year) / 100);
    put_two_digits(at + 2, static_cast<unsigned>(year) % 100);
    at += 4;
  }
  std::memcpy(at, kRest.data(), kRest.size());
  put_two_digits(at + 1, static_cast<unsigned>(date.month()));
  put_two_digits(at + 4, static_cast<unsigned>(date.day()));
  put_two_digits(at + 7, second_of_day / 3600);
  put_two_digits(at + 10, second_of_day / 60 % 60);
  put_two_digits(at + 13, second_of_day % 60);
  at_ = at + kRest.size();
}

}  // namespace tokenlife::sim
