"""A test of supernode bench on AL128: calls it in a folder of its own.

Test programs take the path of supernode as their first argument.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "platforms" / "al128.yaml"  # 8 planes; a link has 8 lanes and trains in 100 us
SUPERNODE = sys.argv.pop(1)


class BenchCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def call(self, *arguments, platform=PLATFORM):
        return subprocess.run([SUPERNODE, "bench", platform, *map(str, arguments)], capture_output=True, text=True,
                              cwd=self.folder)

    def bench(self, *arguments):
        """What is written as JSON, and what is printed."""
        file = self.folder / "bench.json"
        done = self.call(*arguments, "--json", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return json.loads(file.read_text()), done.stdout

    def refused(self, *arguments):
        done = self.call(*arguments)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        return done.stderr
