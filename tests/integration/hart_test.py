"""supernode hart as a user runs it: exit codes, widths, several harts, bad input, and the packaged
OpenSBI and U-Boot with a disk."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUPERNODE = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent / "hart"
OPENSBI = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump"
OPENSBI_DYNAMIC = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin"
TEXT = "-Wl,-Ttext=0x80000000"
U_BOOT = "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"


class HartTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def build(self, source, *defines, march="rv64imac_zicsr", mabi="lp64", linker=("-Wl,-N", TEXT)):
        program = self.folder / f"{source}.{mabi}.elf"
        subprocess.run(
            ["riscv64-unknown-elf-gcc", f"-march={march}", f"-mabi={mabi}", "-mcmodel=medany",
             "-nostdlib", "-static", *linker,
             *(f"-D{each}" for each in defines), HERE / f"{source}.S", "-o", program],
            check=True)
        return program

    def run_hart(self, *arguments, code=0):
        done = subprocess.run([SUPERNODE, "hart", *map(str, arguments)], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_exit_codes_come_from_tohost(self):
        for code in (0, 1, 7, 255):
            self.run_hart(self.build("exit", f"EXIT_CODE={code}"), code=code)
        # What does not fit into the host's 8 bits is not taken for a pass.
        done = self.run_hart(self.build("exit", "EXIT_CODE=256"), code=255)
        self.assertIn("code 256", done.stderr)

    def test_a_write_of_tohost_and_one_of_the_finisher_end_the_run_at_that_instruction(self):
        stats = self.folder / "stats.json"

        def count(program, *more, code):
            self.run_hart(program, "--stats", stats, *more, code=code)
            return json.loads(stats.read_text())["instructions"]

        # LI, LA (two instructions) and SW; the boot ROM of virt has six more. The program writes
        # on, in a loop.
        program = self.build("exit", "EXIT_CODE=3")
        self.assertEqual(count(program, "--machine", "bare", code=3), 4)
        self.assertEqual(count(program, code=3), 10)
        # 6 in the ROM, 6 up to the first branch (LA counts twice), 3 in the loop, 6 up to the store (LI
        # of 0x3333 is LUI and ADDI); then it would wait.
        self.assertEqual(count(self.build("finish", "HARTS=1"), code=1), 6 + 15)
        # All harts come to their store at the same time, and that of hart 0 is made first.
        self.assertEqual(count(program, "--harts", 4, code=3), 4 * 10 - 3)

    def test_programs_made_as_those_of_public_suites(self):
        script = ("-T", HERE / "suite.ld")
        for march, mabi in (("rv64gc_zicsr", "lp64d"), ("rv32imac_zicsr", "ilp32")):
            signature = self.folder / "signature.txt"
            for fails in (0, 5, 300):
                program = self.build("suite", f"FAILS={fails}", march=march, mabi=mabi, linker=script)
                done = self.run_hart(program, "--signature", signature, code=min(fails, 255))
                self.assertEqual(done.stdout, "hello\n!" if mabi == "lp64d" else "hello\n")
            # The words of begin_signature, as numbers; the one between is as it was.
            self.assertEqual(signature.read_text(), "11223344\ndeadbeef\n55667788\n")
            self.run_hart(program, "--signature", signature, "--signature-granularity", 16, code=255)
            self.assertEqual(signature.read_text(), "0000000055667788deadbeef11223344\n")
        for more, message in ((["--signature-granularity", 3], "3 bytes a line"), ([], "cannot be written")):
            done = self.run_hart(program, "--signature", self.folder / "none" / "x", *more, code=2)
            self.assertIn(message, done.stderr)
        done = self.run_hart(self.build("exit", "EXIT_CODE=0"), "--signature", signature, code=2)
        self.assertIn("no symbol begin_signature", done.stderr)

    def test_the_width_comes_from_the_file(self):
        program = self.build("exit", "EXIT_CODE=9", march="rv32imac_zicsr", mabi="ilp32")
        self.run_hart(program, code=9)
        self.run_hart(program, "--isa", "rv32imac", "--machine", "bare", code=9)
        done = self.run_hart(program, "--isa", "rv64gc", code=2)
        self.assertIn("expected RV64", done.stderr)

    def test_headers_that_the_linker_puts_below_the_text_need_no_memory(self):
        # Without a script and -N, GNU ld has a segment at 0x7ffff000 with the file's headers and the text.
        for march, mabi in (("rv64imac_zicsr", "lp64"), ("rv32imac_zicsr", "ilp32")):
            self.run_hart(self.build("exit", "EXIT_CODE=5", march=march, mabi=mabi, linker=(TEXT,)), code=5)

    def test_harts_share_memory_and_time(self):
        for harts in (1, 4, 16):
            program = self.build("finish", f"HARTS={harts}")
            self.run_hart(program, "--harts", harts, code=harts)

    def test_a_store_of_another_hart_makes_sc_fail_though_the_value_is_back(self):
        self.run_hart(self.build("reserve", "CHANGE=1"), "--harts", 2, code=2)
        self.run_hart(self.build("reserve", "CHANGE=0"), "--harts", 2, code=1)

    def test_statistics(self):
        stats = self.folder / "stats.json"
        self.run_hart(self.build("finish", "HARTS=1"), "--stats", stats, code=1)
        numbers = json.loads(stats.read_text())
        self.assertEqual(set(numbers),
                         {"instructions", "cpu_seconds", "mips", "traps", "interrupts"})
        # The boot ROM has 6; the program 17 with its constants, and WFI is never left.
        self.assertGreater(numbers["instructions"], 15)
        self.assertLess(numbers["instructions"], 40)
        self.assertEqual(numbers["traps"], 0)

    def test_profile_counts_every_instruction_and_changes_none(self):
        stats, profile = self.folder / "stats.json", self.folder / "profile.txt"
        program = self.build("finish", "HARTS=2")
        counts = []
        for more in ([], ["--profile", profile]):
            self.run_hart(program, "--harts", 2, "--stats", stats, *more, code=2)
            counts.append(json.loads(stats.read_text())["instructions"])
        self.assertEqual(counts[0], counts[1])
        lines = [line.rsplit(" ", 1) for line in profile.read_text().splitlines()]
        self.assertEqual(sum(int(count) for _, count in lines), counts[0])
        # The boot ROM has no symbols; its six instructions are the first of each hart.
        self.assertEqual([count for stack, count in lines if stack.endswith("(unknown)")],
                         ["6", "6"])
        self.assertIn("hart0;_start", [stack for stack, _ in lines])

    def test_what_never_ends_is_ended(self):
        done = self.run_hart(self.build("finish", "HARTS=2"), "--max-instructions", 100_000,
                             code=124)
        self.assertIn("limit", done.stderr)
        # To the instruction, of all harts together.
        statistics = self.folder / "statistics.json"
        for harts, limit in ((1, 5), (1, 12_345), (2, 12_345), (2, 100_001)):
            self.run_hart(self.build("finish", "HARTS=3"), "--harts", harts, "--max-instructions",
                          limit, "--stats", statistics, code=124)
            self.assertEqual(json.loads(statistics.read_text())["instructions"], limit)
        done = self.run_hart(self.build("asleep"), code=1)
        self.assertIn("every hart waits", done.stderr)

    def test_bad_input_is_named(self):
        program = self.build("exit", "EXIT_CODE=0")
        broken = self.folder / "broken.elf"
        broken.write_bytes(program.read_bytes()[:80])
        for arguments, message in (
                ([broken], str(broken)),
                ([self.folder / "missing.elf"], "cannot be opened"),
                ([program, "--isa", "rv64gcv"], "'v' is not implemented"),
                ([program, "--memory", "1000"], "memory"),
                ([program, "--harts", 0], "harts"),
                ([program, "--append", "x" * 5000], "append: 5000 characters, expected at most 4096"),
                ([program, "--kernel", program], "kernel"),
                ([program, "--drive", self.folder / "none.img"], "none.img"),
                ([], "neither a program nor a bios"),
                ([program, "--machine", "bare", "--drive", program], "bare")):
            done = self.run_hart(*arguments, code=2)
            self.assertIn(message, done.stderr)
        # Images that lie on one another, or on the device tree in the last 256 KiB.
        large = self.folder / "large.bin"
        large.write_bytes(bytes(3 << 20))
        done = self.run_hart("--bios", large, "--kernel", large, code=2)
        self.assertRegex(done.stderr, r"large.bin: its 3145728 bytes at 0x80200000 overlap .*large.bin, from 0x80000000")
        done = self.run_hart("--bios", large, "--memory", "3 MiB", code=2)
        self.assertIn("overlap the device tree", done.stderr)
        script = self.folder / "script.txt"
        script.write_text("expect x\nhope y\n")
        done = self.run_hart(program, "--script", script, code=2)
        self.assertIn(f"{script}:2", done.stderr)

    def boot(self, *arguments):
        disk = self.folder / "disk.img"
        content = bytearray(64 * 512)
        content[3 * 512:3 * 512 + 9] = b"SUPERNODE"
        disk.write_bytes(content)
        done = self.run_hart(*arguments, "--kernel", U_BOOT, "--drive", disk, "--script",
                             HERE / "u_boot.txt", "--max-instructions", 5_000_000_000)
        self.assertEqual(disk.read_bytes()[5 * 512:6 * 512], b"\x5a" * 512)
        return done.stdout

    def test_opensbi_and_u_boot_take_commands(self):
        first = self.boot("--bios", OPENSBI + ".bin")
        self.assertIn("OpenSBI v1.1", first)
        self.assertIn("Boot HART PMP Count       : 16", first)
        self.assertEqual(self.boot("--bios", OPENSBI + ".bin"), first, "a run repeats itself")
        self.assertEqual(self.boot("--bios", OPENSBI + ".bin", "--no-checkers"), first, "checkers change nothing")

    def test_other_forms_of_opensbi(self):
        self.assertIn("OpenSBI v1.1", self.boot("--bios", OPENSBI + ".elf"))
        self.assertIn("OpenSBI v1.1", self.boot("--bios", OPENSBI_DYNAMIC))
        self.assertIn("HART Count       : 4", self.boot("--bios", OPENSBI + ".bin", "--harts", 4))


if __name__ == "__main__":
    unittest.main()
