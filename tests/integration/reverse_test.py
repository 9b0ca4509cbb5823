#!/usr/bin/python3
"""Going back in time under GDB, on the firmware of the whole platform and on supernode hart: what is seen on the way back is what was seen on
the way there, to the instruction.

Usage: reverse_test.py PATH_OF_SUPERNODE
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest

import gdb_test
from gdb_test import ROOT, Platform, Raw, frame


def address_of(symbol):
    lines = subprocess.run(["riscv64-unknown-elf-nm", gdb_test.image("cipu")], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    return next(line.split()[0] for line in lines if line.split()[2] == symbol).lstrip("0")


def run_beyond(raw, seconds):
    """Runs freely, with Ctrl-C now and then, until so much time has been simulated."""
    for _ in range(300):
        raw.send(frame("vCont;c"))
        time.sleep(0.1)
        raw.send(b"\x03")
        assert raw.answer() == "T02thread:1;"
        if float(raw.monitor("time").split()[0]) > seconds:
            return
    raise TimeoutError


class ReverseTest(unittest.TestCase):
    def platform(self, controller="cipu0"):
        platform = Platform(controller)
        self.addCleanup(platform.stop)
        return platform

    def raw(self, controller="cipu0"):
        self.machine = self.platform(controller)
        raw = Raw(self.machine.port)
        self.addCleanup(raw.close)
        return raw

    def state(self, raw):
        """All registers, simulated time and instructions of cipu0, and where all 34 controllers are."""
        return raw.ask("g"), raw.monitor("time"), raw.monitor("harts")

    def run_to(self, raw, symbol):
        self.assertEqual(raw.ask(f"Z0,{address_of(symbol)},2"), "OK")
        self.assertIn("thread:1;", raw.ask("vCont;c"))
        self.assertEqual(raw.ask(f"z0,{address_of(symbol)},2"), "OK")

    def assert_came_up(self):
        output, code = self.machine.end()
        self.assertIn("128 GPUs ready, 1168 ports trained", output)
        self.assertEqual(code, 0)

    def test_steps_back_are_the_steps_there(self):
        raw = self.raw()
        self.assertIn(";ReverseStep+;ReverseContinue+", raw.ask("qSupported:swbreak+;hwbreak+"))
        self.run_to(raw, "stage_tables")
        seen = [self.state(raw)]
        for _ in range(30):
            self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
            seen.append(self.state(raw))
        counts = [int(re.search(r"cipu0: (\d+)", each[1])[1]) for each in seen]
        self.assertEqual(counts, list(range(counts[0], counts[0] + 31)))
        for there in reversed(seen[:-1]):
            self.assertEqual(raw.ask("bs"), "T05thread:1;")
            # Other controllers run ahead of this one, by less while it is stepped: only cipu0 is exact here.
            self.assertEqual(self.state(raw)[:2], there[:2])
        # And beyond where the steps began.
        self.assertEqual(raw.ask("bs"), "T05thread:1;")
        self.assertEqual(int(re.search(r"cipu0: (\d+)", raw.monitor("time"))[1]), counts[0] - 1)
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up()

    def test_breakpoints_hold_on_the_way_back(self):
        raw = self.raw()
        self.assertEqual(raw.ask(f"Z0,{address_of('partition_enter')},2"), "OK")
        seen = []
        for _ in range(7):  # until it is ready, after 2 ms: over several checkpoints
            self.assertIn("thread:1;", raw.ask("vCont;c"))
            seen.append(self.state(raw))
            # As GDB does it: a step leads away from the breakpoint.
            self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
        for there in reversed(seen):
            self.assertIn("thread:1;", raw.ask("bc"))
            self.assertEqual(self.state(raw), there)
        self.assertIn("replaylog:begin", raw.ask("bc"))
        self.assertIn("cipu0: 0 instructions", raw.monitor("time"))
        self.assertIn("replaylog:begin", raw.ask("bs"))
        # What follows is the same again. (To the end it would print more than the pipe holds.)
        for there in seen[:3]:
            self.assertIn("thread:1;", raw.ask("vCont;c"))
            self.assertEqual(self.state(raw), there)
            self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up()

    def test_interrupts_happen_again_where_they_happened(self):
        raw = self.raw()
        trap = address_of("trap_entry")
        self.assertEqual(raw.ask(f"Z0,{trap},2"), "OK")
        seen = []
        for _ in range(3):
            self.assertIn("thread:1;", raw.ask("vCont;c"))
            seen.append(self.state(raw))
            self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
        for there in reversed(seen):
            self.assertIn("thread:1;", raw.ask("bc"))
            self.assertEqual(self.state(raw), there)
            # Before the interrupt is what it interrupted, and after that the interrupt again.
            self.assertEqual(raw.ask("bs"), "T05thread:1;")
            pc = raw.ask("p20")
            self.assertNotEqual(pc, there[0][-len(pc):])
            self.assertIn("thread:1;", raw.ask("vCont;c"))
            self.assertEqual(self.state(raw)[:2], there[:2])
            self.assertIn("thread:1;", raw.ask("bs"))
        self.assertEqual(raw.ask(f"z0,{trap},2"), "OK")
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up()

    def test_the_last_write_of_a_variable_is_found(self):
        self.machine = self.platform()
        text = self.machine.gdb(
            "cipu",
            "break stage_pod_sync",
            "continue",
            "delete",
            "set $routes = &partition->routes",
            "print *$routes",
            "watch -l *$routes",
            "reverse-continue",
            "print *$routes",
            "x/i $pc",
            "reverse-continue",
            "x/i $pc",
            "reverse-stepi",
            "delete",
            "stepi",
            "stepi",
            "print *$routes",
            "detach",
        )
        # cipu0 has 8 GPUs with 8 ports each, its own 8 and 8 to memory pools: 80 routes, as the boot log says.
        pattern = (r"\$1 = 80\n.*Old value = 80\nNew value = 79\n.*\$2 = 79\n=> 0x\w+ <written\+\d+>:\s+sw\t.*"
                   r"Old value = 79\nNew value = 78\n.*=> 0x\w+ <written\+\d+>:\s+sw\t.*\$3 = 79\n")
        self.assertRegex(text, re.compile(pattern, re.DOTALL))
        self.assert_came_up()

    def test_back_from_anywhere(self):
        raw = self.raw()
        run_beyond(raw, 0.003)  # the platform comes up meanwhile and runs on
        self.assertEqual(raw.ask(f"Z0,{address_of('stage_tables')},2"), "OK")
        self.assertIn("thread:1;", raw.ask("bc"))
        # As in docs/firmware.md: time and count of the first instruction of stage_tables.
        text = raw.monitor("time")
        self.assertEqual(raw.ask("p20"), bytes.fromhex(address_of("stage_tables").zfill(16))[::-1].hex())
        self.assertEqual(raw.ask("bs"), "T05thread:1;")
        self.assertIn("thread:1;", raw.ask("vCont;c"))
        self.assertEqual(raw.monitor("time"), text)
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up()

    def test_what_a_debugger_changes_begins_a_new_history(self):
        raw = self.raw()
        self.run_to(raw, "main")
        self.assertEqual(raw.ask("bs"), "T05thread:1;")
        self.assertEqual(raw.ask("P5=0000000000000000"), "OK")
        self.assertIn("replaylog:begin", raw.ask("bs"))
        self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
        self.assertEqual(raw.ask("bx"), "")

    def test_several_controllers_go_back_together(self):
        raw = self.raw("cipu0,cipu5")
        self.assertIn(";ReverseStep+;ReverseContinue+", raw.ask("qSupported:swbreak+;hwbreak+"))
        self.assertEqual(raw.ask(f"Z0,{address_of('partition_enter')},2"), "OK")
        seen = [next_stop(self, raw) for _ in range(8)]
        self.assertEqual({each[0] for each in seen}, {1, 2})
        for there in reversed(seen[:-1]):
            self.assertEqual(stop_of(self, raw, raw.ask("bc")), there)
        for there in seen[1:]:
            self.assertEqual(next_stop(self, raw), there)
        self.assertEqual(raw.ask(f"z0,{address_of('partition_enter')},2"), "OK")
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up()


def stop_of(test, raw, answer):
    """The thread that has stopped, the registers of all threads, and where all harts are."""
    found = re.search(r"thread:(\d);$", answer)
    test.assertIsNotNone(found, answer)
    registers = []
    for thread in (1, 2):
        test.assertEqual(raw.ask(f"Hg{thread}"), "OK")
        registers.append(raw.ask("g"))
    test.assertEqual(raw.ask(f"Hg{found[1]}"), "OK")
    return int(found[1]), registers, raw.monitor("time"), raw.monitor("harts")


def next_stop(test, raw):
    """As GDB continues from a breakpoint: by a step of the thread alone first."""
    thread = re.search(r"[1-9]", raw.ask("qC"))[0]
    test.assertEqual(raw.ask(f"vCont;s:{thread}"), f"T05thread:{thread};")
    return stop_of(test, raw, raw.ask("vCont;c"))


class HartReverseTest(unittest.TestCase):
    """supernode hart, whose console stays open and silent."""

    def raw(self, *arguments):
        process = subprocess.Popen([gdb_test.SUPERNODE, "hart", "--gdb", "0", *map(str, arguments)],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        raw = Raw(int(re.search(r":(\d+)$", process.stdout.readline())[1]))
        self.addCleanup(raw.close)
        return raw

    def state(self, raw):
        """All registers, simulated time and instructions, and memory where the stack and the count are."""
        return raw.ask("g"), raw.monitor("time"), raw.ask("m80000000,200")

    def busy(self, harts=1):
        """A program that is interrupted by its timer again and again, the address of its handler, and a folder."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        folder = pathlib.Path(scratch.name)
        program = folder / "busy.elf"
        subprocess.run(["riscv64-unknown-elf-gcc", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany", "-nostdlib",
                        "-static", "-Wl,-N,--no-warn-rwx-segments", "-Wl,-Ttext=0x80000000", f"-DHARTS={harts}",
                        ROOT / "tests" / "integration" / "hart" / "busy.S", "-o", program], check=True)
        lines = subprocess.run(["riscv64-unknown-elf-nm", program], check=True, capture_output=True,
                               text=True).stdout.splitlines()
        return program, next(line.split()[0] for line in lines if line.endswith(" trap")).lstrip("0"), folder

    def next_stop(self, raw):
        """As GDB continues from a breakpoint: by a step first."""
        self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
        self.assertIn("thread:1;", raw.ask("vCont;c"))
        return self.state(raw)

    def test_timer_interrupts_retrace(self):
        program, trap, _ = self.busy()
        raw = self.raw(program, "--memory", "16MiB")
        self.assertEqual(raw.ask(f"Z1,{trap},2"), "OK")
        seen = [self.next_stop(raw) for _ in range(40)]
        for there in reversed(seen[:-1]):
            self.assertIn("thread:1;", raw.ask("bc"))
            self.assertEqual(self.state(raw), there)
        self.assertIn("replaylog:begin", raw.ask("bc"))

    def busy_pair(self):
        program, trap, _ = self.busy(2)
        raw = self.raw(program, "--memory", "16MiB", "--harts", "2")
        self.assertEqual(raw.ask(f"Z1,{trap},2"), "OK")
        return raw, program, trap

    def test_two_harts_retrace_and_go_on_as_if_nobody_had_gone_back(self):
        raw, _, _ = self.busy_pair()
        plain = [next_stop(self, raw) for _ in range(60)]
        self.assertEqual({each[0] for each in plain}, {1, 2})
        raw, _, trap = self.busy_pair()
        seen = [next_stop(self, raw) for _ in range(40)]
        self.assertEqual(seen, plain[:40])
        for there in reversed(seen[:-1]):
            self.assertEqual(stop_of(self, raw, raw.ask("bc")), there)
        self.assertIn("replaylog:begin", raw.ask("bc"))
        # Forward again, over the end of what has been recorded, into the present.
        self.assertEqual([stop_of(self, raw, raw.ask("vCont;c"))] + [next_stop(self, raw) for _ in range(59)], plain)
        # Back to the first once more, and without stops in between to where it was.
        self.assertEqual(raw.ask(f"z1,{trap},2"), "OK")
        self.assertIn("replaylog:begin", raw.ask("bc"))
        self.assertIn("0 instructions", raw.monitor("time"))

    def test_steps_of_either_hart_lead_back_and_forth(self):
        raw, _, trap = self.busy_pair()
        next_stop(self, raw)
        next_stop(self, raw)
        self.assertEqual(raw.ask(f"z1,{trap},2"), "OK")

        def pcs():
            return stop_of(self, raw, "thread:1;")[1]

        seen = [pcs()]
        for thread in (1, 1, 2, 1, 2, 2):
            self.assertEqual(raw.ask(f"vCont;s:{thread}"), f"T05thread:{thread};")
            seen.append(pcs())
        for thread, there in zip((2, 2, 1, 2, 1, 1), reversed(seen[:-1])):
            self.assertEqual(raw.ask(f"Hc{thread}"), "OK")
            # Back over this step is where the hart was before it.
            self.assertEqual(raw.ask("bs"), f"T05thread:{thread};")
            self.assertEqual(pcs()[thread - 1], there[thread - 1])
        for thread, there in zip((1, 1, 2, 1, 2, 2), seen[1:]):
            self.assertEqual(raw.ask(f"vCont;s:{thread}"), f"T05thread:{thread};")
            self.assertEqual(pcs()[thread - 1], there[thread - 1])

    def gdb(self, program, harts, *commands):
        """What gdb-multiarch prints, and the machine, which is killed at the end."""
        process = subprocess.Popen([gdb_test.SUPERNODE, "hart", "--gdb", "0", program, "--harts", str(harts),
                                    "--memory", "16MiB"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        port = re.search(r":(\d+)$", process.stdout.readline())[1]
        arguments = ["gdb-multiarch", "-nx", "-batch", "-ex", "set confirm off", "-ex", "set width 0",
                     "-ex", "set debuginfod enabled off", "-ex", f"target remote 127.0.0.1:{port}"]
        for command in commands:
            arguments += ["-ex", command]
        return subprocess.run([*arguments, program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=gdb_test.PATIENCE_S).stdout

    def test_gdb_goes_back_with_two_harts(self):
        program, _, _ = self.busy(2)
        text = self.gdb(
            program, 2, "hbreak trap", "continue", "continue", "continue", "continue",
            'printf "stopped: %d %lx\n", $_thread, $pc', "delete",
            "stepi", "stepi", "stepi", 'printf "after: %lx\n", $pc',
            "reverse-stepi", "reverse-stepi", "reverse-stepi", 'printf "again: %d %lx\n", $_thread, $pc',
            "stepi", "stepi", "stepi", 'printf "later: %lx\n", $pc', "kill")
        stopped = re.search(r"stopped: (\d) (\w+)", text)
        self.assertIsNotNone(stopped, text)
        self.assertIn(f"again: {stopped[1]} {stopped[2]}\n", text)
        self.assertGreater(int(re.search(r"after: (\w+)", text)[1], 16), int(stopped[2], 16))
        self.assertEqual(re.search(r"later: (\w+)", text)[1], re.search(r"after: (\w+)", text)[1])

    def test_gdb_finds_which_hart_wrote_a_shared_word(self):
        program, _, _ = self.busy(2)
        text = self.gdb(
            program, 2, "hbreak trap", *["continue"] * 9, "delete", 'printf "count %ld\n", *(long*)&shared',
            "watch -l *(long*)&shared",
            *["reverse-continue", 'printf "hart %d, count %ld, %x\n", $_thread - 1, *(long*)&shared, *(int*)$pc'] * 400,
            "kill")
        count = int(re.search(r"count (\d+)\n", text)[1])
        found = re.findall(r"hart (\d), count (\d+), (\w+)\n", text)
        self.assertEqual(len(found), 400, text[-3000:])
        # Each time one less: the hart is before the SC (major opcode AMO, funct5 3, doubleword) that wrote it.
        self.assertEqual([int(each[1]) for each in found], list(range(count - 1, count - 401, -1)))
        for _, _, encoding in found:
            self.assertEqual(int(encoding, 16) & 0xF800707F, 0x1800302F)

    def test_snapshots_under_a_debugger(self):
        program, trap, folder = self.busy()
        raw = self.raw(program, "--memory", "16MiB")
        self.assertEqual(raw.ask(f"Z1,{trap},2"), "OK")
        self.next_stop(raw)
        here = self.next_stop(raw)
        self.assertEqual(raw.monitor(f"snapshot save {folder}/a.snap"), "saved\n")
        later = [self.next_stop(raw) for _ in range(3)]
        self.assertEqual(raw.monitor(f"snapshot save {folder}/b.snap"), "saved\n")
        # Back, on again, and forth.
        self.assertIn("restored", raw.monitor(f"snapshot restore {folder}/a.snap"))
        self.assertEqual(self.state(raw), here)
        self.assertEqual([self.next_stop(raw) for _ in range(2)], later[:2])
        self.assertIn("restored", raw.monitor(f"snapshot restore {folder}/b.snap"))
        self.assertEqual(self.state(raw), later[2])
        # History has begun anew there, and what was before it cannot come back.
        self.assertIn("start again with --restore", raw.monitor(f"snapshot restore {folder}/a.snap"))
        self.next_stop(raw)
        self.assertIn("thread:1;", raw.ask("bc"))
        self.assertIn("cannot be opened", raw.monitor(f"snapshot restore {folder}/c.snap"))
        self.assertIn("expected monitor snapshot save", raw.monitor("snapshot"))

    def test_far_back_over_forgotten_checkpoints(self):
        raw = self.raw("--bios", "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin",
                       "--kernel", "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin")
        self.assertEqual(raw.ask("Z1,80200000,4"), "OK")
        self.assertIn("thread:1;", raw.ask("vCont;c"))
        there = self.state(raw)
        self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
        run_beyond(raw, 0.1)  # more than 32 checkpoints of 1 ms, of which some are forgotten
        self.assertIn("thread:1;", raw.ask("bc"))
        self.assertEqual(self.state(raw), there)
        self.assertEqual(raw.ask("bs"), "T05thread:1;")
        self.assertEqual(raw.ask("vCont;s"), "T05thread:1;")
        self.assertEqual(self.state(raw)[:2], there[:2])


if __name__ == "__main__":
    gdb_test.SUPERNODE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main()
