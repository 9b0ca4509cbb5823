"""supernode hart --save and --restore: what follows a restore is what would have followed anyway, to
the byte, and a file that does not fit is refused."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUPERNODE = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent / "hart"
OPENSBI = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin"
U_BOOT = "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"


class SnapshotTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def build(self, source, *defines):
        program = self.folder / f"{source}.elf"
        subprocess.run(
            ["riscv64-unknown-elf-gcc", "-march=rv64gc", "-mabi=lp64d", "-mcmodel=medany",
             "-nostdlib", "-static", "-Wl,-N,--no-warn-rwx-segments", "-Wl,-Ttext=0x80000000",
             *(f"-D{each}" for each in defines), HERE / f"{source}.S", "-o", program],
            check=True)
        return program

    def run_hart(self, *arguments, code=0):
        done = subprocess.run([SUPERNODE, "hart", *map(str, arguments)], capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def counts(self, file):
        """What --stats says, without the speed of the host."""
        stats = json.loads(file.read_text())
        return {key: stats[key] for key in ("instructions", "traps", "interrupts")}

    def check(self, options, points, last):
        """Restored at each of the points, the run has the same end, and at the point `last` the same
        state of all harts, memory and devices as the run that was never restored."""
        stats = self.folder / "stats.json"
        whole = self.run_hart(*options, "--stats", stats)
        counts = self.counts(stats)
        reference = self.folder / "reference.snap"
        self.run_hart(*options, "--save", reference, "--save-at", last)
        for point in points:
            with self.subTest(point=point):
                snapshot = self.folder / "point.snap"
                saving = self.run_hart(*options, "--save", snapshot, "--save-at", point)
                self.assertEqual(saving.stdout, whole.stdout)
                again = self.folder / "again.snap"
                restored = self.run_hart(*options, "--restore", snapshot, "--save", again,
                                         "--save-at", last, "--stats", stats)
                self.assertLess(0, len(restored.stdout))
                self.assertTrue(whole.stdout.endswith(restored.stdout))
                self.assertEqual(self.counts(stats), counts)
                self.assertEqual(again.read_bytes(), reference.read_bytes())

    def test_harts_that_interrupt_one_another(self):
        for harts in (1, 4):
            program = self.build("busy", f"HARTS={harts}")
            self.check([program, "--harts", harts, "--memory", "16MiB"],
                       # Also within a quantum of 10 us, and where several harts act at once.
                       ["3 us", "10 us", "123456 ns", "200 us", "90000"], "500 us")

    def test_a_boot_with_a_disk_and_a_script(self):
        disk = self.folder / "disk.img"
        content = b"disk" * 1024
        disk.write_bytes(content)
        script = self.folder / "session.txt"
        script.write_text("expect Hit any key to stop autoboot\nsend \\n\nexpect =>\n"
                          "send virtio scan\\n\nexpect =>\n"
                          "send mw.l 0x81000000 0x12345678 0x80\\n\nexpect =>\n"
                          "send virtio write 0x81000000 1 1\\n\nexpect =>\n"
                          "send virtio read 0x82000000 0 3\\n\nexpect =>\n"
                          "send md.l 0x82000000 0x180\\n\nexpect =>\n"
                          "send poweroff\\n\n")
        options = ["--bios", OPENSBI, "--kernel", U_BOOT, "--drive", disk, "--script", script]
        self.check(options, ["5 ms", "20 ms", "20300 us"], "25 ms")
        self.assertNotEqual(disk.read_bytes(), content)  # the run that saves nothing writes it

    def test_a_boot_with_a_network_and_flash(self):
        (self.folder / "file").write_bytes(bytes(range(256)) * 100)
        script = self.folder / "session.txt"
        script.write_text("expect Hit any key to stop autoboot\nsend \\n\nexpect \\n=>\n"
                          "send setenv autoload no; dhcp; tftpboot 0x81000000 file\\n\nexpect \\n=>\n"
                          "send erase 0x22000000 +0x10000; cp.b 0x81000000 0x22000000 0x6400\\n\n"
                          "expect \\n=>\nsend cmp.b 0x81000000 0x22000000 0x6400\\n\n"
                          "expect were the same\nexpect \\n=>\nsend poweroff\\n\n")
        options = ["--bios", OPENSBI, "--kernel", U_BOOT, "--net", f"host:{self.folder}",
                   "--script", script]
        done = self.run_hart(*options)
        self.assertIn("Bytes transferred = 25600", done.stdout)
        # The transfer is under way, and the flash is being programmed.
        self.check(options, ["20 ms"], "40 ms")

    def test_the_disk_is_not_written_when_the_state_is_saved(self):
        disk = self.folder / "disk.img"
        disk.write_bytes(bytes(4096))
        disk.chmod(0o400)
        program = self.build("busy", "HARTS=1")
        self.run_hart(program, "--drive", disk, "--save", self.folder / "a.snap", "--save-at", "1 us")

    def refused(self, *arguments):
        done = self.run_hart(*arguments, code=2)
        self.assertNotIn("invariant", done.stderr)
        return done.stderr

    def test_what_does_not_fit_is_refused(self):
        program = self.build("busy", "HARTS=2")
        options = [program, "--harts", 2, "--memory", "16MiB"]
        snapshot = self.folder / "a.snap"
        self.run_hart(*options, "--save", snapshot, "--save-at", "100 us")
        self.assertIn("a.snap", self.refused(program, "--harts", 1, "--memory", "16MiB",
                                             "--restore", snapshot))
        message = self.refused(program, "--harts", 2, "--memory", "32MiB", "--restore", snapshot)
        self.assertIn("memory is 16777216 bytes in the snapshot, expected 33554432 bytes", message)
        message = self.refused(self.build("finish", "HARTS=2"), "--harts", 2, "--memory", "16MiB",
                               "--restore", snapshot)
        self.assertIn("program is a file with checksum", message)

        content = bytearray(snapshot.read_bytes())
        other = self.folder / "other.snap"
        other.write_bytes(content[:8] + bytes([content[8] + 1]) + content[9:])
        self.assertIn("written by another version", self.refused(*options, "--restore", other))
        other.write_bytes(content[:-5])
        self.assertIn("damaged", self.refused(*options, "--restore", other))
        content[len(content) // 2] ^= 1
        other.write_bytes(content)
        self.assertIn("damaged", self.refused(*options, "--restore", other))
        other.write_bytes(b"")
        self.assertIn("not a snapshot", self.refused(*options, "--restore", other))
        self.assertIn("cannot be opened",
                      self.refused(*options, "--restore", self.folder / "nothing.snap"))

    def test_bad_options(self):
        program = self.build("busy", "HARTS=1")
        snapshot = self.folder / "a.snap"
        self.assertIn("belong together", self.refused(program, "--save", snapshot))
        self.assertIn("belong together", self.refused(program, "--save-at", "1 us"))
        self.assertIn("expected a time", self.refused(program, "--save", snapshot, "--save-at", "x"))
        done = self.run_hart(program, "--save", snapshot, "--save-at", "1 s", code=1)
        self.assertIn("the run ended before", done.stderr)
        self.assertFalse(snapshot.exists())


if __name__ == "__main__":
    unittest.main()
