#!/usr/bin/python3
"""supernode bench while something fails: a plane, a link, lanes of a link, links that err too often.

Usage: fault_test.py PATH_OF_SUPERNODE
"""

import json
import subprocess
import unittest

from bench_case import PLATFORM, ROOT, SUPERNODE, BenchCase

IN_SWITCH = ["all_reduce", "reduce_scatter", "all_gather", "broadcast"]
COLLECTIVES = ["all_reduce", "reduce_scatter", "all_gather", "all_to_all", "all_to_all_v", "broadcast", "send_receive"]


class FaultTest(BenchCase):
    def check_books(self, fabric):
        self.assertEqual(fabric["bytes_injected"] + fabric["bytes_copied"],
                         fabric["bytes_delivered"] + fabric["bytes_reduced"] + fabric["bytes_failed"])

    def test_a_plane_that_dies_slows_a_collective_down_and_falsifies_nothing(self):
        for kind, algorithm in [(kind, "in_switch" if kind in IN_SWITCH else "auto") for kind in COLLECTIVES] + [
                ("all_reduce", "ring"), ("broadcast", "ring")]:
            arguments = [kind, "--begin", "4M", "--end", "4M", "--ranks", 13, "--check", "--algorithm", algorithm]
            whole, _ = self.bench(*arguments)
            # Each plane carries an eighth: in the middle something is under way on it.
            at = whole["rows"][0]["time_us"] * 0.5
            killed, printed = self.bench(*arguments, "--kill-plane", f"3@{int(at * 1000)}ns")
            row = killed["rows"][0]
            loss = row["fault"]
            self.assertEqual(row["wrong"], 0, kind)
            self.assertGreater(row["time_us"], whole["rows"][0]["time_us"], kind)
            self.assertEqual(loss["plane"], 3)
            self.assertAlmostEqual(loss["at_us"], at, delta=0.001)
            self.assertGreater(loss["bursts_sent_again"], 0, kind)
            self.assertGreater(loss["recovery_us"], 0.28 * 2, kind)
            self.assertLess(loss["at_us"] + loss["recovery_us"], row["time_us"] + 1, kind)
            self.assertAlmostEqual(loss["line_rate_after_GBps"], killed["line_rate_GBps"] * 7 / 8, places=3)
            fabric = killed["fabric"]
            self.assertGreaterEqual(fabric["bytes_failed"], loss["bytes_sent_again"])
            self.check_books(fabric)
            # What was delivered is what a machine without faults delivers.
            self.assertEqual(fabric["bytes_delivered"], whole["fabric"]["bytes_delivered"], kind)
            self.assertIn("plane 3 died at", printed)

    def test_what_groups_lose_goes_again_and_nobody_adds_or_gets_anything_twice(self):
        for kind, fidelity in [(kind, fidelity) for kind in IN_SWITCH for fidelity in ("cell", "flow")]:
            arguments = [kind, "--begin", "4M", "--end", "4M", "--ranks", 16, "--check", "--algorithm", "in_switch",
                         "--fidelity", fidelity]
            whole, _ = self.bench(*arguments)
            for fault in (["--fail-link", "gpu5:3@4us"], ["--lose-lanes", "gpu0:2:4@3us"]):
                hurt, _ = self.bench(*arguments, *fault)
                self.assertEqual(hurt["rows"][0]["wrong"], 0)
                self.assertGreater(hurt["rows"][0]["fault"]["bursts_sent_again"], 0)
                self.check_books(hurt["fabric"])
                self.assertGreater(hurt["fabric"]["bytes_failed"], 0)
                for key in ("bytes_delivered", "bytes_reduced", "bytes_copied"):
                    self.assertEqual(hurt["fabric"][key], whole["fabric"][key], (kind, fault, key))

    def test_a_group_goes_on_by_the_planes_that_are_left(self):
        # 256 MiB in messages of 256 KiB: what is lost in the beginning is little beside 7 planes instead of 8.
        arguments = ["all_reduce", "--algorithm", "in_switch", "--begin", "256M", "--end", "256M"]
        whole, _ = self.bench(*arguments)
        for fidelity in ("cell", "flow"):
            killed, _ = self.bench(*arguments, "--kill-plane", "3@10us", "--fidelity", fidelity)
            ratio = killed["rows"][0]["time_us"] / whole["rows"][0]["time_us"]
            self.assertAlmostEqual(ratio, 8 / 7, delta=0.03, msg=fidelity)

    def test_after_a_plane_has_died_collectives_run_at_the_rate_of_the_others(self):
        killed, _ = self.bench("all_to_all", "--begin", "16M", "--end", "64M", "--kill-plane", "0@10us")
        whole, _ = self.bench("all_to_all", "--begin", "64M", "--end", "64M")
        last = killed["rows"][-1]
        self.assertNotIn("fault", last)
        # 7 planes instead of 8; what was lost has broken the order in which ranks send, and with it up to a
        # tenth of the exchange's rate.
        self.assertLessEqual(last["busbw_GBps"], killed["line_rate_GBps"] * 7 / 8)
        ratio = last["busbw_GBps"] / whole["rows"][0]["busbw_GBps"]
        self.assertLessEqual(ratio, 7 / 8)
        self.assertGreater(ratio, 7 / 8 * 0.9)

    def test_cell_and_rtl_agree_on_a_plane_that_dies(self):
        arguments = ["all_to_all", "--begin", "1M", "--end", "1M", "--kill-plane", "1@3us"]
        cell, _ = self.bench(*arguments)
        rtl, _ = self.bench(*arguments, "--fidelity", "rtl")
        self.assertEqual(cell["rows"], rtl["rows"])
        self.assertEqual(cell["fabric"], rtl["fabric"])

    def test_a_plane_that_cannot_die_is_refused(self):
        for value, options, expected in [("8@1us", [], "has 8 planes"), ("x@1us", [], "like 3@20us"),
                                         ("3", [], "like 3@20us"), ("3@1", [], "expected a time")]:
            done = self.call("all_reduce", "--kill-plane", value, *options)
            self.assertEqual(done.returncode, 2, value)
            self.assertIn("--kill-plane", done.stderr)
            self.assertIn(expected, done.stderr)

    def test_a_link_that_fails_is_avoided_by_both_its_sides(self):
        arguments = ["all_to_all", "--begin", "4M", "--end", "4M", "--check"]
        whole, _ = self.bench(*arguments)
        at = whole["rows"][0]["time_us"] * 0.5
        failed, printed = self.bench(*arguments, "--fail-link", f"gpu5:3@{int(at * 1000)}ns")
        row = failed["rows"][0]
        fault = row["fault"]
        self.assertEqual((fault["kind"], fault["gpu"], fault["plane"]), ("link", 5, 3))
        self.assertEqual(row["wrong"], 0)
        # It takes what GPU 5 sends and what others send to it, at most 64 bursts of each at a time, and once
        # more of the others, who learn of it by a refusal each.
        self.assertGreater(fault["bursts_sent_again"], 63)
        self.assertLess(fault["bursts_sent_again"], 63 * 4)
        self.assertAlmostEqual(fault["line_rate_after_GBps"], failed["line_rate_GBps"] * 7 / 8, places=3)
        fabric = failed["fabric"]
        self.assertEqual(fabric["bytes_injected"], fabric["bytes_delivered"] + fabric["bytes_failed"])
        self.assertEqual(fabric["bytes_delivered"], whole["fabric"]["bytes_delivered"])
        self.assertIn("the link of gpu5 to plane 3 failed at", printed)

        # Later collectives take the seven planes that are left to it. After 100 us, in which the link could have
        # trained, every other rank tries it once with a burst of 64 KiB.
        later = ["all_to_all", "--begin", "1M", "--factor", "4", "--fail-link", "gpu5:3@1us"]
        one, _ = self.bench(*later, "--end", "1M")
        two, _ = self.bench(*later, "--end", "4M")
        self.assertNotIn("fault", two["rows"][1])
        self.assertEqual(two["rows"][0], one["rows"][0])
        self.assertEqual(two["fabric"]["bytes_failed"] - one["fabric"]["bytes_failed"], 63 * 65536)

    def test_a_link_that_loses_lanes_trains_anew_and_goes_on_with_fewer(self):
        arguments = ["send_receive", "--begin", "128M", "--end", "256M", "--ranks", "2"]
        whole, _ = self.bench(*arguments)
        hurt, printed = self.bench(*arguments, "--lose-lanes", "gpu0:3:4@10us")
        fault = hurt["rows"][0]["fault"]
        self.assertEqual((fault["kind"], fault["lanes_lost"], fault["training_us"]), ("lanes", 4, 100))
        # Of 8 links of 8 lanes four lanes are missing.
        self.assertAlmostEqual(fault["line_rate_after_GBps"], hurt["line_rate_GBps"] * 60 / 64, places=3)
        self.assertEqual(hurt["fabric"]["bytes_injected"],
                         hurt["fabric"]["bytes_delivered"] + hurt["fabric"]["bytes_failed"])
        self.assertIn("lost 4 lanes at", printed)
        # Once it is up, every plane gets an eighth again: the link at half its lanes takes twice as long.
        slower = hurt["rows"][1]["time_us"] / whole["rows"][1]["time_us"]
        self.assertAlmostEqual(slower, 2, delta=0.1)

    def test_cell_and_rtl_agree_on_a_link_that_fails(self):
        all_to_all = ["all_to_all", "--begin", "256K", "--end", "256K"]
        in_switch = ["all_reduce", "--algorithm", "in_switch", "--begin", "1M", "--end", "1M", "--ranks", "8"]
        for arguments in ([*all_to_all, "--fail-link", "gpu7:1@3us"], [*all_to_all, "--lose-lanes", "gpu7:1:1@3us"],
                          [*all_to_all, "--bit-error-rate", "1.4e-4"], [*in_switch, "--fail-link", "gpu7:1@3us"],
                          [*in_switch, "--bit-error-rate", "1.3e-4"]):
            cell, _ = self.bench(*arguments)
            rtl, _ = self.bench(*arguments, "--fidelity", "rtl")
            self.assertEqual(cell["rows"], rtl["rows"])
            self.assertEqual(cell["fabric"], rtl["fabric"])

    def test_flow_follows_cell_through_faults(self):
        for fault in (["--kill-plane", "3@60us"], ["--fail-link", "gpu5:3@60us"]):
            arguments = ["all_to_all", "--begin", "64M", "--end", "64M", *fault]
            cell, _ = self.bench(*arguments)
            flow, _ = self.bench(*arguments, "--fidelity", "flow")
            one, other = cell["rows"][0], flow["rows"][0]
            self.assertAlmostEqual(other["time_us"] / one["time_us"], 1, delta=0.05, msg=str(fault))
            for key in ("recovery_us", "delivered_after_GBps"):
                self.assertAlmostEqual(other["fault"][key] / one["fault"][key], 1, delta=0.1, msg=str(fault))
            self.assertEqual(flow["fabric"]["bytes_injected"],
                             flow["fabric"]["bytes_delivered"] + flow["fabric"]["bytes_failed"])
            self.assertEqual(flow["fabric"]["bytes_delivered"], cell["fabric"]["bytes_delivered"])

    def test_links_go_down_above_the_error_rate_that_replay_survives(self):
        rows = {}
        for rate in ("1e-5", "1e-4", "1.5e-4"):
            rows[rate], printed = self.bench("all_to_all", "--begin", "1M", "--end", "1M", "--check",
                                             "--bit-error-rate", rate)
            self.assertEqual(rows[rate]["rows"][0]["wrong"], 0)
            fabric = rows[rate]["fabric"]
            self.assertEqual(fabric["bytes_injected"], fabric["bytes_delivered"] + fabric["bytes_failed"])
        self.assertEqual(rows["1e-5"]["fabric"]["links_given_up"], 0)
        self.assertGreater(rows["1.5e-4"]["fabric"]["links_given_up"], 0)
        self.assertGreater(rows["1.5e-4"]["fabric"]["bytes_failed"], 0)
        self.assertIn("Links that went down", printed)
        # Where all links fail, so do the transfers, and say why.
        done = self.call("all_to_all", "--begin", "1M", "--end", "1M", "--bit-error-rate", "3e-4")
        self.assertEqual(done.returncode, 1)
        done = self.call("all_to_all", "--fidelity", "flow", "--bit-error-rate", "1e-4")
        self.assertEqual(done.returncode, 2)
        self.assertIn("bit_error_rate", done.stderr)

    def run_step(self, name, *options):
        """A decode step on 8 GPUs: what is written as JSON, and the done process."""
        scenarios = ROOT / "workloads" / "scenarios"
        scenario = self.folder / "step.yaml"
        scenario.write_text((scenarios / "deepseek_v3_decode.yaml").read_text()
                            .replace("../models", str(ROOT / "workloads" / "models"))
                            .replace("ranks:\n  value: 64", "ranks:\n  value: 8"))
        out = self.folder / name
        done = subprocess.run([SUPERNODE, "run", PLATFORM, scenario, "--out", out, *options], capture_output=True,
                              text=True)
        return json.loads((out / "result.json").read_text()) if done.returncode == 0 else None, done

    def test_a_decode_step_goes_on_when_a_plane_dies_or_a_link_fails(self):
        whole, _ = self.run_step("whole")
        step_us = whole["metrics"]["decode_step_time_s"]["value"] * 1e6
        for option, value, kind in (("--kill-plane", "3@1000us", "plane"), ("--fail-link", "gpu5:3@1000us", "link"),
                                    ("--lose-lanes", "gpu5:3:4@1000us", "lanes")):
            hurt, done = self.run_step(kind, option, value)
            self.assertIsNotNone(hurt, done.stderr)
            fault = hurt["fault"]
            self.assertEqual((fault["kind"], fault["at_us"]), (kind, 1000))
            self.assertLess(fault["at_us"] + fault["recovery_us"], step_us * 1.5)
            # 7 planes carry what 8 did, so the step gets slower; what was delivered is the same.
            self.assertGreater(hurt["metrics"]["decode_step_time_s"]["value"] * 1e6, step_us)
            fabric = hurt["fabric"]
            self.assertEqual(fabric["bytes_injected"], fabric["bytes_delivered"] + fabric["bytes_failed"])
            self.assertEqual(fabric["bytes_delivered"], whole["fabric"]["bytes_delivered"])
            self.assertGreaterEqual(fabric["bytes_failed"], fault["bytes_sent_again"])
            self.assertIn("fault       " + fault["text"][0], done.stdout)
            self.assertIn(fault["text"][0], (self.folder / kind / "report.html").read_text())
        self.assertEqual(fault["training_us"], 100)
        self.assertNotIn("fault", whole)

    def test_a_step_refuses_what_cannot_fail_and_says_when_nothing_did(self):
        _, done = self.run_step("none", "--kill-plane", "9@1us")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--kill-plane: al128 has 8 planes", done.stderr)
        _, done = self.run_step("late", "--kill-plane", "1@10s")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the step had ended before the fault was to happen", done.stderr)

    def test_faults_that_cannot_happen_are_refused(self):
        for option, value, expected in [("--fail-link", "gpu128:3@1us", "GPUs 0 to 127"),
                                        ("--fail-link", "gpu1:8@1us", "has 8 planes"),
                                        ("--fail-link", "1:3@1us", "like gpu5:3@20us"),
                                        ("--lose-lanes", "gpu1:3:8@1us", "1 to 7 of the 8 lanes"),
                                        ("--lose-lanes", "gpu1:3@1us", "like gpu5:3:2@20us")]:
            done = self.call("all_reduce", option, value)
            self.assertEqual(done.returncode, 2, value)
            self.assertIn(option, done.stderr)
            self.assertIn(expected, done.stderr)


if __name__ == "__main__":
    unittest.main()
