#!/usr/bin/python3
"""GDB on the firmware of the whole platform: the packaged gdb-multiarch runs real scripts against the real images, and
a raw socket sends what no debugger should.

Usage: gdb_test.py PATH_OF_SUPERNODE
"""

import pathlib
import re
import socket
import subprocess
import sys
import time
import unittest
from random import Random

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPERNODE = None
PLATFORM = ROOT / "platforms" / "al128.yaml"
PATIENCE_S = 60


def image(name):
    return SUPERNODE.parent.parent / "share" / "supernode" / "firmware" / f"{name}.elf"


class Platform:
    """A platform that boots under a debugger."""

    def __init__(self, controller):
        command = [SUPERNODE, "firmware", PLATFORM, "--gdb", "0", "--controller", controller]
        self.process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True)
        line = self.process.stdout.readline()
        self.port = int(re.fullmatch(r"waiting for GDB on 127\.0\.0\.1:(\d+)\n", line)[1])

    def gdb(self, elf, *commands):
        """What gdb-multiarch prints in a batch run of these commands."""
        arguments = ["gdb-multiarch", "-nx", "-batch", "-ex", "set confirm off", "-ex", "set width 0",
                     "-ex", "set debuginfod enabled off", "-ex", f"target remote 127.0.0.1:{self.port}"]
        for command in commands:
            arguments += ["-ex", command]
        # What monitor commands answer is on standard error.
        done = subprocess.run([*arguments, str(image(elf))], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=PATIENCE_S, cwd=ROOT)
        return done.stdout

    def end(self):
        """All that the platform has printed, and its exit code."""
        output, _ = self.process.communicate(timeout=PATIENCE_S)
        return output, self.process.returncode

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


class Raw:
    """The protocol without a debugger."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def byte(self):
        if not self.buffer:
            self.buffer = self.socket.recv(65536)
            if not self.buffer:
                raise EOFError
        first, self.buffer = self.buffer[:1], self.buffer[1:]
        return first

    def answer(self):
        """The payload of the next packet; the acknowledgement before it is skipped."""
        while self.byte() != b"$":
            pass
        payload = b""
        while (c := self.byte()) != b"#":
            payload += c
        checksum = self.byte() + self.byte()
        assert int(checksum, 16) == sum(payload) % 256
        return payload.decode("latin-1")

    def ask(self, payload):
        self.send(frame(payload))
        return self.answer()

    def monitor(self, command):
        return bytes.fromhex(self.ask("qRcmd," + command.encode().hex())).decode()

    def close(self):
        self.socket.close()


def frame(payload):
    data = payload.encode("latin-1")
    return b"$" + data + b"#%02x" % (sum(data) % 256)


class GdbTest(unittest.TestCase):
    def platform(self, controller="cipu0"):
        platform = Platform(controller)
        self.addCleanup(platform.stop)
        return platform

    def raw(self, platform):
        raw = Raw(platform.port)
        self.addCleanup(raw.close)
        return raw

    def assert_in_order(self, text, *patterns):
        at = 0
        for pattern in patterns:
            found = re.compile(pattern).search(text, at)
            self.assertIsNotNone(found, f"no {pattern!r} after character {at} of:\n{text}")
            at = found.end()

    def assert_came_up(self, platform):
        output, code = platform.end()
        self.assertIn("128 GPUs ready, 1168 ports trained", output)
        self.assertEqual(code, 0)

    def test_a_session_at_a_breakpoint(self):
        platform = self.platform()
        text = platform.gdb(
            "cipu",
            "info registers pc",
            "monitor time",
            "break stage_tables",
            "continue",
            "backtrace",
            "print partition->gpus",
            "print $mhartid",
            "print/x $misa",
            "next",
            "next",
            "x/2i $pc",
            "stepi",
            "set var partition->alerts = 77",
            "print partition->alerts",
            "set var partition->alerts = 0",
            "monitor devices",
            "detach",
        )
        self.assert_in_order(
            text,
            r"pc +0x1000\b",
            r"0\.000000000000 s, cipu0: 0 instructions",
            r"Breakpoint 1, stage_tables \(partition=0x[0-9a-f]+ <partition>\) at firmware/cipu/tables\.c",
            r"#0 +stage_tables",
            r"#1 .* bring_up \(\) at firmware/cipu/main\.c",
            r"#2 +main \(\)",
            r"\$1 = 8\n",
            r"\$2 = 0\n",
            # MXL 2 (64 bits), extensions A, C, I, M: bits 0, 2, 8 and 12.
            r"\$3 = 0x8000000000001105\n",
            r"=> 0x8000[0-9a-f]{4} <stage_tables\+\d+>:",
            r"\$4 = 77\n",
            r"0x000080000000 to 0x[0-9a-f]+  ram",
            r"detached",
        )
        self.assert_came_up(platform)

    def test_a_breakpoint_stops_every_time_and_before_the_instruction(self):
        platform = self.platform()
        text = platform.gdb(
            "cipu",
            "break partition_enter",
            *["continue", "printf \"enters %d, stage was %d\\n\", stage, partition->stage"] * 7,
            "detach",
        )
        entered = re.findall(r"enters (\d+), stage was (\d+)", text)
        # From reset (0) through the stages of cipu/main.c up to ready; each call sees the stage before it.
        self.assertEqual([int(now) for now, _ in entered], [1, 2, 3, 4, 5, 6, 7], text)
        self.assertEqual([int(before) for _, before in entered], [0, 1, 2, 3, 4, 5, 6], text)
        self.assert_came_up(platform)

    def test_watched_memory_stops_at_every_change(self):
        platform = self.platform()
        text = platform.gdb(
            "cipu",
            "break stage_tables",
            "continue",
            "delete",
            "set $routes = &partition->routes",
            "watch -l *$routes",
            "continue",
            "continue",
            "delete 2",
            "rwatch -l *$routes",
            "continue",
            "delete",
            "detach",
        )
        self.assert_in_order(
            text,
            r"Hardware watchpoint 2: -location \*\$routes",
            r"Old value = 0\nNew value = 1\n",
            r"Old value = 1\nNew value = 2\n",
            r"Hardware read watchpoint 3",
            r"Value = 2\n",
            r"detached",
        )
        self.assert_came_up(platform)

    def test_time_stands_still_at_a_stop(self):
        platform = self.platform()
        text = platform.gdb("cipu", "hbreak stage_gpu_check", "continue", "monitor time", "monitor harts",
                            "shell sleep 1", "monitor time", "monitor harts", "detach")
        times = re.findall(r"^(\d\.\d{12} s, cipu0: \d+ instructions)$", text, re.MULTILINE)
        self.assertEqual(len(times), 2, text)
        self.assertEqual(times[0], times[1])
        controllers = re.findall(r"^(\w[\w.]*) +RV(\d\d)  M  pc (0x[0-9a-f]+) +(\d+) instructions", text, re.MULTILINE)
        # 16 CIPUs, 16 switches and 2 pools, twice the same.
        self.assertEqual(len(controllers), 68, text)
        self.assertEqual(controllers[:34], controllers[34:])
        self.assert_came_up(platform)

    def test_two_cipus_are_two_threads(self):
        platform = self.platform("cipu0,cipu5")
        text = platform.gdb(
            "cipu",
            "info threads",
            "break stage_training",
            "continue",
            "print partition->index",
            "continue",
            "print partition->index",
            "thread apply all print $mhartid",
            "thread apply all backtrace 1",
            "delete",
            "thread 2",
            "stepi",
            "detach",
        )
        self.assert_in_order(text, r"Thread 1 \(cipu0\)", r"Thread 2 \(cipu5\)", r"hit Breakpoint 1, stage_training")
        self.assertEqual(sorted(re.findall(r"^\$[12] = (\d+)$", text, re.MULTILINE)), ["0", "5"], text)
        self.assertIn("Switching to thread 2", text)
        self.assert_came_up(platform)

    def test_the_firmware_of_a_switch(self):
        platform = self.platform("switch1.3")
        text = platform.gdb("switch", "break main", "continue", "print/x $misa", "info registers sp", "stepi",
                            "monitor reset", "maintenance flush register-cache", "info registers pc", "continue",
                            "detach")
        self.assert_in_order(text, r"Breakpoint 1, .*main \(\)", r"0x40001105\n", r"sp +0x8[0-9a-f]{7}\b",
                             r"switch1\.3 is at its reset vector", r"pc +0x1000\b", r"Breakpoint 1, .*main \(\)")
        self.assert_came_up(platform)

    def test_a_link_is_broken_at_a_stop(self):
        text = self.platform("cipu0").gdb(
            "cipu", "break stage_tables", "continue", "monitor faults", "monitor faults link gpu999:1",
            "monitor faults link gpu1", "monitor faults link gpu1:1", "stepi", "monitor faults",
            "monitor faults plane 2", "monitor time", "kill")
        self.assert_in_order(text, "nothing is broken", "there is no such plane, GPU or number of lanes",
                             "expected monitor faults plane 3", "it breaks when time goes on", r"broken at 0\.00\d+",
                             "something has been broken already")

    def test_ctrl_c_stops_at_any_time(self):
        platform = self.platform()
        raw = self.raw(platform)
        self.assertIn("T05", raw.ask("?"))
        raw.send(frame("vCont;c"))
        time.sleep(0.5)  # the platform comes up meanwhile and runs on
        raw.send(b"\x03")
        self.assertEqual(raw.answer(), "T02thread:1;")
        first = raw.monitor("time")
        self.assertEqual(raw.monitor("time"), first)
        raw.send(frame("vCont;c"))
        raw.send(b"\x03")
        self.assertEqual(raw.answer(), "T02thread:1;")
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up(platform)

    def test_a_second_debugger_may_come_when_the_first_has_left(self):
        platform = self.platform()
        first = self.raw(platform)
        self.assertEqual(first.ask("qC"), "QC1")
        second = self.raw(platform)  # waits in the queue
        self.assertEqual(first.ask("D"), "OK")
        self.assertEqual(second.ask("?"), "T05thread:1;")
        microseconds = float(second.monitor("time").split()[0]) * 1e6
        self.assertGreater(microseconds, 0)
        self.assertLess(microseconds, 2090)  # before the platform is up
        self.assertEqual(second.ask("Z0,80000000,2"), "OK")
        self.assertEqual(second.ask("D"), "OK")
        self.assert_came_up(platform)

    def test_of_two_that_stop_at_the_same_time_one_waits_for_its_turn(self):
        platform = self.platform("cipu0,cipu1")
        raw = self.raw(platform)
        # Both run the same boot ROM and come to the entry of the firmware at the same time.
        self.assertEqual(raw.ask("Z0,80000000,2"), "OK")
        self.assertEqual(raw.ask("qSupported:swbreak+;hwbreak+")[:11], "PacketSize=")
        reply = raw.ask("vCont;c")
        self.assertRegex(reply, r"^T05swbreak:;thread:[12];$")
        first = int(reply[-2])
        other = 3 - first
        # The first steps away and runs alone; the other one stays where it is, and Ctrl-C is heard.
        self.assertEqual(raw.ask(f"vCont;s:{first}"), f"T05thread:{first};")
        raw.send(frame(f"vCont;c:{first}") + b"\x03")
        self.assertEqual(raw.answer(), f"T02thread:{first};")
        self.assertEqual(raw.ask(f"Hg{other}"), "OK")
        self.assertEqual(raw.ask("p20"), "0000008000000000")
        # Let go, it says that it is at the breakpoint.
        self.assertEqual(raw.ask("vCont;c"), f"T05swbreak:;thread:{other};")
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up(platform)

    def test_kill_ends_the_run(self):
        platform = self.platform()
        text = platform.gdb("cipu", "break main", "continue", "kill")
        self.assertIn("Breakpoint 1, main ()", text)
        output, code = platform.end()
        self.assertIn("the debugger ended the run", output)
        self.assertEqual(code, 0)

    def test_a_lost_connection_lets_the_platform_run_on(self):
        platform = self.platform()
        raw = self.raw(platform)
        self.assertEqual(raw.ask("Z0,80000000,2"), "OK")
        raw.close()
        self.assert_came_up(platform)

    def test_malformed_packets_are_refused_and_harm_nothing(self):
        platform = self.platform()
        raw = self.raw(platform)
        raw.send(b"$?#00")
        self.assertEqual(raw.byte(), b"-")
        raw.send(b"$?#xy")
        self.assertEqual(raw.byte(), b"-")
        raw.send(b"noise\xff\x00\x80" + frame("?"))
        self.assertTrue(raw.answer().startswith("T05"))
        for unknown in ("", "!", "R00", "vMustReplyEmpty", "qNonsense", "Qx", "Z9,0,4", "Hx1", "\xff\xfe", "b", "bx"):
            self.assertEqual(raw.ask(unknown), "", unknown)
        for wrong in ("m", "mzz,4", "m80000000", "m80000000,", "m80000000,4x", "m11111111111111111,4", "m0,8",
                      "mffffffffffffffff,8", "M80000000,4:00", "M80000000,1:0g", "X80000000,4:a", "M0,1:00",
                      "p", "pzz", "p21", "pffffffffffffffff", "P", "P1", "P1=", "P1=00", "Pf54=0000000000000000", "G00",
                      "G" + "z" * 528, "Z0", "Z0,", "Z0,80000000", "Z2,80000000,0", "Z2,ffffffffffffffff,8", "T9", "T",
                      "Hgzz", "Hg9", "c80000000x", "Czz", "vCont;", "vCont;x", "vCont;c:9", "vCont;Czz", "vCont;c:",
                      "vCont;c;", "qXfer:features:read:target.xml:", "qXfer:features:read:target.xml:0",
                      "qXfer:features:read:target.xml:0,zz", "qThreadExtraInfo,77", "qRcmd,0"):
            self.assertEqual(raw.ask(wrong), "E01", wrong)
        self.assertEqual(raw.ask("m80000000," + "f" * 16)[:1].strip("0123456789abcdef"), "")
        self.assertEqual(raw.ask("m80000000,0"), "")
        self.assertEqual(raw.ask("qXfer:features:read:target.xml:ffffffff,10"), "l")
        self.assertIn("no command", bytes.fromhex(raw.ask("qRcmd," + b"\xff\x00 nonsense".hex())).decode("latin-1"))
        self.assertEqual(raw.ask("a" * 100_000), "E01")
        # An answer may be asked for again.
        self.assertEqual(raw.ask("qC"), "QC1")
        raw.send(b"-")
        self.assertEqual(raw.answer(), "QC1")
        # After all that it still does as it is told: 1 instruction of the boot ROM.
        self.assertEqual(raw.ask("P1=8877665544332211"), "OK")
        self.assertEqual(raw.ask("p1"), "8877665544332211")
        self.assertTrue(raw.ask("vCont;s:1").startswith("T05"))
        self.assertEqual(raw.ask("p20"), "0410000000000000")
        self.assertEqual(raw.ask("M80ff0000,4:01020304"), "OK")
        self.assertEqual(raw.ask("X80ff0004,3:a}\x03b"), "OK")
        self.assertEqual(raw.ask("m80ff0000,7"), "01020304" + b"a#b".hex())
        self.assertEqual(raw.ask("D"), "OK")
        self.assert_came_up(platform)

    def test_any_packets_are_answered(self):
        platform = self.platform("cipu0,cipu1")
        raw = self.raw(platform)
        random = Random(7)
        alphabet = "0123456789abcdefXZHgc,:;=-?#$}*\x00\xff"
        # Of all that begins like a command, except what resumes, kills or leaves.
        beginnings = ["?", "H", "T", "g", "G", "p", "P", "m", "M8", "X8", "Z", "z", "q", "qXfer:features:read:", "qRcmd,",
                      "qSupported:", "qThreadExtraInfo,", "v", "vCon", "vFile:", "Z0,", "Z2,8", "m8000", "P2", "Hg", "Q"]
        for _ in range(3000):
            rest = "".join(random.choice(alphabet) for _ in range(random.randrange(24)))
            # As data of a packet, these three are transmitted escaped.
            payload = "".join("}" + chr(ord(c) ^ 0x20) if c in "#$}" else c for c in random.choice(beginnings) + rest)
            raw.ask(payload)
        for _ in range(200):
            raw.send(bytes(random.randrange(256) for _ in range(50)).translate(None, b"\x03$-"))
        self.assertEqual(raw.ask("vCont?"), "vCont;c;C;s;S")
        raw.close()
        output, _ = platform.end()
        # The packets have written registers and memory: the boot may fail, but in its own words.
        self.assertRegex(output, r"is up after|did not come up|does not answer|refused a request")
        self.assertGreaterEqual(platform.process.returncode, 0)

    def refused(self, *options):
        done = subprocess.run([str(SUPERNODE), "firmware", str(PLATFORM), *options], capture_output=True, text=True,
                              timeout=PATIENCE_S)
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr + done.stdout

    def test_controllers_that_do_not_exist_or_do_not_fit_are_refused(self):
        self.assertIn("'cipu99', expected a controller", self.refused("--gdb", "0", "--controller", "cipu99"))
        self.assertIn("cipu0 is RV64 and pool1 is RV32", self.refused("--gdb", "0", "--controller", "cipu0,pool1"))
        self.assertIn("expected PORT or HOST:PORT", self.refused("--gdb", "here"))
        self.assertIn("--gdb", self.refused("--controller", "cipu1"))


if __name__ == "__main__":
    SUPERNODE = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
