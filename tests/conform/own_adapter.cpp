// This project's own site and client on disk as adapters of `tokenlife conform`.
//
//     own_adapter site|client FOLDER
#include <iostream>

#include "conform/own_adapter.hpp"

namespace tokenlife::sim {
namespace {

nlohmann::json hello_of(const std::string& role) {
  nlohmann::json hello{{"name", "tokenlife on disk"}, {"version", "1"}, {"reasons", true}};
  if (role == "site") {
    hello["can"] = {"bulk", "block", "list",  "renew",   "rotate", "client-block", "mp",
                    "cmg",  "pki",   "entra", "version", "user",   "tenant"};
    hello["tokens"] = "jwt";
  } else {
    hello["can"] = {"bulk", "pki", "entra", "exchange", "reinstall", "state", "version"};
    hello["tokens"] = "opaque";
  }
  return hello;
}

int serve(const std::string& role, const AnswersTo& answer) {
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = nlohmann::json::parse(line);
    const auto op = request.at("op").get<std::string>();
    nlohmann::json result;
    try {
      if (op == "hello" && request.at("role") != role) throw std::runtime_error("another role");
      result = op == "hello" ? hello_of(role) : answer(op, request);
    } catch (const Refused& refused) {
      result = {{"refused", refused.reason}};
    } catch (const std::exception& error) {
      std::cerr << op << ": " << error.what() << '\n';
      result = {{"error", error.what()}};
    }
    result["id"] = request.at("id");
    std::cout << result.dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace tokenlife::sim

int main(int argc, char** argv) {
  using namespace tokenlife::sim;
  const std::string role = argc == 3 ? argv[1] : "";
  if (role == "site") return serve(role, own_site(argv[2]));
  if (role == "client") return serve(role, own_client(argv[2]));
  std::cerr << "usage: own_adapter site|client FOLDER\n";
  return 2;
}
