// Owners for what OpenSSL allocates. Included by the few files that know OpenSSL.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>

#include "core/ensure.hpp"

namespace tokenlife {

template <auto kFree>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using EvpKey = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using EvpContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using X509Owner = std::unique_ptr<X509, FreeWith<X509_free>>;
using Bio = std::unique_ptr<BIO, FreeWith<BIO_free>>;

// Reads from `text`, which stays the caller's.
inline Bio bio_of(std::string_view text) {
  ensure(text.size() < 1U << 30U, "a text that OpenSSL can count");
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  ensure(bio != nullptr, "memory for OpenSSL");
  return bio;
}

// Wiped when it goes, as all memory that OpenSSL's own buffers take.
inline Bio new_bio() {
  Bio bio(BIO_new(BIO_s_mem()));
  ensure(bio != nullptr, "memory for OpenSSL");
  return bio;
}

// Good as long as the BIO is left alone.
inline std::string_view text_in(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  ensure(size >= 0, "a memory BIO to know its size");
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace tokenlife
