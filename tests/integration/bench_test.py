#!/usr/bin/python3
"""supernode bench as a user runs it: the table of nccl-tests, its definitions, its data, and what it refuses.

Usage: bench_test.py PATH_OF_SUPERNODE
"""

import unittest

from bench_case import PLATFORM, BenchCase

# 8 planes of 100 GB/s; 595 of 640 bytes of a cell are payload.
LINE_RATE_GBPS = 800 * 595 / 640
IN_SWITCH = ["all_reduce", "reduce_scatter", "all_gather", "broadcast"]
FACTORS = {"all_reduce": 2 * 63 / 64, "reduce_scatter": 63 / 64, "all_gather": 63 / 64, "all_to_all": 63 / 64,
           "all_to_all_v": 63 / 64, "broadcast": 1, "send_receive": 1}


class BenchTest(BenchCase):
    def test_bandwidths_follow_from_size_and_time_by_the_definitions_of_nccl_tests(self):
        for collective, factor in FACTORS.items():
            result, _ = self.bench(collective, "--begin", "64K", "--end", "16M", "--factor", "16")
            self.assertEqual([row["bytes"] for row in result["rows"]], [1 << 16, 1 << 20, 1 << 24])
            for row in result["rows"]:
                self.assertAlmostEqual(row["algbw_GBps"], row["bytes"] / row["time_us"] / 1e3, places=6)
                self.assertAlmostEqual(row["busbw_GBps"], row["algbw_GBps"] * factor, places=6)
                # A rank of an in-switch all-reduce sends and gets every byte once, instead of nearly twice.
                most = factor if row["algorithm"] == "in_switch" else 1
                self.assertLess(row["busbw_GBps"], max(most, 1) * LINE_RATE_GBPS)
                self.assertIsNone(row["wrong"])
            self.assertAlmostEqual(result["line_rate_GBps"], LINE_RATE_GBPS, places=6)

    def test_the_printed_table_has_the_rows(self):
        result, printed = self.bench("all_gather", "--begin", "4M", "--end", "8M")
        rows = [line.split() for line in printed.splitlines() if not line.startswith("#")]
        self.assertEqual(len(rows), 2)
        for row, entry in zip(rows, result["rows"]):
            self.assertEqual(row[:4], [str(entry["bytes"]), str(entry["bytes"] // 4), "float", entry["algorithm"]])
            self.assertAlmostEqual(float(row[4]), entry["time_us"], places=2)
            self.assertAlmostEqual(float(row[6]), entry["busbw_GBps"], places=2)
            self.assertEqual(row[7], "N/A")

    def test_check_finds_no_wrong_element_in_any_collective(self):
        for collective in FACTORS:
            result, printed = self.bench(collective, "--check", "--begin", "12", "--end", "100K", "--factor", "9")
            self.assertEqual([row["wrong"] for row in result["rows"]], [0] * 5)
            self.assertIn("# Wrong elements      : 0", printed)

    def test_gpus_of_different_virtual_pods_do_not_reach_each_other(self):
        machine = self.folder / "pods.yaml"
        machine.write_text(PLATFORM.read_text() + """
pods:
  - {name: a, partitions: [0, 1]}
  - {name: b, partitions: [2, 3, 4, 5, 6, 7]}
  - {name: c, partitions: [8, 9, 10, 11, 12, 13, 14, 15]}
""")
        # Partition 1 ends with GPU 15.
        size = ["--begin", "64K", "--end", "64K"]
        across = self.call("all_to_all", "--members", "14,15,16,17", *size, platform=machine)
        self.assertEqual(across.returncode, 1, across.stdout)
        self.assertIn("'all-to-all send' of rank 0 (GPU 14) failed: source and destination are not of one virtual pod "
                      "(protection violation)", across.stderr)
        within = self.call("all_to_all", "--members", "12,13,14,15", "--check", *size, platform=machine)
        self.assertEqual(within.returncode, 0, within.stderr)
        self.assertIn("# Wrong elements      : 0", within.stdout)

    def test_groups_do_the_same_at_once_each_for_itself(self):
        groups, printed = self.bench("all_reduce", "--ranks", "8", "--groups", "8", "--check", "--begin", "64K",
                                     "--end", "64K", "--algorithm", "direct")
        self.assertEqual((groups["ranks"], groups["groups"]), (8, 8))
        self.assertEqual(groups["rows"][0]["wrong"], 0)
        self.assertIn("# all_reduce of 8 groups of 8 ranks", printed)
        # Their GPUs share no link and the switches do not block: they are as fast as one alone.
        alone, _ = self.bench("all_reduce", "--ranks", "8", "--begin", "64K", "--end", "64K", "--algorithm", "direct")
        self.assertAlmostEqual(groups["rows"][0]["time_us"] / alone["rows"][0]["time_us"], 1, delta=0.02)
        # 8 ranks exchange 7 of 8 blocks of 8 KiB twice; the firmware's own DMA tests come on top.
        own = 16 * 4 * 8192
        self.assertEqual(groups["fabric"]["bytes_injected"], 8 * 8 * 2 * 7 * 8192 + own)

    def parts(self, text):
        file = self.folder / "parts.txt"
        file.write_text(text)
        return file

    def test_the_parts_of_an_all_to_all_v_may_be_given(self):
        file = self.parts("# bytes\n0 4096 1048576 0\n4096 0 0 0\n0 0 0 2097152  # the longest\n8 8 8 8\n")
        result, _ = self.bench("all_to_all_v", "--parts", file, "--check")
        row = result["rows"][0]
        self.assertEqual((result["ranks"], row["bytes"], row["wrong"]), (4, 2097152, 0))
        # 2 MiB at line rate are the least; firmware's DMA tests come on top of the bytes.
        self.assertGreater(row["time_us"], 2097152 / LINE_RATE_GBPS / 1e3)
        self.assertLess(row["time_us"], 2 * 2097152 / LINE_RATE_GBPS / 1e3)
        exchanged = 4096 + 1048576 + 4096 + 2097152 + 3 * 8
        self.assertEqual(result["fabric"]["bytes_injected"], exchanged + 16 * 4 * 8192)

    def test_members_may_be_any_gpus_of_a_domain_in_several_groups(self):
        file = self.parts("0 65536\n65536 0\n")
        result, _ = self.bench("all_to_all_v", "--parts", file, "--members", "5,63/64-96:32", "--check")
        self.assertEqual(result["members"], [5, 63, 64, 96])
        self.assertEqual((result["ranks"], result["groups"], result["rows"][0]["wrong"]), (2, 2, 0))
        self.assertEqual(result["fabric"]["bytes_injected"], 4 * 65536 + 16 * 4 * 8192)

    def test_bad_members_and_parts_are_refused(self):
        self.assertIn("one scale-up domain", self.refused("all_reduce", "--members", "0,64"))
        self.assertIn("twice", self.refused("all_reduce", "--members", "0,1/1,2"))
        self.assertIn("one size", self.refused("all_reduce", "--members", "0,1/2"))
        self.assertIn("--members", self.refused("all_reduce", "--members", "0-"))
        self.assertIn("--members", self.refused("all_reduce", "--members", "0-7:0"))
        self.assertIn("--members", self.refused("all_reduce", "--members", "0,128"))
        self.assertIn("--members", self.refused("all_reduce", "--members", "0-3", "--ranks", "4"))
        good = self.parts("0 4\n4 0\n")
        self.assertIn("--parts", self.refused("all_to_all", "--parts", good))
        self.assertIn("--parts", self.refused("all_to_all_v", "--parts", good, "--ranks", "3"))
        self.assertIn("--parts", self.refused("all_to_all_v", "--parts", good, "--begin", "1M"))
        self.assertIn("parts.txt:2: --parts", self.refused("all_to_all_v", "--parts", self.parts("0 4\n5 0\n")))
        self.assertIn("parts.txt:2: --parts", self.refused("all_to_all_v", "--parts", self.parts("0 4\n4\n")))
        self.assertIn("as many lines", self.refused("all_to_all_v", "--parts", self.parts("0 4 4\n4 0 4\n")))
        self.assertIn("something to send", self.refused("all_to_all_v", "--parts", self.parts("0 0\n0 0\n")))

    def test_groups_may_be_the_two_domains(self):
        both, _ = self.bench("all_to_all", "--groups", "2", "--begin", "1M", "--end", "1M")
        alone, _ = self.bench("all_to_all", "--begin", "1M", "--end", "1M")
        self.assertEqual(both["ranks"], 64)
        self.assertAlmostEqual(both["rows"][0]["time_us"] / alone["rows"][0]["time_us"], 1, delta=0.02)

    def test_bytes_are_conserved_and_none_failed(self):
        result, printed = self.bench("all_to_all", "--begin", "1M", "--end", "1M")
        fabric = result["fabric"]
        self.assertEqual(fabric["bytes_injected"], fabric["bytes_delivered"])
        self.assertEqual(fabric["bytes_failed"], 0)
        self.assertIn(f"{fabric['bytes_injected']} injected = {fabric['bytes_delivered']} delivered + 0 failed",
                      printed)

    def test_check_costs_no_simulated_time(self):
        checked, _ = self.bench("all_reduce", "--check", "--begin", "1M", "--end", "1M")
        bare, _ = self.bench("all_reduce", "--begin", "1M", "--end", "1M")
        self.assertEqual(checked["rows"][0]["time_us"], bare["rows"][0]["time_us"])

    def test_links_that_err_lose_and_falsify_nothing(self):
        for kind in FACTORS:
            errors, _ = self.bench(kind, "--begin", "100K", "--end", "100K", "--ranks", 13, "--check",
                                   "--bit-error-rate", "2e-6")
            clean, _ = self.bench(kind, "--begin", "100K", "--end", "100K", "--ranks", 13)
            self.assertEqual([row["wrong"] for row in errors["rows"]], [0], kind)
            self.assertGreater(errors["fabric"]["bytes_replayed"], 0)
            self.assertEqual(errors["fabric"]["bytes_failed"], 0)
            fabric = errors["fabric"]
            self.assertEqual(fabric["bytes_injected"] + fabric["bytes_copied"],
                             fabric["bytes_delivered"] + fabric["bytes_reduced"])
            self.assertEqual(clean["fabric"]["bytes_replayed"], 0)
            self.assertGreater(errors["rows"][0]["time_us"], clean["rows"][0]["time_us"], kind)

    def test_cell_and_rtl_agree_on_links_that_err_too(self):
        arguments = ["all_to_all", "--begin", "1M", "--end", "1M", "--bit-error-rate", "1e-6"]
        cell, _ = self.bench(*arguments)
        rtl, _ = self.bench(*arguments, "--fidelity", "rtl")
        self.assertEqual(cell["rows"], rtl["rows"])
        self.assertEqual(cell["fabric"], rtl["fabric"])

    def test_large_exchanges_in_flow_are_within_3_percent_of_cells(self):
        # Flow takes longer messages here. 63 blocks of 16 MiB over the payload rate are 1422 us.
        for collective in ["all_to_all", "all_gather"]:
            arguments = [collective, "--algorithm", "direct", "--begin", "1G", "--end", "1G"]
            cell, _ = self.bench(*arguments)
            flow, _ = self.bench(*arguments, "--fidelity", "flow")
            cell_us, flow_us = (result["rows"][0]["time_us"] for result in (cell, flow))
            self.assertLess(abs(flow_us / cell_us - 1), 0.03, collective)
            self.assertGreater(flow_us, 63 * (16 << 20) / LINE_RATE_GBPS / 1e3)
            # What is sent after the boot; all of it arrives.
            self.assertEqual(flow["fabric"]["bytes_injected"], flow["fabric"]["bytes_delivered"])

    def test_data_arrive_whole_in_long_messages(self):
        # Blocks of 4 MiB go in quarters of 1 MiB.
        for collective in ["all_to_all", "all_reduce"]:
            result, _ = self.bench(collective, "--ranks", 3, "--algorithm", "direct", "--check", "--begin", "12M",
                                   "--end", "12M", "--fidelity", "flow")
            self.assertEqual(result["rows"][0]["wrong"], 0)

    def test_an_error_rate_that_replay_cannot_repair_is_refused(self):
        done = self.call("all_reduce", "--bit-error-rate", "0.1")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--bit-error-rate: expected 0 to 0.01, found 0.1", done.stderr)

    def test_cell_and_rtl_take_exactly_the_same_time(self):
        cell, _ = self.bench("all_to_all", "--begin", "4K", "--end", "4M", "--factor", "32", "--fidelity", "cell")
        rtl, _ = self.bench("all_to_all", "--begin", "4K", "--end", "4M", "--factor", "32", "--fidelity", "rtl")
        self.assertEqual(cell["rows"], rtl["rows"])
        self.assertEqual((cell["fidelity"], rtl["fidelity"]), ("cell", "rtl"))

    def test_auto_says_why(self):
        # Switches have no room for nine groups.
        result, printed = self.bench("reduce_scatter", "--ranks", "4", "--groups", "9", "--begin", "8", "--end", "8")
        self.assertEqual(result["rows"][0]["algorithm"], "direct")
        self.assertIn("in 1 step; next", result["rows"][0]["reason"])
        self.assertIn("# auto takes direct: estimated at", printed)
        result, printed = self.bench("all_reduce", "--begin", "8", "--end", "8")
        self.assertEqual(result["rows"][0]["algorithm"], "in_switch")
        self.assertIn("in 1 step; next direct", result["rows"][0]["reason"])

    def test_groups_of_different_domains_share_no_switch_and_auto_knows(self):
        row = ["all_reduce", "--begin", "1M", "--end", "1M"]
        alone, _ = self.bench(*row, "--ranks", "8")
        apart, _ = self.bench(*row, "--members", "0-7/64-71")
        beside, _ = self.bench(*row, "--members", "0-7/8-15")
        self.assertEqual(apart["rows"], alone["rows"])
        self.assertNotEqual(beside["rows"][0]["reason"], alone["rows"][0]["reason"])

    def test_auto_is_no_slower_than_any_algorithm_by_more_than_its_estimate_can_tell(self):
        for size in ("1K", "1M", "64M"):
            times = {}
            for algorithm in ("auto", "ring", "direct", "halving_doubling", "binary_tree", "double_binary_tree", "in_switch"):
                result, _ = self.bench("all_reduce", "--algorithm", algorithm, "--begin", size, "--end", size)
                times[algorithm] = result["rows"][0]["time_us"]
            self.assertLessEqual(times["auto"], 1.05 * min(times.values()), (size, times))

    def test_the_algorithm_that_is_asked_for_is_taken_and_needs_no_reason(self):
        result, printed = self.bench("broadcast", "--ranks", "5", "--algorithm", "ring", "--begin", "1M", "--end", "1M")
        self.assertEqual(result["ranks"], 5)
        self.assertEqual(result["rows"][0]["algorithm"], "ring")
        self.assertNotIn("reason", result["rows"][0])
        self.assertNotIn("auto takes", printed)

    def test_an_in_switch_all_reduce_runs_at_the_payload_rate_of_a_link(self):
        # A rank sends S and gets S, at the same time: S over the payload rate, and what one step takes. The
        # estimate of `auto` is that closed form.
        size = 256 << 20
        for collective in ("all_reduce", "reduce_scatter", "broadcast", "all_gather"):
            result, _ = self.bench(collective, "--algorithm", "in_switch", "--begin", size, "--end", size)
            row = result["rows"][0]
            least = size / LINE_RATE_GBPS / 1e3
            self.assertGreater(row["time_us"], least, collective)
            self.assertLess(row["time_us"], 1.03 * least + 5, collective)
        # busbw is nearly twice the line rate: the definition counts what a ring would send.
        result, _ = self.bench("all_reduce", "--algorithm", "in_switch", "--begin", "256M", "--end", "256M")
        self.assertAlmostEqual(result["rows"][0]["busbw_GBps"], LINE_RATE_GBPS * 2 * 63 / 64, delta=0.03 * 1464)
        # 64 contributions became one sum, of which there were 64 copies.
        fabric = result["fabric"]
        self.assertEqual(fabric["bytes_reduced"], 63 * (256 << 20))
        self.assertEqual(fabric["bytes_copied"], 63 * (256 << 20))
        self.assertEqual(fabric["bytes_injected"], fabric["bytes_delivered"])

    def test_auto_is_no_more_than_a_tenth_slower_than_the_best_reduce_scatter(self):
        sizes = ["--ranks", "8", "--begin", "1M", "--end", "256M", "--factor", "4", "--fidelity", "flow"]
        chosen, _ = self.bench("reduce_scatter", *sizes)
        best = [row["time_us"] for row in chosen["rows"]]
        for algorithm in ["ring", "direct", "halving_doubling", "in_switch"]:
            fixed, _ = self.bench("reduce_scatter", *sizes, "--algorithm", algorithm)
            best = [min(time, row["time_us"]) for time, row in zip(best, fixed["rows"])]
        for time, row in zip(best, chosen["rows"]):
            self.assertLess(row["time_us"], 1.1 * time, row)

    def test_cell_and_rtl_agree_on_what_switches_reduce(self):
        for collective in ("all_reduce", "reduce_scatter"):
            arguments = [collective, "--algorithm", "in_switch", "--ranks", "24", "--check", "--begin", "100K", "--end",
                         "1M", "--factor", "10"]
            cell, _ = self.bench(*arguments)
            both, _ = self.bench(*arguments, "--fidelity", "lockstep")
            self.assertEqual(cell["rows"], both["rows"])
            self.assertEqual(cell["fabric"], both["fabric"])

    def test_flow_and_cell_agree_on_what_switches_reduce_and_hand_out(self):
        for collective in IN_SWITCH:
            for size, groups in (("256K", "1"), ("16M", "1"), ("4M", "4")):
                arguments = [collective, "--algorithm", "in_switch", "--ranks", "16", "--groups", groups,
                             "--begin", size, "--end", size, "--check"]
                cell, _ = self.bench(*arguments)
                flow, _ = self.bench(*arguments, "--fidelity", "flow")
                self.assertAlmostEqual(flow["rows"][0]["time_us"] / cell["rows"][0]["time_us"], 1, delta=0.05,
                                       msg=(collective, size, groups))
                self.assertEqual(flow["fabric"], cell["fabric"])
                self.assertEqual(flow["rows"][0]["wrong"], 0)

    def test_several_groups_share_what_one_switch_hands_out(self):
        wire = (4 << 20) / LINE_RATE_GBPS / 1e3
        for collective, fidelity in [(each, "flow") for each in IN_SWITCH] + [("all_reduce", "cell")]:
            arguments = [collective, "--algorithm", "in_switch", "--ranks", "8", "--begin", "4M", "--end", "4M",
                         "--fidelity", fidelity, "--check"]
            alone, _ = self.bench(*arguments)
            four, _ = self.bench(*arguments, "--groups", "4")
            self.assertEqual(four["rows"][0]["wrong"], 0)
            self.assertAlmostEqual(four["rows"][0]["time_us"] - alone["rows"][0]["time_us"], 3 * wire,
                                   delta=0.1 * wire, msg=(collective, fidelity))

    def test_reductions_that_switches_cannot_do_are_refused(self):
        self.assertIn("--algorithm: in_switch does no all_to_all", self.refused("all_to_all", "--algorithm", "in_switch"))
        self.assertIn("expected at most 8 groups", self.refused("all_reduce", "--algorithm", "in_switch", "--ranks", "4",
                                                               "--groups", "9"))

    def test_a_traffic_class_that_the_switches_do_not_have_is_refused(self):
        self.assertIn("--traffic-class: the switches of al128 have 1 traffic class",
                      self.refused("all_reduce", "--traffic-class", "1"))

    def test_sizes_are_whole_elements_and_as_written(self):
        result, _ = self.bench("send_receive", "--begin", "10", "--end", "1K", "--factor", "10")
        self.assertEqual([row["bytes"] for row in result["rows"]], [8, 100, 1000])

    def test_bad_input_is_refused_by_name(self):
        self.assertIn("power of two of ranks, not 6",
                      self.refused("all_reduce", "--ranks", "6", "--algorithm", "halving_doubling"))
        self.assertIn("ring does no all_to_all; expected direct", self.refused("all_to_all", "--algorithm", "ring"))
        self.assertIn("65 ranks do not fit", self.refused("all_reduce", "--ranks", "65"))
        self.assertIn("--ranks: expected 2 to 64, not 1", self.refused("all_reduce", "--ranks", "1"))
        self.assertIn("9 groups of 16 ranks do not fit", self.refused("all_reduce", "--ranks", "16", "--groups", "9"))
        self.assertIn("GPUs 60 to 79 of al128 are one group", self.refused("all_reduce", "--ranks", "20", "--groups", "4"))
        self.assertIn("--groups: expected a whole number from 1", self.refused("all_reduce", "--groups", "0"))
        self.assertIn("COLLECTIVE: expected one of all_reduce", self.refused("allreduce"))
        self.assertIn("--algorithm: expected one of auto", self.refused("all_reduce", "--algorithm", "tree"))
        self.assertIn("--begin", self.refused("all_reduce", "--begin", "3"))
        self.assertIn("--begin", self.refused("all_reduce", "--begin", "-8"))
        self.assertIn("--begin", self.refused("all_reduce", "--begin", "8 apples"))
        self.assertIn("--end", self.refused("all_reduce", "--begin", "1M", "--end", "1K"))
        self.assertIn("--end", self.refused("all_reduce", "--end", "99999999G"))
        self.assertIn("--factor", self.refused("all_reduce", "--factor", "1"))
        self.assertIn("cannot be written", self.refused("all_reduce", "--json", self.folder / "no" / "file.json"))


if __name__ == "__main__":
    unittest.main()
