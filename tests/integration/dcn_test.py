"""supernode dcn: loads of a scenario over the DCN link of a CIPU, against closed forms of AL128's figures."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPERNODE = sys.argv.pop(1)
SCENARIO = ROOT / "workloads" / "scenarios" / "deepseek_v3_decode.yaml"

# AL128: partitions of 8 GPUs, 204 Gbit/s of DCN, 6 GB/s of storage. A rank's KV cache is that of 128 requests of
# 4096 tokens of 70272 bytes.
GPUS = 8
DCN = 25.5e9
STORAGE = 6e9
CACHE = 128 * 4096 * 70272
RANKS = 64


def run(platform, *options):
    return subprocess.run([SUPERNODE, "dcn", ROOT / "platforms" / platform, SCENARIO, *options], capture_output=True,
                          text=True)


def rows(*options):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "dcn.json"
        done = run("al128.yaml", *options, "--json", file)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        return {row["name"]: row for row in json.loads(file.read_text())["rows"]}


class DcnTest(unittest.TestCase):
    def test_the_gpus_of_a_cipu_share_its_link_and_storage_leaves_what_it_cannot_give(self):
        loads = rows("--prompts", "0")
        cache = loads["KV cache from its store"]
        weights = loads["weights from storage"]
        self.assertEqual(cache["bytes"], RANKS * CACHE)
        self.assertAlmostEqual(cache["alone_s"], GPUS * CACHE / DCN, delta=0.001 * cache["alone_s"])
        self.assertAlmostEqual(cache["together_s"], GPUS * CACHE / (DCN - STORAGE), delta=0.001 * cache["together_s"])
        per_partition = weights["bytes"] / RANKS * GPUS
        self.assertAlmostEqual(weights["alone_s"], per_partition / STORAGE, delta=0.001 * weights["alone_s"])
        self.assertAlmostEqual(weights["together_s"], weights["alone_s"], delta=0.001 * weights["alone_s"])

    def test_what_users_send_gets_an_equal_share(self):
        loads = rows("--weights", "0", "--kv-cache", "0.5")
        prompts = loads["prompts from users"]
        self.assertEqual(set(loads), {"prompts from users", "KV cache from its store"})
        self.assertEqual(prompts["bytes"], RANKS * 128 * 4096 * 4)
        # Half of the link, since each GPU has a flow of either kind; 10 us of latency and more on top.
        self.assertAlmostEqual(prompts["together_s"], 2 * prompts["alone_s"], delta=0.01 * prompts["together_s"])
        self.assertEqual(loads["KV cache from its store"]["bytes"], RANKS * CACHE // 2)

    def test_what_cannot_be_done_is_refused(self):
        for platform, options, words in (("cloudmatrix384.yaml", (), "expected a machine with CIPUs"),
                                         ("hgx_h100.yaml", (), "64 ranks do not fit"),
                                         ("al128.yaml", ("--kv-cache", "2"), "--kv-cache")):
            with self.subTest(words):
                done = run(platform, *options)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
