"""The model of a communication library against measurements."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SUPERNODE = sys.argv.pop(1)
PLATFORMS = pathlib.Path(__file__).resolve().parents[2] / "platforms"

# 8 x H200 SXM, all-reduce of nccl-tests: bytes and bus bandwidth in GB/s, as published in
# stas00/ml-engineering, network/benchmarks/results/all-reduce-8xH200.md.
MEASURED = [(32768, 3.2), (131072, 12.4), (524288, 48.3), (2097152, 91.48), (8388608, 182.03),
            (33554432, 298.44), (134217728, 411.21), (536870912, 455.82), (2147483648, 468.31),
            (8589934592, 475.16)]
RING_MEASURED = 367.61  # the same node with in-switch reduction disabled, large messages


def bench(*arguments):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "rows.json"
        done = subprocess.run([SUPERNODE, "bench", *map(str, arguments), "--json", file],
                              capture_output=True, text=True, timeout=120)
        return done, json.loads(file.read_text()) if done.returncode == 0 else None


class LibraryTest(unittest.TestCase):
    def test_every_published_point_of_h200_is_within_five_percent(self):
        done, result = bench(PLATFORMS / "hgx_h200.yaml", "all_reduce", "--begin", "32K", "--end",
                             "8G", "--factor", "4")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([row["bytes"] for row in result["rows"]], [size for size, _ in MEASURED])
        for row, (size, busbw) in zip(result["rows"], MEASURED):
            self.assertLess(abs(row["busbw_GBps"] / busbw - 1), 0.05, f"{size} bytes: {row}")

    def test_ring_without_in_switch_reduction_is_within_five_percent(self):
        _, result = bench(PLATFORMS / "hgx_h200.yaml", "all_reduce", "--begin", "8G", "--end", "8G",
                          "--algorithm", "ring")
        self.assertLess(abs(result["rows"][0]["busbw_GBps"] / RING_MEASURED - 1), 0.05)

    def test_the_ring_is_low_latency_up_to_its_size_and_the_switch_reduces_above(self):
        _, result = bench(PLATFORMS / "hgx_h200.yaml", "all_reduce", "--begin", "1M", "--end", "2M")
        self.assertEqual([row["algorithm"] for row in result["rows"]], ["ring", "in_switch"])
        self.assertIn("low latency", result["rows"][0]["reason"])

    def test_other_machines_say_that_the_parameters_are_assumed(self):
        done, result = bench(PLATFORMS / "nvl72.yaml", "all_reduce", "--begin", "1G", "--end", "1G")
        self.assertIn("rests on", done.stdout)
        keys = [one["key"] for one in result["library"]["assumed"]]
        self.assertIn("collectives.in_switch.launch", keys)
        # By hand: 27 us, and 73/72 of 1 GiB and of 12 MiB that fill the pipeline, at 0.7225 of
        # 1800/2 GB/s x 16/17 of payload.
        rate = 0.7225 * 900e9 * 0.9412
        by_hand = 27e-6 + 73 / 72 * (2**30 + 12 * 2**20) / rate
        self.assertLess(abs(result["rows"][0]["time_us"] * 1e-6 / by_hand - 1), 0.001)

    def test_few_bytes_over_many_ranks_are_summed_up_in_the_switch(self):
        # By hand: a low-latency ring of 72 waits for 142 steps of 1.28 us; the switch takes 27 us, and 73/72 of 1 MiB
        # and of 0.75 MiB that fill the pipeline. Of 8 ranks the ring waits for 14 steps.
        _, result = bench(PLATFORMS / "nvl72.yaml", "all_reduce", "--begin", "1M", "--end", "1M")
        self.assertEqual(result["rows"][0]["algorithm"], "in_switch")
        by_hand = 27e-6 + 73 / 72 * 1.75 * 2**20 / (0.7225 * 900e9 * 0.9412)
        self.assertLess(abs(result["rows"][0]["time_us"] * 1e-6 / by_hand - 1), 0.001)
        _, result = bench(PLATFORMS / "nvl72.yaml", "all_reduce", "--ranks", "8", "--begin", "1M", "--end", "1M")
        self.assertEqual(result["rows"][0]["algorithm"], "ring")

    def test_an_uneven_exchange_takes_as_long_as_its_busiest_rank(self):
        def weight(source, destination):
            mask = 2**64 - 1
            mixed = ((source << 32 | destination) + 0x9E3779B97F4A7C15) & mask
            mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9 & mask
            mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & mask
            return 1 + (mixed ^ mixed >> 31) % 7

        ranks, size = 16, 64 << 20
        given = [[weight(i, j) / sum(weight(i, k) for k in range(ranks)) * size for j in range(ranks)]
                 for i in range(ranks)]
        busiest = max(max(sum(given[i]) - given[i][i] for i in range(ranks)),
                      max(sum(given[j][i] for j in range(ranks) if j != i) for i in range(ranks)))
        self.assertGreater(busiest, 1.1 * size * 15 / 16)  # else the test says nothing
        _, result = bench(PLATFORMS / "nvl72.yaml", "all_to_all_v", "--ranks", ranks, "--begin", "64M", "--end", "64M")
        by_hand = 11.8e-6 + busiest / (0.936 * 900e9 * 0.9412)
        self.assertLess(abs(result["rows"][0]["time_us"] * 1e-6 / by_hand - 1), 0.001)

    def test_without_the_library_switches_are_simulated(self):
        done, result = bench(PLATFORMS / "hgx_h200.yaml", "all_reduce", "--begin", "1M", "--end",
                             "1M", "--no-library")
        self.assertIn("brought up by firmware", done.stdout)
        self.assertNotIn("library", result)

    def test_what_the_library_does_not_do_is_refused(self):
        done, _ = bench(PLATFORMS / "hgx_h200.yaml", "all_gather", "--algorithm", "in_switch")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--algorithm: the library nccl does no all_gather by in_switch here; expected "
                      "ring, or --no-library", done.stderr)


if __name__ == "__main__":
    unittest.main()
