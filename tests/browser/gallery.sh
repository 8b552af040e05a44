#!/usr/bin/env bash
# gallery.sh TOKENLIFE FOLDER: the reports of six example scenarios, and a page that leads to them.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=$1 folder=$2
scenarios=(
  cmg-down-for-three-weeks
  mixed-fleet
  certificate-rotation
  cmg-outage-longer-than-the-slack
  renewal-herd
  restart-only-renewal
)
mkdir -p "$folder"

entry() {
  # The heading and the answer, as the page has them: they are HTML already.
  sed -n -e "s|^<h1>\(.*\)</h1>\$|<h2><a href=\"$1.html\">\1</a></h2>|p" \
    -e 's|^<p class="answer">|<p>|p' "$folder/$1.html"
}

{
  cat <<'END'
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>tokenlife: reports of example scenarios</title>
<style>
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif }
</style>
</head>
<body>
<h1>Reports of example scenarios</h1>
END
  for name in "${scenarios[@]}"; do
    echo "$name" >&2
    log=$folder/$name.log
    rm -rf "$log"
    "$program" run "scenarios/$name.toml" --log "$log" >/dev/null
    "$program" report "$log" -o "$folder/$name.html" --force --inputs scenarios
    rm -rf "$log"
    entry "$name"
  done
  echo "</body></html>"
} >"$folder/index.html.partial"
mv "$folder/index.html.partial" "$folder/index.html"
echo "$folder/index.html"
