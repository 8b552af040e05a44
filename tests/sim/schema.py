#!/usr/bin/python3
"""Holds the JSON Schema of scenarios to the reader: whatever file the reader takes is valid, and a
key that no table has is refused by both, wherever it stands.

usage: schema.py PROGRAM. Exit 77 (skipped) without Debian's python3-jsonschema."""

import datetime
import json
import pathlib
import subprocess
import sys
import tomllib

try:
    import jsonschema
except ImportError:
    print("skipped: jsonschema (Debian: python3-jsonschema) is not installed")
    sys.exit(77)

PROGRAM = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def plain(value):
    """What is no JSON becomes text, as editors have it."""
    if isinstance(value, dict):
        return {key: plain(its) for key, its in value.items()}
    if isinstance(value, list):
        return [plain(its) for its in value]
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    return value


printed = subprocess.run([PROGRAM, "schema", "scenario"], capture_output=True, text=True, check=True)
kept = ROOT / "scenarios" / "scenario.schema.json"
expect(kept.read_text() == printed.stdout,
       f"{kept} is another: tokenlife schema scenario > scenarios/scenario.schema.json")
schema = json.loads(printed.stdout)
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

# Every scenario that there is.
good = []
for file in sorted(ROOT.glob("scenarios/**/*.toml")):
    text = file.read_text()
    document = plain(tomllib.loads(text))
    if "format" not in document:
        continue
    good.append(document)
    # So that editors find it.
    kept_there = file.parent / text.split("\n", 1)[0].removeprefix("#:schema ")
    expect(text.startswith("#:schema ") and kept_there.resolve() == kept,
           f"{file} begins with #:schema and the way to {kept.name}")
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    expect(error is None, f"{file.name} is refused: {error and error.message}")
expect(len(good) > 30, "too few scenarios")


def tables_of(value):
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from tables_of(inner)


# Tables are closed: a key of no table is refused in each of them.
tried = 0
for document in good:
    for table in tables_of(document):
        table["no-such-key"] = 1
        expect(not validator.is_valid(document), f"a table with {list(table)} is open")
        del table["no-such-key"]
        tried += 1
expect(tried > 300, "too few tables")

BASE = """format = 1
[run]
duration = "100d"
[[cohort]]
name = "a"
clients = 3
[cohort.network]
model = "fixed"
on = "intranet"
"""
# Each is refused by the reader, too.
BAD = {
    "no format": BASE.replace("format = 1\n", ""),
    "no duration": BASE.replace('duration = "100d"', ""),
    "a duration without its unit": BASE.replace('"100d"', '"100"'),
    "a duration as a number": BASE.replace('"100d"', "100"),
    "a negative duration": BASE.replace('"100d"', '"-100d"'),
    "no time at all": BASE.replace('"100d"', '"0d"'),
    "units out of order": BASE.replace('"100d"', '"1m2d"'),
    "a local start": BASE.replace("[run]", "[run]\nstart = 2026-01-01T00:00:00"),
    "a table that does not exist": BASE + "[sites]\nmp = \"https\"\n",
    "a word that does not exist": BASE + "[site]\nmp = \"http\"\n",
    "yes instead of true": BASE + "[site]\ninternal-registration = \"yes\"\n",
    "no name": BASE.replace('name = "a"', ""),
    "clients in quotes": BASE.replace("clients = 3", 'clients = "3"'),
    "another network": BASE.replace('"intranet"', '"moon"'),
    "another model": BASE.replace('"fixed"', '"guess"'),
    "a key of another model": BASE.replace('"fixed"', '"fixed"\nsteps = []'),
    "an action that does not exist": BASE + '[[action]]\nat = "1d"\ndo = "dance"\n',
    "an action without a time": BASE + '[[action]]\ndo = "outage"\nendpoint = "mp"\nfor = "1d"\n',
    "a key of another action": BASE + '[[action]]\nat = "1d"\ndo = "outage"\nendpoint = "mp"\n'
                                      'for = "1d"\nlifetime = 5\n',
    "an endpoint that does not exist": BASE + '[[action]]\nat = "1d"\ndo = "outage"\n'
                                              'endpoint = "dp"\nfor = "1d"\n',
    "a state that does not exist": BASE + '[[expect]]\nstate = "lost"\ncount = 3\n',
    "an event that does not exist": BASE + '[[expect]]\nevent = "token-lost"\ncount = 3\n',
    "more than all": BASE + '[[expect]]\nstate = "registered"\nshare-min = 2\n',
}


def reader_takes(text):
    return subprocess.run([PROGRAM, "run", "/dev/stdin"], input=text, text=True,
                          capture_output=True).returncode != 2


expect(validator.is_valid(plain(tomllib.loads(BASE))), "the base is refused")
expect(reader_takes(BASE), "the reader refuses the base")
for what, text in BAD.items():
    expect(not validator.is_valid(plain(tomllib.loads(text))), f"the schema takes {what}")
    expect(not reader_takes(text), f"the reader takes {what}")
print("\n".join(failures) or f"{len(good)} scenarios are valid, {len(BAD)} are not")
sys.exit(1 if failures else 0)
