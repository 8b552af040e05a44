// The certificates that clients show in histories.
#pragma once

#include <span>
#include <string_view>

namespace tokenlife::sim {

// In PEM, each another; signed by themselves, P-256 but for two of RSA, valid from 2020 to 2099.
std::span<const std::string_view> certificate_pool();

}  // namespace tokenlife::sim
