#!/usr/bin/python3
"""Random programs on the hart and on QEMU, the second implementation: registers, traps and memory must agree.

    tests/differential/compare_with_qemu.py HART_RUNNER [--isa ISA] [--hart-isa ISA] [--seed N] [--records N] [--rounds N]

Each round assembles `records` short programs (generate.py) into one file that runs unmodified on both, twice each. A
difference is shown with the program, its disassembly and what either did; the exit status is then 1.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import generate

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = "riscv64-unknown-elf-"
CODE_OFFSET = 600
FS_DIRTY = 3 << 13
ACCESSED = 0x4040_4040_4040_4040


class Setup:
    def __init__(self, isa):
        self.isa = isa
        self.xlen = int(isa[2:4])
        letters = isa[4:].split("_")[0]
        self.with_float = "d" in letters or "g" in letters

    def qemu_cpu(self):
        """QEMU's generic processor without what ours lacks."""
        parts = self.isa.split("_")[1:]
        switches = ["h=off", "zbc=off", "sstc=off", "Zfh=off", "Zfhmin=off", "v=off"]
        switches += [f"{name}={'on' if name in parts else 'off'}" for name in ("zba", "zbb", "zbs")]
        if not self.with_float:
            switches += ["f=off", "d=off"]
        return f"rv{self.xlen}," + ",".join(switches)

    def build(self, folder, records):
        (folder / "records.bin").write_bytes(b"".join(records))
        file = folder / "differential.elf"
        subprocess.run(
            [TOOLS + "gcc", f"-march=rv{self.xlen}ima{'fd' if self.with_float else ''}c_zicsr_zifencei",
             "-mabi=" + ("lp64" if self.xlen == 64 else "ilp32"), "-mcmodel=medany", "-O2", "-ffreestanding",
             "-fno-tree-loop-distribute-patterns", "-nostdlib", "-Wall", "-Wextra", "-Werror", "-Wl,--no-warn-rwx-segments",
             f"-DWITH_FLOAT={int(self.with_float)}", f'-DRECORDS="{folder / "records.bin"}"', "-T", HERE / "link.ld",
             "-o", file, HERE / "harness.S", HERE / "harness.c", "-lgcc", "--specs=picolibc.specs"], check=True)
        return file


def run(command):
    done = subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    if done.returncode != 0:
        sys.exit(f"{command[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode().splitlines()


def disassembly(folder, record, xlen):
    file = folder / "code.bin"
    file.write_bytes(record[CODE_OFFSET:])
    text = subprocess.run([TOOLS + "objdump", "-b", "binary", "-m", f"riscv:rv{xlen}", "-D", file], capture_output=True,
                          text=True, check=True).stdout
    lines = [line for line in text.splitlines() if re.match(r"\s+[0-9a-f]+:\t", line)]
    while len(lines) > 1 and "nop" in lines[-2]:
        del lines[-2]
    return "\n".join(lines)


def normalized(line, record):
    """The result without what the architecture leaves open or QEMU 7.2 does otherwise: mtval of EBREAK may be 0 or
    the address; exceptions of an AMO and SC are those of stores, but QEMU reports some as those of loads; FS may
    become dirty without need, and QEMU misses changes of fflags alone; an AMO without the right to write may mark the
    page as accessed."""
    failed_atomic = False
    any_atomic = False
    of_store = {4: 6, 5: 7, 13: 15}

    def cause_of_store(match):
        cause = int(match.group(1), 16)
        return f"scause={of_store.get(cause, cause):x}"

    def trap(match):
        nonlocal failed_atomic, any_atomic
        cause, offset, value = (int(text, 16) for text in match.groups()[1:])
        at = CODE_OFFSET + offset
        word = int.from_bytes(record[at:at + 4], "little") if at + 4 <= len(record) else 0
        if cause == 3:
            value = 0
        if word & 0x7F == 0x2F and word >> 27 != 2:
            any_atomic = True
            cause = of_store.get(cause, cause)
            failed_atomic = failed_atomic or cause == 15
        return f"{match.group(1)}{cause:x}@{offset:x},{value:x}"

    def status(match):
        value = int(match.group(1), 16)
        return f"status={value & ~(1 << 63) | FS_DIRTY:x}" if value & FS_DIRTY else match.group(0)

    line = re.sub(r"\bstatus=([0-9a-f]+)", status, line)
    line = re.sub(r"\b([TD])([0-9a-f]+)@([0-9a-f]+),([0-9a-f]+)", trap, line)
    if any_atomic:
        line = re.sub(r"\bscause=([0-9a-f]+)", cause_of_store, line)
    if failed_atomic:
        line = re.sub(r"\bpages=([0-9a-f]+)", lambda match: f"pages={int(match.group(1), 16) | ACCESSED:x}", line)
    return line


def show(folder, setup, record, ours, theirs):
    mode, paging = int.from_bytes(record[0:4], "little"), int.from_bytes(record[4:8], "little")
    print(f"difference in record {ours.split(' ')[0]} ({setup.isa}, mode {mode}, paging {paging})")
    print(disassembly(folder, record, setup.xlen))
    registers = [int.from_bytes(record[88 + 8 * i:96 + 8 * i], "little") for i in range(64)]
    print(" ".join(f"x{i}={registers[i]:x}" for i in range(32)))
    if setup.with_float:
        print(" ".join(f"f{i}={registers[32 + i]:x}" for i in range(32)))
    print("fcsr", record[8:16].hex(), "status", record[16:24][::-1].hex())
    for name, begin, size in (("medeleg", 32, 4), ("mideleg", 36, 4), ("mie", 40, 4), ("mip", 44, 4), ("pmpcfg", 48, 8),
                              *((f"pmpaddr{i}", 56 + 8 * i, 8) for i in range(4))):
        print(name, record[begin:begin + size][::-1].hex(), end=" ")
    print()
    mine, others = set(ours.split()), set(theirs.split())
    print("only hart:", *[part for part in ours.split() if part not in others])
    print("only QEMU:", *[part for part in theirs.split() if part not in mine])
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runner", type=pathlib.Path)
    parser.add_argument("--isa", default="rv64gc_zba_zbb_zbs")
    parser.add_argument("--hart-isa", help="what the hart implements instead, to see that a difference is found")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--show", type=int, default=5, help="differences to show")
    options = parser.parse_args()
    setup = Setup(options.isa)
    different = compared = delegated = interrupts = 0
    for seed in range(options.seed, options.seed + options.rounds):
        generator = generate.Generator(seed, setup.xlen, setup.with_float)
        records = [generator.record() for _ in range(options.records)]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            file = setup.build(folder, records)
            theirs = run([f"qemu-system-riscv{setup.xlen}", "-M", "virt", "-cpu", setup.qemu_cpu(), "-nographic",
                          "-bios", "none", "-kernel", file])
            ours = run([options.runner, file, "--isa", options.hart_isa or options.isa])
            if len(ours) != 2 * options.records or len(theirs) != len(ours):
                sys.exit(f"seed {seed}: {len(ours)} results of the hart and {len(theirs)} of QEMU for "
                         f"{2 * options.records} runs")
            for line, (mine, other) in enumerate(zip(ours, theirs)):
                compared += 1
                delegated += len(re.findall(r" D", mine))
                interrupts += len(re.findall(r" [TD]80*[0-9a-f]@", mine))
                record = records[line % options.records]
                mine, other = normalized(mine, record), normalized(other, record)
                if mine != other:
                    different += 1
                    if different <= options.show:
                        show(folder, setup, record, mine, other)
    print(f"{options.isa}: {compared} runs compared, {different} differ (seeds {options.seed} to "
          f"{options.seed + options.rounds - 1}); {delegated} traps were delegated and {interrupts} were interrupts")
    if delegated == 0 or interrupts == 0:
        sys.exit("there were no delegated traps or no interrupts to compare")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
