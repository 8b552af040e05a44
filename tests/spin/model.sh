# SPIN and `tokenlife check` on the same model; to be sourced. Exit 77 (skipped) without SPIN.
#
# Three things have to be told to SPIN: -o2, or it leaves out of its states what is written and
# never read (`last`); to print all digits of large numbers; and to reduce and compress nothing, so
# that it counts every state and transition. It counts the initial state as if a transition had led
# to it.
program=$(realpath "$1")
model=$(realpath "$(dirname "${BASH_SOURCE[0]}")/lifecycle.pml")
if ! command -v spin >/dev/null || ! command -v gcc >/dev/null; then
  echo "skipped: spin or gcc is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# explore STACK TABLE DAYS-IN-A-UNIT STOP-AT FEATURE...: both, one after the other. Never stops if
# STOP-AT is 0. STACK is SPIN's depth, TABLE the logarithm of its hash table's size. `https` and
# `no-internal-registration` may stand behind the features.
explore() {
  local stack=$1 table=$2 unit=$3 stop=$4 features=("${@:5}") site=() with='' feature
  local bulk_life=$(((3 + unit - 1) / unit))
  local flags=("-DVALIDITY=$((90 / unit))" "-DRENEW=$((30 / unit))" "-DBULK_LIFE=$bulk_life")
  flags+=("-DCERTIFICATE_LIFE=$(((60 + unit - 1) / unit))")
  for feature in "${features[@]}"; do
    case $feature in
      https) site+=(--mp https) ;;
      no-internal-registration) site+=(--no-internal-registration) ;;
      *) with+=${with:+,}$feature ;;
    esac
    feature=${feature^^}
    if [[ $feature != NONE ]]; then flags+=("-D${feature//-/_}"); fi
  done
  if ((stop > 0)); then
    flags+=("-DDAYS=$stop")
    site+=(--days "$stop")
  fi
  spin -o2 "${flags[@]}" -a "$model" >spin.out
  sed -i 's/%9.8g/%.0f/' pan.c
  gcc -O2 -w -DSAFETY -DNOREDUCE -DNOFAIR -DVECTORSZ=64 -DMEMLIM=16000 -o pan pan.c
  timed pan ./pan -m"$stack" -w"$table"
  if ! grep -q 'errors: 0' pan.out || grep -q 'not completed\|too small' pan.out; then
    cat pan.out
    exit 1
  fi
  timed check "$program" check --clients 2 --unit "${unit}d" --with "$with" --no-symmetry --json \
    "${site[@]}"
}

# timed NAME COMMAND...: writes to NAME.out; the seconds of the processor's time to NAME.time
timed() {
  local TIMEFORMAT='%U %S'
  { time "${@:2}" >"$1.out" 2>"$1.err"; } 2>"$1.time"
}

spin_states() { awk '/states, stored/ { print $1 }' pan.out; }
spin_transitions() { awk '/transitions \(=/ { print $1 - 1 }' OFMT=%d CONVFMT=%d pan.out; }
# checked FIELD: a number that check found
checked() { sed -n "s/^  \"$1\": \([0-9.e+]*\),/\1/p" check.out; }
# seconds_of NAME: of what was timed
seconds_of() { awk '{ print $1 + $2 }' "$1.time"; }
