#!/usr/bin/env python3
"""Breaks the rules on purpose, one at a time, and sees that a property notices.

usage: run.py BUILD-FOLDER [--only REGEX] [--group NAME] [--part I/N]
       run.py --in-place

Takes the objects of a finished build, compiles what a mutant changes, links the properties anew and runs
them until one does not hold, which is named. Exit status 0 if every mutant was noticed. `--in-place` sees
only that each mutant's text stands once where it says.
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
import time
import tomllib
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS_MIN = 15  # to be run for, at least: a mutant that never ends has been noticed

ENGINE = ["core", "events", "text", "scenario", "engine", "naive", "soak"]
ALL = ENGINE + ["check", "conform", "analysis", "tables", "sql", "parquet", "sweep", "report", "site", "ccm", "cli_site", "cli"]


class Group:
    """Tests that are asked about a mutant: the parts that they link, and whether they run the program."""

    script = None

    def __init__(self, parts, folder, tests, helpers=(), program=False):
        self.parts = parts
        self.sources = [f"tests/{folder}/{name}_test.cpp" for name in tests.split()]
        self.sources += [f"tests/{name}.cpp" for name in ("main", *helpers)]
        self.program = program


class ScriptGroup:
    """A script that is asked about a mutant: it is given the program, and that for ranks if it is to be."""

    program = True

    def __init__(self, script, ranks=False):
        self.script = ROOT / "tests" / script
        self.ranks = ranks


# By the `group` of a mutant. `rules` are the properties of the rules, as the simulator has them, and
# `tokens` those of real tokens, which core alone judges. The others are the tests of a part.
GROUPS = {
    "tokens": Group(["core"], "core", "base64url entra_token key pki_chain strict_json token_claims "
                    "token_form token_owner token_signature token_time", ["support/forge", "support/pki"]),
    "core": Group(["core"], "core", "bulk_token evolve history lifecycle policy registration renewal site", ["core/history"]),
    "events": Group(["core", "events"], "events", "golden kept_states journal journal_certificates journal_damage journal_head "
                    "journal_limit journal_salvage journal_trust log_damage log_generation "
                    "log_hostile log_round_trip merge move_column pack population_walk replay run_check stretch_shapes unfinished_log verify "
                    "log_limit", ["events/format_1", "events/random_content"]),
    "scenario": Group(ENGINE, "sim", "csv inventory inventory_mistake network_walk scenario_error scenario_many "
                      "scenario_mistake scenario_sense scenario scenario_text scenario_value show_error text_time "
                      "time_zone trace"),
    "engine": Group(ENGINE, "sim", "adopted_fleet adoption draws_ahead engine engine_independence interrupt "
                    "idle_actions network_walk queues queues_of_ranks reseed selection settings stranded tally", ["core/retry_test"]),
    "analysis": Group(ENGINE + ["analysis"], "sim", "explain explain_words log_question match_clients"),
    "report": Group(ENGINE + ["analysis", "sweep", "report"], "sim", "report_fleet report_load report_page sweep_page"),
    "sweep": Group(ENGINE + ["sweep"], "sim", "risk setting sweep"),
    "sql": Group(ENGINE + ["analysis", "tables", "sql"], "sim", "sql"),
    "parquet": Group(ENGINE + ["analysis", "tables", "parquet"], "sim", "parquet"),
    "ccm": Group(ALL, "sim", "ccm program_ccm", program=True),
    "explain": Group(ALL, "sim", "program_explain", program=True),
    "soak": Group(ALL, "sim", "engine shrink shrink_events soak", ["support/failing_history"], program=True),
    "check": Group(ALL, "sim", "check check_property check_walk program_check", ["support/check_faults"], program=True),
    "conform": Group(ENGINE + ["conform"], "sim", "conform conform_history"),
    "adapter": Group(ALL, "sim", "program_conform", program=True),
    "site": Group(["core", "events", "text", "site"], "sim", "client_folder key_file site_clock site_folder "
                  "site_head site_leeway site_trust"),
    "client": Group(ALL, "sim", "program_block_client program_client program_client_log program_client_refused "
                    "program_credential program_given_key program_journal program_signer_life program_site program_site_repair "
                    "program_site_restored program_site_time program_trust real_client",
                    ["support/forge", "support/pki", "support/site_desk", "support/token_desk"], program=True),
    "cli": Group(ALL, "sim", "program_completion program_events program_log program_log_diff program_pack program_question program_rules program_shard "
                 "program_terminal program_test_command program_unfinished program", program=True),
}
GROUPS["export"] = Group(ALL, "sim", "program_parquet", program=True)
GROUPS["parts"] = Group(ALL, "sim", "program_sweep program_sweep_part", program=True)
GROUPS["schema"] = ScriptGroup("sim/schema.py")
GROUPS["watch"] = ScriptGroup("sim/watch.py")
GROUPS["ranks"] = ScriptGroup("mpi/run.sh", ranks=True)
GROUPS["rules"] = Group(ENGINE, "sim", "engine_history engine_independence engine network_walk random",
                        ["core/history", "core/bulk_token_test", "core/history_test",
                         "core/lifecycle_test"])

# What has to be compiled anew where a header changes: the units that run what stands in it.
UNITS_OF = {
    "core/policy.hpp": ["core/policy.cpp", "core/decide.cpp", "core/site.cpp", "sim/engine/client_run.cpp",
                        "sim/scenario/action.cpp", "tests/core/history.cpp"],
    "core/bulk_lifetime.hpp": ["core/site.cpp", "core/token/token_form.cpp", "sim/scenario/action.cpp",
                               "tests/core/bulk_token_test.cpp", "tests/core/history.cpp"],
    "core/evolve_in_place.hpp": ["core/evolve.cpp", "sim/engine/client_run.cpp", "events/replay.cpp"],
    "events/standing.hpp": ["events/replay.cpp", "sim/analysis/explain.cpp"],
    "events/partition_replay.hpp": ["events/population_walk.cpp", "events/replay.cpp"],
    "events/move_column.hpp": ["events/population_walk.cpp", "tests/events/move_column_test.cpp"],
    "events/partition_fold.hpp": ["events/verify.cpp", "events/replay.cpp"],
    "sim/analysis/lives.hpp": ["sim/tables/client_row_maker.cpp", "sim/sql/day_rows.cpp", "sim/report/fleet.cpp"],
    "sim/analysis/time_in_line.hpp": ["sim/tables/client_row_maker.cpp", "sim/analysis/chain.cpp", "sim/report/load.cpp"],
    "sim/parquet/thrift.hpp": ["sim/parquet/column.cpp", "sim/parquet/encoding.cpp", "sim/parquet/table_file.cpp",
                               "tests/sim/parquet_test.cpp"],
    "sim/parquet/dictionary.hpp": ["sim/parquet/column.cpp", "tests/sim/parquet_test.cpp"],
    "sim/ccm/line.hpp": ["sim/ccm/client_lines.cpp", "sim/ccm/server_lines.cpp", "sim/ccm/line.cpp"],
    "sim/sql/event_cells.hpp": ["sim/sql/event_rows.cpp", "sim/sql/export_events.cpp"],
    "events/event_count.hpp": ["events/verify.cpp", "events/log_writer.cpp"],
    "events/run_check.hpp": ["events/run_check.cpp", "events/verify.cpp"],
    "sim/cli/event_style.hpp": ["sim/cli/event_writer.cpp", "sim/cli/event_columns.cpp"],
    "events/batch_reader.hpp": ["events/batch_reader.cpp", "events/merge.cpp"],
    "events/stretch_view.hpp": ["events/stretch_view.cpp", "events/log_reader.cpp", "events/verify.cpp"],
    "core/client.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/adoption.hpp": ["sim/engine/adoption.cpp", "sim/engine/client_run.cpp"],
    "sim/engine/client_run.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/endpoint_queue.hpp": ["sim/engine/queues.cpp"],
    "sim/engine/client_life.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/client_settings.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/renewal_watch.hpp": ["sim/engine/client_run.cpp"],
    "core/spell.hpp": ["sim/engine/client_run.cpp", "events/replay.cpp"],
    "core/spell_cause.hpp": ["sim/engine/client_run.cpp", "events/replay.cpp"],
    "core/spell_follower.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/unheard_settings.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/network_walk.hpp": ["sim/engine/client_run.cpp", "sim/engine/network_walk.cpp"],
    "sim/scenario/scenario.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/draws_ahead.hpp": ["sim/engine/client_run.cpp", "sim/engine/network_walk.cpp",
                                   "tests/sim/draws_ahead_test.cpp"],
    "events/stretch_shapes.hpp": ["tests/events/stretch_shapes_test.cpp"],
    "sim/analysis/event_counter.hpp": ["sim/analysis/count_events.cpp"],
    "sim/engine/site_timeline.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/repeated_span.hpp": ["sim/engine/client_run.cpp"],
    "sim/engine/network_position.hpp": ["sim/engine/client_run.cpp"],
    "sim/scenario/random.hpp": ["sim/engine/draws_ahead.cpp", "sim/engine/client_run.cpp", "sim/naive/client.cpp",
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
            if "-DTOKENLIFE_SQLITE_EXTENSION" in words:  # some of these are compiled twice
                continue
            self.commands[source] = (words, pathlib.Path(entry["directory"]))
        has = "-DTOKENLIFE_HAS_IPSEC_MB" in self.commands["core/token/sha256.cpp"][0]
        self.side_by_side = ["-lIPSec_MB"] if has else []

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


def link(build, replaced, target, sources, more_libraries=()):
    """Changed objects first: of two definitions of an inline function the linker takes the first."""
    objects = [str(o) for o in replaced.values()]
    objects += [str(build.object_of(s)) for s in dict.fromkeys(sources) if s not in replaced]
    libraries = ["-lcapnp", "-lkj", "-lcrypto", "-lrapidcheck", "-lfmt", "-ltomlplusplus", "-ldate-tz",
                 "-lsqlite3", "-lzstd", "-lpthread", *build.side_by_side, *more_libraries]
    # Half of the time went into linking: gold, and nobody debugs these.
    run(["g++", "-fuse-ld=gold", "-Wl,-S", "-o", str(target), *objects, *libraries], build.folder)


class Tests:
    """The tests of a group, linked with what a mutant has changed."""

    def __init__(self, build, group, replaced, folder):
        self.program = None
        products = [s for s in build.commands if build.is_product(s, ALL)]
        if group.program:
            self.program = pathlib.Path(folder) / "tokenlife"
            of_one = {s: o for s, o in replaced.items() if not s.startswith("sim/mpi/")}
            link(build, of_one, self.program, products + ["sim/cli/main.cpp"])
        if group.script:
            self.command = [str(group.script), str(self.program)]
            if group.ranks:
                self.command.append(f"{self.program}-mpi")
                sources = ["sim/mpi/main.cpp", "sim/mpi/mpi_ranks.cpp"]
                link(build, replaced, self.command[-1], products + sources, ["-lmpi"])
            return
        self.command = None
        self.tests = pathlib.Path(folder) / "tests"
        parts = [s for s in products if build.is_product(s, group.parts)]
        ours = {s: o for s, o in replaced.items() if s in parts or s in group.sources}
        link(build, ours, self.tests, parts + group.sources)

    def failures(self, cases, every, seconds_max):
        """The names of the tests that do not hold: of every one, or of the first."""
        if self.command:
            return self.script_failure(seconds_max)
        environment = dict(os.environ, RC_PARAMS=f"seed=20260101 max_success={cases}")
        if self.program:
            environment["TOKENLIFE_MUTANT"] = str(self.program)
        try:
            done = subprocess.run([str(self.tests), "-r", "xml"] + ([] if every else ["-a"]), cwd=ROOT,
                                  capture_output=True, text=True, env=environment, timeout=seconds_max)
        except subprocess.TimeoutExpired:
            return ["(it never ends)"]
        try:
            # RapidCheck's own words can stand around the report.
            report = ElementTree.fromstring(re.sub(r"^.*?(?=<\?xml)", "", done.stdout, flags=re.S))
        except ElementTree.ParseError:
            return ["(it crashes)"] if done.returncode != 0 else []
        return [case.get("name") for case in report.iter("TestCase")
                if case.find("OverallResult").get("success") != "true"]


    def script_failure(self, seconds_max):
        try:
            done = subprocess.run(self.command, cwd=ROOT, capture_output=True, text=True, timeout=seconds_max)
        except subprocess.TimeoutExpired:
            return ["(it never ends)"]
        if done.returncode == 77:
            raise SystemExit(done.stdout + done.stderr)
        said = (done.stdout + done.stderr).strip().splitlines() or ["(it says nothing)"]
        return said[:1] if done.returncode != 0 else []


def overlay_headers(overlay):
    """Links to all headers: those that name each other relative to themselves find the mutant, too."""
    for part in ("core", "events", "sim"):
        for header in (ROOT / part).rglob("*.hpp"):
            link = overlay / header.relative_to(ROOT)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(header)


def try_mutant(build, mutant, cases, seconds_max):
    name = mutant.get("group", "rules")
    # Of tokens OpenSSL does the work: what is compiled sooner is tried sooner.
    optimise = "-O0" if name == "tokens" else "-O1"
    text = (ROOT / mutant["file"]).read_text()
    with tempfile.TemporaryDirectory() as folder:
        overlay = pathlib.Path(folder) / "source"
        overlay_headers(overlay)
        (overlay / mutant["file"]).parent.mkdir(parents=True, exist_ok=True)
        (overlay / mutant["file"]).unlink(missing_ok=True)
        (overlay / mutant["file"]).write_text(text.replace(mutant["before"], mutant["after"]))
        replaced = {}
        for unit in UNITS_OF.get(mutant["file"], [mutant["file"]]) + mutant.get("also", []):
            replaced[unit] = pathlib.Path(folder) / (unit.replace("/", "_") + ".o")
            build.compile(unit, mutant["file"], overlay, replaced[unit], optimise)
        return Tests(build, GROUPS[name], replaced, folder).failures(cases, False, seconds_max)


def see_in_place(mutants):
    """What a change of the source has moved is told before any mutant is tried, all of it."""
    times = ((m, (ROOT / m["file"]).read_text().count(m["before"])) for m in mutants)
    lost = [f"{m['file']}: `before` of \"{m['name']}\" stands {n} times there, not once"
            for m, n in times if n != 1]
    if lost:
        raise SystemExit("\n".join(lost))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", nargs="?")
    parser.add_argument("--in-place", action="store_true", help="only see where the mutants stand")
    parser.add_argument("--only", default="", metavar="REGEX", help="mutants with such a name")
    parser.add_argument("--group", choices=sorted(GROUPS))
    parser.add_argument("--part", default="0/1", metavar="I/N", help="every Nth mutant, from the Ith on")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()

    mutants = tomllib.loads((HERE / "mutants.toml").read_text())["mutant"]
    see_in_place(mutants)
    if arguments.in_place:
        return 0
    if arguments.build is None:
        parser.error("a finished build's folder is wanted")
    mutants = [m for m in mutants if re.search(arguments.only, m["name"])
               and arguments.group in (None, m.get("group", "rules"))]
    first, step = map(int, arguments.part.split("/"))
    mutants = mutants[first % step::step]
    build = Build(arguments.build)

    def seconds_without_mutant(name):
        with tempfile.TemporaryDirectory() as folder:
            begin = time.monotonic()
            if broken := Tests(build, GROUPS[name], {}, folder).failures(arguments.cases, True, None):
                raise SystemExit(f"without any mutant these do not hold: {', '.join(broken)}")
            return time.monotonic() - begin

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        names = sorted({m.get("group", "rules") for m in mutants})
        seconds_max = {name: max(SECONDS_MIN, 5 * seconds)
                       for name, seconds in zip(names, pool.map(seconds_without_mutant, names))}

    def result_of(mutant):
        noticed = try_mutant(build, mutant, arguments.cases,
                             seconds_max[mutant.get("group", "rules")])
        print(f"{'ok      ' if noticed else 'SURVIVES'}  {mutant['name']}", flush=True)
        for name in noticed:
            print(f"            {name}", flush=True)
        return bool(noticed)

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(result_of, mutants))
    survivors = results.count(False)
    print(f"{len(results) - survivors} of {len(results)} mutants were noticed")
    return 1 if survivors else 0


sys.exit(main())
