"""The UART and the virtio console of supernode hart on a pseudo-terminal, a TCP port and a terminal."""

import os
import pathlib
import pty
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import unittest

import terminals

SUPERNODE = sys.argv.pop(1)
HERE = pathlib.Path(__file__).resolve().parent / "hart"


def read_until(read, end):
    seen = b""
    while not seen.endswith(end):
        more = read()
        if not more:
            raise AssertionError(f"the end after {seen}")
        seen += more
    return seen


class ConsoleTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.program = pathlib.Path(scratch.name) / "echo.elf"
        subprocess.run(
            ["riscv64-unknown-elf-gcc", "-march=rv64imac_zicsr", "-mabi=lp64", "-nostdlib",
             "-static", "-Wl,-N,--no-warn-rwx-segments", "-Wl,-Ttext=0x80000000", HERE / "echo.S", "-o", self.program],
            check=True)

    def build_for_virtio(self):
        program = self.program.with_name("virtio_echo.elf")
        subprocess.run(
            ["riscv64-unknown-elf-gcc", "-O2", "-march=rv64imac_zicsr", "-mabi=lp64",
             "-mcmodel=medany", "-ffreestanding", "-nostdlib", "-static",
             "-Wl,-N,--no-warn-rwx-segments", "-Wl,-Ttext=0x80000000", HERE / "virtio_echo.c", "-o",
             program],
            check=True)
        self.program = program

    def start(self, *arguments, **more):
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **more}
        done = subprocess.Popen([SUPERNODE, "hart", self.program, *arguments],
                                stderr=subprocess.PIPE, text=True, **more)
        self.addCleanup(done.wait, 20)
        self.addCleanup(done.kill)
        self.addCleanup(done.stderr.close)
        return done

    def talk(self, write, read):
        """Expect and send."""
        self.assertEqual(read_until(read, b">"), b">")
        write(b"a")
        self.assertEqual(read_until(read, b"b"), b"b")
        write(b"xyz")
        self.assertEqual(read_until(read, b"{"), b"yz{")
        write(b"\r\x03")  # as they are
        self.assertEqual(read_until(read, b"\x04"), b"\x0e\x04")
        write(b"q")
        self.assertEqual(read_until(read, b"!"), b"!")

    def test_tcp(self):
        run = self.start("--uart", "tcp:0")
        host, port = run.stderr.readline().rsplit(" ", 1)[1].strip().split(":")
        self.assertEqual(host, "127.0.0.1")
        with socket.create_connection((host, int(port)), timeout=20) as peer:
            self.assertEqual(read_until(lambda: peer.recv(100), b">"), b">")
            peer.sendall(b"c")
            self.assertEqual(read_until(lambda: peer.recv(100), b"d"), b"d")
        # Another one may come.
        with socket.create_connection((host, int(port)), timeout=20) as peer:
            peer.sendall(b"eq")
            self.assertEqual(read_until(lambda: peer.recv(100), b"!"), b"f!")
        self.assertEqual(run.wait(20), 0)
        self.assertEqual(run.stdout.read(), "")
        run.stdout.close()

    @terminals.needed
    def test_pty(self):
        run = self.start("--uart", "pty")
        name = run.stderr.readline().rsplit(" ", 1)[1].strip()
        terminal = os.open(name, os.O_RDWR | os.O_NOCTTY)
        self.addCleanup(os.close, terminal)
        self.talk(lambda text: os.write(terminal, text), lambda: os.read(terminal, 100))
        self.assertEqual(run.wait(20), 0)
        run.stdout.close()

    @terminals.needed
    def test_virtio_console_on_a_pty(self):
        self.build_for_virtio()
        run = self.start("--virtio-console", "pty")
        line = run.stderr.readline().strip()
        self.assertRegex(line, "^supernode: virtio console on /dev/pts/")
        terminal = os.open(line.rsplit(" ", 1)[1], os.O_RDWR | os.O_NOCTTY)
        self.addCleanup(os.close, terminal)
        self.talk(lambda text: os.write(terminal, text), lambda: os.read(terminal, 100))
        self.assertEqual(run.wait(20), 0)
        run.stdout.close()

    def test_virtio_console_with_a_script(self):
        self.build_for_virtio()
        script = self.program.with_name("script.txt")
        script.write_text("expect >\nsend abc\nexpect bcd\nsend q\nexpect !\n")
        run = self.start("--virtio-console", f"script:{script}")
        self.assertEqual(run.wait(20), 0)
        self.assertEqual(run.stdout.read(), ">bcd!")
        run.stdout.close()

    @terminals.needed
    def test_terminal_gets_single_keys_and_is_left_as_it_was(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        before = termios.tcgetattr(theirs)
        run = self.start("--uart", "terminal", stdin=theirs, stdout=theirs)
        self.assertIn("Ctrl-A x", run.stderr.readline())
        self.assertEqual(termios.tcgetattr(theirs)[3] & termios.ICANON, 0)
        self.talk(lambda text: os.write(ours, text), lambda: os.read(ours, 100))
        self.assertEqual(run.wait(20), 0)
        self.assertEqual(termios.tcgetattr(theirs), before)

    @terminals.needed
    def test_a_key_ends_the_run_on_a_terminal(self):
        self.end_by_key(signal.SIG_DFL)

    @terminals.needed
    def test_a_key_ends_a_run_that_was_started_to_ignore_interrupts(self):
        self.end_by_key(signal.SIG_IGN)

    def end_by_key(self, interrupt):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        before = termios.tcgetattr(theirs)
        run = self.start("--uart", "terminal", stdin=theirs, stdout=theirs,
                         preexec_fn=lambda: signal.signal(signal.SIGINT, interrupt))
        self.assertEqual(read_until(lambda: os.read(ours, 100), b">"), b">")
        os.write(ours, b"\x01x")
        self.assertEqual(run.wait(20), -2)  # SIGINT
        self.assertEqual(termios.tcgetattr(theirs), before)

    def test_bad_input(self):
        for arguments, expected in (
                (["--uart", "serial"], "expected terminal, pty or tcp:PORT"),
                (["--uart", "tcp:70000"], "70000"), (["--uart", "tcp:0.0.0.0:1"], "expected"),
                (["--uart", "terminal"], "no terminal"),
                (["--uart", "pty", "--script", HERE / "u_boot.txt"], "script"),
                (["--uart", "pty", "--gdb", "0"], "--gdb"),
                (["--virtio-console", "line"], "--virtio-console"),
                (["--virtio-console", "script:none.txt"], "none.txt"),
                (["--virtio-console", "pty", "--gdb", "0"], "--gdb"),
                (["--virtio-console", "pty", "--machine", "bare"], "bare")):
            done = subprocess.run([SUPERNODE, "hart", self.program, *arguments], text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True, timeout=20)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(expected, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
