// PEM files (RFC 7468), read before OpenSSL sees what is in them. Its own readers take the first
// block of several, or of a kind that nobody asked for, ask at the terminal for passwords, and
// leave what follows the end of a structure.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <vector>

#include "core/token/secret.hpp"

namespace tokenlife {

// Longer than any key or certificate that is taken.
inline constexpr std::size_t kPemBytesMax = 64 * 1024;

// What the one block of `text` holds, if there is exactly one, it has one of these labels ("PUBLIC
// KEY", say) and is not encrypted. It may be a private key.
std::optional<Secret> pem_block(std::string_view text,
                                std::initializer_list<std::string_view> labels,
                                std::size_t bytes_max = kPemBytesMax);

// The text cut where its blocks begin, what is before the first one left out: each part is for
// pem_block(). Empty if there is no block.
std::vector<std::string_view> pem_parts(std::string_view text);

}  // namespace tokenlife
