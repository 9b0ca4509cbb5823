#!/usr/bin/python3
"""Reruns a failing seed of arbiter_lockstep: the shortest run that fails, its log and its waveform.

A run stops in the slot of the first difference, so its prefix up to there is the shortest that fails.
Other seeds of the same shape are tried too: the one that fails in the fewest slots is kept.

    testbench/alink_arbiter/waveform.py --seed 2 --planted-bug ready_ignored --out results/waveform

Writes OUT/lockstep.log, OUT/waveform.fst and OUT/waveform.txt (the last slots, drawn from a dump), and
prints the command that reproduces the failure. Exit code 0 if it failed again and was kept, 1 if not.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys

import instrumented

PLANT_BUG = pathlib.Path(__file__).resolve().parent / "plant_bug.py"


def lockstep(options, seed, slots, *more):
    """The command, the failing slot (None if there was none) and what was printed."""
    command = [str(options.build / "bin" / "arbiter_lockstep"), "--seed", str(seed), "--slots", str(slots), *more]
    if options.planted_bug:
        command += ["--planted-bug", options.planted_bug]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{shlex.join(command)}: exit code {done.returncode}\n{done.stdout}")
    found = re.search(r"in slot (\d+) of the run: ", done.stdout)
    return command, int(found[1]) if found else None, done.stdout


def minimise(options):
    """The command of the shortest failing run, its seed, slots, shape and log; None if it does not fail."""
    command, slot, printed = lockstep(options, options.seed, options.slots)
    if slot is None:
        return None
    shape = re.match(r"(\d+) ports, (\d+) iterations, seed \d+, on a model of (\d+) ports", printed)
    ports, iterations, model = (int(number) for number in shape.groups())
    chosen = ["--ports", str(ports), "--iterations", str(iterations)]
    best = (slot, options.seed)
    for seed in range(1, options.seeds + 1):
        _, slot, _ = lockstep(options, seed, best[0], *chosen)
        if slot is not None:
            best = min(best, (slot, seed))
    command, slot, printed = lockstep(options, best[1], best[0] + 1, *chosen)
    return command, best[1], best[0] + 1, ports, model, iterations, printed


def record(options, purpose, name, seed, slots, ports, model, iterations):
    """The waveform of a run, written by a model that was built for it."""
    folder = options.out / f"build_{purpose}"
    source = instrumented.RTL
    if options.planted_bug:
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / instrumented.RTL.name
        instrumented.run([sys.executable, PLANT_BUG, options.planted_bug, source])
    program = instrumented.build(folder, purpose, [source], model, iterations, options.build)
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
    """The last slots as text: a line for each signal of a port."""
    widths, slots = changes(path)
    first = max(0, len(slots) - count)
    shown = slots[first:]
    rows = [("clock edge", [str(number) for number in range(first, len(slots))])]
    for name in ("rst_ni", *(name for name in widths if name.endswith(("_i", "_o")) and name not in ("clk_i", "rst_ni"))):
        width = widths[name]
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
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--slots", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=20, help="other seeds to try for a shorter run")
    parser.add_argument("--planted-bug", help="a bug of planted_bugs.json")
    parser.add_argument("--last", type=int, default=8, help="slots to draw")
    parser.add_argument("--build", type=pathlib.Path, default=instrumented.ROOT / "build" / "release")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.build, options.out = options.build.resolve(), options.out.resolve()
    options.out.mkdir(parents=True, exist_ok=True)
    shortest = minimise(options)
    if shortest is None:
        print(f"waveform: seed {options.seed} does not fail in {options.slots} slots")
        return 1
    command, seed, slots, ports, model, iterations, printed = shortest
    (options.out / "lockstep.log").write_text(f"$ {shlex.join(command)}\n{printed}")
    record(options, "waveform", "waveform.fst", seed, slots, ports, model, iterations)
    dump = record(options, "dump", "waveform.vcd", seed, slots, ports, model, iterations)
    (options.out / "waveform.txt").write_text(draw(dump, options.last))
    (options.out / "shortest.json").write_text(json.dumps(
        {"seed": seed, "slots": slots, "ports": ports, "iterations": iterations, "command": command}, indent=1) + "\n")
    print(f"waveform: fails in {slots} slots; {options.out / 'waveform.fst'}\nreproduce: {shlex.join(command)}")
    return 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
