"""Snapshots of a platform: restored in the middle of its boot or of a collective, a run ends as the
one that was never interrupted, to the byte; and a file that does not fit is refused by name.

Usage: platform_snapshot_test.py PATH_OF_SUPERNODE
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

SUPERNODE = sys.argv.pop(1)
ROOT = pathlib.Path(__file__).resolve().parents[2]
AL128 = ROOT / "platforms" / "al128.yaml"
SCENARIO = ROOT / "workloads" / "scenarios" / "deepseek_v3_decode.yaml"
HGX = ROOT / "platforms" / "hgx_h100.yaml"


class PlatformSnapshotTest(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.snapshot = self.folder / "saved.snap"

    def supernode(self, *arguments, code=0):
        done = subprocess.run([SUPERNODE, *map(str, arguments)], capture_output=True, text=True,
                              timeout=250)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def bench(self, *options, code=0, platform=AL128):
        """The rows and all that was printed."""
        file = self.folder / "rows.json"
        file.unlink(missing_ok=True)
        done = self.supernode("bench", platform, *options, "--json", file, code=code)
        return done, file.read_text() if code == 0 else None

    def save(self, at):
        return "--save", self.snapshot, "--save-at", at

    def check_bench(self, *options, points):
        """Saved at each of the points and restored there, a bench has the same end; saved again at
        the last point, it has the same state."""
        printed, rows = self.bench(*options)
        reference = self.folder / "reference.snap"
        self.bench(*options, "--save", reference, "--save-at", points[-1])
        for point in points:
            with self.subTest(point=point):
                saving, saved_rows = self.bench(*options, *self.save(point))
                self.assertEqual(saving.stdout, printed.stdout)
                self.assertEqual(saved_rows, rows)
                again = self.folder / "again.snap"
                restored, restored_rows = self.bench(
                    *options, "--restore", self.snapshot,
                    *([] if point == points[-1] else ["--save", again, "--save-at", points[-1]]))
                self.assertEqual(restored.stdout, printed.stdout)
                self.assertEqual(restored_rows, rows)
                if point != points[-1]:
                    self.assertEqual(again.read_bytes(), reference.read_bytes())

    def test_boot_ends_alike_wherever_it_is_restored(self):
        whole = self.supernode("firmware", AL128).stdout
        for point in ("200us", "999.9us", "1.7ms", "2.05ms", "2.2ms"):
            with self.subTest(point=point):
                self.assertEqual(self.supernode("firmware", AL128, *self.save(point)).stdout, whole)
                rest = self.supernode("firmware", AL128, "--restore", self.snapshot).stdout
                self.assertLess(len(rest), len(whole))
                self.assertTrue(whole.endswith(rest))

    def test_collective_with_data_in_cells(self):
        # 64 KiB take a few latencies, of which each is about a microsecond, and 2 MiB take 2 MiB * 7/8
        # / 744 GB/s = 2.5 us more: the points lie in the boot and in either exchange.
        options = ("all_to_all", "--ranks", "8", "--begin", "64K", "--end", "2M", "--factor", "32",
                   "--check")
        end = self.end_of_boot()
        times = [row["time_us"] for row in json.loads(self.bench(*options)[1])["rows"]]
        self.assertTrue(1.0 < times[0] < 5.0 < times[0] + times[1], times)
        self.check_bench(*options, points=("1.5ms", f"{end + 1}us", f"{end + 5}us"))

    def test_collective_on_verilated_rtl_in_lockstep(self):
        end = self.end_of_boot()
        self.check_bench("all_reduce", "--ranks", "8", "--begin", "256K", "--end", "256K",
                         "--fidelity", "lockstep", "--algorithm", "direct", points=("2ms", f"{end + 1}us", f"{end + 2}us"))

    def test_collective_with_links_that_err_and_a_plane_that_dies(self):
        end = self.end_of_boot()
        # 64 MiB * 15/16 / 744 GB/s are 85 us.
        options = ("all_to_all", "--ranks", "16", "--begin", "64M", "--end", "64M",
                   "--kill-plane", "3@20us", "--bit-error-rate", "1e-7")
        self.check_bench(*options, points=(f"{end + 10}us", f"{end + 20}us", f"{end + 25}us"))
        self.assertGreater(json.loads(self.bench(*options)[1])["rows"][0]["fault"]
                           ["bursts_sent_again"], 0)

    def test_collective_in_fluids(self):
        end = self.end_of_boot()
        self.check_bench("all_to_all_v", "--ranks", "16", "--begin", "64M", "--end", "64M",
                         "--fidelity", "flow", points=("300us", f"{end + 10}us", f"{end + 31}us"))

    def end_of_boot(self):
        """When the hosts have been answered, in whole microseconds of AL128's simulated time."""
        if not hasattr(PlatformSnapshotTest, "booted_us"):
            # It goes in strides of 50 us, and nothing can be saved after its end.
            lower, upper = 2_000, 20_000
            while upper - lower > 50:
                middle = (lower + upper) // 2
                done = subprocess.run([SUPERNODE, "firmware", AL128,
                                       *map(str, self.save(f"{middle}us"))], capture_output=True)
                lower, upper = (middle, upper) if done.returncode == 0 else (lower, middle)
            PlatformSnapshotTest.booted_us = (upper - 1) // 50 * 50
        return PlatformSnapshotTest.booted_us

    def test_a_decode_step(self):
        # The scenario of the mission on 8 of the 64 ranks: a step of about 0.1 s of simulated time.
        scenario = self.folder / "step.yaml"
        scenario.write_text(SCENARIO.read_text()
                            .replace("../models", str(SCENARIO.parent.parent / "models"))
                            .replace("ranks:\n  value: 64", "ranks:\n  value: 8"))
        whole, rest = self.folder / "whole", self.folder / "rest"
        self.supernode("run", AL128, scenario, "--out", whole, *self.save("20ms"))
        self.supernode("run", AL128, scenario, "--out", rest, "--restore", self.snapshot)
        for name in ("result.json", "details.json", "boot.log"):
            self.assertEqual((rest / name).read_bytes(), (whole / name).read_bytes(), name)
        self.refused("run", AL128, scenario, "--out", rest, "--restore", self.snapshot, "--seed",
                     "2", says=[str(self.snapshot), "seed 1", "seed 2"])
        self.refused("run", AL128, scenario, "--out", rest, "--restore", self.snapshot, "--trace",
                     says=["--trace"])

    def test_a_boot_that_was_saved_serves_every_collective(self):
        self.supernode("firmware", HGX, *self.save("900us"))
        for options in (("all_reduce", "--algorithm", "direct", "--begin", "1M", "--end", "1M"),
                        ("broadcast", "--algorithm", "binary_tree", "--ranks", "4", "--begin", "64K", "--end", "64K", "--check")):
            with self.subTest(options=options):
                whole = self.bench(*options, "--no-library", platform=HGX)[1]
                self.assertEqual(self.bench(*options, "--restore", self.snapshot,
                                            platform=HGX)[1], whole)

    def refused(self, *arguments, says):
        done = self.supernode(*arguments, code=2)
        for each in says:
            self.assertIn(each, done.stderr)

    def test_what_does_not_fit_is_refused(self):
        self.supernode("firmware", AL128, *self.save("1ms"))
        changed = self.folder / "al128.yaml"
        changed.write_text(AL128.read_text() + "# another file\n")
        name = str(self.snapshot)
        self.refused("firmware", changed, "--restore", name, says=[name, "platform"])
        self.refused("firmware", HGX, "--restore", name, says=[name, "platform"])
        self.refused("bench", AL128, "all_reduce", "--fidelity", "flow", "--restore", name,
                     says=[name, "fabric"])
        self.refused("bench", AL128, "all_reduce", "--fidelity", "rtl", "--restore", name,
                     says=[name, "arbiter"])
        content = bytearray(self.snapshot.read_bytes())
        content[8] ^= 1  # the version of the format
        self.snapshot.write_bytes(content)
        self.refused("firmware", AL128, "--restore", name, says=[name, "version"])
        content[8] ^= 1
        content[len(content) // 2] ^= 0x10
        self.snapshot.write_bytes(content)
        self.refused("firmware", AL128, "--restore", name, says=[name])
        self.refused("firmware", AL128, "--restore", self.folder / "none", says=["none"])

    def test_a_snapshot_within_other_work_is_refused(self):
        end = self.end_of_boot()
        self.bench("all_to_all", "--ranks", "16", "--begin", "64M", "--end", "64M",
                   *self.save(f"{end + 10}us"))
        self.refused("bench", AL128, "all_to_all", "--ranks", "8", "--begin", "64M", "--end", "64M",
                     "--restore", self.snapshot, says=[str(self.snapshot), "16 ranks", "8 ranks"])

    def check_collective_in_switches(self, kind, fidelity, size):
        options = (kind, "--algorithm", "in_switch", "--ranks", "16", "--check",
                   "--begin", size, "--end", size, "--fidelity", fidelity)
        # Nothing is saved while firmware makes the group, but as soon as it has: when the collective
        # begins. That has passed for whoever goes on from there.
        self.bench(*options, *self.save(f"{self.end_of_boot() + 1}us"))
        late, _ = self.bench(*options, "--restore", self.snapshot, "--save",
                             self.folder / "late.snap", "--save-at", "1us", code=2)
        begin = re.search(r"--save-at: 1 us is before ([0-9.]+) ms", late.stderr)
        self.assertIsNotNone(begin, late.stderr)
        begin_us = round(float(begin[1]) * 1000)
        self.assertGreater(begin_us, self.end_of_boot() + 1)
        time_us = json.loads(self.bench(*options)[1])["rows"][0]["time_us"]
        self.check_bench(*options, points=("1.5ms", f"{begin_us + time_us / 3:.3f}us",
                                           f"{begin_us + time_us / 2:.3f}us"))

    def test_collective_in_switches(self):
        self.check_collective_in_switches("reduce_scatter", "cell", "4M")

    def test_collective_in_switches_in_fluids(self):
        self.check_collective_in_switches("reduce_scatter", "flow", "4M")

    def test_collective_in_switches_on_verilated_rtl_in_lockstep(self):
        self.check_collective_in_switches("all_reduce", "lockstep", "256K")

    def test_a_boot_without_groups_does_not_serve_collectives_in_switches(self):
        self.supernode("firmware", AL128, *self.save("1ms"))
        self.refused("bench", AL128, "all_reduce", "--algorithm", "in_switch", "--restore",
                     self.snapshot, says=[str(self.snapshot), "groups of a switch"])

    def test_options_that_make_no_sense_are_refused(self):
        self.refused("firmware", AL128, "--save", self.snapshot, says=["--save-at"])
        self.refused("firmware", AL128, *self.save("soon"), says=["--save-at", "soon"])
        done = self.supernode("firmware", AL128, *self.save("10s"), code=1)
        self.assertIn("ended before 10 s", done.stderr)
        self.assertFalse(self.snapshot.exists())
        self.refused("bench", ROOT / "platforms" / "cloudmatrix384.yaml", "all_reduce",
                     "--restore", self.snapshot, says=["--save"])


if __name__ == "__main__":
    unittest.main()
