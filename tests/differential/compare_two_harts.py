#!/usr/bin/python3
"""Random programs of two harts on supernode and on QEMU, the second implementation: all that they report must agree.

    tests/differential/compare_two_harts.py SUPERNODE [--xlen 64|32] [--seed N] [--programs N] [--rounds N]

two_harts.c says what the programs do; none of it depends on which hart is first. Sums that were made by atomics, LR and
SC, and under locks are compared with sums that each hart has made for itself too. Every round is assembled into one file that runs unmodified
on both machines. A difference is shown with what either reported; the exit status is then 1.
"""

import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def build(folder, xlen, seed, programs):
    file = folder / "two_harts.elf"
    subprocess.run(
        ["riscv64-unknown-elf-gcc", f"-march=rv{xlen}imac_zicsr_zifencei", "-mabi=" + ("lp64" if xlen == 64 else "ilp32"),
         "-mcmodel=medany", "-O2", "-ffreestanding", "-fno-tree-loop-distribute-patterns", "-fno-jump-tables", "-nostdlib",
         "-Wall", "-Wextra", "-Werror", "-Wl,--no-warn-rwx-segments", f"-DSEED={seed}", f"-DPROGRAMS={programs}", "-T",
         HERE / "link.ld", "-o", file, HERE / "two_harts.S", HERE / "two_harts.c", "-lgcc", "--specs=picolibc.specs"],
        check=True)
    return file


def run(command):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, timeout=170)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stdout.decode(errors='replace')[-400:]}"
                 f"{done.stderr.decode(errors='replace')[-400:]}")
    return done.stdout.decode().splitlines()


def wrong_by_construction(line):
    """What is not as it must be on any machine."""
    wrong = [part for part in line.split() if "/" in part and len(set(part.split("=")[1].split("/"))) != 1]
    return wrong + [part for part in line.split() if re.fullmatch(r"(exchanged|early)=(?!0$).*", part)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("supernode", type=pathlib.Path)
    parser.add_argument("--xlen", type=int, choices=(32, 64), default=64)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--programs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    different = compared = 0
    seen = collections.Counter()
    for seed in range(options.seed, options.seed + options.rounds):
        with tempfile.TemporaryDirectory() as name:
            file = build(pathlib.Path(name), options.xlen, seed, options.programs)
            theirs = run([f"qemu-system-riscv{options.xlen}", "-M", "virt", "-smp", 2, "-cpu",
                          f"rv{options.xlen},h=off,sstc=off", "-nographic", "-bios", "none", "-kernel", file])
            ours = run([options.supernode, "hart", file, "--harts", 2])
        if len(ours) != options.programs or len(theirs) != options.programs:
            sys.exit(f"seed {seed}: {len(ours)} results of supernode and {len(theirs)} of QEMU for {options.programs} programs")
        for mine, other in zip(ours, theirs):
            compared += 1
            for what, first in re.findall(r"(mode|calls|timer|faults|software)=([0-9a-f]+)", mine):
                seen[what] += int(first, 16)
            parts = list(zip(mine.split(), other.split()))
            only = [f"{a} (QEMU: {b})" for a, b in parts if a != b] + wrong_by_construction(mine)
            if only:
                different += 1
                print(f"difference in program {parts[0][0]} of seed {seed}, RV{options.xlen}:", *only)
    print(f"RV{options.xlen}: {compared} programs of two harts compared, {different} differ (seeds {options.seed} to "
          f"{options.seed + options.rounds - 1}); {seen['calls']} calls by software interrupts, {seen['timer']} timer "
          f"interrupts, {seen['faults']} exceptions of supervisor and user mode")
    if min(seen[what] for what in ("mode", "calls", "timer", "faults")) == 0:
        sys.exit("there was nothing of some kind to compare")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
