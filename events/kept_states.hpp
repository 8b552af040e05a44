// Where the clients of a batch stood at a moment, as it is kept beside a log: coded, so that most
// clients take four bytes. FORMAT.md explains the columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/id.hpp"

namespace tokenlife::events {

class ServiceReplay;  // standing.hpp
struct ServiceState;  // the same

struct KeptStates {
  // The first stretch that is behind the moment: where its frame begins, whose, and from when on.
  std::uint64_t stretch = 0;
  std::uint32_t first_client = 0;
  std::uint32_t clients = 0;
  std::uint32_t from = 0;
  // The first client is as the batch before leaves it, which may be later: it has no state here.
  bool goes_on = false;
  std::uint32_t time_unit = 1;      // of ages, seconds
  std::uint32_t valid_seconds = 0;  // of tokens as expected
  std::uint32_t signer = 0;         // of tokens as expected
  std::vector<std::uint64_t> shapes;
  std::vector<std::uint8_t> codes;    // of each client, and of whom it asked as
  std::vector<std::uint16_t> ages;    // of each token
  std::vector<std::uint8_t> numbers;  // of tokens, GUIDs, requests
  std::vector<Guid> guids;            // each once
  friend bool operator==(const KeptStates&, const KeptStates&) = default;
};

// Codes the states of the clients. Preconditions: they are as many as `place` says, whose columns
// are empty, and those that hold a token hold their newest.
KeptStates encode_states(KeptStates place, std::span<const ServiceReplay> clients);

// Those states; false if there can be no such ones. Everything in them may be hostile.
bool decode_states(const KeptStates& kept, std::vector<ServiceState>& states);

}  // namespace tokenlife::events
