#include "sim/text/text_buffer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tokenlife::sim {

void TextBuffer::grow(std::size_t bytes) {
  bytes_.resize(std::max(2 * bytes_.size(), size_ + bytes));
}

void TextBuffer::append_rfc3339(std::chrono::sys_seconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const int year{date.year()};
  if (year >= 0 && year <= 9999) {
    append_two_digits(static_cast<unsigned>(year) / 100);
    append_two_digits(static_cast<unsigned>(year) % 100);
  } else {
    append(fmt::format("{:04}", year));
  }
  const auto second_of_day = static_cast<unsigned>((time - day).count());
  const auto pair = [this](char before, unsigned number) {
    append(before);
    append_two_digits(number);
  };
  pair('-', static_cast<unsigned>(date.month()));
  pair('-', static_cast<unsigned>(date.day()));
  pair('T', second_of_day / 3600);
  pair(':', second_of_day / 60 % 60);
  pair(':', second_of_day % 60);
  append('Z');
}

}  // namespace tokenlife::sim
