# CHANGELOG.md in the form that Debian's packages have. -v maintainer="NAME <ADDRESS>"
# Lines are broken anew: Debian's are of 80 columns at most, those of CHANGELOG.md of any length.
function write_entry(  words, count, i, line) {
  count = split(entry, words, " ")
  line = "  *"
  for (i = 1; i <= count; i++) {
    if (length(line " " words[i]) > 80) {
      print line
      line = "   "
    }
    line = line " " words[i]
  }
  if (count) print line
  entry = ""
}
function finish() {
  write_entry()
  if (version == "") return
  command = "LC_ALL=C date -u -R -d " date
  command | getline when
  close(command)
  printf "\n -- %s  %s\n", maintainer, when
}
/^## / {
  finish()
  if (version != "") print ""
  version = $2
  date = substr($3, 2, 10)
  printf "tokenlife (%s) unstable; urgency=medium\n\n", version
}
version != "" && /^- / {
  write_entry()
  entry = substr($0, 3)
}
version != "" && /^  / { entry = entry " " $0 }
END { finish() }
