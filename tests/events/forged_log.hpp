// Logs that our writer would not write: of format 1, or made to break the reader. Their digests
// fit.
#pragma once

#include <capnp/message.h>

#include <functional>
#include <string>
#include <vector>

#include "events/frame_builder.hpp"
#include "events/log_content.hpp"
#include "events/log_format.hpp"
#include "events/site_codec.hpp"
#include "events/stretch.hpp"
#include "events/stretch_codec.hpp"
#include "events/stretch_encode.hpp"
#include "events/temporary_folder.hpp"

namespace tokenlife::test {

// format_1.cpp
std::size_t words_of(const events::ClientBatch& batch);
void encode(const events::ClientBatch& batch, capnp::MessageBuilder& message);
void encode_end_of_format_1(const events::PartitionEnd& end, capnp::MessageBuilder& message);

// A file, frame after frame.
class ForgedFile {
 public:
  ForgedFile(events::Magic magic, unsigned format, const events::Digest& previous)
      : format_(format), digest_(previous) {
    magic.back() = static_cast<char>(format);
    bytes_.assign(magic.begin(), magic.end());
  }

  void append(events::FrameType type, std::size_t words_max,
              const std::function<void(capnp::MessageBuilder&)>& build) {
    last_frame_ = bytes_.size();
    builder_.build(digest_, type, words_max, build, [&](const events::BuiltFrame& frame) {
      bytes_.append(reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size());
      digest_ = frame.digest;
      return true;
    });
  }
  std::string end() {
    if (format_ != 1) bytes_.append(reinterpret_cast<const char*>(&last_frame_), 8);
    return bytes_;
  }

  const events::Digest& digest() const { return digest_; }
  std::uint64_t size() const { return bytes_.size(); }

 private:
  unsigned format_;
  std::string bytes_;
  events::Digest digest_;
  events::FrameBuilder builder_;
  std::uint64_t last_frame_ = 0;
};

// Fills the file of a partition with its batches.
using FillPartition = std::function<void(ForgedFile&, events::PartitionEnd&)>;

// A log of one partition, its files by name.
inline Files forged_log(const LogContent& content, unsigned format, const FillPartition& fill) {
  using namespace events;
  ForgedFile site(kSiteMagic, format, Digest{});
  site.append(FrameType::run_header, events::words_of(content.header), [&](auto& message) {
    events::encode(content.header, format == 1 ? 1 : kSchemaVersionOfStretches, message);
  });
  ForgedFile clients(kPartitionMagic, format, site.digest());
  const std::span<const Recorded<SiteEvent>> site_events(content.site);
  site.append(FrameType::site_events, events::words_of(site_events),
              [&](auto& message) { events::encode(site_events, message); });
  clients.append(FrameType::partition_header, kWordsOfPartitionFrame, [&](auto& message) {
    events::encode(PartitionHeader{clients.digest(), 0, 0}, message);
  });
  PartitionEnd end{content.header.clients, 0, {}};
  fill(clients, end);
  clients.append(FrameType::partition_end, events::words_of(end), [&](auto& message) {
    format == 1 ? encode_end_of_format_1(end, message) : events::encode(end, message);
  });
  const std::string file = clients.end();
  RunEnd run{true,
             content.site.size(),
             end.events,
             {{0, end.clients, end.events, file.size(), clients.digest()}}};
  site.append(FrameType::run_end,
              events::words_of(std::span<const PartitionSummary>(run.partitions)),
              [&](auto& message) { events::encode(run, message); });
  return {{"site.log", site.end()}, {"clients-00000.log", file}};
}

// The clients' streams as one batch.
inline events::ClientBatch batch_of(const LogContent& content) {
  events::ClientBatch batch;
  for (std::uint32_t client = 0; client < content.clients.size(); ++client) {
    batch.begin(client, 0);
    for (const auto& recorded : content.clients[client]) append(batch, recorded);
  }
  return batch;
}

// As format 1 has it, spoiled by `spoil`.
inline Files log_of_format_1(
    const LogContent& content,
    const std::function<void(events::ClientBatch&)>& spoil = [](auto&) {}) {
  events::ClientBatch batch = batch_of(content);
  const std::uint64_t events = batch.size();
  spoil(batch);
  return forged_log(content, 1, [&](ForgedFile& file, events::PartitionEnd& end) {
    end.events = events;
    file.append(events::FrameType::client_batch, words_of(batch),
                [&](auto& message) { encode(batch, message); });
  });
}

// The stretches into which a batch is cut.
inline std::vector<events::Stretch> stretches_of(const LogContent& content) {
  events::StretchEncoder encoder(content.header.tick);
  const auto stretches = encoder.encode(batch_of(content));
  return {stretches.begin(), stretches.end()};
}

// As format 2 has it, with these stretches.
inline Files log_of_stretches(const LogContent& content,
                              const std::vector<events::Stretch>& stretches) {
  return forged_log(content, 2, [&](ForgedFile& file, events::PartitionEnd& end) {
    for (const auto& stream : content.clients) end.events += stream.size();
    for (const events::Stretch& stretch : stretches) {
      const events::StretchHead& head = stretch.head;
      end.stretches.push_back(
          {file.size(), head.first_client, head.clients, head.from, head.until, head.events});
      file.append(events::FrameType::client_stretch, events::words_of(stretch),
                  [&](auto& message) { events::encode(stretch, message); });
    }
  });
}

}  // namespace tokenlife::test
