// Inputs made to be slow. What they cost is counted, in pieces of memory asked for: a time would
// say how busy the machine is.
#include <catch2/catch.hpp>

#include <cstdlib>
#include <functional>
#include <new>

#include "core/token/certificate.hpp"
#include "core/token/strict_json.hpp"
#include "core/token/token.hpp"
#include "core/token/token_fault.hpp"
#include "core/token/token_verify.hpp"
#include "support/forged_token.hpp"

namespace {
thread_local std::size_t pieces = 0;
thread_local std::size_t bytes = 0;
}  // namespace

// Of the whole program of tests. The sanitizer has both forms of its own, and would mix its own
// with ours if we had but one.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++pieces;
  bytes += size;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tokenlife::test {
namespace {

struct Cost {
  std::size_t pieces;
  std::size_t bytes;
};
template <class Work>
Cost cost_of(Work work) {
  const Cost before{::pieces, ::bytes};
  work();
  return {::pieces - before.pieces, ::bytes - before.bytes};
}

std::string repeated(std::string_view text, std::size_t size) {
  std::string all;
  while (all.size() + text.size() <= size) all += text;
  return all;
}

// Names that all differ.
std::string many_names(std::size_t size) {
  std::string all;
  for (int i = 0; all.size() < size; ++i) all += "\"" + std::to_string(i) + "\":0,";
  all.pop_back();
  return all;
}

// Objects as hostile as `size` bytes can be.
std::vector<std::string> hostile_objects(std::size_t size) {
  const auto half = size / 2;
  return {
      "{\"a\":" + std::string(size, '['),
      "{\"a\":" + repeated("{\"a\":", size),
      "{\"a\":" + repeated("[", half) + repeated("]", half) + "}",
      "{" + many_names(size) + "}",
      "{" + repeated("\"a\":0,", size) + "\"b\":0}",
      "{\"a\":[" + repeated("[],", size) + "[]]}",
      "{\"a\":[" + repeated("{\"a\":{}},", size) + "0]}",
      "{\"a\":[" + repeated("0,", size) + "0]}",
      "{\"exp\":" + std::string(size, '9') + "}",
      "{\"exp\":0." + std::string(size, '9') + "}",
      "{\"exp\":1e" + std::string(size, '9') + "}",
      "{\"exp\":" + std::string(size, '9') + "e-" + std::string(5, '9') + "}",
      "{\"a\":\"" + repeated("\\ud83d\\ude00", size) + "\"}",
      "{\"a\":\"" + repeated("\\u0000", size) + "\"}",
      "{\"" + std::string(size, 'a') + "\":0}",
      std::string(size, ' ') + "{}",
      std::string(size, '"'),
      std::string(size, '\\'),
  };
}

TEST_CASE("hostile JSON costs no more than its size allows") {
  for (const std::size_t size : {11'500UL, 115'000UL}) {
    const auto objects = hostile_objects(size);
    for (std::size_t i = 0; i < objects.size(); ++i) {
      INFO("object " << i << " of " << objects[i].size() << " bytes");
      const Cost cost = cost_of([&] { static_cast<void>(parse_strict_json(objects[i])); });
      CHECK(cost.pieces <= 2 * objects[i].size());
      CHECK(cost.bytes <= 400 * objects[i].size());
    }
  }
}

TEST_CASE("hostile tokens of 16 KiB are refused, and cost what 16 KiB may cost") {
  const auto objects = hostile_objects(11'500);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const std::vector<std::string> tokens{
        compact(objects[i], "{}", "x"),
        forge(good_header().text(), objects[i], strangers_rsa()),
        forge(good_header().text(), objects[i], rfc7515_rsa()),
        // All of it there, and the hostile part behind it.
        signed_token(good_header(), good_bulk_claims().with("exp", objects[i].substr(0, 11'000))),
    };
    for (const std::string& token : tokens) {
      REQUIRE(token.size() <= 16'384);
      INFO("object " << i);
      std::string answer;
      const Cost cost = cost_of([&] { answer = said_of_bulk(token); });
      CHECK(answer != "accepted");
      CHECK(cost.pieces <= 2 * token.size());
      CHECK(cost.bytes <= 400 * token.size());
    }
  }
}

TEST_CASE("tokens that are too long cost nothing, however long they are") {
  for (const char c : {'.', 'A', '\0', ' '}) {
    const std::string token(10'000'000, c);
    std::string answer;
    const TokenChecks checks = site_checks(TokenProfile::bulk);
    const Cost cost = cost_of([&] { answer = said(token, checks); });
    CHECK(answer == "too-long");
    CHECK(cost.bytes < 100);
  }
}

}  // namespace
}  // namespace tokenlife::test
