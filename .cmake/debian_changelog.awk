# CHANGELOG.md in the form that Debian's packages have. -v maintainer="NAME <ADDRESS>"
function finish() {
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
version != "" && /^- / { print "  * " substr($0, 3) }
version != "" && /^  / { print "  " $0 }
END { finish() }
