// Storage that fails on demand, and forgets what a power cut would.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "events/storage.hpp"

namespace tokenlife::test {

// What the test and the storage that it gave away both know: the disk, and what is wrong with it.
struct Disk {
  std::string written;  // what a program reads now
  std::string synced;   // what is there after a power cut
  std::size_t bytes_max = std::numeric_limits<std::size_t>::max();  // then it is full
  bool sync_fails = false;
  bool truncate_fails = false;
};

class FaultyStorage final : public events::Storage {
 public:
  explicit FaultyStorage(Disk& disk) : disk_(disk) {}

  std::error_code write(std::uint64_t offset, std::span<const std::byte> bytes) override {
    const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const std::size_t room = std::max(disk_.bytes_max, offset) - offset;
    disk_.written.resize(offset);
    disk_.written += text.substr(0, room);
    return room < bytes.size() ? std::make_error_code(std::errc::no_space_on_device)
                               : std::error_code{};
  }
  std::error_code sync() override {
    if (disk_.sync_fails) return std::make_error_code(std::errc::io_error);
    disk_.synced = disk_.written;
    return {};
  }
  std::error_code truncate(std::uint64_t size) override {
    if (disk_.truncate_fails) return std::make_error_code(std::errc::io_error);
    disk_.written.resize(size);
    return {};
  }

 private:
  Disk& disk_;
};

inline std::unique_ptr<FaultyStorage> storage_on(Disk& disk) {
  return std::make_unique<FaultyStorage>(disk);
}

}  // namespace tokenlife::test
