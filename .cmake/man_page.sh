#!/usr/bin/env bash
# man_page.sh PROGRAM VERSION: tokenlife.1, made of what --help says of every command.
set -euo pipefail
program=$1 version=$2

# Text as it stands.
verbatim() {
  echo .nf
  sed -e 's/\\/\\e/g' -e 's/-/\\-/g' -e "s/'/\\\\(aq/g" -e 's/`/\\(ga/g' -e 's/~/\\(ti/g' \
    -e 's/\^/\\(ha/g' -e 's/^\./\\\&./'
  echo .fi
}

# command_pages COMMAND...: a section of it and of each of its parts.
command_pages() {
  local help part
  help=$("$program" "$@" --help)
  printf '.SS "tokenlife %s"\n' "$(sed 's/-/\\-/g' <<<"$*")"
  verbatim <<<"$help"
  for part in $(sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\)  .*/\1/p' <<<"$help"); do
    command_pages "$@" "$part"
  done
}

help=$("$program" --help)
cat <<END
.TH TOKENLIFE 1 "" "tokenlife $version" "User Commands"
.SH NAME
tokenlife, BulkRegistrationTokenTool \\- simulate fleets whose devices hold short\\-lived tokens
.SH SYNOPSIS
.B tokenlife
.I COMMAND
[\\fIOPTION\\fR]...
.br
.B BulkRegistrationTokenTool
/? | /new | /lifetime \\fIMINUTES\\fR
.SH DESCRIPTION
END
verbatim <<<"$help"
cat <<'END'
.PP
BulkRegistrationTokenTool makes a bulk registration token of the site on disk that the environment
variable TOKENLIFE_SITE names.
.SH FILES
.TP
.I /usr/share/doc/tokenlife/examples
Scenarios to begin with.
.TP
.I /usr/share/doc/tokenlife/RULES.md
The rules, with their sources.
.SH COMMANDS
END
for part in $(sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\)  .*/\1/p' <<<"$help"); do
  command_pages "$part"
done
