#!/usr/bin/env python3
"""`tokenlife test --watch` runs again when a scenario is written, when an editor puts another file
in its place, and when an inventory changes that it names, in another folder; not when something else
does; and Ctrl-C ends it with 130.

usage: watch.py PROGRAM"""

import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

SCENARIO = """format = 1
[run]
duration = "40d"
[[cohort]]
name = "told"
inventory = "../data/devices.list"
[cohort.network]
model = "fixed"
on = "intranet"
[[expect]]
state = "registered"
count = {count}
"""
DEVICES = "device,state,token-issued,network\nA,,2025-12-16T22:11:20Z,intranet\n"

PROGRAM = str(pathlib.Path(sys.argv[1]).resolve())
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "scenarios").mkdir()
(folder / "data").mkdir()
scenario = folder / "scenarios" / "a.toml"
devices = folder / "data" / "devices.list"
scenario.write_text(SCENARIO.format(count=1))
devices.write_text(DEVICES)
program = subprocess.Popen([PROGRAM, "test", "scenarios", "--scenarios-only", "--watch"], cwd=folder,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
lines = []
threading.Thread(target=lambda: lines.extend(iter(program.stdout.readline, "")), daemon=True).start()


def end(what):
    program.kill()
    print(f"FAIL  {what}; it said:\n{''.join(lines)}")
    sys.exit(1)


def said():
    """What it has said since the last call, when it watches again."""
    for _ in range(600):
        at = next((i for i, line in enumerate(lines) if "Ctrl-C ends it" in line), None)
        if at is not None:
            text = "".join(lines[:at + 1])
            del lines[:at + 1]
            return text
        time.sleep(0.05)
    end("it does not watch")


def expect(part, what):
    text = said()
    if part not in text:
        lines.insert(0, text)
        end(what)


expect("1 passed", "the first run does not pass")
scenario.write_text(SCENARIO.format(count=2))
expect("1 failed", "it does not notice that the scenario was written")
other = scenario.with_suffix(".new")
other.write_text(SCENARIO.format(count=1))
other.rename(scenario)
expect("1 passed", "it does not notice that another file took the scenario's place")
devices.write_text(DEVICES + "B,,2025-12-16T22:11:20Z,intranet\n")
expect("1 failed", "it does not notice the inventory")
(folder / "scenarios" / "notes.txt").write_text("of nobody")
(folder / "scenarios" / ".a.toml.swp").write_text("of an editor")
time.sleep(1)
if lines:
    end("it runs again although nothing has changed")
scenario.write_text("format = \n")
text = said()
if "a.toml:1" not in text:
    end("it does not say what is wrong with the scenario: " + text)
scenario.write_text(SCENARIO.format(count=2))
expect("1 passed", "it does not go on after a mistake")
program.send_signal(signal.SIGINT)
try:
    status = program.wait(10)
except subprocess.TimeoutExpired:
    end("Ctrl-C does not end it")
if status != 130:
    end(f"it ends with {status}")
print("it runs again when a file changes")
