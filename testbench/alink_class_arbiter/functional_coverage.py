#!/usr/bin/python3
"""Functional coverage of the arbiter with classes: the bins of its scoreboard, merged over seeds.

Each run is the lockstep of RTL and twin under the scoreboard (class_arbiter_lockstep --bins). A bin that no seed
reaches must be excluded in functional_exclusions.json, with its reason; an exclusion that excludes nothing is an
error too.

    testbench/alink_class_arbiter/functional_coverage.py [--shapes 4x2x3 8x1x4] [--seeds 20] [--doc FILE]

Exit code 0 if every bin is reached or excluded.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXCLUSIONS = HERE / "functional_exclusions.json"
BEGIN, END = "<!-- functional_coverage.py: begin -->", "<!-- functional_coverage.py: end -->"


def measure(options, shape):
    """The hits of every bin over all seeds."""
    ports, iterations, classes = shape.split("x")

    def one(seed):
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "bins.json"
            command = [options.build / "bin" / "class_arbiter_lockstep", "--seed", str(seed), "--slots",
                       str(options.slots), "--ports", ports, "--iterations", iterations, "--classes", classes,
                       "--bins", path]
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode != 0:
                sys.exit(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")
            return json.loads(path.read_text())["bins"]

    merged = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for bins in pool.map(one, range(options.seed, options.seed + options.seeds)):
            merged.update(bins)
    return merged


def groups(hits):
    """Per group of bins: reached, all."""
    found = collections.defaultdict(lambda: [0, 0])
    for name, count in hits.items():
        entry = found[name.split(".")[0]]
        entry[0] += count > 0
        entry[1] += 1
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shapes", nargs="+", default=["4x1x1", "4x2x3", "8x1x4"], help="ports x iterations x classes")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--slots", type=int, default=5000, help="slots of each seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    parser.add_argument("--doc", type=pathlib.Path, help="the document to write the table into")
    options = parser.parse_args()
    exclusions = json.loads(EXCLUSIONS.read_text())
    used, good, rows, names = set(), True, [], []
    for shape in options.shapes:
        hits = measure(options, shape)
        excluded = 0
        for name in sorted(name for name, count in hits.items() if count == 0):
            for number, entry in enumerate(exclusions):
                if fnmatch.fnmatchcase(shape, entry["shapes"]) and fnmatch.fnmatchcase(name, entry["bin"]):
                    used.add(number)
                    excluded += 1
                    break
            else:
                print(f"not covered: {shape}: {name}")
                good = False
        by_group = groups(hits)
        names += [name for name in sorted(by_group) if name not in names]
        rows.append((shape, by_group, excluded))
    for number, entry in enumerate(exclusions):
        if number not in used and any(fnmatch.fnmatchcase(shape, entry["shapes"]) for shape in options.shapes):
            print(f"{EXCLUSIONS.name}: excludes nothing: {entry['bin']}")
            good = False
    lines = [f"| ports x iterations x classes | {' | '.join(names)} | excluded |", "|---" * (len(names) + 2) + "|"]
    for shape, by_group, excluded in rows:
        cells = [f"{by_group[name][0]} of {by_group[name][1]}" if name in by_group else "-" for name in names]
        lines.append(f"| {shape} | {' | '.join(cells)} | {excluded} |")
    table = "\n".join(lines)
    print(table)
    print(f"functional coverage: {'all covered but for the exclusions' if good else 'FAILED'}")
    if options.doc:
        old = options.doc.read_text()
        options.doc.write_text(f"{old.split(BEGIN)[0]}{BEGIN}\n{table}\n{END}{old.split(END)[1]}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
