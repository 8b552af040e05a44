#!/usr/bin/env python3
"""Breaks the rules on purpose, one at a time, and sees that a property notices.

usage: run.py BUILD-FOLDER [--write TABLE] [--only NAME-PART] [--group rules|tokens]

Takes the objects of a finished build, compiles what a mutant changes, links the properties anew and runs
them until one does not hold. Exit status 0 if every mutant was noticed. --write runs all of them, and makes
the table that is checked in.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS_MAX = 15  # a mutant that never ends has been noticed

# Where the properties are: of the rules, as the simulator has them, and of real tokens (a mutant with
# `group = "tokens"`), which are judged by core alone.
PROPERTIES = [
    "tests/core/bulk_token_test.cpp",
    "tests/core/history_test.cpp",
    "tests/core/lifecycle_test.cpp",
    "tests/sim/engine_history_test.cpp",
    "tests/sim/engine_independence_test.cpp",
    "tests/sim/engine_test.cpp",
    "tests/sim/network_walk_test.cpp",
    "tests/sim/random_test.cpp",
]

TOKEN_PROPERTIES = [
    "tests/core/base64url_test.cpp",
    "tests/core/key_test.cpp",
    "tests/core/strict_json_test.cpp",
    "tests/core/token_claims_test.cpp",
    "tests/core/token_form_test.cpp",
    "tests/core/token_owner_test.cpp",
    "tests/core/token_signature_test.cpp",
]

# What has to be compiled anew where a header changes: the units that run what stands in it.
UNITS_OF = {
    "core/policy.hpp": ["core/policy.cpp", "core/decide.cpp", "core/site.cpp", "sim/engine/simulation.cpp",
                        "sim/scenario/action.cpp", "tests/core/history.cpp"],
    "core/evolve.hpp": ["core/evolve.cpp", "sim/engine/simulation.cpp", "events/replay.cpp"],
    "sim/engine/client_run.hpp": ["sim/engine/memory_run.cpp"],
    "sim/scenario/random.hpp": ["sim/engine/network_walk.cpp", "sim/engine/memory_run.cpp", "sim/naive/client.cpp",
                       "sim/naive/network.cpp", "tests/sim/random_test.cpp"],
}


class Build:
    """A finished build: what was compiled, how, and where the object is."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder).resolve()
        self.commands = {}
        for entry in json.loads((self.folder / "compile_commands.json").read_text()):
            words = shlex.split(entry["command"])
            source = os.path.relpath(entry["file"], ROOT)
            self.commands[source] = (words, pathlib.Path(entry["directory"]))

    def object_of(self, source):
        words, directory = self.commands[source]
        return directory / words[words.index("-o") + 1]

    def compile(self, source, changed, overlay, target, optimise):
        words, directory = self.commands[source]
        words = list(words)
        words[words.index("-o") + 1] = str(target)
        if "-MF" in words:
            words[words.index("-MF") + 1] = str(target) + ".d"
        path = overlay / source if source == changed else ROOT / source
        words[words.index("-c") + 1] = str(path)
        # Headers of the overlay come first; a changed unit still finds its neighbours.
        words[1:1] = [f"-I{overlay}", f"-I{ROOT}"]
        words += ["-w", optimise]
        run(words, directory)

    def is_product(self, source, parts):
        object_file = str(self.object_of(source))
        return any(f"tokenlife_{part}.dir" in object_file for part in parts)


def run(words, directory):
    done = subprocess.run(words, cwd=directory, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")


def link(build, replaced, target, group):
    """Changed objects first: of two definitions of an inline function the linker takes the first."""
    if group == "tokens":
        sources = [s for s in build.commands if build.is_product(s, ["core"])]
        sources += ["tests/support/forge.cpp", "tests/main.cpp"] + TOKEN_PROPERTIES
    else:
        sources = [s for s in build.commands if build.is_product(s, ["core", "events", "sim"])]
        sources += [s for s in build.commands if s.startswith("tests/support/naive_")]
        sources += ["tests/core/history.cpp", "tests/main.cpp"] + PROPERTIES
    objects = [str(o) for o in replaced.values()]
    objects += [str(build.object_of(s)) for s in dict.fromkeys(sources) if s not in replaced]
    libraries = ["-lcapnp", "-lkj", "-lcrypto", "-lrapidcheck", "-lfmt", "-ltomlplusplus", "-lpthread"]
    # Half of the time went into linking: gold, and nobody debugs these.
    run(["g++", "-fuse-ld=gold", "-Wl,-S", "-o", str(target), *objects, *libraries], build.folder)


def failures(program, cases, every):
    """The names of the properties that do not hold: of every one, or of the first."""
    environment = dict(os.environ, RC_PARAMS=f"seed=20260101 max_success={cases}")
    try:
        done = subprocess.run([str(program), "-r", "xml"] + ([] if every else ["-a"]), cwd=ROOT,
                              capture_output=True, text=True, env=environment, timeout=SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return ["(it never ends)"]
    try:
        # RapidCheck's own words can stand around the report.
        report = ElementTree.fromstring(re.sub(r"^.*?(?=<\?xml)", "", done.stdout, flags=re.S))
    except ElementTree.ParseError:
        return ["(it crashes)"] if done.returncode != 0 else []
    return [case.get("name") for case in report.iter("TestCase")
            if case.find("OverallResult").get("success") != "true"]


def try_mutant(build, mutant, cases, every):
    group = mutant.get("group", "rules")
    # Of tokens OpenSSL does the work: what is compiled sooner is tried sooner.
    optimise = "-O0" if group == "tokens" else "-O1"
    text = (ROOT / mutant["file"]).read_text()
    if text.count(mutant["before"]) != 1:
        raise SystemExit(f"{mutant['name']}: `before` stands {text.count(mutant['before'])} times in "
                         f"{mutant['file']}, not once")
    with tempfile.TemporaryDirectory() as folder:
        overlay = pathlib.Path(folder) / "source"
        (overlay / mutant["file"]).parent.mkdir(parents=True)
        (overlay / mutant["file"]).write_text(text.replace(mutant["before"], mutant["after"]))
        replaced = {}
        for unit in UNITS_OF.get(mutant["file"], [mutant["file"]]) + mutant.get("also", []):
            replaced[unit] = pathlib.Path(folder) / (unit.replace("/", "_") + ".o")
            build.compile(unit, mutant["file"], overlay, replaced[unit], optimise)
        program = pathlib.Path(folder) / "properties"
        link(build, replaced, program, group)
        return failures(program, cases, every)


def table(results):
    lines = ["# Mutants", "",
             "Every rule that was broken on purpose, and the properties that noticed. Made by",
             "`tests/mutants/run.py BUILD-FOLDER --write tests/mutants/MUTANTS.md`.", "",
             "| mutant | rules | noticed by |", "|---|---|---|"]
    for mutant, noticed in results:
        lines.append(f"| {mutant['name']} | {' '.join(mutant['rules'])} | "
                     f"{'<br>'.join(noticed) if noticed else '**nothing**'} |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build")
    parser.add_argument("--write", metavar="TABLE")
    parser.add_argument("--only", default="", metavar="NAME-PART")
    parser.add_argument("--group", choices=["rules", "tokens"])
    parser.add_argument("--cases", type=int, default=40)
    arguments = parser.parse_args()

    build = Build(arguments.build)
    with tempfile.TemporaryDirectory() as folder:
        for group in [arguments.group] if arguments.group else ["rules", "tokens"]:
            whole = pathlib.Path(folder) / group
            link(build, {}, whole, group)
            if broken := failures(whole, arguments.cases, True):
                raise SystemExit(f"without any mutant these do not hold: {', '.join(broken)}")

    mutants = tomllib.loads((HERE / "mutants.toml").read_text())["mutant"]
    mutants = [m for m in mutants if arguments.only in m["name"]
               and arguments.group in (None, m.get("group", "rules"))]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        noticed = list(pool.map(
            lambda m: try_mutant(build, m, arguments.cases, bool(arguments.write)), mutants))
    results = list(zip(mutants, noticed))
    for mutant, by in results:
        print(f"{'ok      ' if by else 'SURVIVES'}  {mutant['name']}")
        for name in by:
            print(f"            {name}")
    survivors = sum(1 for _, by in results if not by)
    print(f"{len(results) - survivors} of {len(results)} mutants were noticed")
    if arguments.write:
        pathlib.Path(arguments.write).write_text(table(results))
    return 1 if survivors else 0


sys.exit(main())
