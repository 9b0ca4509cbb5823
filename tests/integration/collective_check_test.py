#!/usr/bin/python3
"""Every collective by every algorithm on simulated switches moves the right data, for 2 to 64 ranks, few and odd sizes,
over links that err.

Usage: collective_check_test.py PATH_OF_SUPERNODE
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPERNODE = None
PLATFORM = ROOT / "platforms" / "al128.yaml"
ALGORITHMS = {
    "all_reduce": ["ring", "direct", "halving_doubling", "binary_tree", "double_binary_tree", "in_switch"],
    "reduce_scatter": ["ring", "direct", "halving_doubling", "in_switch"],
    "all_gather": ["ring", "direct", "halving_doubling", "in_switch"],
    "all_to_all": ["direct"],
    "all_to_all_v": ["direct"],
    "broadcast": ["ring", "direct", "binary_tree", "double_binary_tree", "in_switch"],
    "send_receive": ["direct"],
}
# Powers of two, their neighbours, primes, and multiples of neither.
RANKS = [2, 3, 5, 8, 13, 31, 64]
# 3, 111 and 4107 elements: 3 x 37^k, so that blocks of most numbers of ranks differ, or some are empty.
SMALL = ["--begin", "12", "--end", "16428", "--factor", "37"]
# 325,001 elements, a prime: several messages, channels and pieces.
LARGE = ["--begin", "1300004", "--end", "1300004"]


class CollectiveCheckTest(unittest.TestCase):
    def run_checked(self, collective, algorithm, ranks, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "rows.json"
            done = subprocess.run(
                [SUPERNODE, "bench", PLATFORM, collective, "--algorithm", algorithm, "--ranks", str(ranks), "--check",
                 "--json", file, *arguments], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            return json.loads(file.read_text())

    def sweep(self, all_ranks, *arguments):
        """The data are right. Returns the bytes that links have sent again."""
        replayed = 0
        for collective, algorithms in ALGORITHMS.items():
            for algorithm in algorithms:
                for ranks in all_ranks:
                    if algorithm == "halving_doubling" and ranks & (ranks - 1):
                        continue
                    with self.subTest(collective=collective, algorithm=algorithm, ranks=ranks):
                        result = self.run_checked(collective, algorithm, ranks, *arguments)
                        self.assertEqual({row["wrong"] for row in result["rows"]}, {0})
                        fabric = result["fabric"]
                        self.assertEqual(fabric["bytes_failed"], 0)
                        self.assertEqual(fabric["bytes_injected"] + fabric["bytes_copied"],
                                         fabric["bytes_delivered"] + fabric["bytes_reduced"])
                        replayed += fabric["bytes_replayed"]
        return replayed

    def test_no_element_of_few_is_wrong_over_links_that_err(self):
        self.assertGreater(self.sweep(RANKS, *SMALL, "--bit-error-rate", "1e-6"), 0)

    def test_no_element_of_many_is_wrong_over_links_that_err(self):
        self.assertGreater(self.sweep([7, 16], *LARGE, "--bit-error-rate", "1e-6"), 0)

    def test_and_none_in_flow(self):
        # Flow counts the time of replays, by their closed form, but repeats no cell.
        self.sweep([7, 16], *LARGE, "--bit-error-rate", "1e-6", "--fidelity", "flow")


if __name__ == "__main__":
    SUPERNODE = sys.argv.pop(1)
    unittest.main()
