"""The test plans: which features there are, which tests answer for them, and tests that run from seeds."""

import fnmatch
import re

import yaml

MODES = ("quick", "nightly")
STAGES = ("V1", "V2", "V3")


class PlanError(Exception):
    """A plan that cannot be followed: what() names the file and the place."""


def load(paths):
    """The plans of all files as one: {"points": [...], "tests": [...]}, checked."""
    merged = {"points": [], "tests": []}
    for path in paths:
        try:
            content = yaml.safe_load(path.read_text())
        except (OSError, yaml.YAMLError) as error:
            raise PlanError(f"{path}: {error}") from error
        keys(path, "the plan", content, required={"block", "points"}, optional={"tests"})
        for point in content["points"]:
            place = f"point {point.get('name')}"
            keys(path, place, point, required={"name", "description", "stage", "tests"}, optional={"only"})
            if point["stage"] not in STAGES:
                raise PlanError(f"{path}: {place}: stage: expected one of {', '.join(STAGES)}")
            if point.get("only", "nightly") != "nightly":
                raise PlanError(f"{path}: {place}: only: expected nightly")
            if not isinstance(point["tests"], list) or not point["tests"]:
                raise PlanError(f"{path}: {place}: tests: expected at least one test")
            merged["points"].append({**point, "block": content["block"]})
        for test in content.get("tests", []):
            place = f"test {test.get('name')}"
            keys(path, place, test, required={"name", "command", "timeout"}, optional={"seeds", "only", "rerun"})
            if "seeds" in test:
                keys(path, place, test["seeds"], required=set(MODES), optional=set())
            merged["tests"].append(test)
    for kind in ("points", "tests"):
        names = [item["name"] for item in merged[kind]]
        for name in names:
            if names.count(name) > 1:
                raise PlanError(f"{kind}: {name} is there twice")
    return merged


def keys(path, place, content, required, optional):
    """Refuses a mapping with keys missing or unknown."""
    if not isinstance(content, dict):
        raise PlanError(f"{path}: {place}: expected a mapping")
    for key in sorted(required - content.keys()):
        raise PlanError(f"{path}: {place}: {key} is missing")
    for key in sorted(content.keys() - required - optional):
        raise PlanError(f"{path}: {place}: {key} is not known")


def matches(pattern, name):
    """Patterns are those of a shell, and name whole tests; a seeded test goes by its plain name."""
    return fnmatch.fnmatchcase(name, pattern)


def judge(points, results, mode):
    """Every point with its status: `passed` if each of its patterns names tests that ran, and all of
    them passed; otherwise `failed` with the reason, or `not in quick`."""
    by_test = {}
    for result in results:
        by_test.setdefault(result["test"], []).append(result)
    judged = []
    for point in points:
        reasons = []
        ran = []
        for pattern in point["tests"]:
            names = [name for name in by_test if matches(pattern, name)]
            found = [result for name in names for result in by_test[name]]
            if not any(result["status"] == "passed" for result in found):
                reasons.append(f"no passing test {pattern}")
            bad = [result["id"] for result in found if result["status"] != "passed"]
            if bad:
                reasons.append(f"{len(bad)} of {len(found)} of {pattern} did not pass, first {bad[0]}")
            ran += found
        if point.get("only") == "nightly" and mode != "nightly":
            status, reasons = "not in quick", []
        else:
            status = "failed" if reasons else "passed"
        judged.append({**point, "status": status, "reasons": reasons, "ran": len(ran),
                       "passed": sum(result["status"] == "passed" for result in ran)})
    return judged


def seconds(text):
    """A duration such as 90s, 10m or 2h in seconds."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if not found:
        raise ValueError(f"expected a time such as 90s, 10m or 2h, not {text}")
    return float(found[1]) * {"s": 1, "m": 60, "h": 3600}[found[2]]
