#!/usr/bin/env bash
# Runs the recorded fleets with the given program. Exit 77 (skipped) without the recordings.
set -euo pipefail
program=$(realpath "$1")
cd "$(dirname "$0")"
traces=$(realpath -m "${TOKENLIFE_TRACES:-../../../shared/traces}")
if [[ ! -r $traces/prague.csv || ! -r $traces/tor.csv ]]; then
  echo "skipped: no recordings in $traces"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp ./*.toml "$folder"
ln -s "$traces"/prague.csv "$traces"/tor.csv "$folder"
"$program" test "$folder"
