#!/usr/bin/env bash
# run.sh BUILD-FOLDER SECONDS: every fuzzing target for so long, two at a time, from the corpus that
# is kept. Inputs that reach something new stay in the build folder. Exit 1 if anything was found.
set -euo pipefail
build=$(realpath "$1")
seconds=$2
corpus=$(realpath "$(dirname "$0")")/corpus
export build seconds corpus

fuzz() {
  local target=$1 kept=$build/fuzz/$1 program=$build/tests/fuzz/$1_fuzz
  local findings=$build/fuzz/findings log=$build/fuzz/$1.log
  mkdir -p "$kept" "$findings"
  if "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=20000 \
    -artifact_prefix="$findings/$target-" "$kept" "$corpus/$target" >"$log" 2>&1; then
    echo "$target: $(grep -o '^Done .*' "$log"), nothing found"
    return
  fi
  tail -n 40 "$log"
  echo "$target: FOUND something. What repeats it:"
  local artifact
  artifact=$(grep -o "Test unit written to .*" "$log" | tail -n 1 | sed 's/Test unit written to //')
  echo "  $program $artifact"
  return 1
}
export -f fuzz

targets=()
for folder in "$corpus"/*/; do targets+=("$(basename "$folder")"); done
printf '%s\n' "${targets[@]}" | xargs -P 2 -I{} bash -euo pipefail -c 'fuzz {}' ||
  exit 1
