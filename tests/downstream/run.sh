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

tokenlife=$work/moved/bin/tokenlife
"$tokenlife" site init "$work/site" >"$work/site.log"
"$tokenlife" token new --site "$work/site" --json |
  sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' >"$work/token"
"$tokenlife" run "$source/../../scenarios/office-commuter.toml" --log "$work/log" >"$work/run.log"

# try FOLDER-OF-PROGRAMS
try() {
  "$1/verify_token" "$work/site/signing-0.crt" <"$work/token"
  if sed 's/.$//' "$work/token" | "$1/verify_token" "$work/site/signing-0.crt"; then
    echo "a token without its last digit was taken"
    exit 1
  fi
  "$1/count_events" "$work/log"
  "$1/door_lock"
  "$1/simulate"
}

echo "== CMake"
cmake -S "$source" -B "$work/build" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_CXX_FLAGS=-O0 >"$work/configure.log" ||
  { cat "$work/configure.log" && exit 1; }
cmake --build "$work/build"
try "$work/build"
for program in verify_token count_events door_lock simulate; do
  strip -o "$work/stripped" "$work/build/$program"
  if (($(stat -c %s "$work/stripped") >= 3000000)); then
    echo "$program is larger than 3 MB"
    exit 1
  fi
done

echo "== pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$work/moved" -name tokenlife-core.pc)")
export PKG_CONFIG_PATH
mkdir "$work/bin"
strict=(-std=c++20 -O0 -Wall -Wextra -Wpedantic -Werror -I"$source")
compile() {  # compile PROGRAM PACKAGE
  local flags
  read -ra flags <<<"$(pkg-config --static --cflags --libs "$2")"
  "$compiler" "${strict[@]}" "$source/$1.cpp" -o "$work/bin/$1" "${flags[@]}"
}
compile verify_token tokenlife-core
compile door_lock tokenlife-core
compile count_events tokenlife-events
compile simulate tokenlife-sim
try "$work/bin"
