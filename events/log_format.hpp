// The bytes of a log's files around the messages of event.capnp; FORMAT.md explains them.
//
//   file    := magic frame* end                the last frame is a run_end or partition_end; a
//                                              journal, which goes on, has neither that nor an end
//   magic   := 8 bytes, the last is the version of this format: 1 or 2
//   end     := uint64, little-endian           where the last frame begins; not in format 1
//   frame   := length type payload digest
//   length  := uint32, little-endian           bytes in payload, a multiple of 8, at least 8
//   type    := uint32, little-endian           FrameType
//   payload := one message of event.capnp      in Cap'n Proto's standard stream framing
//   digest  := SHA-256(previous, length, type, payload)   32 bytes; previous is the digest of the
//              frame before. For the first frame of site.log it is 32 zero bytes, for that of a
//              partition's file the digest of the frame with the run's header.
//
// Everything starts at a multiple of 8, so that messages can be read where they lie.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "core/event.hpp"

namespace tokenlife::events {

static_assert(std::endian::native == std::endian::little,
              "columns are copied as they are, and the format is little-endian");

// The newest version of event.capnp. A log says which is the first one with all that it uses, so
// that an older program can read what it knows all of; readers take 1 to this one.
inline constexpr std::uint32_t kSchemaVersion = 7;
// The versions with which journals and stretches came.
inline constexpr std::uint32_t kSchemaVersionOfJournals = 2;
inline constexpr std::uint32_t kSchemaVersionOfStretches = 3;
// The version with which client events came to say why a spell begins.
inline constexpr std::uint32_t kSchemaVersionOfSpells = 4;
// The version with which endpoints came to have limits, and waits to grow.
inline constexpr std::uint32_t kSchemaVersionOfLoad = 7;
// The version with which a site on disk came to say by which certificates it signs.
inline constexpr std::uint32_t kSchemaVersionOfCertificates = 5;

// The version with which a kind of event came.
constexpr std::uint32_t schema_version_of(EventKind kind) {
  switch (kind) {
    case EventKind::client_installed:
    case EventKind::network_changed:
    case EventKind::agent_restarted:
    case EventKind::registration_requested:
    case EventKind::registration_completed:
    case EventKind::registration_refused:
    case EventKind::registration_failed:
    case EventKind::renewal_requested:
    case EventKind::token_renewed:
    case EventKind::renewal_refused:
    case EventKind::renewal_failed:
    case EventKind::token_expired:
    case EventKind::re_registration_required:
    case EventKind::client_reinstalled:
    case EventKind::client_upgraded:
    case EventKind::client_blocked:
    case EventKind::client_unblocked:
    case EventKind::cmg_allowed_changed:
    case EventKind::site_established:
    case EventKind::bulk_token_issued:
    case EventKind::bulk_token_blocked:
    case EventKind::bulk_token_unblocked:
    case EventKind::endpoint_down:
    case EventKind::endpoint_up:
    case EventKind::signing_certificate_rotated:
    case EventKind::signing_certificate_retired: return 1;
    case EventKind::client_token_issued: return 2;
    case EventKind::client_adopted:
    case EventKind::client_policy_changed:
    case EventKind::credential_renewed:
    case EventKind::credential_expired:
    case EventKind::clock_changed:
    case EventKind::policy_changed: return 4;
    case EventKind::signing_certificate_learnt:
    case EventKind::client_certificate_blocked:
    case EventKind::client_certificate_unblocked:
    case EventKind::clock_went_back:
    case EventKind::journal_repaired:
    case EventKind::epoch_begun:
    case EventKind::client_recognised:
    case EventKind::client_token_shown: return 5;
    case EventKind::ca_trusted:
    case EventKind::ca_distrusted:
    case EventKind::entra_trusted:
    case EventKind::entra_distrusted: return 6;
    case EventKind::asked_to_renew:
    case EventKind::capacity_changed: return kSchemaVersionOfLoad;
  }
  return kSchemaVersion;
}

// How many kinds a schema has of those from `first` on, before `end`: what came later stands
// behind.
constexpr std::uint32_t kinds_of_schema(std::uint32_t version, std::size_t first, std::size_t end) {
  std::size_t kind = first;
  while (kind < end && schema_version_of(static_cast<EventKind>(kind)) <= version) ++kind;
  return static_cast<std::uint32_t>(kind - first);
}

inline constexpr std::size_t kMagicBytes = 8;
using Magic = std::array<char, kMagicBytes>;
inline constexpr Magic kSiteMagic{'T', 'L', 'S', 'I', 'T', 'E', '\0', '\2'};
inline constexpr Magic kPartitionMagic{'T', 'L', 'P', 'A', 'R', 'T', '\0', '\2'};
inline constexpr Magic kStatesMagic{'T', 'L', 'S', 'T', 'A', 'T', '\0', '\2'};
// A journal has nothing that is new in format 2.
inline constexpr Magic kJournalMagic{'T', 'L', 'S', 'I', 'T', 'E', '\0', '\1'};
inline constexpr std::uint64_t kEndBytes = 8;

// Numbers are stored: append only.
enum class FrameType : std::uint32_t {
  run_header = 1,
  site_events = 2,
  run_end = 3,
  partition_header = 4,
  client_batch = 5,
  partition_end = 6,
  journal_header = 7,
  client_stretch = 8,
  client_states = 9,
  states_end = 10,
};

struct FrameHeader {
  std::uint32_t payload_bytes;
  std::uint32_t type;
};
inline constexpr std::size_t kFrameHeaderBytes = 8;
static_assert(sizeof(FrameHeader) == kFrameHeaderBytes);
inline constexpr std::size_t kDigestBytes = 32;

// The whole frame.
constexpr std::uint64_t bytes_of(const FrameHeader& header) {
  return kFrameHeaderBytes + std::uint64_t{header.payload_bytes} + kDigestBytes;
}

// A longer payload was not written by us.
inline constexpr std::uint32_t kPayloadBytesMax = std::uint32_t{1} << 30;

inline constexpr std::string_view kSiteFile = "site.log";

// What a file is called until it is whole: "site.log.partial".
inline std::filesystem::path partial_of(const std::filesystem::path& path) {
  return path.string() + ".partial";
}

// "clients-00042.log"
inline std::string partition_file_name(std::uint32_t partition) {
  std::string digits = std::to_string(partition);
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  return "clients-" + digits + ".log";
}
// "clients-00042.states": no file of the log, but what follows from one.
inline std::string states_file_name(std::uint32_t partition) {
  return std::filesystem::path(partition_file_name(partition))
      .replace_extension(".states")
      .string();
}
inline bool is_states_file(std::string_view name) {
  return name.starts_with("clients-") && name.ends_with(".states");
}
// Whether a file of that name belongs to a log, of which partition or run it may ever be.
inline bool is_partition_file(std::string_view name) {
  return name.starts_with("clients-") && name.ends_with(".log");
}

}  // namespace tokenlife::events
