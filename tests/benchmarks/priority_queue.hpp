// What one would write by hand in an afternoon: all clients of a fleet in one std::priority_queue,
// the rules in line, no log. The measure that the simulator has to beat.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "sim/scenario/random.hpp"

namespace tokenlife::benchmarks {

class PriorityQueueFleet {
 public:
  PriorityQueueFleet(std::uint32_t clients, std::int64_t minutes, double mean_stay_minutes)
      : minutes_(minutes), mean_stay_(mean_stay_minutes), clients_(clients) {
    for (std::uint32_t i = 0; i < clients; ++i) install(i);
  }

  // Runs to the end; the number of events that a log would have recorded.
  std::uint64_t run() {
    while (!queue_.empty() && queue_.top().at < minutes_) {
      const Wake wake = queue_.top();
      queue_.pop();
      switch (wake.what) {
        case What::move: move(wake); break;
        case What::contact: contact(wake); break;
        case What::answer: answer(wake); break;
      }
    }
    return events_;
  }

 private:
  enum class What : std::uint8_t { move, contact, answer };
  struct Wake {
    std::int64_t at;
    std::uint32_t client;
    std::uint32_t connection;  // a contact of an earlier connection is stale
    What what;
    bool operator<(const Wake& other) const { return at > other.at; }
  };
  struct Client {
    std::int64_t due = 0;
    std::int64_t connected_at = 0;
    std::uint32_t connection = 0;
    std::uint32_t stays = 0;
    std::uint8_t network = 1;  // 0: offline
    bool renewing = false;
  };
  static constexpr std::int64_t kMonth = 30 * 24 * 60;
  static constexpr std::int64_t kHour = 60;

  void install(std::uint32_t i) {
    events_ += 3;  // installed, registration requested and completed
    clients_[i].due = kMonth;
    plan_stay(0, i);
    plan_contact(0, i);
  }

  void move(const Wake& wake) {
    Client& client = clients_[wake.client];
    ++events_;
    client.network = static_cast<std::uint8_t>((client.network + 1 + (draw_ & 1)) % 3);
    ++client.connection;
    client.connected_at = wake.at;
    plan_stay(wake.at, wake.client);
    if (client.network == 0) return;
    if (wake.at >= client.due && !client.renewing) {
      ask(wake.at, wake.client);
    } else {
      plan_contact(wake.at, wake.client);
    }
  }

  void contact(const Wake& wake) {
    Client& client = clients_[wake.client];
    if (wake.connection != client.connection || client.network == 0) return;
    if (!client.renewing) ask(wake.at, wake.client);
  }

  void ask(std::int64_t now, std::uint32_t i) {
    ++events_;
    clients_[i].renewing = true;
    queue_.push({now + 1, i, clients_[i].connection, What::answer});
  }

  void answer(const Wake& wake) {
    Client& client = clients_[wake.client];
    ++events_;
    client.renewing = false;
    if (wake.connection == client.connection) client.due = wake.at - 1 + kMonth;
    plan_contact(wake.at, wake.client);
  }

  // The first hourly contact at which the renewal is due.
  void plan_contact(std::int64_t now, std::uint32_t i) {
    Client& client = clients_[i];
    if (client.network == 0) return;
    const std::int64_t from = client.due > now ? client.due : now + 1;
    const std::int64_t hours = (from - client.connected_at + kHour - 1) / kHour;
    queue_.push({client.connected_at + hours * kHour, i, client.connection, What::contact});
  }

  void plan_stay(std::int64_t now, std::uint32_t i) {
    const auto bits = sim::philox(42, 0, i, clients_[i].stays++);
    draw_ = bits[1];
    queue_.push({now + sim::exponential_ticks(bits[0], mean_stay_), i, 0, What::move});
  }

  std::int64_t minutes_;
  double mean_stay_;
  std::vector<Client> clients_;
  std::priority_queue<Wake> queue_;
  std::uint64_t draw_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace tokenlife::benchmarks
