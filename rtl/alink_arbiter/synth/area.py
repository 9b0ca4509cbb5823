#!/usr/bin/python3
"""Area and depth of alink_arbiter after synthesis by Yosys to six-input lookup tables.

Usage: area.py [PORTS ...] [--iterations K] [--doc FILE]
Prints a Markdown table; --doc writes it between the two markers of a document. Depth is the number of
lookup tables on the longest path from a register or an input to a register or an output, found on the
mapped netlist (ltp of Yosys 0.23 takes mapped registers for logic and reports loops there).
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

RTL = pathlib.Path(__file__).resolve().parents[1] / "alink_arbiter.sv"
BEGIN, END = "<!-- area.py: begin -->", "<!-- area.py: end -->"


def netlist(ports, iterations):
    """The cells of the mapped arbiter."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "arbiter.json"
        done = subprocess.run(["yosys", "-q", "-p", f"""
            read_verilog -sv {RTL}
            hierarchy -check -top alink_arbiter -chparam Ports {ports} -chparam Iterations {iterations}
            synth -flatten -lut 6; opt_clean -purge; write_json {path}"""],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"yosys failed:\n{done.stdout}")
        modules = json.loads(path.read_text())["modules"]
    (module,) = [module for module in modules.values() if "cells" in module and module["cells"]]
    return module["cells"].values()


def measure(ports, iterations):
    """(LUT6, levels, FF)."""
    cells = netlist(ports, iterations)
    inputs_of = {}
    registers = 0
    for cell in cells:
        if cell["type"] == "$lut":
            inputs_of[cell["connections"]["Y"][0]] = cell["connections"]["A"]
        elif cell["type"].startswith("$_DFF"):
            registers += 1
        else:
            sys.exit(f"a cell that is neither table nor register: {cell['type']}")
    return len(inputs_of), depth(inputs_of), registers


def depth(inputs_of):
    """Tables on the longest path, in topological order."""
    users = collections.defaultdict(list)
    missing = {}
    for output, inputs in inputs_of.items():
        driven = [bit for bit in inputs if bit in inputs_of]
        missing[output] = len(driven)
        for bit in driven:
            users[bit].append(output)
    level = {output: 1 for output in inputs_of}
    ready = [output for output, count in missing.items() if count == 0]
    visited = 0
    while ready:
        bit = ready.pop()
        visited += 1
        for user in users[bit]:
            level[user] = max(level[user], level[bit] + 1)
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    if visited != len(inputs_of):
        sys.exit("the netlist has a combinational loop")
    return max(level.values(), default=0)


def table(ports_list, iterations):
    lines = ["| ports | iterations | LUT6 | levels | FF |", "|---|---|---|---|---|"]
    for ports in ports_list:
        tables, levels, registers = measure(ports, iterations)
        lines.append(f"| {ports} | {iterations} | {tables} | {levels} | {registers} |")
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ports", type=int, nargs="*", default=[8, 16, 32, 64])
    parser.add_argument("--iterations", type=int, default=1)
    parser.add_argument("--doc", type=pathlib.Path, help="the document to write the table into")
    options = parser.parse_args()
    old = options.doc.read_text() if options.doc else ""
    if options.doc and (old.count(BEGIN) != 1 or old.count(END) != 1):
        sys.exit(f"{options.doc}: expected one '{BEGIN}' and one '{END}'")
    text = table(options.ports, options.iterations)
    if options.doc:
        before, after = old.split(BEGIN)[0], old.split(END)[1]
        options.doc.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
    else:
        print(text)


if __name__ == "__main__":
    main()
