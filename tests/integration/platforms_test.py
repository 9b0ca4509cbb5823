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


# Machines of links: accelerators, their published (or assumed) bytes per second each way, and the
# part of it that an all-reduce of 1 GiB may reach. On tori and meshes most links idle while one
# dimension is at work, and the outer links of a cluster are slower.
LINKS = {
    "al128_optical256": (256, 800e9, 0.9),
    "al128_optical512": (512, 800e9, 0.9),
    "al128_shared_nics": (512, 800e9, 0.5),
    "al128_two_layer": (512, 800e9, 0.5),
    "atlas950": (8192, 1000e9, 0.7),
    "atlas950_1024": (1024, 840e9, 0.7),
    "atlas960": (15488, 1100e9, 0.7),
    "cloudmatrix384": (384, 392e9, 0.7),
    "cloudmatrix384_cluster": (165888, 392e9, 0.5),
    "kunlun64": (64, 100e9, 0.7),
    "nvl72_superpod": (576, 900e9, 0.5),
    "one_switch_14t_128": (128, 1750e9, 0.95),
    "sd200": (64, 600e9, 0.3),
    "shanghai_cube": (128, 448e9, 0.5),
    "shanghai_cube_group": (32, 448e9, 0.7),
    "tianchi256": (256, 100e9, 0.7),
    "tianchi512": (512, 100e9, 0.7),
    "trn2_server": (16, 512e9, 0.5),
    "trn2_ultraserver64": (64, 640e9, 0.3),
    "yaolong_3dmesh": (64, 384e9, 0.3),
}


class PlatformsTest(unittest.TestCase):
    def test_every_file_is_listed_here(self):
        self.assertEqual({each.stem for each in PLATFORMS.glob("*.yaml")}, set(PUBLISHED) | set(LINKS))

    def test_every_machine_runs_a_collective_below_its_published_bandwidth(self):
        for name, (rate, ranks) in PUBLISHED.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                rows = pathlib.Path(folder) / "rows.json"
                done = subprocess.run(
                    [SUPERNODE, "bench", PLATFORMS / f"{name}.yaml", "all_to_all", "--begin", "64M",
                     "--end", "64M", "--fidelity", "flow", "--no-library", "--json",
                     rows],
                    capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                row = json.loads(rows.read_text())["rows"][0]
                # The wire carries (n - 1) / n of the bytes: that is what busbw counts.
                self.assertLess(row["busbw_GBps"] * 1e9, rate, done.stdout)
                # Large messages on a non-blocking switch reach a good part of it.
                self.assertGreater(row["busbw_GBps"] * 1e9, 0.5 * rate, done.stdout)
                self.assertEqual(json.loads(rows.read_text())["ranks"], ranks)

    def test_every_machine_of_links_runs_a_collective_below_its_bandwidth(self):
        for name, (accelerators, rate, least) in LINKS.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                rows = pathlib.Path(folder) / "rows.json"
                done = subprocess.run(
                    [SUPERNODE, "bench", PLATFORMS / f"{name}.yaml", "all_reduce", "--begin", "1G",
                     "--json", rows], capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                result = json.loads(rows.read_text())
                self.assertEqual(result["ranks"], accelerators)
                self.assertEqual(result["fidelity"], "flow")
                self.assertLess(result["rows"][0]["busbw_GBps"] * 1e9, rate, done.stdout)
                self.assertGreater(result["rows"][0]["busbw_GBps"] * 1e9, least * rate, done.stdout)
                self.assertEqual(result["fabric"]["bytes_failed"], 0)

    def test_data_come_out_right_on_every_small_machine_of_links(self):
        kinds = ["all_reduce", "reduce_scatter", "all_gather", "all_to_all", "all_to_all_v",
                 "broadcast", "send_receive"]
        for name in ["trn2_ultraserver64", "sd200", "cloudmatrix384", "shanghai_cube"]:
            for kind in kinds:
                with self.subTest(f"{name} {kind}"):
                    done = subprocess.run(
                        [SUPERNODE, "bench", PLATFORMS / f"{name}.yaml", kind, "--begin", "12K",
                         "--end", "12K", "--check"], capture_output=True, text=True, timeout=120)
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    self.assertIn("Wrong elements      : 0", done.stdout)

    def test_switches_of_one_supernode_are_simulated_and_links_between_supernodes(self):
        times = {}
        for fidelity in ["flow", "cell", "rtl"]:
            with tempfile.TemporaryDirectory() as folder:
                rows = pathlib.Path(folder) / "rows.json"
                done = subprocess.run(
                    [SUPERNODE, "bench", PLATFORMS / "al128_two_layer.yaml", "all_reduce",
                     "--algorithm", "hierarchical", "--begin", "1M", "--end", "32M", "--factor",
                     "32", "--fidelity", fidelity, "--json", rows],
                    capture_output=True, text=True, timeout=120)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual("brought up by firmware: 128 GPUs" in done.stdout,
                                 fidelity != "flow")
                times[fidelity] = [row["time_us"] for row in json.loads(rows.read_text())["rows"]]
        self.assertEqual(times["cell"], times["rtl"])
        for flow, cell in zip(times["flow"], times["cell"]):
            self.assertNotEqual(flow, cell)
            self.assertLess(abs(flow / cell - 1), 0.15)

    def test_a_machine_of_links_has_no_cells(self):
        done = subprocess.run([SUPERNODE, "bench", PLATFORMS / "sd200.yaml", "all_reduce",
                               "--fidelity", "rtl"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--fidelity: expected flow: sd200 is simulated as links", done.stderr)

    def test_show_names_what_is_assumed(self):
        for name in list(PUBLISHED) + list(LINKS):
            done = subprocess.run([SUPERNODE, "platform", "show", PLATFORMS / f"{name}.yaml"],
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("assumed", done.stdout)


if __name__ == "__main__":
    unittest.main()
