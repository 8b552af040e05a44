#!/usr/bin/python3
"""picture.py PAGE PICTURE.png: the top of a report, as README shows it."""

import pathlib
import sys

sys.dont_write_bytecode = True

import browser as chromium  # noqa: E402

chromium.skip_without_browser()
window = chromium.Browser()
try:
    window.open(pathlib.Path(sys.argv[1]).resolve(), width=1000)
    window.picture(pathlib.Path(sys.argv[2]), 1340)
finally:
    window.close()
