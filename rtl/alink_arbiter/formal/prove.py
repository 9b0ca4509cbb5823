#!/usr/bin/env python3
"""Proves the safety properties of alink_arbiter and its longest wait, or shows that they do not hold.

Yosys writes a wrapper of the arbiter with its properties (alink_arbiter_formal.sv, or with --wait
alink_arbiter_starvation.sv) as an and-inverter graph; ABC folds the assumptions into the properties
and runs property-directed reachability, an unbounded proof.

Usage: prove.py [--ports N] [--iterations K] [--property P | --wait SLOTS] [--bug NAME]
                [--expect proved|refuted] [--seconds S]
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
    if arguments.wait:
        top, choice = "alink_arbiter_starvation", f"Bound {arguments.wait}"
    else:
        top, choice = "alink_arbiter_formal", f"Property {arguments.property}"
    run(["yosys", "-q", "-p", f"""
        read_verilog -sv -formal {rtl} {HERE}/{top}.sv
        hierarchy -check -top {top} -chparam Ports {arguments.ports} \
            -chparam Iterations {arguments.iterations} -chparam {choice}
        proc; flatten; async2sync; opt -full; memory_map; techmap; opt -fast; dffunmap
        abc -g AND; opt_clean; write_aiger -zinit {graph}"""])
    limit = f" -T {arguments.seconds}" if arguments.seconds else ""
    printed = run(["yosys-abc", "-c", f"read_aiger {graph}; fold; strash; pdr{limit}"])
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
    parser.add_argument("--wait", type=int, help="prove that no request waits longer than this, in slots")
    parser.add_argument("--seconds", type=int, help="give up the search for a proof after so long")
    parser.add_argument("--bug", help="a bug of testbench/alink_arbiter/planted_bugs.json")
    parser.add_argument("--expect", choices=["proved", "refuted"], default="proved")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        verdict, printed = outcome(arguments, pathlib.Path(directory))
    if arguments.wait:
        claim = f"no request waits longer than {arguments.wait} slots"
    else:
        claim = f"property {arguments.property}" if arguments.property else "all properties"
    print(f"alink_arbiter: {arguments.ports} ports, {arguments.iterations} iterations, {claim}, "
          f"{'bug ' + arguments.bug if arguments.bug else 'no bug'}: {verdict}")
    if verdict != arguments.expect:
        sys.exit(f"expected: {arguments.expect}\n{printed}")


if __name__ == "__main__":
    main()
