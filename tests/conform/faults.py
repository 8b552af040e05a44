#!/usr/bin/python3
"""Sees that `tokenlife conform` finds what is broken on purpose, and nothing where nothing is.

usage: faults.py PROGRAM [--keys FILE] [--only NAME] [--cases N] [--jobs N]

Each fault of site.py and client.py has to be found within 20 seconds, by a history of at most 6 requests, with the rule
named that the fault breaks; both without a fault pass N histories. Exit status 77 without PyJWT and cryptography.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 20
STEPS_MAX = 6
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's packages


def lines_of(*words):
    return subprocess.run([PYTHON, *map(str, words)], check=True, capture_output=True, text=True).stdout.splitlines()


class Done:
    """`seconds` are those that a processor worked, for program and adapter: a machine may be busy with other things."""

    def __init__(self, returncode, stdout, stderr, seconds):
        self.returncode, self.stdout, self.stderr, self.seconds = returncode, stdout, stderr, seconds


class Tester:
    def __init__(self, options, keys):
        self.options, self.keys = options, keys

    def conform(self, role, fault, *more):
        adapter = f"{PYTHON} -B '{HERE / role}.py' --keys '{self.keys}'"
        if fault:
            adapter += f" --fault {fault}"
        words = [self.options.program, "conform", "--role", role, "--adapter", adapter, "--json", "--timeout", "2m", *more]
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            process = subprocess.Popen(words, stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            return Done(process.returncode, out.read().decode(), err.read().decode(), usage.ru_utime + usage.ru_stime)

    def fault(self, role, name, rule):
        """What is wrong, or None."""
        begin = time.monotonic()
        done = self.conform(role, name, "--for", f"{10 * SECONDS}s")
        wall, seconds = time.monotonic() - begin, done.seconds
        if done.returncode != 1:
            return f"exit status {done.returncode}: {done.stderr.strip() or done.stdout[:300]}"
        found = json.loads(done.stdout)["difference"]
        rules = [rule["id"] for rule in found["rules"]]
        print(f"{role} {name}: {len(found['history'])} requests, {seconds:.1f} s of {wall:.1f} s, {' '.join(rules)}", flush=True)
        if not set(rule.split("|")) & set(rules):
            return f"{rule} is not named, but {' '.join(rules)}: {found['what']}"
        if len(found["history"]) > STEPS_MAX:
            return f"a history of {len(found['history'])} requests: {json.dumps(found['history'], indent=1)}"
        if seconds > SECONDS:
            return f"it took {seconds:.1f} s"
        return None

    def sound(self, role):
        done = self.conform(role, None, "--cases", str(self.options.cases))
        if done.returncode != 0:
            return f"exit status {done.returncode}: {done.stderr.strip()}{done.stdout}"
        report = json.loads(done.stdout)
        print(f"{role}: {report['histories']} histories, {report['requests']} requests", flush=True)
        unmet = {**report["rules-not-examined"], **report["reasons-not-examined"]}
        return f"not examined: {unmet}" if unmet else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--keys")
    parser.add_argument("--only", default="")
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if subprocess.run([PYTHON, "-c", "import jwt, cryptography"], capture_output=True).returncode != 0:
        print("python3-jwt and python3-cryptography are not installed")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        tester = Tester(options, options.keys or f"{folder}/keys")
        lines_of("-B", HERE / "site.py", "--keys", tester.keys, "--make-keys")
        tasks = {}
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for role in ("site", "client"):
                for line in lines_of("-B", HERE / f"{role}.py", "--faults"):
                    name, rule = line.split()
                    if options.only in f"{role} {name}":
                        tasks[f"{role} {name}"] = pool.submit(tester.fault, role, name, rule)
                if not options.only:
                    tasks[role] = pool.submit(tester.sound, role)
        wrong = {name: task.result() for name, task in tasks.items() if task.result()}
    for name, what in wrong.items():
        print(f"WRONG  {name}: {what}")
    print(f"{len(tasks)} adapters, {len(wrong)} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
