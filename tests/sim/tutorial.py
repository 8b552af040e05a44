#!/usr/bin/env python3
"""Runs every command of scenarios/TUTORIAL.md, in its order, and compares what each prints with what
stands below it.

usage: tutorial.py PROGRAM [--rewrite]    --rewrite: puts there what they print"""

import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "scenarios" / "TUTORIAL.md"
page = PAGE.read_text()
lines = page.split("\n")
written = []
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    (folder / "bin").mkdir()
    (folder / "bin" / "tokenlife").symlink_to(PROGRAM)
    (folder / "scenarios").symlink_to(ROOT / "scenarios")
    (folder / "fleet.toml").write_text(re.search(r"```toml\n(.*?)```", page, re.S)[1])
    environment = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin", "LC_ALL": "C"}
    commands = 0
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        written.append(line)
        if not line.startswith("    $ "):
            continue
        commands += 1
        ran = subprocess.run(["bash", "-o", "pipefail", "-c", line[6:]], cwd=folder, env=environment,
                             capture_output=True, text=True)
        if ran.returncode not in (0, 141):  # 141: `head` has read enough
            sys.exit(f"FAIL  {line}\nstatus {ran.returncode}: {ran.stderr}")
        while at < len(lines) and lines[at].startswith("    ") and not lines[at].startswith("    $ "):
            at += 1
        written += ["    " + said for said in ran.stdout.rstrip("\n").split("\n") if ran.stdout]
text = "\n".join(written)
if "--rewrite" in sys.argv:
    PAGE.write_text(text)
elif text != page:
    sys.exit("FAIL  the tutorial shows other outputs; see `git diff` after tutorial.py PROGRAM --rewrite")
if commands < 12:
    sys.exit("FAIL  too few commands")
print(f"{commands} commands print what the tutorial shows")
