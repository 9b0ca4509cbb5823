"""Every platform file loads and runs: it boots its firmware and times a collective, whose bandwidth
is below what its links can carry by the figures that the machine publishes."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUPERNODE = sys.argv.pop(1)
PLATFORMS = pathlib.Path(__file__).resolve().parents[2] / "platforms"

# Bytes per second of an accelerator each way, as published (AL128: 14 Tbit/s both ways), and the
# ranks of an all-to-all.
PUBLISHED = {
    "al128": (1792e9 / 2, 64),
    "al128_m890": (400e9, 64),
    "helios": (1800e9, 72),
    "hgx_h100": (450e9, 8),
    "hgx_h200": (450e9, 8),
    "nvl72": (900e9, 72),
    "one_switch_14t": (1750e9, 64),
}


class PlatformsTest(unittest.TestCase):
    def test_every_file_is_listed_here(self):
        self.assertEqual({each.stem for each in PLATFORMS.glob("*.yaml")}, set(PUBLISHED))

    def test_every_machine_runs_a_collective_below_its_published_bandwidth(self):
        for name, (rate, ranks) in PUBLISHED.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                rows = pathlib.Path(folder) / "rows.json"
                done = subprocess.run(
                    [SUPERNODE, "bench", PLATFORMS / f"{name}.yaml", "all_to_all", "--begin", "64M",
                     "--end", "64M", "--fidelity", "flow", "--json", rows],
                    capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                row = json.loads(rows.read_text())["rows"][0]
                # The wire carries (n - 1) / n of the bytes: that is what busbw counts.
                self.assertLess(row["busbw_GBps"] * 1e9, rate, done.stdout)
                # Large messages on a non-blocking switch reach a good part of it.
                self.assertGreater(row["busbw_GBps"] * 1e9, 0.5 * rate, done.stdout)
                self.assertEqual(json.loads(rows.read_text())["ranks"], ranks)

    def test_show_names_what_is_assumed(self):
        for name in PUBLISHED:
            done = subprocess.run([SUPERNODE, "platform", "show", PLATFORMS / f"{name}.yaml"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("assumed", done.stdout)


if __name__ == "__main__":
    unittest.main()
