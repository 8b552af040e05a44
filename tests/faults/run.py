#!/usr/bin/env python3
"""Kills the commands that change a site or client on disk at each of their system calls, and fails each of these.

usage: run.py PROGRAM [--part I/N] [--only REGEX] [--jobs N]

A call is killed before it happens; or fails once, or from then on, with each of the errors below. Afterwards the site
opens; every event that was there is there; what was added is what the command adds, and all of it if the command said
that it was done; and the command can be given again. Needs strace: exit status 77 without. `--part`: one of
N equal ones, drawn.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
JWKS = HERE.parent / "fuzz/corpus/jwks/one"
ERRORS = ["ENOSPC", "EIO", "EINTR", "EMFILE", "ENOMEM"]
# That cannot fail, or not so (getrandom), or whose failure the C library ends the process for. (getpid is OpenSSL's,
# hundreds of times.)
PASSED_OVER = {"getpid", "geteuid", "umask", "exit_group", "futex", "brk", "getrandom"}
DAY = 86_400
START = 1_893_456_000  # 2030-01-01


def at(days):
    return f"--at {START + int(days * DAY)}"


class Command:
    """`line` is tried in a folder that `before` has made; `adds` are the events that it adds to the site's journal,
    `may_add` those that it may. `again`: exit statuses of the same command afterwards."""

    def __init__(self, name, before, line, adds=(), client=None, again=(0,), may_add=()):
        self.name, self.before, self.line = name, before, line
        self.adds, self.client, self.again, self.may_add = list(adds), client, again, list(may_add)


INIT = f"site init site {at(0)}"
NEW = f"client new --dir laptop --site site --key ec-p256 {at(1)}"
REGISTER = f"client register --dir laptop --site site {at(1)}"
BULK = f"token new --site site --name kiosks --json {at(1)}"
COPIED = ["epoch-begun"]  # each case has its own copy of the site, which it notices
COMMANDS = [
    Command("init", [], INIT, ["site-established"], again=(0, 3)),
    Command("token new", [INIT, BULK], f"token new --site site --name x {at(2)}", ["bulk-token-issued"],
            may_add=["bulk-token-blocked"]),  # if it cannot be printed
    Command("token block", [INIT, BULK], f"token block GUID --site site {at(2)}", ["bulk-token-blocked"]),
    Command("token unblock", [INIT, BULK, f"token block GUID --site site {at(2)}"],
            f"token unblock GUID --site site {at(3)}", ["bulk-token-unblocked"]),
    Command("token list", [INIT, BULK], f"token list --site site {at(2)}"),
    Command("rotate", [INIT, BULK], f"site rotate site {at(2)}", ["signing-certificate-rotated"]),
    Command("retire", [INIT, f"site rotate site {at(1)}"], f"site retire site 0 {at(2)}",
            ["signing-certificate-retired"], again=(0, 2)),
    Command("clock", [INIT, BULK], f"token block GUID --site site {at(0.5)}",
            ["clock-went-back", "bulk-token-blocked"]),
    Command("set-mp", [INIT], f"site set-mp site https {at(2)}", ["policy-changed"]),
    Command("trust-entra", [INIT], f"site trust-entra site --issuer i --audience a --jwks {JWKS} {at(2)}",
            ["entra-trusted"]),
    Command("block-client", [INIT, NEW, REGISTER], f"site block-client site laptop {at(2)}",
            ["client-certificate-blocked"]),
    Command("restore", [INIT, NEW, REGISTER], f"site restore site {at(2)}", ["epoch-begun"]),
    Command("repair", [INIT, BULK, "CUT"], f"site repair site {at(2)}", ["journal-repaired", "epoch-begun"],
            again=(0, 1, 2)),
    Command("client new", [INIT], NEW, client="laptop", again=(0, 3)),
    Command("register", [INIT, NEW], REGISTER, ["client-token-issued"], "laptop", (0, 1), COPIED),
    Command("call", [INIT, NEW, REGISTER], f"client call --dir laptop --site site {at(2)}", ["client-token-shown"],
            "laptop", (0,), COPIED),
    Command("renew", [INIT, NEW, REGISTER], f"client renew --dir laptop --site site {at(32)}", ["client-token-issued"],
            "laptop", (0, 1), COPIED + ["client-token-shown"]),
]


class Broken(Exception):
    pass


def expect(holds, what):
    if not holds:
        raise Broken(what)


class Folder:
    """A folder with a site, and perhaps a client."""

    def __init__(self, program, path):
        self.program, self.path, self.guid = program, path, "GUID"
        self.kept = None  # events of its site, if a disk has lost others

    def run(self, line, tracer=()):
        words = [str(word) for word in (*tracer, self.program, *line.replace("GUID", self.guid).split())]
        return subprocess.run(words, cwd=self.path, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    def make(self, lines):
        for line in lines:
            if line == "CUT":  # as a disk does that loses its last sector
                self.kept = self.events("site")[:-1]
                journal = self.path / "site/site.log"
                journal.write_bytes(journal.read_bytes()[:-40])
                continue
            done = self.run(line)
            expect(done.returncode == 0, f"{line}: {done.stderr.decode()}")
            if line.startswith("token new"):
                self.guid = json.loads(done.stdout)["guid"]

    def copy(self, path):
        shutil.copytree(self.path, path, symlinks=True)
        other = Folder(self.program, path)
        other.guid = self.guid
        return other

    def events(self, name):
        """The lines of its events; nothing if there is none yet."""
        if not (self.path / name).exists():
            return []
        shown = self.run(f"events {name} --format jsonl")
        if shown.returncode != 0:
            return None
        return shown.stdout.decode().splitlines()


def kinds(lines):
    return [json.loads(line)["kind"] for line in lines]


def system_calls(folder, command, trace):
    """Those behind the loader's, each with its number among those of its name."""
    folder.run(command.line, ("strace", "-f", "-o", trace))
    names = [found.group(1) for found in re.finditer(r"^\d+ +(\w+)\(", trace.read_text(), re.M)]
    loaded = names.index("prlimit64")  # the C library's, when all is loaded
    seen, calls = {}, []
    for i, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if i > loaded and name not in PASSED_OVER:
            calls.append((name, seen[name]))
    return calls


def faults(calls):
    for name, number in calls:
        yield f"{name}:signal=KILL:when={number}"
        for error in ERRORS:
            yield f"{name}:error={error}:when={number}"
            # Whoever is interrupted tries again.
            if error != "EINTR":
                yield f"{name}:error={error}:when={number}+"


def check_keys(path):
    for file in path.rglob("*"):
        if file.is_file() and b"PRIVATE KEY" in file.read_bytes():
            expect(file.stat().st_mode & 0o077 == 0, f"{file.name} can be read by others")


def check_answer(done, fault):
    error = done.stderr.decode(errors="replace")
    if "signal=KILL" in fault:
        return
    expect(0 <= done.returncode < 70, f"exit status {done.returncode}: {error}")
    is_mute = fault.startswith("write:") and fault.endswith("+")
    expect(done.returncode == 0 or error.strip() or is_mute, f"exit status {done.returncode} and not a word")
    expect("eyJ" not in error, "a token in a message")


def check_site(command, folder, before, done):
    after = folder.events("site")
    if after is None and command.name in ("init", "repair"):
        again = folder.run(command.line)
        expect(again.returncode == 0, f"given again: {again.stderr.decode()}")
        after = folder.events("site")
    expect(after is not None, "the site does not open")
    expect(after[: len(before)] == before, "an event is gone")
    added = kinds(after[len(before):])
    rest = [kind for kind in added if kind not in command.adds + command.may_add]
    expect(not rest, f"events that it does not add: {rest}")
    if done:
        missing = [kind for kind in command.adds if kind not in added]
        expect(not missing, f"it said that it was done, and added no {missing}")
        if command.client:
            expect(folder.events(command.client), "it said that it was done, and the client does not open")


def try_fault(template, command, before, fault, scratch):
    path = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    try:
        folder = template.copy(path / "x")
        tracer = ("strace", "-f", "-o", path / "trace", "-e", f"inject={fault}")
        done = folder.run(command.line, tracer)
        check_answer(done, fault)
        check_keys(folder.path)
        check_site(command, folder, before, done.returncode == 0)
        again = folder.run(command.line)
        expect(again.returncode in command.again, f"given again: {again.returncode}: {again.stderr.decode()}")
        check_site(command, folder, before, False)
        if command.client and (folder.path / command.client).exists():
            call = folder.run(f"client call --dir {command.client} --site site {at(33)}")
            expect(call.returncode == 0, f"the client afterwards: {call.stdout.decode()}{call.stderr.decode()}")
        return None
    except subprocess.TimeoutExpired:
        return "does not end"
    except Broken as broken:
        return str(broken)
    finally:
        shutil.rmtree(path)


def cases_of(program, command, scratch):
    template = Folder(program, pathlib.Path(tempfile.mkdtemp(dir=scratch)))
    template.make(command.before)
    profiled = template.copy(pathlib.Path(tempfile.mkdtemp(dir=scratch)) / "x")
    before = template.events("site") if template.kept is None else template.kept
    calls = system_calls(profiled, command, profiled.path.parent / "trace")
    return [(template, command, before, fault) for fault in faults(calls)]


def main(cases_of, try_case, what, description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--part", default="0/1", metavar="I/N")
    parser.add_argument("--only", default="", metavar="REGEX", help="commands with such a name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    works = shutil.which("strace") and subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True)
    if not works or works.returncode != 0:
        print("strace is missing, or may not trace: skipped")
        return 77
    part, parts = map(int, arguments.part.split("/"))
    program = pathlib.Path(arguments.program).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        chosen = [command for command in COMMANDS if re.search(arguments.only, command.name)]
        cases = [case for command in chosen for case in cases_of(program, command, scratch)]
        random.Random(2030).shuffle(cases)  # so that each part has some of everything
        cases = cases[part % parts::parts]
        wrong = 0
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for case, outcome in zip(cases, pool.map(lambda case: try_case(*case, scratch), cases)):
                if outcome:
                    wrong += 1
                    print(f"{case[1].name}: {case[-1]}: {outcome.strip()}", flush=True)
    print(f"{len(cases)} {what} of {len(chosen)} commands, {wrong} of them wrong")
    return 1 if wrong or not cases else 0


if __name__ == "__main__":
    sys.exit(main(cases_of, try_fault, "faults", __doc__))
