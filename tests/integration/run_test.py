#!/usr/bin/python3
"""supernode run from end to end: the whole mission, at both fidelities, and what it leaves behind.

Usage: run_test.py PATH_OF_SUPERNODE. The figures that results are held against come from the inputs: shapes of
DeepSeek-V3, rates of AL128.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPERNODE = None
PLATFORM = ROOT / "platforms" / "al128.yaml"
LINKS = ROOT / "platforms" / "al128_two_layer.yaml"  # the same domain, as links
SCENARIO = ROOT / "workloads" / "scenarios" / "deepseek_v3_decode.yaml"

RANKS = 64
BATCH = 128
MOE_LAYERS = 58
PLANES = 8
PORT_BYTES_PER_S = 100e9
PAYLOAD = 595 / 640


def supernode(out, *options, platform=PLATFORM):
    return subprocess.run([SUPERNODE, "run", platform, SCENARIO, "--out", out, *options], check=True,
                          capture_output=True, text=True)


def without_fidelity(text):
    return re.sub(r'  "fidelity": "[a-z]+",\n', "", text, count=1)


class RunTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        root = pathlib.Path(cls.folder.name)
        cls.printed = {}
        cls.out = {}
        for name, options in {"cell": ["--fidelity", "cell", "--trace"],
                              "rtl": ["--fidelity", "rtl"],
                              "again": ["--fidelity", "cell"],
                              "flow": ["--fidelity", "flow"],
                              "other": ["--fidelity", "cell", "--seed", "2"]}.items():
            cls.out[name] = root / name
            cls.printed[name] = supernode(cls.out[name], *options)
        cls.out["links"] = root / "links"
        cls.printed["links"] = supernode(cls.out["links"], platform=LINKS)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def text(self, name, file="result.json"):
        return (self.out[name] / file).read_text()

    def result(self, name):
        return json.loads(self.text(name))

    def metric(self, name):
        return self.result("cell")["metrics"][name]["value"]

    def test_cell_and_rtl_agree_to_the_byte_but_for_the_fidelity_line(self):
        cell, rtl = self.text("cell"), self.text("rtl")
        self.assertNotEqual(cell, rtl)
        self.assertEqual(without_fidelity(cell), without_fidelity(rtl))
        self.assertEqual(self.text("cell", "details.json"), self.text("rtl", "details.json"))
        self.assertEqual(self.text("cell", "boot.log"), self.text("rtl", "boot.log"))

    def test_flow_is_within_its_stated_error_of_cell_and_states_it(self):
        flow, cell = self.result("flow"), self.result("cell")
        self.assertEqual(flow["fidelity"], "flow")
        self.assertEqual(flow["fabric"]["bytes_delivered"], cell["fabric"]["bytes_delivered"])
        for name in ("decode_step_time_s", "dispatch_time_us_mean", "combine_time_us_mean"):
            ratio = flow["metrics"][name]["value"] / cell["metrics"][name]["value"]
            self.assertAlmostEqual(ratio, 1.0, delta=0.05, msg=name)
        self.assertIn("5 %", self.printed["flow"].stdout)

    def test_links_are_within_their_stated_error_of_cell_and_state_it(self):
        links, cell = self.result("links"), self.result("cell")
        self.assertEqual(links["fidelity"], "flow")
        own = 16 * 4 * 8192  # of the firmware's DMA tests
        self.assertEqual(links["fabric"]["bytes_delivered"], cell["fabric"]["bytes_delivered"] - own)
        for name, error in {"decode_step_time_s": 0.02, "dispatch_time_us_mean": 0.12, "combine_time_us_mean": 0.12,
                            "dispatch_span_us_mean": 0.12, "combine_span_us_mean": 0.12}.items():
            ratio = links["metrics"][name]["value"] / cell["metrics"][name]["value"]
            self.assertAlmostEqual(ratio, 1.0, delta=error, msg=name)
        self.assertIn("within 2 %", self.printed["links"].stdout)

    def test_links_have_the_fields_of_any_result(self):
        links, cell = self.result("links"), self.result("cell")
        self.assertEqual(list(links), list(cell))
        self.assertEqual(list(links["metrics"]), list(cell["metrics"]))
        self.assertEqual(list(links["fabric"]), list(cell["fabric"]))
        self.assertIn("accelerator.hbm.bandwidth", [a["key"] for a in links["assumptions"]])

    def test_the_same_seed_gives_the_same_bytes(self):
        for file in ("result.json", "details.json", "boot.log"):
            self.assertEqual(self.text("cell", file), self.text("again", file))

    def test_another_seed_gives_another_result(self):
        self.assertNotEqual(self.result("cell")["metrics"], self.result("other")["metrics"])

    def test_the_result_has_its_fields(self):
        result = self.result("rtl")
        self.assertEqual(list(result), ["schema", "platform", "scenario", "fidelity", "seed", "simulated_time_s",
                                        "metrics", "fabric", "firmware", "assumptions"])
        self.assertEqual(result["platform"], "al128")
        self.assertEqual(result["scenario"], "deepseek_v3_decode")
        self.assertEqual(result["fidelity"], "rtl")
        self.assertEqual(result["seed"], 1)
        for metric in result["metrics"].values():
            self.assertEqual(list(metric), ["value", "unit"])
        self.assertTrue(all(a["key"] and a["value"] and a["source"] for a in result["assumptions"]))
        self.assertIn("accelerator.hbm.bandwidth", [a["key"] for a in result["assumptions"]])

    def test_bytes_are_conserved_and_none_failed(self):
        fabric = self.result("rtl")["fabric"]
        self.assertEqual(fabric["bytes_injected"], fabric["bytes_delivered"] + fabric["bytes_failed"])
        self.assertEqual(fabric["bytes_failed"], 0)
        self.assertEqual(fabric["bytes_replayed"], 0)

    def test_the_injected_bytes_are_those_of_whole_tokens(self):
        # A dispatched token is 7392 bytes and its answer 14336. The firmware's own DMA tests come on top: 16
        # partitions write and read twice 8192 bytes each.
        own = 16 * 4 * 8192
        exchanged = self.result("cell")["fabric"]["bytes_injected"] - own
        self.assertEqual(exchanged % (7392 + 14336), 0)
        copies = exchanged // (7392 + 14336)
        # Each token has 8 experts, at most 8 GPUs of 64, one of them perhaps its own.
        self.assertLess(copies, RANKS * BATCH * MOE_LAYERS * 8)
        self.assertGreater(copies, RANKS * BATCH * MOE_LAYERS * 6)

    def test_exchanges_are_no_faster_than_bytes_over_line_rate(self):
        own = 16 * 4 * 8192
        copies = (self.result("cell")["fabric"]["bytes_injected"] - own) / (7392 + 14336)
        per_rank_and_layer = copies / RANKS / MOE_LAYERS
        rate = PLANES * PORT_BYTES_PER_S * PAYLOAD
        self.assertGreater(self.metric("dispatch_time_us_mean"), per_rank_and_layer * 7392 / rate * 1e6)
        self.assertGreater(self.metric("combine_time_us_mean"), per_rank_and_layer * 14336 / rate * 1e6)

    def test_throughput_is_tokens_over_step_time(self):
        step = self.metric("decode_step_time_s")
        self.assertAlmostEqual(self.metric("tokens_per_second") * step, RANKS * BATCH, places=6)
        self.assertAlmostEqual(self.metric("tokens_per_second_per_gpu") * step, BATCH, places=6)

    def test_the_step_is_no_shorter_than_its_hbm_traffic(self):
        # Per rank at least the KV cache must be read: 128 requests x 4096 tokens x 70272 bytes at 4 TB/s.
        self.assertGreater(self.metric("decode_step_time_s"), BATCH * 4096 * 70272 / 4e12)

    def test_firmware_has_brought_everything_up(self):
        firmware = self.result("rtl")["firmware"]
        # 2 domains x 8 switches x (64 GPUs + 8 CIPUs + 1 pool); a route for each port.
        self.assertEqual(firmware["ports_trained"], 2 * 8 * 73)
        self.assertEqual(firmware["routes"], 2 * 8 * 73)
        self.assertGreater(firmware["instructions"], 100_000)

    def test_the_trace_has_gpus_planes_and_firmware_on_tracks(self):
        trace = json.loads(self.text("cell", "trace.json"))
        groups = {e["args"]["name"] for e in trace["traceEvents"] if e["name"] == "process_name"}
        self.assertTrue({"firmware", "planes", "GPU 0", "GPU 63"} <= groups, groups)
        slices = [e for e in trace["traceEvents"] if e["ph"] == "X"]
        names = {e["name"] for e in slices}
        self.assertIn("link training", names)
        self.assertTrue(any("dispatch" in name for name in names))
        self.assertTrue(all(e["dur"] >= 0 and e["ts"] >= 0 for e in slices))
        counters = [e for e in trace["traceEvents"] if e["ph"] == "C"]
        self.assertTrue(any(e["args"]["value"] > 0.5 for e in counters), "no plane was ever busy")

    def test_only_host_json_knows_the_host(self):
        host = json.loads(self.text("cell", "host.json"))
        self.assertGreater(host["wall_s"], 0)
        self.assertGreater(host["cpu_s"], 0)
        self.assertGreater(host["peak_memory_bytes"], 0)
        self.assertNotIn("wall", self.text("cell"))

    def test_the_terminal_gets_a_short_table_and_no_progress_when_piped(self):
        printed = self.printed["rtl"]
        self.assertIn("tokens_per_second", printed.stdout)
        self.assertIn("predictions", printed.stdout)
        self.assertLess(len(printed.stdout.splitlines()), 40)
        self.assertEqual(printed.stderr, "")

    def test_the_report_is_drawn_in_a_browser(self):
        page = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom",
             (self.out["rtl"] / "report.html").as_uri()], check=True, capture_output=True, text=True).stdout
        self.assertGreater(page.count('class="main-svg"'), 5)
        self.assertIn("no measurement of AL128 is public", page)
        self.assertIn("accelerator.hbm.bandwidth", page)


if __name__ == "__main__":
    SUPERNODE = sys.argv.pop(1)
    unittest.main()
