#!/usr/bin/env bash
# Holds the JUnit reports of `tokenlife test` to junit.xsd, and the commands that repeat failures to
# a shell, whatever files are called. Usage: junit.sh PROGRAM. Exit 77 (skipped) without xmllint.
set -euo pipefail
program=$(realpath "$1")
schema=$(realpath "$(dirname "$0")/junit.xsd")
if ! command -v xmllint >/dev/null; then
  echo "skipped: xmllint (Debian: libxml2-utils) is not installed"
  exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
failures=0
fail() {
  echo "FAIL  $*"
  failures=$((failures + 1))
}

tokenlife() { "$program" "$@"; }

valid() { xmllint --noout --schema "$schema" "$1" 2>problems; }

# number REPORT XPATH
number() { xmllint --xpath "string($2)" "$1"; }

# report STATUS ARG...: the program ends like this; its report is valid and counts what it lists.
report() {
  local status=0 what
  rm -f report.xml
  tokenlife test --junit report.xml "${@:2}" >out 2>err || status=$?
  ((status == $1)) || fail "exit status $status of: test ${*:2}"
  valid report.xml || fail "no valid report of: test ${*:2}"$'\n'"$(cat problems)"
  for what in tests=testcase failures=failure errors=error skipped=skipped; do
    [[ $(number report.xml "//testsuite/@${what%=*}") == \
      $(number report.xml "count(//${what#*=})") ]] || fail "${what%=*} of: test ${*:2}"
  done
}

# refused WHAT SED-EXPRESSION: the schema notices that.
refused() {
  sed -E "$2" report.xml >broken.xml
  if cmp -s report.xml broken.xml; then fail "nothing to break: $1"; fi
  if valid broken.xml; then fail "not noticed: $1"; fi
}

# scenario FILE [EXPECTED]: one client that renews once; what is expected otherwise cannot hold.
scenario() {
  cat >"./$1" <<TOML
format = 1
[run]
duration = "40d"
[[cohort]]
name = "<&\\u0022'>]]\\u0026amp;"
clients = 1
network = { model = "fixed", on = "intranet" }
[[expect]]
cohort = "<&\\u0022'>]]\\u0026amp;"
event = "token-renewed"
count = ${2-1}
TOML
}

mkdir good bad hostile
scenario good/one.toml
scenario good/two.toml
scenario bad/wrong.toml 7
echo 'format = 2' >bad/broken.toml
echo 'format = "<&\u0001\u001b]]>' >bad/markup.toml

report 0 good/one.toml
tests_each=$(number report.xml 'count(//testcase)')
((tests_each > 1)) || fail "no properties"
report 0 good
report 0 good --seeds 1..3
report 0 good --scenarios-only
report 0 good --filter ': replay$'
report 1 bad/wrong.toml good
report 2 bad good --fail-fast
(($(number report.xml 'count(//skipped[@message="--fail-fast"])') == 4 * tests_each)) ||
  fail "the tests after the first failure are not skipped"
mkdir mixed
cp good/one.toml mixed
echo 'name = "no scenario"' >$'mixed/<&"\'>\n.toml'
report 0 mixed
(($(number report.xml 'count(//skipped)') == 1)) || fail "what is no scenario is not skipped"
refused "no reason to skip" 's/<skipped [^/]*/<skipped/'
report 2 bad good --seeds 7..8

refused "text that is no XML" 's/classname="/&\&/'
refused "a test without a name" 's/(<testcase [^>]*) name="[^"]*"/\1/'
refused "two tests of one name" 's/( name="[^"]*) seed [78]/\1/'
refused "a time that is none" 's/(<testcase .*time=")[^"]*/\1soon/'
refused "a verdict that nobody knows" 's/(<\/?)failure/\1shame/g'
refused "a report of nothing" '/<testcase/,/<\/testcase/d'

names=(
  'blank and (brackets).toml' $'<&"\'>.toml' ']]>.toml' '-rf.toml' $'line\nfeed\ttab.toml'
  $'bell\a\e[31m.toml' $'latin1-\xe4\xff.toml' $'half\xc3.toml' $'surrogate-\xed\xa0\x80.toml'
  $'no-character-\xef\xbf\xbe\xef\xbf\xbf.toml' $'turned\u202e.toml'
  '&#1;$HOME`id`.toml' 'größe.toml'
)
for name in "${names[@]}"; do scenario "hostile/$name"; done
report 0 hostile
[[ $(number report.xml 'count(//testcase)') == $((tests_each * ${#names[@]})) ]] ||
  fail "tests are missing"

# What is pasted does again what failed.
for name in "${names[@]}"; do
  scenario "$name" 7
  report 1 -- "$name"
  line=$(tail -n 1 out)
  [[ $line == "reproduce: tokenlife run "* ]] || fail "last line: $line"
  status=0
  (eval "${line#reproduce: }") >again 2>&1 || status=$?
  ((status == 1)) || fail "status $status, when pasted: ${line#reproduce: }"
  grep -q 'token-renewed in .*: exactly 7: 1' again || fail "other than before: $line"
done

((failures == 0)) && echo "all reports are valid"
