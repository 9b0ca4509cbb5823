#!/usr/bin/python3
"""Mutation score of a design: what share of small faults the regression's seeds find.

Yosys draws mutants of the RTL (`mutate -list`) and puts them all into one netlist, in which an input
selects the mutant; that is Verilated once and runs in lockstep with the twin, under the scoreboard, on
the seeds until one kills the mutant. What survives is compared with the sign-off netlist by
property-directed reachability: proved equivalent, it is no fault; otherwise it must be listed, with its
reason, in the design's mutation_survivors.json.

    testbench/common/mutation.py alink_arbiter [--out DIR] [--doc docs/verification.md]

Exit code 0 if at least --goal percent of the mutants that are not equivalent are killed and every
survivor is proved equivalent or listed.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import sys

import design as designs
import instrumented

# Registers begin at 0 in both; as reset is an input like others, that covers whatever follows a reset. (So does
# a late start, whose reset leaves other values: beginning at 0 covers a reset of the RTL itself.)
TO_GATES = ("setundef -zero -init; async2sync; opt -full; memory_map; techmap; opt -fast; dffunmap; abc -g AND; opt_clean")


def elaborate(design, sources, shape):
    """Yosys commands that read one shape of the design, flat, as a module of the name of its top."""
    parameters = " ".join(f"-chparam {name} {value}" for name, value in shape.items())
    return (f"read_verilog -sv {' '.join(map(str, sources))}; hierarchy -check -top {design.top} {parameters}; "
            f"proc; flatten; opt; memory; opt_clean -purge; rename -top {design.top}")


def draw(folder, design, shape, count, seed):
    """The mutants of a shape, as commands of Yosys."""
    path = folder / "mutants.ys"
    sources = design.late_sources(folder / "rtl")
    instrumented.run(["yosys", "-q", "-p", f"{elaborate(design, sources, shape)}; write_rtlil {folder / 'design.il'}; "
                      f"mutate -list {count} -seed {seed} -o {path}"])
    return [line for line in path.read_text().splitlines() if line.startswith("mutate ")]


def netlist(folder, mutants):
    """All mutants in one netlist, chosen by the input mutsel (0: none)."""
    width = len(mutants).bit_length()
    script = folder / "all.ys"
    script.write_text("\n".join(
        line.replace("mutate ", f"mutate -ctrl mutsel {width} {number} ", 1)
        for number, line in enumerate(mutants, 1)) + "\n")
    path = folder / "mutants.v"
    instrumented.run(["yosys", "-q", "-p", f"read_rtlil {folder / 'design.il'}; script {script}; opt_clean; "
                      f"write_rtlil {folder / 'mutants.il'}; write_verilog -noattr {path}"])
    return path


def observer(design, width):
    """Verilog of the modules good and bad: the netlist without a mutant and with that of mutsel, with outputs that
    mean nothing at 0."""
    ports = ", ".join(f"{direction} [{bits - 1}:0] {name}" for name, (direction, bits) in width.items())
    text = ""
    for module, mutant in (("good", "0"), ("bad", "mutsel")):
        inner = ", ".join(f".{name}({'raw_' if name in design.meant else ''}{name})" for name in width if name != "mutsel")
        text += f"module {module}({ports});\n"
        for name, (layout, when) in design.meant.items():
            bits = width[name][1]
            fields = width[re.match(r"\w+", when)[0]][1]
            mask = ", ".join(f"{{{bits // fields}{{when_{name}[{field}]}}}}" for field in reversed(range(fields)))
            if layout == "rows":
                mask = f"{{{bits // fields}{{when_{name}}}}}"
            text += (f"  wire [{bits - 1}:0] raw_{name};\n  wire [{fields - 1}:0] when_{name} = {when};\n"
                     f"  assign {name} = raw_{name} & {{{mask}}};\n")
        text += f"  {design.top} inner({inner}, .mutsel({mutant}));\nendmodule\n"
    return text


def comparison(folder, design):
    """A netlist of gates whose output says that the mutant of mutsel differs; its inputs and their widths."""
    path = folder / "ports.json"
    instrumented.run(["yosys", "-q", "-p", f"read_rtlil {folder / 'mutants.il'}; write_json {path}"])
    ports = json.loads(path.read_text())["modules"][design.top]["ports"]
    width = {name: (port["direction"], len(port["bits"])) for name, port in ports.items()}
    (folder / "observer.v").write_text(observer(design, width))
    instrumented.run(["yosys", "-q", "-p", f"read_rtlil {folder / 'mutants.il'}; read_verilog {folder / 'observer.v'}; "
                      "miter -equiv -flatten good bad miter; hierarchy -top miter; flatten; "
                      f"{TO_GATES}; write_rtlil {folder / 'miter.il'}"])
    return {f"in_{name}": bits for name, (direction, bits) in width.items() if direction == "input"}


def equivalent(folder, design, inputs, number, seconds):
    """True if no sequence of inputs after reset, of those that the environment may give, tells the mutant from
    the design."""
    graph, one = folder / f"equivalent_{number}.aig", folder / f"equivalent_{number}.v"
    free = {name: bits for name, bits in inputs.items() if name != "in_mutsel"}
    text = (f"module one({', '.join(f'input [{bits - 1}:0] {name}' for name, bits in free.items())}, output differ);\n"
            f"  miter compared({', '.join(f'.{name}({name})' for name in free)}, .in_mutsel({number}), "
            f".trigger({'raw_' * bool(design.environment)}differ));\n")
    gates, promised = "flatten", ""
    if design.environment:
        text += "".join(f"  wire [{bits - 1}:0] {name[len('in_'):]} = {name};\n" for name, bits in free.items())
        text += "  wire raw_differ, broken;\n  environment promised(.*);\n  assign differ = raw_differ & ~broken;\n"
        gates, promised = f"proc; flatten; {TO_GATES}", design.environment
    one.write_text(f"{text}endmodule\n")
    instrumented.run(["yosys", "-q", "-p", f"read_rtlil {folder / 'miter.il'}; read_verilog -sv {one} {promised}; "
                      f"hierarchy -top one; {gates}; opt_clean; write_aiger -zinit {graph}"])
    printed = instrumented.run(["yosys-abc", "-c", f"read_aiger {graph}; fold; strash; scorr; pdr -T {seconds}"],
                               expect=(0, 1))
    return "Property proved" in printed or "is proved" in printed


def source(mutant):
    """Where in the RTL a mutant lies: the innermost of the places that Yosys names."""
    found = re.findall(r"-src (\S+)", mutant)
    return pathlib.Path(found[-1]).name if found else "?"


def score(options, design, name):
    folder = options.out / name
    folder.mkdir(parents=True, exist_ok=True)
    shape = design.shape(name)
    mutants = draw(folder, design, shape, options.count, options.mutation_seed)
    program = instrumented.build(folder, "mutants", design, [netlist(folder, mutants)], shape, options.build)
    printed = instrumented.run([program, "--mutants", len(mutants), "--seed", options.seed, "--seeds", options.seeds,
                                "--slots", options.slots])
    outcome = {}
    for line in printed.splitlines():
        found = re.fullmatch(r"mutant (\d+) (killed|survived)(?: (\d+) (\d+))?", line)
        outcome[int(found[1])] = None if found[2] == "survived" else (int(found[3]), int(found[4]))
    if outcome[0] is not None:
        sys.exit(f"mutation: the netlist without a mutant fails in seed {outcome[0][0]}, slot {outcome[0][1]}")
    inputs = comparison(folder, design) if None in list(outcome.values())[1:] else {}
    listed = {entry["mutant"]: entry["reason"]
              for entry in json.loads((design.room / "mutation_survivors.json").read_text())}

    def judge(number):
        text = plain(mutants[number - 1])
        entry = {"number": number, "mutant": text, "source": source(mutants[number - 1])}
        if outcome[number]:
            return {**entry, "status": "killed", "seed": outcome[number][0], "slot": outcome[number][1]}
        if equivalent(folder, design, inputs, number, options.seconds):
            return {**entry, "status": "equivalent"}
        if text in listed:
            return {**entry, "status": "listed", "reason": listed[text]}
        return {**entry, "status": "survived"}

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        return list(pool.map(judge, range(1, len(mutants) + 1)))


def plain(mutant):
    """A mutant without the path of the sources, as mutation_survivors.json names it."""
    return re.sub(r"/\S*/(?=\w+\.sv)", "", mutant.split(" -src ")[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    designs.add_argument(parser)
    parser.add_argument("--shapes", nargs="+", help="such as 4x2; those of the design unless given")
    parser.add_argument("--count", type=int, default=200, help="mutants of each shape")
    parser.add_argument("--mutation-seed", type=int, default=1, help="of Yosys's choice of mutants")
    parser.add_argument("--seed", type=int, default=1, help="first seed of the stimulus")
    parser.add_argument("--seeds", type=int, default=60, help="seeds that may kill a mutant")
    parser.add_argument("--slots", type=int, default=2000, help="slots of each seed")
    parser.add_argument("--seconds", type=int, default=60, help="limit of one proof of equivalence")
    parser.add_argument("--goal", type=float, default=98, help="per cent to be killed")
    parser.add_argument("--jobs", type=int, default=2, help="proofs of equivalence at a time")
    parser.add_argument("--build", type=pathlib.Path, default=designs.ROOT / "build" / "release")
    parser.add_argument("--out", type=pathlib.Path, help="default results/mutation/<design>")
    parser.add_argument("--doc", type=pathlib.Path, help="the document to write the table into")
    options = parser.parse_args()
    design = designs.Design(options.design)
    options.build = options.build.resolve()
    options.out = (options.out or designs.ROOT / "results" / "mutation" / design.name).resolve()
    rows = [f"| {design.shape_title()} | mutants | killed | proved equivalent | listed | unexplained | score |",
            "|---|---|---|---|---|---|---|"]
    results = {}
    good = True
    for name in options.shapes or design.shapes["mutation"]:
        entries = results[name] = score(options, design, name)
        count = {status: sum(entry["status"] == status for entry in entries)
                 for status in ("killed", "equivalent", "listed", "survived")}
        faults = len(entries) - count["equivalent"]
        share = 100 * count["killed"] / faults
        good = good and share >= options.goal and not count["survived"]
        rows.append(f"| {name} | {len(entries)} | {count['killed']} | {count['equivalent']} | {count['listed']} | "
                    f"{count['survived']} | {share:.1f} % |")
        for entry in entries:
            if entry["status"] == "survived":
                print(f"survived: {name} {entry['mutant']} ({entry['source']})")
    instrumented.report(options, "mutation.py", design, "\n".join(rows), {
        "seeds": options.seeds, "first_seed": options.seed, "slots": options.slots, "shapes": results})
    return 0 if good else 1


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
