#!/usr/bin/env python3
"""How long each command takes on a site with very many bulk tokens and clients.

usage: site.py TOKENLIFE LARGE-SITE [--count N] [--keep FOLDER]

Of each command the best of three: the seconds on the clock, and those of the processor, which say what it takes,
whatever else the machine does meanwhile. `--keep`: the site is made there, and stays. Exit status 1 if a command fails.
"""

import argparse
import json
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

START = 1_893_456_000  # 2030-01-01
DAY = 86_400
TIMES = 3


class Desk:
    def __init__(self, program, path):
        self.program, self.path = program, path

    def run(self, line):
        """Its seconds on the clock and of the processor, and what it printed."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        begin = time.monotonic()
        done = subprocess.run([self.program, *line.split()], cwd=self.path, stdin=subprocess.DEVNULL,
                              capture_output=True)
        wall = time.monotonic() - begin
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode != 0:
            sys.exit(f"{line}: exit status {done.returncode}: {done.stderr.decode()}")
        work = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return wall, work, done.stdout.decode()

    def make(self, fill, count):
        self.run(f"site init site --at {START}")
        subprocess.run([fill, self.path / "site", str(count)], check=True)
        for line in (f"client new --dir laptop --site site --key ec-p256 --at {START + 10 * DAY}",
                     f"client register --dir laptop --site site --at {START + 10 * DAY}"):
            self.run(line)


def lines(desk):
    """Each is done three times, with another number in the place of N: what changes something has its opposite behind
    it. DUE is when a token is due for renewal that was issued AT."""
    made = desk.run(f"token new --site site --name x --json --at {START + 10 * DAY}")[2]
    guid = json.loads(made)["guid"]
    return [
        "token new --site site --name x AT",
        "token list --site site AT",
        "token list --site site --json AT",
        f"token block {guid} --site site AT",
        f"token unblock {guid} --site site AT",
        "site show site AT",
        "site show site --json AT",
        "site block-client site laptop AT",
        "site unblock-client site laptop AT",
        "site rotate site AT",
        "site retire site N AT",
        "site set-mp site https AT",
        "site set-mp site enhanced-http AT",
        "client list --site site AT",
        "client list --site site --json AT",
        "client show laptop --site site AT",
        "client new --dir new-N --site site --key ec-p256 AT",
        "client register --dir new-N --site site AT",
        "client call --dir new-N --site site AT",
        "client renew --dir new-N --site site DUE",
        "site restore site DUE",
        "events site",
        "events site --format jsonl",
        "log verify site",
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("fill", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = arguments.keep or pathlib.Path(scratch)
        desk = Desk(arguments.program.resolve(), path)
        if not (path / "site").exists():
            desk.make(arguments.fill.resolve(), arguments.count)
        if arguments.keep:
            path = pathlib.Path(scratch) / "x"
            shutil.copytree(desk.path, path, symlinks=True)
            desk.path = path
        size = (path / "site/site.log").stat().st_size
        print(f"{arguments.count:,} bulk tokens and as many clients, {size / 2**20:.0f} MiB")
        print("  clock    work")
        print_times(desk)


def print_times(desk):
    chosen = lines(desk)
    best = {}
    for i in range(TIMES):
        for line in chosen:
            day = 11 + 40 * i
            words = line.replace("AT", f"--at {START + day * DAY}").replace("DUE", f"--at {START + (day + 35) * DAY}")
            wall, work, _ = desk.run(words.replace("N", str(i)))
            known = best.get(line, (wall, work))
            best[line] = min(wall, known[0]), min(work, known[1])
    for line, (wall, work) in best.items():
        print(f"{wall:6.3f} s {work:6.3f} s  {line}")


if __name__ == "__main__":
    main()
