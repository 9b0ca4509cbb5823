"""Network and flash of supernode hart, as Debian's U-Boot uses them: DHCP, ping and TFTP with what is
on the wire in a pcap file, and the CFI flash with its image."""

import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

SUPERNODE = sys.argv.pop(1)
OPENSBI = "/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_jump.bin"
U_BOOT = "/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin"
BLOCK = 256 * 1024
BANK = 32 * 1024 * 1024


def frames(path):
    """Time in ns, and content, of each frame."""
    content = path.read_bytes()
    assert struct.unpack("<I", content[:4])[0] == 0xa1b23c4d
    place, found = 24, []
    while place < len(content):
        seconds, ns, size, _ = struct.unpack("<IIII", content[place:place + 16])
        found.append((seconds * 10**9 + ns, content[place + 16:place + 16 + size]))
        place += 16 + size
    return found


class VirtDevicesTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def boot(self, commands, *options, code=0):
        """Gives commands at U-Boot's prompt; what it prints after each."""
        script = self.folder / "script.txt"
        lines = ["expect Hit any key to stop autoboot", "send \\n", "expect \\n=> "]
        for each in commands:
            lines += [f"send {each}\\n", "expect \\n=> "]
        script.write_text("\n".join([*lines, "send poweroff\\n"]) + "\n")
        done = subprocess.run(
            [SUPERNODE, "hart", "--bios", OPENSBI, "--kernel", U_BOOT, "--script", script,
             "--max-instructions", "4000000000", *options],
            capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout.split("\n=> ")[1:] if code == 0 else done.stderr

    def test_u_boot_gets_an_address_pings_and_loads_a_file(self):
        content = bytes(i * 13 % 251 for i in range(70_000))
        (self.folder / "image.bin").write_bytes(content)
        capture = self.folder / "wire.pcap"
        _, dhcp, ping, load, checksum, _ = self.boot(
            ["setenv autoload no", "dhcp", "ping 10.0.2.2",
             "tftpboot 0x88000000 image.bin", "crc32 0x88000000 $filesize"],
            "--net", f"host:{self.folder},pcap:{capture}")
        self.assertIn("DHCP client bound to address 10.0.2.15", dhcp)
        self.assertIn("host 10.0.2.2 is alive", ping)
        self.assertIn("Bytes transferred = 70000", load)
        self.assertIn(f"==> {zlib.crc32(content):08x}", checksum)
        wire = frames(capture)
        self.assertEqual([time for time, _ in wire], sorted(time for time, _ in wire))
        pings = [(time, frame) for time, frame in wire if frame[12:14] == b"\x08\0" and frame[23] == 1]
        self.assertEqual([frame[34] for _, frame in pings], [8, 0])  # request and reply
        self.assertEqual(pings[1][0] - pings[0][0], 10_000)
        self.assertEqual(pings[0][1][6:12], bytes.fromhex("525400123456"))

    def test_a_run_with_a_network_repeats_itself(self):
        (self.folder / "image.bin").write_bytes(bytes(5000))
        captures = []
        for name in ("a.pcap", "b.pcap"):
            self.boot(["setenv autoload no", "dhcp", "tftpboot 0x88000000 image.bin"], "--net",
                      f"host:{self.folder},pcap:{self.folder / name}")
            captures.append((self.folder / name).read_bytes())
        self.assertEqual(captures[0], captures[1])
        # What has been captured is played back to another machine, and seen there.
        self.boot([], "--net",
                  f"replay:{self.folder / 'a.pcap'},pcap:{self.folder / 'c.pcap'}")
        begin = frames(self.folder / "a.pcap")[0][0]
        played = [(time - begin, frame) for time, frame in frames(self.folder / "a.pcap")]
        self.assertEqual(played, frames(self.folder / "c.pcap"))

    def test_u_boot_erases_writes_and_protects_the_flash(self):
        image = self.folder / "flash.bin"
        image.write_bytes(b"in the flash")
        information, show, erase, write, compare, protect, refused, bank, _ = self.boot(
            ["flinfo", "md.b 0x20000000 0xc", "erase 0x20040000 +0x40000",
             "cp.b 0x80200000 0x20040000 0x10001", "cmp.b 0x80200000 0x20040000 0x10001",
             "protect on 0x20000000 +0x10", "cp.b 0x80200000 0x20000000 0x10",
             "cp.b 0x80200000 0x22000003 0x1"], "--flash", image)
        self.assertIn("Intel Extended command set, Manufacturer ID: 0x89", information)
        self.assertEqual(information.count("CFI conformant flash"), 2)
        self.assertIn("69 6e 20 74 68 65 20 66 6c 61 73 68", show)
        self.assertIn("Erased 2 sectors", erase)
        self.assertIn("done", write)
        self.assertIn("Total of 65537 byte(s) were the same", compare)
        self.assertIn("Protected 1 sectors", protect)
        self.assertIn("Can't write to protected Flash sectors", refused)
        self.assertIn("done", bank)
        program = pathlib.Path(U_BOOT).read_bytes()
        after = image.read_bytes()
        self.assertEqual(len(after), BANK + 4)
        self.assertEqual(after[:12], b"in the flash")
        self.assertEqual(set(after[12:BLOCK]), {0xff})
        # What U-Boot has not changed of its own image since it was loaded: its code.
        self.assertEqual(after[BLOCK + 0x100:BLOCK + 0x10001], program[0x100:0x10001])
        self.assertEqual(after[BANK - 1:BANK + 3], b"\xff" * 4)

    def test_a_protected_erase_leaves_the_image(self):
        image = self.folder / "flash.bin"
        image.write_bytes(b"x" * 100)
        answers = self.boot(["protect on 0x20000000 +0x10", "erase 0x20000000 +0x20000"], "--flash",
                            image)
        self.assertIn("1 protected sectors will not be erased", answers[1])
        self.assertEqual(image.read_bytes(), b"x" * 100)

    def test_bad_input_is_named(self):
        large = self.folder / "large.bin"
        with large.open("wb") as file:
            file.truncate(2 * BANK + 1)
        for options, message in (
                (["--flash", self.folder / "none.bin"], "none.bin"),
                (["--flash", large], "expected at most 67108864"),
                (["--net", "slirp"], "'slirp', expected one of"),
                (["--net", "host,loopback"], "expected one of"),
                (["--net", "host:/nowhere"], "/nowhere: net: is not a folder"),
                (["--net", f"replay:{U_BOOT}"], "is not a pcap file"),
                (["--net", "pcap:/nowhere/a.pcap"], "/nowhere/a.pcap: net: cannot be written"),
                (["--net", f"pcap:{self.folder}/a.pcap", "--gdb", "0"], "--gdb")):
            self.assertIn(message, self.boot([], *options, code=2))


if __name__ == "__main__":
    unittest.main(verbosity=2)
