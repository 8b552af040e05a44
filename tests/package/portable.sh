#!/usr/bin/env bash
# portable.sh BUILD-FOLDER PORTABLE-PROGRAM PROGRAM: links the first program, and sees that it does
# what the second does, in a root with nothing else in it. Exit 77 (skipped) where nobody may make
# such a root.
set -euo pipefail
if ((EUID != 0)); then
  if unshare --map-root-user true 2>/dev/null; then exec unshare --map-root-user "$0" "$@"; fi
  echo "skipped: neither root nor allowed to be root of a user namespace"
  exit 77
fi
build=$1 portable=$2 program=$3
scenarios=$(cd "$(dirname "$0")/../../scenarios" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

cmake --build "$build" --target tokenlife_portable >"$work/link.log" ||
  { cat "$work/link.log"; exit 1; }
if readelf --wide --dynamic --program-headers "$portable" | grep -E 'NEEDED|INTERP'; then
  echo "$portable wants shared libraries"
  exit 1
fi
"$(dirname "$0")/../hardened.sh" "$portable"

mkdir -p "$root/tmp"
cp "$portable" "$scenarios"/{mixed-fleet,office-week-with-daylight-saving}.toml "$root"
there() { chroot "$root" /tokenlife "$@"; }
# digest_of RUN...: that of what it prints.
digest_of() { "$@" | sed -n 's/^ *Digest  *//p' | grep -E '^[0-9a-f]{64}$'; }

[[ $(there --version) == "$("$program" --version)" ]]
digest=$(digest_of "$program" run "$scenarios/mixed-fleet.toml")
[[ $(digest_of there run mixed-fleet.toml --log fleet) == "$digest" ]]
there replay fleet --client seldom-seen/0 --at 120d >"$work/there"
"$program" replay "$root/fleet" --client seldom-seen/0 --at 120d | sed 1d >"$work/here"
sed 1d "$work/there" | diff "$work/here" -
there log verify fleet --digest "$digest" --replay | grep 'the same, bit for bit'
there log sql fleet 'select count(*) from clients where stranded' --format csv | grep '^406'
there log export fleet --parquet parquet
there report fleet -o fleet.html
# A site: keys and signatures, with no /dev.
there site init site | grep 'signs with'
there token new --site site --json | sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' >"$work/token"
there token verify - --site site <"$work/token" | grep -q bulk

# Time zones are the system's.
status=0
there run office-week-with-daylight-saving.toml >"$work/out" 2>&1 || status=$?
((status == 2))
grep -q 'install the package tzdata' "$work/out"
zoneinfo=/usr/share/zoneinfo
if [[ -d $zoneinfo ]]; then
  mkdir -p "$root$zoneinfo"
  cp -rL "$zoneinfo"/{Europe,Africa,America,Australia,UTC} "$root$zoneinfo"
  # Zones of both hemispheres, of half an hour, and one whose summer is not daylight saving.
  for zone in Europe/{Berlin,Dublin} Africa/Casablanca America/St_Johns Australia/Lord_Howe UTC; do
    sed "s|Europe/[A-Z][a-z]*|$zone|" "$scenarios/office-week-with-daylight-saving.toml" \
      >"$root/zone.toml"
    grep -q "$zone" "$root/zone.toml"
    # What the story expects is said of its own zone.
    here=$(digest_of "$program" run "$root/zone.toml" || true)
    if [[ -z $here || $(digest_of there run zone.toml || true) != "$here" ]]; then
      echo "$zone: not as libdate-tz reads it"
      exit 1
    fi
  done
fi
