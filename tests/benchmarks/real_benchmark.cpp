// How fast a run with real tokens is, beside OpenSSL's bare signatures with keys of the same size,
// measured in between: as a share of the time that the bare ones would have taken. And how long
// 5,000 clients take to be installed and registered, the making of keys included.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <ctime>
#include <string>
#include <thread>
#include <vector>

#include "core/ensure.hpp"
#include "core/token/key.hpp"
#include "sim/engine/simulation.hpp"

namespace {

using namespace tokenlife;

// Of this process, all threads.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Signs and verifies as `openssl speed rsa2048` does: with a context that is ready for it.
class Bare {
 public:
  Bare() : key_(EVP_RSA_gen(2048)) {
    signer_ = EVP_PKEY_CTX_new(key_, nullptr);
    verifier_ = EVP_PKEY_CTX_new(key_, nullptr);
    ensure(EVP_PKEY_sign_init(signer_) == 1 && EVP_PKEY_verify_init(verifier_) == 1, "contexts");
    for (EVP_PKEY_CTX* context : {signer_, verifier_}) {
      ensure(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1, "padding");
      ensure(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1, "SHA-256");
    }
  }
  ~Bare() {
    EVP_PKEY_CTX_free(signer_);
    EVP_PKEY_CTX_free(verifier_);
    EVP_PKEY_free(key_);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  double seconds_to_sign(int times) {
    const double begin = cpu_seconds();
    for (int i = 0; i < times; ++i) {
      size_ = signature_.size();
      ensure(EVP_PKEY_sign(signer_, signature_.data(), &size_, hash_.data(), hash_.size()) == 1,
             "a signature");
    }
    return (cpu_seconds() - begin) / times;
  }
  // After seconds_to_sign().
  double seconds_to_verify(int times) {
    const double begin = cpu_seconds();
    for (int i = 0; i < times; ++i) {
      ensure(EVP_PKEY_verify(verifier_, signature_.data(), size_, hash_.data(), hash_.size()) == 1,
             "a good signature");
    }
    return (cpu_seconds() - begin) / times;
  }

 private:
  EVP_PKEY* key_;
  EVP_PKEY_CTX* signer_;
  EVP_PKEY_CTX* verifier_;
  std::array<unsigned char, 32> hash_{1, 2, 3};
  std::array<unsigned char, 256> signature_{};
  std::size_t size_ = 0;
};

sim::Scenario connected(int clients, const std::string& duration) {
  return sim::parse_scenario("format = 1\nrun.duration = \"" + duration +
                                 "\"\nsite.crypto = \"real\"\n[[cohort]]\nname = \"all\"\n"
                                 "clients = " +
                                 std::to_string(clients) +
                                 "\nnetwork = { model = \"fixed\", on = \"internet\" }\n"
                                 "credential = \"pki\"\ncontact-every = \"30m\"\n",
                             "connected.toml", {})
      .value();
}

void real_tokens(benchmark::State& state) {
  std::vector<PrivateKey> keys;
  for (int i = 0; i < 17; ++i) keys.push_back(PrivateKey::generate(KeyKind::rsa));
  const sim::Scenario scenario = connected(10, "2d");
  Bare bare;
  double ideal = 0;
  double spent = 0;
  double sign = 0;
  double verify = 0;
  sim::Signatures signatures;
  for (auto _ : state) {
    // Briefly and in turns, so that what else the machine does meets all of them.
    const double sign_now = bare.seconds_to_sign(300);
    const double verify_now = bare.seconds_to_verify(1'000);
    sim::RunOptions options;
    options.rsa_keys = &keys;
    sim::RunControl control;
    const double begin = cpu_seconds();
    const auto result = sim::run(scenario, options, control);
    spent += cpu_seconds() - begin;
    const sim::Signatures& now = result->tally.signatures;
    ideal +=
        static_cast<double>(now.made) * sign_now + static_cast<double>(now.verified) * verify_now;
    sign += sign_now;
    verify += verify_now;
    signatures.made += now.made;
    signatures.verified += now.verified;
  }
  const auto rounds = static_cast<double>(state.iterations());
  state.counters["bare sign/s"] = rounds / sign;
  state.counters["bare verify/s"] = rounds / verify;
  state.counters["made/s"] = static_cast<double>(signatures.made) / spent;
  state.counters["verified/s"] = static_cast<double>(signatures.verified) / spent;
  state.counters["% of bare rate"] = 100 * ideal / spent;
}

void start_5000_clients(benchmark::State& state) {
  const sim::Scenario scenario = connected(5'000, "2m");
  for (auto _ : state) {
    sim::RunOptions options;
    options.threads = 2;
    sim::RunControl control;
    const auto result = sim::run(scenario, options, control);
    ensure(result->tally.signatures.made >= 15'000, "every client to be registered");
  }
}

BENCHMARK(real_tokens)->Iterations(30)->Unit(benchmark::kMillisecond);
BENCHMARK(start_5000_clients)
    ->Iterations(1)
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
