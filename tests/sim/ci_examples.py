#!/usr/bin/python3
"""Runs the script lines of the examples for CI (scenarios/ci) against the program: they pass where
scenarios hold, fail where one does not, and leave in both cases the report that they say they keep.

usage: ci_examples.py PROGRAM. Exit 77 (skipped) without Debian's python3-yaml."""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

try:
    import yaml
except ImportError:
    print("skipped: PyYAML (Debian: python3-yaml) is not installed")
    sys.exit(77)

PROGRAM = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "scenarios" / "ci"
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def github():
    """Script lines, and the report that is kept whatever they came to."""
    steps = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())["jobs"]["scenarios"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    [kept] = [step for step in steps if "upload-artifact" in step.get("uses", "")]
    expect(kept["if"] == "always()", "GitHub: the report is kept only of what passed")
    return scripts, kept["with"]["path"]


def gitlab():
    job = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())["scenarios"]
    expect(job["artifacts"]["when"] == "always", "GitLab: the report is kept only of what passed")
    return job["script"], job["artifacts"]["reports"]["junit"]


def run(name, scripts, report, scenarios, passes):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "scenarios").mkdir()
        for scenario, text in scenarios.items():
            (folder / "scenarios" / scenario).write_text(text)
        (folder / "bin").mkdir()
        (folder / "bin" / "tokenlife").symlink_to(PROGRAM)
        # As runners do it: every script in a shell that stops at the first command that fails.
        path = {"PATH": f"{folder / 'bin'}:/usr/bin:/bin"}
        status = 0
        for script in scripts:
            status = status or subprocess.run(
                ["bash", "-e", "-c", script], cwd=folder, env=path, capture_output=True).returncode
        what = f"{name}, {'good' if passes else 'bad'} scenarios"
        expect((status == 0) == passes, f"{what}: exit status {status}")
        if not (folder / report).exists():
            return failures.append(f"{what}: no report")
        suites = ElementTree.parse(folder / report).getroot()
        expect((suites.find(".//failure") is None) == passes, f"{what}: the report says otherwise")
        expect(suites.find(".//testcase") is not None, f"{what}: the report is empty")


GOOD = (ROOT / "scenarios" / "clocks.toml").read_text()
BAD = GOOD + '\n[[expect]]\nevent = "client-installed"\ncount = 123456\n'
for name, (scripts, report) in {"GitHub": github(), "GitLab": gitlab()}.items():
    expect(any("tokenlife test" in script for script in scripts), f"{name}: runs no scenarios")
    run(name, scripts, report, {"good.toml": GOOD}, True)
    run(name, scripts, report, {"good.toml": GOOD, "bad.toml": BAD}, False)
print("\n".join(failures) or "the examples for CI do what they say")
sys.exit(1 if failures else 0)
