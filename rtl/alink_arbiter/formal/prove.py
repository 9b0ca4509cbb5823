#!/usr/bin/env python3
"""Proves the safety properties of alink_arbiter and its longest wait, or shows that they do not hold.

Yosys writes a wrapper of the arbiter with its properties (alink_arbiter_formal.sv, or with --wait
alink_arbiter_starvation.sv) as an and-inverter graph; ABC folds the assumptions into the properties
and runs property-directed reachability, an unbounded proof. With --classes the same of
alink_class_arbiter (alink_class_arbiter_formal.sv, or with --guard alink_class_arbiter_guard.sv).

Usage: prove.py [--ports N] [--iterations K] [--property P | --wait SLOTS | --algorithm] [--bug NAME]
                [--expect proved|refuted] [--seconds S]
       prove.py --classes C [--ports N] [--iterations K] [--property P | --guard SLOTS [--limit L]]
                [--induction] [--bug NAME] [--expect proved|refuted] [--seconds S]
With --induction the safety properties are not searched for from reset: an invariant of the arbiter's
registers holds after reset, every slot that begins with it ends with it, and it gives the properties. That
is a question over two clocks for each property and part of the invariant, which ABC writes and CaDiCaL
answers, and reaches further. In the same way --algorithm proves that alink_arbiter is the algorithm of
alink_arbiter_algorithm.sv, slot for slot.
Exit code 0 if the outcome is the expected one (proved, unless --expect says otherwise).
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PLANT_BUG = ROOT / "testbench" / "common" / "plant_bug.py"


def run(command):
    """Runs a tool and returns what it printed; stops with its output if it fails."""
    code, printed = answer(command)
    if code != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{printed}")
    return printed


def answer(command):
    """Runs a tool and returns its exit code and what it printed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode, done.stdout


def design_of(arguments):
    """The module under proof."""
    return "alink_class_arbiter" if arguments.classes else "alink_arbiter"


# The registers that invariants are about: the port of the wrapper without state_, and the name in the
# arbiter; those in arrays have one for each class of alink_class_arbiter, and for each port of alink_arbiter.
REGISTERS = {"pair": "pair_q", "stalled": "stalled_q", "mc_out": "mc_out_q", "mc_in": "mc_in_q",
             **{name: f"p_arbitrate.{name}_q" for name in ("old_out", "old_in", "age_tick", "age_off", "champion",
                                                           "champion_mask", "wheel", "left")}}
CLASS_ARRAYS = {"class": "class_q", **{name: f"p_arbitrate.{name}_q" for name in ("mark", "expired", "asked", "age_count")}}
PORT_ARRAYS = {name: f"p_arbitrate.{name}_q" for name in ("gnt_mask", "acc_mask")}


def connections(arguments):
    """Commands of Yosys that connect the wrapper's state_* to the registers, free their first values, and
    leave only step_q, which counts the two clocks of the induction, with one."""
    registers, arrays, places = (({}, PORT_ARRAYS, arguments.ports) if arguments.algorithm else
                                 (REGISTERS, CLASS_ARRAYS, arguments.classes))
    lines = ["delete -port w:state_*"]
    for port, register in registers.items():
        lines += [f"rename u_arbiter.{register} source_{port}", f"connect -nounset -set state_{port} source_{port}"]
    for port, array in arrays.items():
        lines += [f"rename u_arbiter.{array}[{place}] source_{port}_{place}" for place in range(places)]
        parts = ",".join(f"source_{port}_{place}" for place in reversed(range(places)))
        lines.append(f"connect -nounset -set state_{port} {parts}")
    lines += ["select -set step w:step_q", "setattr -unset init w:* @step %d", "select -clear", "opt_clean"]
    return "\n".join(lines)


def searched(graph, limit):
    """'proved' or 'refuted' by a search from reset, and what ABC printed."""
    printed = run(["yosys-abc", "-c", f"read_aiger {graph}; fold; strash; pdr{f' -T {limit}' if limit else ''}"])
    if "Property proved" in printed:
        return "proved", printed
    if "was asserted in frame" in printed:
        return "refuted", printed
    sys.exit(f"no verdict:\n{printed}")


def over_two_clocks(graph, directory, limit):
    """'proved' or 'refuted' by what happens in the first two clocks, one question for each property of each clock,
    and which questions were asked."""
    both = directory / "two_clocks.aig"
    printed = run(["yosys-abc", "-c", f"read_aiger {graph}; fold; strash; scorr; frames -i -F 2; strash; write_aiger {both}"])
    if not both.exists():
        sys.exit(printed)
    questions = int(both.read_bytes().split(b"\n", 1)[0].split()[4])  # aig M I L O A: the outputs
    script = directory / "questions.abc"
    script.write_text("".join(f"read_aiger {both}; cone -O {number}; strash; write_cnf {directory}/{number}.cnf\n"
                              for number in range(questions)))
    run(["yosys-abc", "-f", script])
    for number in range(questions):
        code, printed = answer(["cadical", "-q", *(["-t", str(limit)] if limit else []), directory / f"{number}.cnf"])
        if code == 10:  # satisfiable
            return "refuted", f"question {number} of {questions} over two clocks"
        if code != 20:
            sys.exit(f"no verdict on question {number} of {questions}:\n{printed}")
    return "proved", f"{questions} questions over two clocks"


def outcome(arguments, directory):
    """'proved' or 'refuted', and what the solver printed."""
    design = design_of(arguments)
    rtl = ROOT / "rtl" / design / f"{design}.sv"
    if arguments.bug:
        rtl = directory / f"{design}.sv"
        run([sys.executable, PLANT_BUG, design, arguments.bug, rtl])
    graph = directory / "arbiter.aig"
    two_clocks = arguments.induction or arguments.algorithm
    if arguments.algorithm:
        top, choice = f"{design}_algorithm", ""
    elif arguments.wait:
        top, choice = f"{design}_starvation", f"-chparam Bound {arguments.wait}"
    elif arguments.guard:
        top = f"{design}_guard"
        choice = f"-chparam Bound {arguments.guard} -chparam Limit {arguments.limit}"
    else:
        top, choice = f"{design}_formal", f"-chparam Property {arguments.property}"
    if arguments.classes:
        choice += f" -chparam Classes {arguments.classes}"
    if arguments.induction:
        choice += " -chparam Induction 1"
    script = directory / "prove.ys"
    script.write_text(f"""
        read_verilog -defer -sv -formal {rtl} {ROOT}/rtl/{design}/formal/{top}.sv
        hierarchy -check -top {top} -chparam Ports {arguments.ports} \
            -chparam Iterations {arguments.iterations} {choice}
        proc; flatten
        rename -top {top}
        cd {top}
        {connections(arguments) if two_clocks else ""}
        cd
        async2sync; opt -full; memory_map; techmap; opt -fast; dffunmap
        abc -g AND; opt_clean; setundef -anyseq; write_aiger -zinit {graph}
        """)
    run(["yosys", "-q", "-s", script])
    if two_clocks:
        return over_two_clocks(graph, directory, arguments.seconds)
    return searched(graph, arguments.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ports", type=int, default=4)
    parser.add_argument("--iterations", type=int, default=1)
    parser.add_argument("--classes", type=int, help="of alink_class_arbiter; without: alink_arbiter")
    parser.add_argument("--guard", type=int, help="prove that no class of an output that is asked in every "
                        "slot is passed over for longer than this, in slots")
    parser.add_argument("--limit", type=int, default=2, help="of --guard: the age limit of all classes, in slots")
    parser.add_argument("--property", type=int, default=0, help="one property only; 0: all")
    parser.add_argument("--induction", action="store_true", help="by induction over one slot, with --classes")
    parser.add_argument("--wait", type=int, help="prove that no request waits longer than this, in slots")
    parser.add_argument("--algorithm", action="store_true", help="prove that alink_arbiter with one iteration is "
                        "iSLIP with pointers that are indices, slot for slot")
    parser.add_argument("--seconds", type=int, help="give up the search for a proof, or one question over two clocks, after so long")
    parser.add_argument("--bug", help="a bug of the design's testbench/*/planted_bugs.json")
    parser.add_argument("--expect", choices=["proved", "refuted"], default="proved")
    arguments = parser.parse_args()
    if arguments.guard and not arguments.classes:
        parser.error("--guard needs --classes")
    if arguments.induction and (not arguments.classes or arguments.guard):
        parser.error("--induction is of the safety properties of alink_class_arbiter: --classes, and no --guard")
    if arguments.wait and arguments.classes:
        parser.error("--wait is of alink_arbiter, which has no --classes")
    if arguments.algorithm and (arguments.classes or arguments.wait or arguments.property or arguments.iterations != 1):
        parser.error("--algorithm is of alink_arbiter with one iteration")
    with tempfile.TemporaryDirectory() as directory:
        verdict, printed = outcome(arguments, pathlib.Path(directory))
    if arguments.algorithm:
        claim = "the algorithm slot for slot, by induction"
    elif arguments.wait:
        claim = f"no request waits longer than {arguments.wait} slots"
    elif arguments.guard:
        claim = f"with age limit {arguments.limit} no class waits longer than {arguments.guard} slots"
    else:
        claim = f"property {arguments.property}" if arguments.property else "all properties"
    claim += " by induction" if arguments.induction else ""
    classes = f"{arguments.classes} classes, " if arguments.classes else ""
    print(f"{design_of(arguments)}: {arguments.ports} ports, {arguments.iterations} iterations, {classes}{claim}, "
          f"{'bug ' + arguments.bug if arguments.bug else 'no bug'}: {verdict}")
    if verdict != arguments.expect:
        sys.exit(f"expected: {arguments.expect}\n{printed}")


if __name__ == "__main__":
    main()
