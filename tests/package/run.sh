#!/usr/bin/env bash
# run.sh BUILD-FOLDER: makes the Debian packages of it, asks lintian, and installs, uses and removes
# them in a clean root: one that holds what they depend on, as this system has it, and nothing else.
# Needs no network. Exit 77 (skipped) where a package that is needed is not there.
set -euo pipefail
if ((EUID != 0)); then
  if unshare --map-root-user true 2>/dev/null; then exec unshare --map-root-user "$0" "$@"; fi
  echo "skipped: neither root nor allowed to be root of a user namespace"
  exit 77
fi
for tool in cpack dpkg dpkg-shlibdeps lintian; do
  if ! command -v "$tool" >/dev/null; then
    echo "skipped: no $tool"
    exit 77
  fi
done
build=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022

echo "== cpack"
cpack --config "$build/CPackConfig.cmake" -B "$work" >"$work/cpack.log" 2>&1 ||
  { cat "$work/cpack.log"; exit 1; }
program=$(echo "$work"/tokenlife_*_*.deb) dev=$(echo "$work"/tokenlife-dev_*_*.deb)

echo "== lintian"
lintian --allow-root --fail-on error,warning "$program" "$dev" 2>"$work/lintian.log" ||
  { cat "$work/lintian.log"; exit 1; }

# dependencies PACKAGE...: each with all that it depends on, as far as it is installed here.
declare -A known=()
dependencies() {
  local package one
  for package in "$@"; do
    package=${package%%:*}
    if [[ ${known[$package]-} ]]; then continue; fi
    if ! dpkg-query -W "$package" >/dev/null 2>&1; then
      echo "skipped: no package $package" >&2
      exit 77
    fi
    known[$package]=1
    while IFS= read -r one; do
      for one in $one; do  # alternatives
        if [[ $(dpkg-query -W -f '${db:Status-Status}' "$one" 2>/dev/null) == installed* ]]; then
          dependencies "$one"
          break
        fi
      done
    done < <(dpkg-query -W -f '${Pre-Depends}, ${Depends}\n' "$package" |
      sed -e 's/([^)]*)//g' -e 's/|/ /g' | tr , '\n' | sort -u)
  done
}
names_of() { dpkg-deb -f "$1" Depends | sed 's/([^)]*)//g' | tr -d ,; }

# have PACKAGE...: puts them into the root.
have() {
  dpkg -L "$@" | sort -u | while IFS= read -r file; do
    if [[ -f $file || -L $file ]] && [[ ! -L ${root}$file ]]; then echo ".$file"; fi
  done >"$work/files"
  tar -C / --no-recursion -cf - -T "$work/files" | tar -C "$root" --keep-directory-symlink -xf -
  local package
  for package in "$@"; do
    dpkg-query -s "$package"
    echo
    cp /var/lib/dpkg/info/"$package"{,:*}.list "$root/var/lib/dpkg/info" 2>/dev/null || true
  done >"$root/var/lib/dpkg/status"
}
dpkg_there() {
  dpkg --root="$root" --log=/dev/null --path-include='/usr/share/*' "$@" >"$work/dpkg.log" 2>&1 ||
    { cat "$work/dpkg.log"; exit 1; }
}
files_there() { (cd "$root" && find . -path ./var/lib/dpkg -prune -o -print | sort); }
there() { chroot "$root" "$@"; }

echo "== tokenlife, with what it depends on"
mkdir -p "$root"/{usr/{bin,lib,lib64,sbin},var/lib/dpkg/{info,updates,triggers},tmp,etc}
for folder in bin lib lib64 sbin; do
  if [[ -L /$folder ]]; then ln -s "usr/$folder" "$root/$folder"; fi
done
read -ra needed <<<"$(names_of "$program")"
dependencies "${needed[@]}"
have "${!known[@]}"
files_there >"$work/before"
dpkg_there --install "$program"
files_there >"$work/installed"
for file in bin/tokenlife bin/BulkRegistrationTokenTool \
  share/man/man1/{tokenlife,BulkRegistrationTokenTool}.1.gz \
  share/doc/tokenlife/{RULES.md,copyright,changelog.gz,examples/mixed-fleet.toml} \
  share/bash-completion/completions/tokenlife share/zsh/vendor-completions/_tokenlife \
  share/fish/vendor_completions.d/tokenlife.fish; do
  grep -qx "./usr/$file" "$work/installed" || { echo "not installed: $file"; exit 1; }
done
if find "$root/usr" "$root/etc" -newer "$work/before" ! -type l ! -perm -o+r | grep .; then
  echo "not for all to read"
  exit 1
fi

version=$(there tokenlife --version)
[[ "tokenlife $(dpkg-deb -f "$program" Version)" == "$version" ]]
examples=/usr/share/doc/tokenlife/examples
there tokenlife run $examples/mixed-fleet.toml --log /tmp/fleet | grep '406     8.1 %'
there tokenlife replay /tmp/fleet --json | grep -q '"stranded"'
there tokenlife report /tmp/fleet -o /tmp/fleet.html
there tokenlife run $examples/office-week-with-daylight-saving.toml >"$work/run.log"
there tokenlife run $examples/cmg-down-for-three-weeks.toml >"$work/run.log"
there tokenlife site init /tmp/site >"$work/site.log"
rm -r "$root"/tmp/*

# The page names each command that the program has.
zcat "$root/usr/share/man/man1/tokenlife.1.gz" >"$work/page"
for command in run 'log verify' 'site trust\-ca' completion; do
  grep -qxF ".SS \"tokenlife $command\"" "$work/page" ||
    { echo "no $command in tokenlife.1"; exit 1; }
done

dpkg_there --purge tokenlife
files_there | diff "$work/before" - || { echo "something is left of tokenlife"; exit 1; }

echo "== tokenlife-dev"
read -ra needed <<<"$(names_of "$dev")"
dependencies "${needed[@]}"
have "${!known[@]}"
files_there >"$work/before"
dpkg_there --install "$dev"
files_there >"$work/installed"
for file in include/tokenlife/core/token.hpp lib/.*/cmake/tokenlife/tokenlife-config.cmake \
  lib/.*/libtokenlife-core.a lib/.*/pkgconfig/tokenlife-sim.pc share/doc/tokenlife-dev/copyright; do
  grep -qx "\./usr/$file" "$work/installed" || { echo "not installed: $file"; exit 1; }
done
dpkg_there --purge tokenlife-dev
files_there | diff "$work/before" - || { echo "something is left of tokenlife-dev"; exit 1; }
