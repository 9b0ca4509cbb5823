#!/usr/bin/python3
"""Coverage of a design: lines, branches and toggles of its RTL, and functional bins, merged over seeds.

Each shape is Verilated with coverage counters and runs in lockstep with the twin, under the scoreboard.
What is not reached must be excluded in the design's coverage_exclusions.json, each exclusion with its
reason; one that matches nothing is an error too.

    testbench/common/coverage.py alink_arbiter [--out DIR] [--doc docs/verification.md]

Writes coverage.json, merged.dat, coverage.info and html/ (lcov, before exclusions). Exit code 0 if
everything is covered but for the exclusions.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import json
import pathlib
import re
import sys

import design as designs
import instrumented

KINDS = ("line", "branch", "toggle", "functional")


def points(path):
    """Verilator's points of one file of counters: {(kind, line, name of the part): hits}."""
    found = collections.Counter()
    for line in path.read_text().splitlines():
        record = re.fullmatch(r"C '(.*)' (\d+)", line)
        if not record:
            continue
        fields = dict(item.split("\x02", 1) for item in record[1].split("\x01") if item)
        kind = re.match(r"v_(line|branch|toggle)", fields["page"])
        if kind:
            part = f"{fields['o']} at column {fields['n']}" if kind[1] != "toggle" else fields["o"]
            found[(kind[1], pathlib.Path(fields["f"]).name, int(fields["l"]), part)] += int(record[2])
    return found


def measure(options, design, shape):
    """All points of a shape over all seeds, by name."""
    folder = options.out / shape
    sources = design.late_sources(options.out / "rtl")
    program = instrumented.build(folder, "coverage", design, sources, design.shape(shape), options.build)

    def one(seed):
        data, bins = folder / f"seed_{seed}.dat", folder / f"seed_{seed}.json"
        instrumented.run([program, "--seed", seed, "--slots", options.slots, "--record", data, "--bins", bins])
        return points(data), collections.Counter(json.loads(bins.read_text())["bins"])

    merged, functional = collections.Counter(), collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for found, bins in pool.map(one, range(options.seed, options.seed + options.seeds)):
            merged.update(found)
            functional.update(bins)
    text = {path.name: path.read_text().splitlines() for path in sources}
    named = {}
    for (kind, file, line, part), hits in merged.items():
        key = (kind, f"{file}: {text[file][line - 1].strip()}: {part.split(' at column')[0]}", f"{line} {part}")
        named[key] = named.get(key, 0) + hits
    for name, hits in functional.items():
        named[("functional", name, "")] = hits
    return named


def matches(name, pattern):
    """Whether a point has that name, in which * stands for anything. (Names are full of brackets.)"""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def judge(found, shape, exclusions, used):
    """Per kind: points, covered, excluded, and the names of those missing."""
    result = {kind: {"points": 0, "covered": 0, "excluded": 0, "missing": []} for kind in KINDS}
    for (kind, name, place), hits in sorted(found.items()):
        count = result[kind]
        count["points"] += 1
        if hits:
            count["covered"] += 1
            continue
        for number, entry in enumerate(exclusions):
            if entry["kind"] == kind and fnmatch.fnmatchcase(shape, entry["shapes"]) and matches(name, entry["point"]):
                used.add(number)
                count["excluded"] += 1
                break
        else:
            count["missing"].append(f"{name} ({place})" if place else name)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    designs.add_argument(parser)
    parser.add_argument("--shapes", nargs="+", help="such as 4x2; those of the design unless given")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--slots", type=int, default=4000, help="slots of each seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--build", type=pathlib.Path, default=designs.ROOT / "build" / "release")
    parser.add_argument("--out", type=pathlib.Path, help="default results/coverage/<design>")
    parser.add_argument("--doc", type=pathlib.Path, help="the document to write the table into")
    options = parser.parse_args()
    design = designs.Design(options.design)
    options.build = options.build.resolve()
    options.out = (options.out or designs.ROOT / "results" / "coverage" / design.name).resolve()
    shapes = options.shapes or design.shapes["coverage"]
    listed = design.room / "coverage_exclusions.json"
    exclusions = json.loads(listed.read_text())
    used = set()
    rows = [f"| {design.shape_title()} | line | branch | toggle | functional | excluded |", "|---|---|---|---|---|---|"]
    results = {}
    for shape in shapes:
        result = results[shape] = judge(measure(options, design, shape), shape, exclusions, used)
        cells = [f"{result[kind]['covered']} of {result[kind]['points']}" for kind in KINDS]
        rows.append(f"| {shape} | {' | '.join(cells)} | {sum(result[kind]['excluded'] for kind in KINDS)} |")
    good = True
    for shape, result in results.items():
        for kind in KINDS:
            for name in result[kind]["missing"]:
                print(f"not covered: {shape} {kind}: {name}")
                good = False
    for number, entry in enumerate(exclusions):
        if number not in used and any(fnmatch.fnmatchcase(shape, entry["shapes"]) for shape in shapes):
            print(f"{listed}: excludes nothing: {entry['kind']} {entry['point']}")
            good = False
    data = sorted(path for shape in shapes for path in (options.out / shape).glob("seed_*.dat"))
    merged, info = options.out / "merged.dat", options.out / "coverage.info"
    instrumented.run(["verilator_coverage", "--write", merged, *data])
    instrumented.run(["verilator_coverage", "--write-info", info, merged])
    instrumented.run(["genhtml", "--quiet", "--output-directory", options.out / "html", info])
    instrumented.report(options, "coverage.py", design, "\n".join(rows), {
        "seed": options.seed, "seeds": options.seeds, "slots": options.slots, "passed": good, "shapes": results})
    print(f"coverage: {'all covered but for the exclusions' if good else 'FAILED'}; {options.out / 'html' / 'index.html'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
