#!/usr/bin/env bash
# hardened.sh PROGRAM: whether the linker made it as it was told to. Exit 77 (skipped) without
# readelf.
set -euo pipefail
program=$1
if ! command -v readelf >/dev/null; then
  echo "skipped: no readelf"
  exit 77
fi
parts=$(readelf --wide --file-header --program-headers --dynamic "$program")
holds() {
  if grep -Eq "$2" <<<"$parts"; then return; fi
  echo "$program: $1"
  exit 1
}
holds "is at a fixed address" 'Type: +DYN'
holds "has symbols that are bound late" 'BIND_NOW|FLAGS_1.*NOW'
holds "has relocations that can be written" 'GNU_RELRO'
holds "does not say that its stack is no code" 'GNU_STACK .* RW +0x'
if grep -E ' LOAD ' <<<"$parts" | grep -q 'RWE'; then
  echo "$program: has memory that is both code and data"
  exit 1
fi
