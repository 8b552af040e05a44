// How Catch2 and RapidCheck print the project's values.
#pragma once

#include <catch2/catch.hpp>

#include <ostream>
#include <string>
#include <type_traits>

#include "core/client.hpp"
#include "core/event.hpp"
#include "core/names.hpp"

namespace Catch {

template <class Enum>
struct StringMaker<Enum, std::enable_if_t<std::is_enum_v<Enum>,
                                          std::void_t<decltype(tokenlife::Names<Enum>::values)>>> {
  static std::string convert(Enum value) { return std::string(tokenlife::name(value)); }
};

template <>
struct StringMaker<tokenlife::ClientEvent> {
  static std::string convert(const tokenlife::ClientEvent& event) {
    return std::string(tokenlife::name(tokenlife::kind_of(event)));
  }
};

template <>
struct StringMaker<tokenlife::Client> {
  static std::string convert(const tokenlife::Client& client) {
    return std::string(tokenlife::name(client.state)) + " on " +
           std::string(tokenlife::name(client.network)) + ", token " +
           tokenlife::to_string(client.token.serial);
  }
};

}  // namespace Catch
