"""What traces, latencies and coverage say of programs whose behaviour is known by hand."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import terminals

SUPERNODE = sys.argv.pop(1)
SOURCE = pathlib.Path(__file__).resolve().parents[2]
OPENSBI = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin"
U_BOOT = "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"
HERE = pathlib.Path(__file__).resolve().parent / "hart"


class ObserveTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def build(self, source, *options, march="rv64ima_zicsr", mabi="lp64"):
        program = self.folder / f"{source}.{mabi}.elf"
        subprocess.run(
            ["riscv64-unknown-elf-gcc", f"-march={march}", f"-mabi={mabi}", "-mcmodel=medany",
             "-nostdlib", "-static", "-Wl,-N", "-Wl,-Ttext=0x80000000", *options, HERE / source,
             "-o", program], check=True)
        return program

    def run_command(self, *arguments, code=0):
        done = subprocess.run([SUPERNODE, *map(str, arguments)], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_mistakes_are_in_the_log(self):
        done = self.run_command("hart", self.build("traced.S"), "--machine", "bare")
        self.assertEqual(done.stderr, "supernode: 0.000000004000 hart0 load access fault at 80000010"
                                      " <_start+16>, value 0\n")
        # The first ten of a hart; the program does it twelve times.
        done = self.run_command("hart", self.build("mistakes.S"), "--machine", "bare")
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 11)
        self.assertIn("hart0 illegal instruction at 80000014 <again>, value ffffffff", lines[0])
        self.assertIn("hart0 store access fault at 80000018 <again+4>, value 10", lines[1])
        self.assertEqual(lines[10], "supernode: hart0: 14 more exceptions like these")
        # OpenSBI looks for CSRs that are not there, which is no mistake.
        done = self.run_command("hart", "--bios", OPENSBI, "--kernel", U_BOOT, "--max-instructions",
                                20_000_000, code=124)
        self.assertEqual(done.stderr, "supernode: the limit of instructions is reached\n")

    def test_instruction_trace(self):
        # One instruction a nanosecond. Encodings by the format of each: ADDI a0, zero, 5 is
        # 5 << 20 | 10 << 7 | 0x13, and so on. The handler is the twelfth word (0x2c), 40 bytes after
        # the AUIPC at 4. The load traps in its own nanosecond.
        for march, mabi, digits, isa in (("rv64ima_zicsr", "lp64", 16, "rv64ima"),
                                         ("rv32ima_zicsr", "ilp32", 8, "rv32ima")):
            trace = self.folder / "trace.txt"
            self.run_command("hart", self.build("traced.S", march=march, mabi=mabi), "--machine",
                             "bare", "--trace", trace)
            lines = trace.read_text().splitlines()
            zeros = "0" * (digits - 8)
            head = [
                "0.000000000000 hart0 M {z}80000000 <_start>: 00500513 li a0, 5 ; x10=5",
                "0.000000001000 hart0 M {z}80000004 <_start+4>: 00000297 auipc t0, 0 ; x5=80000004",
                "0.000000002000 hart0 M {z}80000008 <_start+8>: 02828293 addi t0, t0, 40"
                " ; x5=8000002c",
                "0.000000003000 hart0 M {z}8000000c <_start+12>: 30529073 csrw mtvec, t0",
                "0.000000004000 hart0 M {z}80000010 <_start+16>: 00002583 lw a1, 0(zero)",
                "0.000000004000 hart0 load access fault at {z}80000010 <_start+16>, value 0, to"
                " {z}8000002c <trap>",
                "0.000000005000 hart0 M {z}8000002c <trap>: 341023f3 csrr t2, mepc ; x7=80000010",
                "0.000000006000 hart0 M {z}80000030 <trap+4>: 00438393 addi t2, t2, 4"
                " ; x7=80000014",
                "0.000000007000 hart0 M {z}80000034 <trap+8>: 34139073 csrw mepc, t2",
                "0.000000008000 hart0 M {z}80000038 <trap+12>: 30200073 mret",
                "0.000000009000 hart0 M {z}80000014 <end>: 00100313 li t1, 1 ; x6=1",
            ]
            self.assertEqual(lines[:len(head)], [line.format(z=zeros) for line in head])
            # The store that ends the program is the last.
            self.assertTrue(lines[-1].endswith("<end+12>: 0062a023 sw t1, 0(t0)"), lines[-1])

    def test_modes_and_calls_are_traced(self):
        trace = self.folder / "trace.txt"
        self.run_command("hart", self.build("supervised.S"), "--machine", "bare", "--trace", trace)
        lines = [line.split(" ", 1)[1] for line in trace.read_text().splitlines()]
        call = next(i for i, line in enumerate(lines) if "ecall" in line)
        self.assertIn(" M ", lines[call - 1])
        self.assertTrue(lines[call - 1].endswith("mret"))
        self.assertTrue(lines[call].startswith("hart0 S ") and "<inside>" in lines[call])
        self.assertTrue(lines[call + 1].startswith("hart0 call from supervisor mode at "))
        self.assertTrue(lines[call + 2].startswith("hart0 M ") and "<trap>" in lines[call + 2])

    def test_packaged_firmware_is_traced(self):
        trace = self.folder / "trace.txt"
        self.run_command(
            "hart", "--bios", "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.elf", "--trace",
            trace, "--max-instructions", 100000, code=124)
        lines = trace.read_text().splitlines()
        self.assertTrue(lines[6].startswith("0.000000006000 hart0 M 0000000080000000"), lines[6])
        self.assertFalse([line for line in lines if ".word" in line or ".short" in line])
        times = [line.split(" ", 1)[0] for line in lines]
        self.assertEqual(times, sorted(times))

    def test_interrupt_latency(self):
        report = self.folder / "interrupts.txt"
        self.run_command("hart", self.build("waiting.S"), "--interrupts", report)
        lines = report.read_text().splitlines()
        # The store lasts a cycle, then eight and the one that opens: 10 ns. The timer's are on time,
        # asleep and busy.
        self.assertEqual(lines[0],
                         "hart0: software interrupt: 1 taken, 0 again while asserted, 0 withdrawn")
        self.assertEqual(lines[1].split(), ["below", "16", "ns:", "1"])
        self.assertEqual(lines[2],
                         "hart0: timer interrupt: 2 taken, 0 again while asserted, 0 withdrawn")
        self.assertEqual(lines[3].split(), ["below", "1", "ns:", "2"])
        self.assertTrue(lines[4].endswith("after 10.000 ns"), lines[4])
        self.assertEqual(lines[5].split()[:4], ["0.000005000000", "hart0", "timer", "interrupt"])
        self.assertTrue(lines[5].endswith("after 0.000 ns"), lines[5])
        self.assertEqual(lines[6].split()[:4], ["0.000030000000", "hart0", "timer", "interrupt"])
        self.assertEqual(len(lines), 7)

    def test_register_trace_sees_memory_and_devices(self):
        program = self.build("waiting.S")
        names = subprocess.run(["riscv64-unknown-elf-nm", program], capture_output=True, text=True,
                               check=True).stdout
        word = next(int(line.split()[0], 16) for line in names.splitlines()
                    if line.endswith(" word"))
        accesses = self.folder / "accesses.txt"
        self.run_command("hart", program, "--registers", accesses, "--trace-registers",
                         f"{word:#x}-{word + 7:#x},u?rt")
        seen = [line.split("> ", 1)[1] for line in accesses.read_text().splitlines()]
        offset = word - 0x80000000
        self.assertEqual(seen, [
            f"writes 4 bytes ram+{offset:x} ({word:x}): 1234",
            f"reads 4 bytes ram+{offset:x} ({word:x}): 1234",
            f"reads 4 bytes ram+{offset:x} ({word:x}): 1234",
            f"writes 4 bytes ram+{offset:x} ({word:x}): 1236",
            "writes 1 byte uart+0 (10000000): 41",
        ])
        self.assertIn("<load>", accesses.read_text().splitlines()[1])

    def test_what_is_observed_stays_the_same(self):
        program = self.build("waiting.S")
        counts = []
        for more in ([], ["--trace", "t", "--interrupts", "i", "--registers", "r",
                          "--trace-registers", "*", "--profile", "p"]):
            more = [each if each.startswith("-") or each == "*" else self.folder / each
                    for each in more]
            stats = self.folder / "stats.json"
            done = self.run_command("hart", program, "--stats", stats, *more)
            text = stats.read_text()
            counts.append((done.stdout,
                           [line for line in text.splitlines()
                            if "seconds" not in line and "mips" not in line]))
        self.assertEqual(counts[0], counts[1])

    def test_coverage_of_lines_and_branches(self):
        program = self.build("covered.c", "-O0", "-g", "-Wl,--no-relax")
        coverage = self.folder / "coverage.info"
        self.run_command("hart", program, "--coverage", coverage)
        text = coverage.read_text()
        records = text.splitlines()
        lines = dict(map(int, record[3:].split(",")) for record in records
                     if record.startswith("DA:"))
        source = (HERE / "covered.c").read_text().splitlines()

        def count(text):
            return lines[1 + next(i for i, line in enumerate(source) if text in line)]

        self.assertEqual(count("if (value > 2)"), 5)
        self.assertEqual(count("return 1;"), 2)
        self.assertEqual(lines[8], 3)  # return 0 of classify
        self.assertEqual(count("return 7;"), 0)
        self.assertEqual(count("for (int i"), 6)  # the condition, once more than the body
        self.assertEqual(count("results[i] ="), 5)
        branches = [record[5:].split(",") for record in records if record.startswith("BRDA:5,")]
        self.assertEqual(sorted(each[3] for each in branches), ["2", "3"])
        self.assertIn("FNDA:5,classify", records)
        self.assertIn("FNDA:0,never", records)
        self.assertIn("FNDA:1,main", records)
        if shutil.which("genhtml") is None:
            self.fail("lcov is not installed")
        html = subprocess.run(["genhtml", "--branch-coverage", coverage, "-o", self.folder / "html"],
                              capture_output=True, text=True)
        self.assertEqual(html.returncode, 0, html.stderr)

    def test_bad_input(self):
        program = self.build("waiting.S")
        there = self.folder / "file"
        done = self.run_command("hart", program, "--registers", there, "--trace-registers", "nosuch",
                                code=2)
        self.assertIn("nosuch", done.stderr)
        self.assertIn("uart", done.stderr)
        done = self.run_command("hart", program, "--coverage", there, code=2)
        self.assertIn("expected a program built with -g", done.stderr)
        done = self.run_command("hart", program, "--trace", self.folder / "none" / "file", code=2)
        self.assertIn("cannot be written", done.stderr)
    def test_firmware(self):
        trace, coverage = self.folder / "trace.txt", self.folder / "coverage.info"
        accesses = self.folder / "accesses.txt"
        self.run_command("firmware", SOURCE / "platforms" / "hgx_h100.yaml", "--coverage", coverage,
                         "--registers", accesses, "--trace-registers", "uart")
        text = coverage.read_text()
        for path in ("firmware/cipu/main.c", "firmware/switch/main.c"):  # it has no pool
            record = text.split(f"{path}\n", 1)[1].split("end_of_record", 1)[0]
            self.assertRegex(record, r"FNDA:[1-9][0-9]*,main")
        # What CIPU 0 prints begins with a character that it writes to the UART.
        self.assertRegex(accesses.read_text(), r"cipu0 .*writes 1 byte uart\+0 ")
        self.assertNotIn("switch", accesses.read_text())

    @terminals.needed
    def test_firmware_profile_timeline_and_uart(self):
        profile, timeline = self.folder / "profile.txt", self.folder / "timeline.json"
        run = subprocess.Popen(
            [SUPERNODE, "firmware", SOURCE / "platforms" / "hgx_h100.yaml", "--uart", "pty",
             "--profile", profile, "--timeline", timeline, "--run-on", "1 ms"],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.kill)
        name = run.stderr.readline().strip()
        self.assertRegex(name, "^supernode: UART of cipu0 on /dev/pts/")
        terminal = os.open(name.rsplit(" ", 1)[1], os.O_RDONLY | os.O_NOCTTY)
        self.addCleanup(os.close, terminal)
        seen = b""
        try:
            while more := os.read(terminal, 4096):
                seen += more
        except OSError:  # the other end is closed
            pass
        printed, _ = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 0)
        lines = [line.split("] cipu0: ")[1] for line in printed.splitlines() if "] cipu0: " in line]
        self.assertGreater(len(lines), 3)
        self.assertEqual(seen.decode().replace("\r", "").splitlines(), lines)

        stacks = dict(line.rsplit(" ", 1) for line in profile.read_text().splitlines())
        self.assertEqual({stack.split(";")[0] for stack in stacks}, {"cipu0"})
        self.assertTrue(any(";main;" in stack for stack in stacks))
        events = json.loads(timeline.read_text())["traceEvents"]
        threads = {event["args"]["name"]: (event["pid"], event["tid"]) for event in events
                   if event.get("name") == "thread_name"}
        track = threads["cipu0"]
        calls = [event for event in events
                 if event["ph"] == "X" and (event["pid"], event["tid"]) == track]
        # Each call lies within or beside every other one, and main lasts to the end.
        open_until = []
        for call in sorted(calls, key=lambda each: (each["ts"], -each["dur"])):
            while open_until and open_until[-1] <= call["ts"] + 1e-9:
                open_until.pop()
            end = call["ts"] + call["dur"]
            if open_until:
                self.assertLessEqual(end, open_until[-1] + 1e-6)
            open_until.append(end)
        main = [call for call in calls if call["name"] == "main"]
        self.assertEqual(len(main), 1)
        self.assertAlmostEqual(main[0]["ts"] + main[0]["dur"],
                               max(call["ts"] + call["dur"] for call in calls), places=3)

    def test_firmware_uart_refusals(self):
        platform = SOURCE / "platforms" / "hgx_h100.yaml"
        for options, message in (
                (["--uart", "tcp:5555", "--controller", "switches"], "is for one controller"),
                (["--uart", "line"], "expected terminal, pty or tcp:PORT"),
                (["--uart", "pty", "--gdb", "0"], "a debugger may go back"),
                (["--run-on", "soon"], "run-on"),
                (["--profile", self.folder / "none" / "file"], "cannot be written")):
            self.assertIn(message, self.run_command("firmware", platform, *options, code=2).stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
