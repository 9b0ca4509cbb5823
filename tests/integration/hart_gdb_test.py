"""GDB on `supernode hart`: the packaged gdb-multiarch on harts behind an MMU, threads, coming and
going, and the packaged OpenSBI."""

import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import unittest

SUPERNODE = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent / "hart"
OPENSBI = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.elf"
U_BOOT = "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"
PATIENCE_S = 60
# paged.S runs this far below where it was linked.
SHIFT = 0x40000000


class Machine:
    """`supernode hart` that waits for a debugger."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([SUPERNODE, "hart", *map(str, arguments), "--gdb", "0"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)
        line = self.process.stdout.readline()
        self.port = int(re.fullmatch(r"waiting for GDB on 127\.0\.0\.1:(\d+)\n", line)[1])

    def gdb(self, *commands, elf=None):
        arguments = ["gdb-multiarch", "-nx", "-batch", "-ex", "set confirm off", "-ex",
                     "set width 0", "-ex", "set debuginfod enabled off", "-ex",
                     "set architecture riscv:rv64", "-ex", f"target remote 127.0.0.1:{self.port}"]
        for command in commands:
            arguments += ["-ex", command]
        arguments += [str(elf)] if elf else []
        done = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=PATIENCE_S)
        return done.stdout

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class HartGdbTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.program = pathlib.Path(scratch.name) / "paged.elf"
        subprocess.run(["riscv64-unknown-elf-gcc", "-march=rv64imac_zicsr", "-mabi=lp64",
                        "-mcmodel=medany", "-nostdlib", "-static", "-Wl,-N", "-Wl,--no-warn-rwx-segments",
                        "-Wl,-Ttext=0x80000000", HERE / "paged.S", "-o", self.program], check=True)
        symbols = subprocess.run(["riscv64-unknown-elf-nm", self.program], check=True,
                                 capture_output=True, text=True).stdout
        self.at = {name: int(value, 16) for value, _, name in
                   (line.split() for line in symbols.splitlines())}

    def machine(self, *arguments):
        machine = Machine(*arguments)
        self.addCleanup(machine.stop)
        return machine

    def test_memory_and_breakpoints_are_virtual(self):
        store = self.at["count_store"] - SHIFT
        counter = self.at["counter"] - SHIFT
        text = self.machine(self.program).gdb(
            f"hbreak *{store:#x}", "continue", "continue", "continue",
            "printf \"mode %d\\n\", $priv", "printf \"satp %d\\n\", $satp >> 60 & 15",
            f"x/gx {counter:#x}", f"x/gx {counter + SHIFT:#x}",
            "x/gx 0xc0000000", f"set {{long}}{counter:#x} = 100", "continue", "continue",
            f"x/gx {counter:#x}", "kill")
        # The third time that it comes there, two have been stored.
        self.assertIn("mode 1", text)
        self.assertIn("satp 8", text)
        self.assertIn(f"{counter:#x}:\t0x0000000000000002", text)
        self.assertIn("Cannot access memory at address 0xc0000000", text)
        # The store that was pending makes it 3; from there it counts on.
        self.assertIn(f"{counter + SHIFT:#x}", text)
        self.assertIn(f"{counter:#x}:\t0x0000000000000004", text)

    def test_watchpoints_see_virtual_addresses(self):
        counter = self.at["counter"] - SHIFT
        text = self.machine(self.program).gdb(
            f"hbreak *{self.at['virtual'] - SHIFT:#x}", "continue", f"watch *(long *){counter:#x}",
            "continue", "continue", "printf \"pc %x\\n\", $pc", "kill")
        self.assertIn("Old value = 0\nNew value = 1", text)
        self.assertIn("Old value = 1\nNew value = 2", text)

    def test_harts_are_threads_that_stop_together(self):
        store = self.at["count_store"] - SHIFT
        text = self.machine(self.program, "--harts", "3").gdb(
            f"hbreak *{store:#x}", "continue", "info threads", "monitor harts",
            "thread 2", "printf \"id %d\\n\", $mhartid", "thread 3",
            "printf \"id %d\\n\", $mhartid", "kill")
        for hart in range(3):
            self.assertIn(f"(hart{hart})", text)
        self.assertRegex(text, r"id 1\n(.*\n)*id 2\n")

    def test_a_debugger_may_go_and_another_come_and_time_stands_still_between_stops(self):
        machine = self.machine(self.program)
        store = self.at["count_store"] - SHIFT
        counter = self.at["counter"] - SHIFT
        machine.gdb("stepi", "detach")
        text = machine.gdb(f"hbreak *{store:#x}", "continue", "monitor time", "monitor time",
                           f"x/gx {counter:#x}", "kill")
        times = re.findall(r"(\d+\.\d+) s, hart0", text)
        self.assertEqual(len(times), 2)
        self.assertEqual(times[0], times[1])
        # It ran on its own in between.
        self.assertGreater(int(re.search(rf"{counter:#x}:\t(0x\w+)", text)[1], 16), 10)
        output, _ = machine.process.communicate(timeout=PATIENCE_S)
        self.assertIn("the debugger ended the run", output)

    def test_the_end_of_a_program_is_told_and_a_reset_loads_it_whole_again(self):
        folder = self.program.parent
        program = folder / "ends.elf"
        (folder / "ends.S").write_text("""
        .globl _start
        _start: la s0, counter; lw s1, 0(s0); addi s1, s1, 1; sw s1, 0(s0)
        .globl again
        again: la t0, tohost; slli t1, s1, 1; ori t1, t1, 1; sw t1, 0(t0); j .
        .data
        .globl tohost
        tohost: .dword 0
        .bss
        counter: .word 0
        """)
        subprocess.run(["riscv64-unknown-elf-gcc", "-march=rv64imac", "-mabi=lp64", "-mcmodel=medany", "-nostdlib",
                        "-static", "-Wl,-N,--no-relax,--no-warn-rwx-segments", "-Wl,-Ttext=0x80000000", folder / "ends.S",
                        "-o", program], check=True)
        machine = self.machine(program)
        text = machine.gdb("hbreak again", "continue", "p $s1", "monitor reset",
                           "maintenance flush register-cache", "continue", "p $s1", "delete", "continue",
                           elf=program)
        # The counter in .bss is 0 again.
        self.assertEqual(re.findall(r"\$\d+ = (\d+)", text), ["1", "1"], text)
        self.assertIn("[Inferior 1 (Remote target) exited with code 01]", text)
        machine.process.communicate(timeout=PATIENCE_S)
        self.assertEqual(machine.process.returncode, 1)

    def test_open_sbi_hands_over_in_supervisor_mode(self):
        text = self.machine("--bios", OPENSBI, "--kernel", U_BOOT, "--harts", "2").gdb(
            "hbreak *0x80200000", "continue", "printf \"mode %d\\n\", $priv", "p $fs0",
            "monitor devices", "monitor reset", "maintenance flush register-cache",
            "info registers pc", "continue", "printf \"again %d\\n\", $priv", "monitor time", "kill",
            elf=OPENSBI)
        self.assertIn("mode 1", text)
        self.assertIn("uart", text)
        self.assertIn("the machine is at its reset vector", text)
        self.assertRegex(text, r"pc +0x1000\b")
        self.assertIn("again 1", text)

    def test_a_trace_is_switched_on_and_off(self):
        with tempfile.TemporaryDirectory() as folder:
            trace = pathlib.Path(folder) / "trace.txt"
            text = self.machine(self.program).gdb(
                "stepi", "stepi", f"monitor trace on {trace}", "stepi", "stepi", "stepi",
                # What is repeated is not written again.
                "reverse-stepi", "stepi", "monitor trace off", "stepi", "monitor trace off",
                f"monitor trace on {folder}/none/x", "monitor trace", "kill")
            lines = trace.read_text().splitlines()
        self.assertIn(f"the instructions of hart0 go to {trace}", text)
        self.assertIn("hart0 is traced no more", text)
        self.assertIn("hart0 is not traced", text)
        self.assertIn("x cannot be written", text)
        self.assertIn("expected monitor trace on FILE", text)
        # The boot ROM, one instruction a nanosecond; the third step is seen again, and that is no other one.
        self.assertEqual([line.split(" ", 1)[0] for line in lines],
                         ["0.000000002000", "0.000000003000", "0.000000004000"])
        self.assertIn("csrr a0, mhartid", lines[0])

    def test_malformed_packets_are_answered_and_do_no_harm(self):
        machine = self.machine(self.program)
        with socket.create_connection(("127.0.0.1", machine.port), timeout=PATIENCE_S) as raw:
            for junk in (b"$m#6d", b"$mffffffffffffffff,ffffffff#00", b"$Z9,0,0#ff", b"\x00\xff$$#",
                         b"$P1001=zz#00", b"$vCont;q#00", b"$" + b"a" * 100000 + b"#00"):
                raw.sendall(junk)
            payload = b"?"
            raw.sendall(b"$" + payload + b"#%02x" % (sum(payload) % 256))
            answers = b""
            while b"thread:1;" not in answers:
                answers += raw.recv(65536)
        self.assertIsNone(machine.process.poll())

    def test_a_profile_under_a_debugger_is_refused(self):
        done = subprocess.run([SUPERNODE, "hart", self.program, "--gdb", "0", "--profile", "x"],
                              capture_output=True, text=True, timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 2)
        self.assertIn("profile: cannot be counted under a debugger", done.stderr)


if __name__ == "__main__":
    unittest.main()
