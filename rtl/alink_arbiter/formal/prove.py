#!/usr/bin/env python3
"""Proves the safety properties of alink_arbiter, or shows that a planted bug breaks them.

Yosys writes the wrapper of alink_arbiter_formal.sv as an and-inverter graph; ABC folds the assumption
into the properties and runs property-directed reachability, an unbounded proof.

Usage: prove.py [--ports N] [--iterations K] [--property P] [--bug NAME --expect refuted]
Exit code 0 if the outcome is the expected one (proved, unless --expect says otherwise).
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PLANT_BUG = ROOT / "testbench" / "alink_arbiter" / "plant_bug.py"


def run(command):
    """Runs a tool and returns what it printed; stops with its output if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
    return done.stdout


def outcome(arguments, directory):
    """'proved' or 'refuted', and what ABC printed."""
    rtl = ROOT / "rtl" / "alink_arbiter" / "alink_arbiter.sv"
    if arguments.bug:
        rtl = directory / "alink_arbiter.sv"
        run([sys.executable, PLANT_BUG, arguments.bug, rtl])
    graph = directory / "arbiter.aig"
    top = "alink_arbiter_formal"
    run(["yosys", "-q", "-p", f"""
        read_verilog -sv -formal {rtl} {HERE}/{top}.sv
        hierarchy -check -top {top} -chparam Ports {arguments.ports} \
            -chparam Iterations {arguments.iterations} -chparam Property {arguments.property}
        proc; flatten; async2sync; opt -full; memory_map; techmap; opt -fast; dffunmap
        abc -g AND; opt_clean; write_aiger -zinit {graph}"""])
    printed = run(["yosys-abc", "-c", f"read_aiger {graph}; fold; strash; pdr"])
    if re.search(r"Property proved", printed):
        return "proved", printed
    if re.search(r"was asserted in frame", printed):
        return "refuted", printed
    sys.exit(f"no verdict:\n{printed}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ports", type=int, default=4)
    parser.add_argument("--iterations", type=int, default=1)
    parser.add_argument("--property", type=int, default=0, help="one property only; 0: all")
    parser.add_argument("--bug", help="a bug of testbench/alink_arbiter/planted_bugs.json")
    parser.add_argument("--expect", choices=["proved", "refuted"], default="proved")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        verdict, printed = outcome(arguments, pathlib.Path(directory))
    print(f"alink_arbiter: {arguments.ports} ports, {arguments.iterations} iterations, "
          f"{'property ' + str(arguments.property) if arguments.property else 'all properties'}, "
          f"{'bug ' + arguments.bug if arguments.bug else 'no bug'}: {verdict}")
    if verdict != arguments.expect:
        sys.exit(f"expected: {arguments.expect}\n{printed}")


if __name__ == "__main__":
    main()
