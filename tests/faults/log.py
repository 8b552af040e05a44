#!/usr/bin/env python3
"""Kills runs that write a log at any moment, and lets their disk be full at any size.

usage: log.py PROGRAM [--kills N] [--disks I/N]

Afterwards every command answers rightly from what is whole, and says what is missing, or says what to do; and
`run --resume` comes to the digest of a run that nothing befell. Full disks are small ones in memory, every 4 KiB of them
(`--disks`: one of N equal parts); where nothing can be mounted they are left out, and that is said.
"""

import argparse
import json
import os
import pathlib
import random
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

SCENARIO = """format = 1
[run]
duration = "{days}d"
tick = "15m"
seed = 5
[[cohort]]
name = "laptops"
clients = {clients}
[cohort.network]
model = "dwell"
start = "intranet"
intranet = {{ mean = "12h", to = {{ internet = 0.9, offline = 0.1 }} }}
internet = {{ mean = "4d", to = {{ offline = 0.5, intranet = 0.5 }} }}
offline = {{ mean = "9d", to = {{ internet = 1.0 }} }}
[[action]]
do = "outage"
endpoint = "cmg"
at = "20d"
for = "5d"
"""
CLIENTS = [0, 700, 1500, 4000]
QUESTIONS = ["replay LOG --json", "replay LOG --state stranded --json", "events LOG --count-by kind --json",
             "log info LOG --json", "log sql LOG 'select * from days' --json", "log verify LOG --json",
             *(f"replay LOG --client {client} --json" for client in CLIENTS), "explain LOG 700 --quick --json"]


class Broken(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Broken(what)


class Runs:
    def __init__(self, program, folder, clients, days):
        self.program, self.folder = program, folder
        folder.mkdir()
        (folder / "scenario.toml").write_text(SCENARIO.format(clients=clients, days=days))
        begin = time.monotonic()
        whole = self.ask("run scenario.toml --json --log whole")
        self.seconds = time.monotonic() - begin
        self.digest = json.loads(whole.stdout)["digest"]
        self.lives = {client: self.life("whole", client) for client in CLIENTS if client < clients}

    def words(self, line):
        return [str(self.program), *shlex.split(line)]

    def ask(self, line):
        return subprocess.run(self.words(line), cwd=self.folder, capture_output=True, text=True, timeout=300)

    def life(self, log, client):
        asked = self.ask(f"events {log} --client {client} --format jsonl")
        return asked.stdout if asked.returncode == 0 else None

    def check_answers(self, log):
        """Of a log that is not complete, or is."""
        for question in QUESTIONS:
            asked = self.ask(question.replace("LOG", log))
            expect(asked.returncode in (0, 2, 3), f"{question}: exit status {asked.returncode}: {asked.stderr}")
            if asked.returncode == 0:
                said = json.loads(asked.stdout)
                expect("complete" in said, f"{question} does not say whether the log is complete")
                expect(said["complete"] or said["clients-held"] is not None, f"{question} does not say what is missing")
            else:
                expect(len(asked.stderr.splitlines()) >= 1, f"{question}: not a word")
        for client, life in self.lives.items():
            expect(self.life(log, client) in (None, life), f"client {client} has other events")

    def check_resumed(self, log):
        resumed = self.ask(f"run scenario.toml --json --log {log} --resume")
        expect(resumed.returncode == 0, f"--resume: {resumed.stderr}")
        expect(json.loads(resumed.stdout)["digest"] == self.digest, "another digest")
        verified = self.ask(f"log verify {log} --digest {self.digest}")
        expect(verified.returncode == 0, f"afterwards: {verified.stdout}{verified.stderr}")


def there(folder, log):
    """Where the log is: one that is to be a file is a folder until it is whole."""
    return log if (folder / log).exists() else f"{log}.partial"


def kill(runs, number, draw):
    log = f"killed-{number}" + (".tlog" if number % 2 else "")
    running = subprocess.Popen(runs.words(f"run scenario.toml --log {log}"), cwd=runs.folder,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(draw.uniform(0, 1.05 * runs.seconds))
    running.kill()
    running.wait()
    runs.check_answers(log if not number % 2 else there(runs.folder, log))
    runs.check_resumed(log)
    expect(not (runs.folder / f"{log}.partial").exists(), "the folder of a packed log stays")
    if number % 2:
        (runs.folder / log).unlink()
    else:
        shutil.rmtree(runs.folder / log)


def fill(runs, disk, kib):
    options = f"size={kib}k,nr_inodes=1k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", str(disk)], check=True)
    try:
        is_packed = kib // 12 % 2 == 1  # some of any part
        log = disk / ("log.tlog" if is_packed else "log")
        ran = runs.ask(f"run scenario.toml --json --log {log}")
        expect(ran.returncode in (0, 3), f"exit status {ran.returncode}: {ran.stderr}")
        if ran.returncode == 3:
            expect("No space left" in ran.stderr, ran.stderr)
            if not is_packed and (log / "site.log").exists():
                expect(json.loads(ran.stdout)["complete"] is False, "the summary says that it is complete")
        runs.check_answers(str(disk / there(disk, log.name)) if is_packed else str(log))
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        runs.check_resumed(str(log))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def try_case(what, case, *arguments):
    try:
        case(*arguments)
        return 0
    except (Broken, subprocess.TimeoutExpired, KeyError, ValueError) as broken:
        print(f"{what}: {broken}", flush=True)
        return 1


def can_mount():
    return os.geteuid() == 0 and subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True).returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--disks", default="0/1", metavar="I/N")
    arguments = parser.parse_args()
    if os.environ.get("TOKENLIFE_OWN_MOUNTS") is None and os.geteuid() == 0 and shutil.which("unshare"):
        # What is mounted here is seen by nobody else, and gone with this process.
        os.environ["TOKENLIFE_OWN_MOUNTS"] = "1"
        if subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0:
            os.execvp("unshare", ["unshare", "-m", sys.executable, *sys.argv])
    program = pathlib.Path(arguments.program).resolve()
    draw = random.Random(2030)
    with tempfile.TemporaryDirectory() as scratch:
        runs = Runs(program, pathlib.Path(scratch) / "runs", 5000, 365)
        wrong = sum(try_case(f"kill {i}", kill, runs, i, draw) for i in range(arguments.kills))
        print(f"{arguments.kills} kills, {wrong} of them wrong", flush=True)
        if not can_mount():
            print("full disks: left out, as nothing can be mounted here")
            return 1 if wrong else 0
        small = Runs(program, pathlib.Path(scratch) / "small", 1600, 60)
        bytes_written = sum(file.stat().st_size for file in (small.folder / "whole").iterdir())
        disk = pathlib.Path(scratch) / "disk"
        disk.mkdir()
        part, parts = map(int, arguments.disks.split("/"))
        # A log that is packed is there twice meanwhile.
        sizes = range(4, 2 * bytes_written // 1024 + 32, 4)[part % parts::parts]
        full = sum(try_case(f"disk of {kib} KiB", fill, small, disk, kib) for kib in sizes)
        print(f"{len(sizes)} full disks, {full} of them wrong")
    return 1 if wrong or full or not sizes else 0


sys.exit(main())
