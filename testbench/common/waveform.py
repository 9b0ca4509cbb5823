#!/usr/bin/python3
"""Reruns a failing seed of a design's lockstep: the shortest run that fails, its log and its waveform.

A run stops in the slot of the first difference, so its prefix up to there is the shortest that fails.
Other seeds of the same shape are tried too: the one that fails in the fewest slots is kept.

    testbench/common/waveform.py alink_arbiter --seed 2 --planted-bug ready_ignored --out results/waveform

Writes OUT/lockstep.log, OUT/waveform.fst and OUT/waveform.txt (the last clocks, drawn from a dump), and
prints the command that reproduces the failure. Exit code 0 if it failed again and was kept, 1 if not.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys

import design as designs
import instrumented
import plant_bug

# What a lockstep prints first.
SHAPE = re.compile(r"(\d+) ports, (\d+) iterations(?:, (\d+) classes)?, seed \d+, on a model of (\d+) ports")


def lockstep(options, design, seed, slots, *more):
    """The command, the failing slot (None if there was none) and what was printed."""
    command = [str(options.build / "bin" / design.lockstep), "--seed", str(seed), "--slots", str(slots), *more]
    if options.planted_bug:
        command += ["--planted-bug", options.planted_bug]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{shlex.join(command)}: exit code {done.returncode}\n{done.stdout}")
    found = re.search(r"in slot (\d+) of the run: ", done.stdout)
    return command, int(found[1]) if found else None, done.stdout


def minimise(options, design):
    """The command of the shortest failing run, its seed, slots, ports, shape of the model and log; None if it does
    not fail."""
    command, slot, printed = lockstep(options, design, options.seed, options.slots)
    if slot is None:
        return None
    *numbers, model = (int(number) for number in SHAPE.match(printed).groups() if number)
    shape = dict(zip(design.parameters, numbers, strict=True))
    chosen = [word for name, value in shape.items() for word in (f"--{name.lower()}", str(value))]
    best = (slot, options.seed)
    for seed in range(1, options.seeds + 1):
        _, slot, _ = lockstep(options, design, seed, best[0], *chosen)
        if slot is not None:
            best = min(best, (slot, seed))
    command, slot, printed = lockstep(options, design, best[1], best[0] + 1, *chosen)
    return command, best[1], best[0] + 1, shape, {**shape, "Ports": model}, printed


def record(options, design, purpose, name, seed, slots, ports, model):
    """The waveform of a run, written by a model that was built for it."""
    folder = options.out / f"build_{purpose}"
    sources = design.sources + design.assertions
    if options.planted_bug:
        # Copies with bugs run without assertions, which would end some runs earlier.
        folder.mkdir(parents=True, exist_ok=True)
        wrong = plant_bug.file_of(design, options.planted_bug)
        copy = folder / wrong.name
        copy.write_text(plant_bug.plant(design, options.planted_bug))
        sources = [copy if path == wrong else path for path in design.sources]
    program = instrumented.build(folder, purpose, design, sources, model, options.build)
    path = options.out / name
    printed = instrumented.run([program, "--ports", ports, "--seed", seed, "--slots", slots, "--record", path],
                               expect=(0, 1))
    if f"slot {slots - 1} of the run" not in printed:
        sys.exit(f"waveform: the model with a waveform does not fail in slot {slots - 1}:\n{printed}")
    return path


def changes(path):
    """A value change dump: widths by name of the signals at the top, and per rising clock their values."""
    names, widths, values, slots = {}, {}, {}, []
    depth = 0
    before = "0"
    lines = iter(path.read_text().splitlines())
    for line in lines:
        words = line.split()
        if words[:1] == ["$scope"]:
            depth += 1
        elif words[:1] == ["$upscope"]:
            depth -= 1
        elif words[:1] == ["$var"] and depth == 1:
            names[words[3]] = words[4]
            widths[words[4]] = int(words[2])
        elif words[:1] == ["$enddefinitions"]:
            break

    def sample():
        nonlocal before
        clock = values.get("clk_i", "0")
        if clock == "1" and before == "0":
            slots.append(dict(values))
        before = clock

    for line in lines:
        if line.startswith("#"):
            sample()
        elif line[:1] == "b":
            value, code = line[1:].split()
            if code in names:
                values[names[code]] = value
        elif line[:1] in "01xz" and line[1:] in names:
            values[names[line[1:]]] = line[0]
    sample()
    return widths, slots


def draw(path, count):
    """The last clocks as text: a line for each signal of a port that is not zero throughout."""
    widths, slots = changes(path)
    first = max(0, len(slots) - count)
    shown = slots[first:]
    rows = [("clock edge", [str(number) for number in range(first, len(slots))])]
    quiet = []
    for name in ("rst_ni", *(name for name in widths if name.endswith(("_i", "_o")) and name not in ("clk_i", "rst_ni"))):
        width = widths[name]
        if all(set(slot.get(name, "0")) == {"0"} for slot in shown):
            quiet.append(name)
            continue
        if width == 1:
            rows.append((name, ["▔▔▔▔" if slot.get(name) == "1" else "▁▁▁▁" for slot in shown]))
        else:
            rows.append((f"{name}[{width - 1}:0]", [f"{int(slot.get(name, '0'), 2):0{(width + 3) // 4}x}" for slot in shown]))
    lines = []
    label = max(len(name) for name, _ in rows)
    wide = [row for row in rows if max(len(value) for value in row[1]) > 20]
    narrow = [row for row in rows if row not in wide]
    column = max(len(value) for _, row in narrow for value in row)
    for name, row in narrow:
        fill = row[0][:1] if row[0][:1] in "▔▁" else ""
        lines.append(f"{name:{label}} " + ("" if fill else "|") + ("" if fill else "|").join(
            (value[:1] * (column + 1) if value[:1] in "▔▁" else value.rjust(column)) for value in row))
    for name, row in wide:
        for number, value in enumerate(row, first):
            lines.append(f"{name:{label}} at edge {number}: {value}")
    if quiet:
        lines.append(f"at 0 throughout: {' '.join(quiet)}")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    designs.add_argument(parser)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--slots", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=20, help="other seeds to try for a shorter run")
    parser.add_argument("--planted-bug", help="a bug of the design's planted_bugs.json")
    parser.add_argument("--last", type=int, default=8, help="clocks to draw")
    parser.add_argument("--build", type=pathlib.Path, default=designs.ROOT / "build" / "release")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.build, options.out = options.build.resolve(), options.out.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    design = designs.Design(options.design)
    if options.planted_bug and options.planted_bug not in design.bugs():
        parser.error(f"--planted-bug: one of {', '.join(design.bugs())}")
    shortest = minimise(options, design)
    if shortest is None:
        print(f"waveform: seed {options.seed} does not fail in {options.slots} slots")
        return 1
    command, seed, slots, shape, model, printed = shortest
    (options.out / "lockstep.log").write_text(f"$ {shlex.join(command)}\n{printed}")
    for purpose, name in (("waveform", "waveform.fst"), ("dump", "waveform.vcd")):
        record(options, design, purpose, name, seed, slots, shape["Ports"], model)
    (options.out / "waveform.txt").write_text(draw(options.out / "waveform.vcd", options.last))
    (options.out / "shortest.json").write_text(json.dumps(
        {"seed": seed, "slots": slots, "shape": shape, "command": command}, indent=1) + "\n")
    print(f"waveform: fails in {slots} slots; {options.out / 'waveform.fst'}\nreproduce: {shlex.join(command)}")
    return 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
