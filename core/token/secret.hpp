// Confidential bytes: tokens and private keys (R22, R42, D4). They can be moved, not copied, are
// wiped from memory when they go, are compared in constant time, and print nowhere: code that needs
// to see them says reveal(), which can be searched for.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace tokenlife {

class Secret {
 public:
  Secret() = default;
  // Copies the bytes. The caller wipes other copies.
  explicit Secret(std::string_view bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // Takes the bytes over: `from` is wiped and empty afterwards.
  static Secret take(std::string& from);

  std::string_view reveal() const { return {bytes_.get(), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Takes as long for equal bytes as for different ones of the same length.
  friend bool operator==(const Secret& a, const Secret& b);

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

// Overwrites the text, in a way that no compiler leaves out, and empties it.
void wipe(std::string& text);

// Takes time by the lengths alone.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace tokenlife
