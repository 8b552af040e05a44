#!/usr/bin/env bash
# usage: run.sh BUILD-FOLDER C++-COMPILER
# Installs the libraries into a prefix of its own and builds the project here against them, once
# with CMake and once with pkg-config.
set -euo pipefail
build=$1 compiler=$2
source=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >"$work/install.log"
# Whatever was installed is found where it is now, not where it was installed to.
mv "$work/prefix" "$work/moved"

echo "== CMake"
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS=-O0 >"$work/configure.log" ||
  { cat "$work/configure.log" && exit 1; }
cmake --build "$work/build"
"$work/build/door_lock"
"$work/build/simulate"

echo "== pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$work/moved" -name tokenlife-core.pc)")
export PKG_CONFIG_PATH
strict=(-std=c++20 -O0 -Wall -Wextra -Wpedantic -Werror)
compile() {  # compile PROGRAM PACKAGE
  local flags
  read -ra flags <<<"$(pkg-config --static --cflags --libs "$2")"
  "$compiler" "${strict[@]}" "$source/$1.cpp" -o "$work/$1" "${flags[@]}"
  "$work/$1"
}
compile door_lock tokenlife-core
compile simulate tokenlife-sim
