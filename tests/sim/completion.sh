#!/usr/bin/env bash
# completion.sh PROGRAM: what the shells complete, asked of the shells themselves. Exit 77 (skipped)
# without zsh or fish, after those were asked that are there.
set -euo pipefail
PATH=$(cd "$(dirname "$1")" && pwd):$PATH
export PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir folder files
touch files/fleet.toml "files/a file.toml"
for shell in bash zsh fish; do tokenlife completion "$shell" >"$shell.script"; done

complete_in_bash() {
  bash -uc '
    source ../bash.script
    [[ $(complete -p tokenlife) == "complete -F _tokenlife tokenlife" ]] || exit
    # As readline cuts words.
    read -ra COMP_WORDS <<<"${1//=/ = }"
    if [[ $1 == *" " ]]; then COMP_WORDS+=(""); fi
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _tokenlife
    printf "%s\n" "${COMPREPLY[@]}"' - "$1"
}

# In a terminal of its own, since zsh completes in its line editor only. What would be offered is
# caught where zsh is told of it.
cat >"$work/start.zsh" <<'END'
PS1= PROMPT_EOL_MARK= TERM=dumb
autoload -Uz compinit
compinit -D -u
source ../zsh.script
bindkey '^I' complete-word
compadd() {
  local -a offered
  case " ${(j: :)@[1,(i)--]} " in
    *' -'[OAD]' '*) ;;
    *) builtin compadd -O offered "$@"; print -lr -- '' "<"${^offered}">" ;;
  esac
  builtin compadd "$@"
}
END
cat >"$work/ask.zsh" <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "source ../start.zsh; print re''ady"
zpty -r shell text '*ready*'
zpty -n -w shell "$1"$'\t'
sleep 0.5
zpty -n -w shell $'\x15'"print fin''ished"$'\n'
zpty -r shell text '*finished*'
print -r -- "$text"
END
complete_in_zsh() {
  zsh -f ../ask.zsh "$1" | tr -d '\r' | sed -n 's/^<\(.*\)>$/\1/p'
}

complete_in_fish() {
  fish --no-config -c 'source ../fish.script; complete -C $argv[1]' "$1" | cut -f 1
}

# expect SHELL LINE WORD...: what can stand where the line ends, in any order.
expect() {
  local wanted got
  wanted=$(printf '%s\n' "${@:3}" | sort -u)
  got=$(cd files && "complete_in_$1" "$2" | sort -u)
  if [[ $got == "$wanted" ]]; then return; fi
  echo "$1: after \`$2\`, expected < and not >:"
  diff <(echo "$wanted") <(echo "$got") || true
  exit 1
}

# What --help lists, of a command.
commands_of() { tokenlife "$@" --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\)  .*/\1/p'; }
options_of() {
  tokenlife "$@" --help | sed -nE '/^Options:/,/^$/s/^  (-[^ ]*).*/\1/p' | tr , '\n'
  tokenlife --help | sed -nE 's/^  (--version|--no-progress|--color) .*/\1/p'
}

asked=0
# as_in_help SHELL COMMAND...: it, and all of its parts.
as_in_help() {
  local part parts options
  mapfile -t options < <(options_of "${@:2}")
  expect "$1" "tokenlife ${*:2} -" "${options[@]}"
  asked=$((asked + 1))
  mapfile -t parts < <(commands_of "${@:2}")
  if ((${#parts[@]} == 0)); then return; fi
  expect "$1" "tokenlife ${*:2} " "${parts[@]}"
  for part in "${parts[@]}"; do as_in_help "$@" "$part"; done
}

status=0
for shell in bash zsh fish; do
  if ! command -v "$shell" >/dev/null; then
    echo "not asked: $shell, which is not there"
    status=77
    continue
  fi
  "$shell" -n "$shell.script"
  expect "$shell" 'tokenlife log v' verify
  expect "$shell" 'tokenlife site tr' trust-ca trust-entra
  expect "$shell" 'tokenlife --color always log ver' verify
  expect "$shell" 'tokenlife --no-progress tok' token
  expect "$shell" 'tokenlife --color ' auto always never
  expect "$shell" 'tokenlife events --color n' never
  expect "$shell" 'tokenlife events --format ' text jsonl csv
  expect "$shell" 'tokenlife machine --format s' scxml
  expect "$shell" 'tokenlife completion ' bash zsh fish
  expect "$shell" 'tokenlife run fle' fleet.toml
  expect "$shell" 'tokenlife run fleet.toml --see' --seed --seeds
  expect "$shell" 'tokenlife run --threads ' ''
  expect "$shell" 'tokenlife machine ' ''
  case $shell in
    bash)
      expect bash 'tokenlife machine --format=d' dot
      expect bash 'tokenlife run --log ../fold' ../folder
      ;;
    zsh)
      expect zsh 'tokenlife machine --format=d' dot
      expect zsh 'tokenlife run --log ../fold' folder
      ;;
    fish)
      expect fish 'tokenlife machine --format=d' --format=dot
      expect fish 'tokenlife run --log ../fold' ../folder/
      ;;
  esac
  # bash is asked of every command, the others, which take up to a second, of some.
  if [[ $shell == bash ]]; then as_in_help bash; continue; fi
  for command in '' run 'log verify' site; do
    read -ra words <<<"$command"
    mapfile -t options < <(options_of "${words[@]}" | grep ^--)
    expect "$shell" "tokenlife $command --" "${options[@]}"
  done
done
((asked > 50))  # commands

for wrong in '' tcsh 'bash zsh'; do
  read -ra words <<<"$wrong"
  code=0
  tokenlife completion "${words[@]}" >out 2>err || code=$?
  if ((code != 2)) || [[ -s out ]] || ! grep -q 'see `tokenlife completion --help`' err; then
    echo "completion $wrong: exit status $code, $(cat err)"
    exit 1
  fi
done
exit "$status"
