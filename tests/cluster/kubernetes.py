#!/usr/bin/python3
"""The manifest of a run in parts is one, and its command line, run for each index, makes the run's log.

    tests/cluster/kubernetes.py TOKENLIFE
"""
import filecmp
import os
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    print("skipped: there is no python3-yaml", file=sys.stderr)
    sys.exit(77)

program = os.path.abspath(sys.argv[1])
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FLEET = """format = 1
[run]
duration = "60d"
seed = 3
[[cohort]]
name = "laptops"
clients = 9000
network = { model = "fixed", on = "intranet" }
"""


def main():
    with open(os.path.join(root, "scenarios/cluster/kubernetes-job.yaml")) as manifest:
        job = yaml.safe_load(manifest)
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    spec = job["spec"]
    assert spec["completionMode"] == "Indexed"
    pod = spec["template"]["spec"]
    # A Job takes no other policy than these.
    assert pod["restartPolicy"] in ("OnFailure", "Never")
    (part,) = pod["containers"]
    env = {entry["name"]: entry["value"] for entry in part["env"]}
    assert all(isinstance(value, str) for value in env.values())
    assert int(env["PARTS"]) == spec["completions"]
    # All that is mounted is there, and all that is written to is mounted.
    mounts = {mount["mountPath"]: mount for mount in part["volumeMounts"]}
    assert {mount["name"] for mount in mounts.values()} == {v["name"] for v in pod["volumes"]}
    assert env["OUT"] in mounts and not mounts[env["OUT"]].get("readOnly")
    assert os.path.dirname(env["SCENARIO"]) in mounts

    with tempfile.TemporaryDirectory() as desk:
        os.mkdir(f"{desk}/bin")
        os.symlink(program, f"{desk}/bin/tokenlife")
        with open(f"{desk}/fleet.toml", "w") as file:
            file.write(FLEET)
        os.mkdir(f"{desk}/out")
        env.update(PATH=f"{desk}/bin:/usr/bin:/bin", SCENARIO=f"{desk}/fleet.toml", OUT=f"{desk}/out")
        # The last one twice: a pod that is started again goes on.
        for index in [*range(spec["completions"]), spec["completions"] - 1]:
            subprocess.run(part["command"], check=True, stdout=subprocess.DEVNULL,
                           env={**env, "JOB_COMPLETION_INDEX": str(index)})
        parts = [f"{desk}/out/part-{index}" for index in range(spec["completions"])]
        for line in (["log", "merge", *parts, "-o", f"{desk}/merged"],
                     ["run", f"{desk}/fleet.toml", "--log", f"{desk}/whole"]):
            subprocess.run([program, *line], check=True, stdout=subprocess.DEVNULL)
        names = sorted(os.listdir(f"{desk}/whole"))
        assert names == sorted(os.listdir(f"{desk}/merged"))
        _, other, odd = filecmp.cmpfiles(f"{desk}/whole", f"{desk}/merged", names, shallow=False)
        assert not other and not odd, (other, odd)
    print("the parts of all pods are the run")


main()
