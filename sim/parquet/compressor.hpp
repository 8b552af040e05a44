// Zstandard, which each page is compressed with.
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct ZSTD_CCtx_s;

namespace tokenlife::sim::parquet {

// Keeps its memory from page to page. Not for several threads at once.
class Compressor {
 public:
  Compressor();
  // Until the next call.
  std::string_view compress(std::string_view bytes);

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };
  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string room_;
};

}  // namespace tokenlife::sim::parquet
