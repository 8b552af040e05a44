// What a part of a run counted, as bytes for another process of the same program on a machine of
// the same kind.
#pragma once

#include <cstddef>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/ensure.hpp"

namespace tokenlife::sim {

template <class T>
constexpr bool kIsPlain = std::is_trivially_copyable_v<T>;

// `bytes(value)` for each value, in the order in which the reader does the same.
class BytesOut {
 public:
  template <class T>
  requires kIsPlain<T>
  void operator()(const T& value) {
    text_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void operator()(const std::string& text) { (*this)(std::vector<char>(text.begin(), text.end())); }
  template <class T>
  void operator()(const std::vector<T>& values) {
    (*this)(values.size());
    for (const auto& value : values) (*this)(static_cast<const T&>(value));
  }
  template <class First, class Second>
  void operator()(const std::pair<First, Second>& pair) {
    (*this)(pair.first);
    (*this)(pair.second);
  }
  template <class Key, class Value>
  void operator()(const std::map<Key, Value>& map) {
    (*this)(map.size());
    for (const auto& [key, value] : map) {
      (*this)(key);
      (*this)(value);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// A text that BytesOut made, and no other.
class BytesIn {
 public:
  explicit BytesIn(std::string_view text) : text_(text) {}

  template <class T>
  requires kIsPlain<T>
  void operator()(T& value) {
    ensure(text_.size() >= sizeof value, "a part's bytes to be those that were sent");
    std::memcpy(&value, text_.data(), sizeof value);
    text_.remove_prefix(sizeof value);
  }
  void operator()(std::string& text) {
    std::vector<char> letters;
    (*this)(letters);
    text.assign(letters.begin(), letters.end());
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    std::size_t count = 0;
    (*this)(count);
    values.clear();
    for (; count > 0; --count) {
      T value{};
      (*this)(value);
      values.push_back(std::move(value));
    }
  }
  template <class First, class Second>
  void operator()(std::pair<First, Second>& pair) {
    (*this)(pair.first);
    (*this)(pair.second);
  }
  template <class Key, class Value>
  void operator()(std::map<Key, Value>& map) {
    std::vector<std::pair<Key, Value>> values;
    (*this)(values);
    map = {values.begin(), values.end()};
  }

 private:
  std::string_view text_;
};

}  // namespace tokenlife::sim
