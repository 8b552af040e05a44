#include "core/token/pem.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <string>

#include "core/token/openssl_handle.hpp"

namespace tokenlife {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";

bool is_one_block(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return false;
  const std::size_t first = text.find(kBegin);
  return first != std::string_view::npos &&
         text.find(kBegin, first + kBegin.size()) == std::string_view::npos;
}

// What PEM_read_bio() allocates.
struct Block {
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* bytes = nullptr;
  long size = 0;

  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
  }
};

}  // namespace

std::optional<Secret> pem_block(std::string_view text,
                                std::initializer_list<std::string_view> labels,
                                std::size_t bytes_max) {
  if (!is_one_block(text, bytes_max)) return std::nullopt;
  const Bio bio = bio_of(text);
  Block block;
  const bool read =
      PEM_read_bio(bio.get(), &block.label, &block.header, &block.bytes, &block.size) == 1;
  ERR_clear_error();
  if (!read || block.size <= 0) return std::nullopt;
  // A header says how the rest is encrypted.
  if (!std::string_view(block.header).empty()) return std::nullopt;
  if (std::find(labels.begin(), labels.end(), block.label) == labels.end()) return std::nullopt;
  return Secret({reinterpret_cast<const char*>(block.bytes), static_cast<std::size_t>(block.size)});
}

std::vector<std::string_view> pem_parts(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t begin = text.find(kBegin);
  while (begin != std::string_view::npos) {
    const std::size_t next = text.find(kBegin, begin + kBegin.size());
    parts.push_back(text.substr(begin, next - begin));
    begin = next;
  }
  return parts;
}

}  // namespace tokenlife
