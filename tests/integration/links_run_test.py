"""supernode run on machines of links: a torus and a cluster give figures within their bounds, the same ones every
time, and what cannot be done is refused."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPERNODE = sys.argv.pop(1)
SCENARIO = (ROOT / "workloads" / "scenarios" / "deepseek_v3_decode.yaml").read_text()
BATCH = 8
CONTEXT = 512


def platform(name):
    return ROOT / "platforms" / (name + ".yaml")


class LinksRunTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def scenario(self, ranks):
        """The decode step of DeepSeek-V3 with few requests."""
        text = SCENARIO.replace("../models", str(ROOT / "workloads" / "models"))
        for before, after in (("value: 64", f"value: {ranks}"), ("value: 128", f"value: {BATCH}"),
                              ("value: 4096", f"value: {CONTEXT}")):
            self.assertIn(before, text)
            text = text.replace(before, after, 1)
        file = self.folder / "scenario.yaml"
        file.write_text(text)
        return file

    def run_on(self, name, ranks, out, *options):
        return subprocess.run([SUPERNODE, "run", platform(name), self.scenario(ranks), "--out", self.folder / out,
                               *options], capture_output=True, text=True)

    def result(self, name, ranks, out="out", *options):
        done = self.run_on(name, ranks, out, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads((self.folder / out / "result.json").read_text())

    def check(self, result, ranks, hbm):
        fabric = result["fabric"]
        self.assertGreater(fabric["bytes_injected"], 0)
        self.assertEqual(fabric["bytes_injected"], fabric["bytes_delivered"])
        # A dispatched token is 7392 bytes and its answer 14336.
        self.assertEqual(fabric["bytes_injected"] % (7392 + 14336), 0)
        step = result["metrics"]["decode_step_time_s"]["value"]
        self.assertAlmostEqual(result["metrics"]["tokens_per_second"]["value"] * step, ranks * BATCH, places=6)
        # Each rank reads at least the cache of its requests and the matrices of attention, 187 MB in FP8 in each of
        # 61 layers.
        self.assertGreater(step, (BATCH * CONTEXT * 70272 + 61 * 187e6) / hbm)
        self.assertLess(step, 1.0)

    def test_a_torus_and_a_second_run_of_it(self):
        first = self.result("trn2_ultraserver64", 32)
        self.check(first, 32, 2.9e12)
        self.assertEqual(first, self.result("trn2_ultraserver64", 32, "again"))

    def test_ranks_in_two_domains_are_slower_than_in_one(self):
        # 64 ranks are one domain of 64 of two layers; of HGX-like domains of 32 they are two, over slower links.
        one = self.result("al128_two_layer", 64)
        two = self.result("shanghai_cube", 64, "two")
        self.check(one, 64, 4e12)
        self.check(two, 64, 4e12)
        dispatch = "dispatch_time_us_mean"
        self.assertGreater(two["metrics"][dispatch]["value"], one["metrics"][dispatch]["value"])
        keys = [entry["key"] for entry in two["assumptions"]]
        self.assertTrue(any(key.startswith("cluster.") for key in keys), keys)
        self.assertFalse(any(entry["key"].startswith("cluster.") for entry in one["assumptions"]))

    def test_the_timeline_is_written(self):
        self.result("trn2_ultraserver64", 32, "out", "--trace")
        trace = json.loads((self.folder / "out" / "trace.json").read_text())
        groups = {e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "process_name"}
        self.assertEqual(groups, {f"GPU {rank}" for rank in range(32)})

    def test_switches_that_are_not_there_are_refused(self):
        done = self.run_on("cloudmatrix384", 64, "out", "--fidelity", "rtl")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--fidelity: expected flow", done.stderr)

    def test_more_ranks_than_accelerators_are_refused(self):
        done = self.run_on("trn2_server", 32, "out")
        self.assertEqual(done.returncode, 2)
        self.assertIn("32 ranks do not fit into trn2_server (16 accelerators)", done.stderr)


if __name__ == "__main__":
    unittest.main()
