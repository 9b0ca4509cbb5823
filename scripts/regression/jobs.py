"""From a plan and a build directory to what is to be run: tests of CTest, and tests of the plan by seed."""

import json
import pathlib
import re
import shlex
import subprocess

from . import plan as plans

# What a test of CTest may say about itself without needing CTest to run it.
PLAIN = {"COST", "ENVIRONMENT", "LABELS", "PROCESSORS", "SKIP_REGULAR_EXPRESSION", "TIMEOUT", "WILL_FAIL",
         "WORKING_DIRECTORY"}
DEFAULT_TIMEOUT = 1500


def of_ctest(build):
    """All tests of the build directory, as jobs."""
    listed = subprocess.run(["ctest", "--test-dir", str(build), "--show-only=json-v1"], capture_output=True,
                            text=True, check=False)
    if listed.returncode != 0:
        raise plans.PlanError(f"{build}: ctest lists no tests: {listed.stderr.strip()}")
    for test in json.loads(listed.stdout)["tests"]:
        properties = {item["name"]: item["value"] for item in test.get("properties", [])}
        again = ["ctest", "--test-dir", str(build), "-R", f"^{re.escape(test['name'])}$", "--output-on-failure"]
        job = {"id": test["name"], "test": test["name"], "suite": "ctest", "command": again, "cwd": str(build),
               "timeout": properties.get("TIMEOUT", DEFAULT_TIMEOUT), "environment": [], "skip": [],
               "will_fail": False, "reproduce": shlex.join(again)}
        # A test that was not built has no command: CTest then says what is missing.
        if properties.keys() <= PLAIN and "command" in test:
            job.update(command=test["command"], cwd=properties.get("WORKING_DIRECTORY", str(build)),
                       environment=properties.get("ENVIRONMENT", []),
                       skip=properties.get("SKIP_REGULAR_EXPRESSION", []),
                       will_fail=properties.get("WILL_FAIL", False))
        yield job


def of_plan(test, build, seed=None):
    """One run of a test of the plan."""
    values = {"bin": str(build / "bin"), "build": str(build), "seed": str(seed)}
    command = [part.format(**values) for part in test["command"]]
    name = test["name"]
    return {"id": name if seed is None else f"{name}.seed_{seed}", "test": name, "suite": "plan", "seed": seed,
            "command": command, "cwd": str(pathlib.Path.cwd()), "timeout": test["timeout"], "environment": [],
            "skip": [], "will_fail": False, "reproduce": shlex.join(command),
            "rerun": [part.replace("{seed}", str(seed)).replace("{build}", str(build)) for part in test.get("rerun", [])]}


def pick(plan, build, options):
    """The jobs of this regression, seeded ones last so that the others fail first."""
    in_mode = [test for test in plan["tests"] if test.get("only", options.mode) == options.mode]
    jobs = list(of_ctest(build))
    if options.mode == "quick" and not options.test:
        patterns = [pattern for point in plan["points"] for pattern in point["tests"]]
        jobs = [job for job in jobs if any(plans.matches(pattern, job["test"]) for pattern in patterns)]
    jobs += [of_plan(test, build) for test in in_mode if "seeds" not in test]
    for test in in_mode:
        if "seeds" in test:
            count = test["seeds"][options.mode] if options.seeds is None else options.seeds
            jobs += [of_plan(test, build, seed) for seed in range(options.seed, options.seed + count)]
    if options.test:
        jobs = [job for job in jobs if any(plans.matches(pattern, job["test"]) or pattern == job["id"]
                                           for pattern in options.test)]
    return jobs


def more_seeds(plan, build, options, jobs):
    """Runs beyond those of pick(), without end: each seeded test with ever new seeds."""
    chosen = {job["test"] for job in jobs}
    seeded = [test for test in plan["tests"] if "seeds" in test and test["name"] in chosen]
    next_seed = max([job["seed"] for job in jobs if job.get("seed") is not None], default=options.seed) + 1
    while seeded:
        for test in seeded:
            yield of_plan(test, build, next_seed)
        next_seed += 1
