#!/usr/bin/python3
"""Area, depth and clock of the arbiters after synthesis by Yosys.

Usage: area.py [--ports N ...] [--iterations K] [--classes C ...] [--at-most LEVELS]
               [--clock] [--doc FILE]
Prints a Markdown table of six-input lookup tables (LUT6), levels of them, and flip-flops (FF): of
alink_arbiter, and with --classes of alink_class_arbiter for each C (0: alink_arbiter). Levels are lookup
tables on the longest path from a register or an input to a register or an output, found on the mapped
netlist (ltp of Yosys 0.23 takes mapped registers for logic and reports loops there).
  --at-most LEVELS  fail if a design has more
  --clock           instead: place and route on an iCE40 HX8K, the largest number of ports that fits, and
                    the clock it reaches (needs the Debian packages nextpnr-ice40 and fpga-icestorm). Pins
                    set no limit: inputs come from a shift register, and outputs are shifted out. With
                    --ports only those numbers are tried, in rising order until one does not fit.
  --doc FILE        write the table between the markers of a document as well
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

RTL = pathlib.Path(__file__).resolve().parents[2]


def run(command, check=True):
    """What a tool printed and whether it succeeded; with `check` stops if it did not."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if check and done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout}")
    return done.stdout, done.returncode == 0


class design:
    """One of the arbiters with its parameters."""

    def __init__(self, ports, iterations, classes):
        self.name = "alink_class_arbiter" if classes else "alink_arbiter"
        self.source = RTL / self.name / f"{self.name}.sv"
        self.parameters = {"Ports": ports, "Iterations": iterations, **({"Classes": classes} if classes else {})}
        self.label = f"`{self.name}`" + (f", {classes} class{'es' * (classes > 1)}" if classes else "")

    def read(self):
        """Yosys commands that elaborate it as the top."""
        choice = " ".join(f"-chparam {name} {value}" for name, value in self.parameters.items())
        return f"read_verilog -defer -sv {self.source}; hierarchy -check -top {self.name} {choice}"


def modules(commands, folder):
    """The modules that Yosys has after some commands."""
    path = pathlib.Path(folder) / "netlist.json"
    run(["yosys", "-q", "-p", f"{commands}; write_json {path}"])
    return [module for module in json.loads(path.read_text())["modules"].values() if module["ports"]]


def measure(arbiter):
    """(LUT6, levels, FF)."""
    with tempfile.TemporaryDirectory() as folder:
        (module,) = [module for module in modules(
            f"{arbiter.read()}; synth -flatten -lut 6; opt_clean -purge", folder) if module["cells"]]
    inputs_of = {}
    registers = 0
    for cell in module["cells"].values():
        if cell["type"] == "$lut":
            inputs_of[cell["connections"]["Y"][0]] = cell["connections"]["A"]
        elif cell["type"].startswith("$_DFF") or cell["type"].startswith("$_SDFF"):
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


def harness(arbiter, folder):
    """Verilog around an arbiter: its inputs are a shift register, its outputs are loaded into another."""
    (module,) = [module for module in modules(f"{arbiter.read()}; proc", folder) if "clk_i" in module["ports"]]
    width = {name: len(port["bits"]) for name, port in module["ports"].items() if name not in ("clk_i", "rst_ni")}
    ends = {"input": 0, "output": 0}
    pins = [".clk_i(clk_i)", ".rst_ni(rst_ni)"]
    for name, bits in width.items():
        direction = module["ports"][name]["direction"]
        vector = "in" if direction == "input" else "out"
        pins.append(f".{name}({vector}[{ends[direction]} +: {bits}])")
        ends[direction] += bits
    parameters = ", ".join(f".{name}({value})" for name, value in arbiter.parameters.items())
    return f"""module harness(input clk_i, input rst_ni, input serial_i, input load_i, output serial_o);
  reg  [{ends["input"] - 1}:0] in;
  wire [{ends["output"] - 1}:0] out;
  reg  [{ends["output"] - 1}:0] kept;
  always @(posedge clk_i) begin
    in   <= {{in, serial_i}};
    kept <= load_i ? out : kept << 1;
  end
  assign serial_o = kept[{ends["output"] - 1}];
  {arbiter.name} #({parameters}) arbiter ({", ".join(pins)});
endmodule
"""


def place(arbiter):
    """(logic cells used, of how many, MHz or None if it does not fit)."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "harness.v").write_text(harness(arbiter, folder))
        run(["yosys", "-q", "-p", f"read_verilog -sv {arbiter.source} {folder}/harness.v; "
             f"synth_ice40 -top harness -abc9 -device hx -json {folder}/mapped.json"])
        printed, fits = run(["nextpnr-ice40", "--hx8k", "--package", "ct256", "--json", folder / "mapped.json",
                             "--pcf-allow-unconstrained", "--timing-allow-fail", "--freq", "50", "--seed", "1"],
                            check=False)
    used = re.search(r"ICESTORM_LC:\s*(\d+)/\s*(\d+)", printed)
    if not used:
        sys.exit(f"nextpnr-ice40 failed:\n{printed}")
    clock = re.findall(r"Max frequency for clock .*?: ([\d.]+) MHz", printed)
    if fits != bool(clock) or (not fits and int(used[1]) <= int(used[2]) and "place" not in printed):
        sys.exit(f"nextpnr-ice40 failed:\n{printed}")
    return int(used[1]), int(used[2]), float(clock[-1]) if fits else None


def largest(options, classes):
    """The row of the largest number of ports that fits, of those asked for or else found by halving."""
    low, high, row = 1, 33, None
    asked = sorted(options.ports or [])
    while asked if options.ports else high - low > 1:
        ports = asked.pop(0) if options.ports else (low + high) // 2
        arbiter = design(ports, options.iterations, classes)
        used, total, clock = place(arbiter)
        print(f"{arbiter.label}, {ports} ports: {used} of {total} cells, {clock} MHz", file=sys.stderr, flush=True)
        if clock is None:
            high = ports
            asked.clear()
        else:
            low = ports
            row = (f"| {arbiter.label} | {ports} | {options.iterations} | {used} of {total} | {clock:.1f} | "
                   f"{1000 / clock:.1f} |")
    return row or sys.exit(f"{design(2, options.iterations, classes).label}: none of these fits")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ports", type=int, nargs="+", help="default 8 16 32 64")
    parser.add_argument("--iterations", type=int, default=1)
    parser.add_argument("--classes", type=int, nargs="+", default=[0])
    parser.add_argument("--at-most", type=int, metavar="LEVELS")
    parser.add_argument("--clock", action="store_true")
    parser.add_argument("--doc", type=pathlib.Path)
    options = parser.parse_args()
    mark = "clock" if options.clock else "area"
    begin, end = f"<!-- area.py, {mark}: begin -->", f"<!-- area.py, {mark}: end -->"
    old = options.doc.read_text() if options.doc else ""
    if options.doc and (old.count(begin) != 1 or old.count(end) != 1):
        sys.exit(f"{options.doc}: expected one '{begin}' and one '{end}'")
    good = True
    if options.clock:
        lines = ["| design | ports | iterations | logic cells | MHz | ns |", "|---|---|---|---|---|---|"]
        lines += [largest(options, classes) for classes in options.classes]
    else:
        lines = ["| design | ports | iterations | LUT6 | levels | FF |", "|---|---|---|---|---|---|"]
        for classes in options.classes:
            for ports in options.ports or [8, 16, 32, 64]:
                arbiter = design(ports, options.iterations, classes)
                tables, levels, registers = measure(arbiter)
                lines.append(f"| {arbiter.label} | {ports} | {options.iterations} | {tables} | {levels} | {registers} |")
                print(lines[-1], file=sys.stderr, flush=True)
                if options.at_most is not None and levels > options.at_most:
                    print(f"{arbiter.label}, {ports} ports: {levels} levels, at most {options.at_most} expected")
                    good = False
    text = "\n".join(lines)
    if options.doc:
        before, after = old.split(begin)[0], old.split(end)[1]
        options.doc.write_text(f"{before}{begin}\n{text}\n{end}{after}")
    else:
        print(text)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
