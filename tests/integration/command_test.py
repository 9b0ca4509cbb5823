#!/usr/bin/python3
"""The supernode command refuses bad input: it names the file, the key and what was expected, exits with 2 and
writes nothing. A failed run exits with 1.

Usage: command_test.py PATH_OF_SUPERNODE
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SUPERNODE = None
PLATFORM = ROOT / "platforms" / "al128.yaml"
CLUSTER = ROOT / "platforms" / "cloudmatrix384_cluster.yaml"
SCENARIO = ROOT / "workloads" / "scenarios" / "deepseek_v3_decode.yaml"


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def call(self, *arguments):
        return subprocess.run([SUPERNODE, *map(str, arguments)], capture_output=True, text=True, cwd=self.folder)

    def refused(self, *arguments):
        done = self.call(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(list(self.folder.glob("results")), [])
        return done.stderr + done.stdout

    def changed(self, file, old, new):
        """A copy of a file in which `old` is `new`; scenarios find their model by an absolute path."""
        text = file.read_text()
        self.assertIn(old, text)
        copy = self.folder / file.name
        copy.write_text(text.replace(old, new, 1).replace("../models/", str(ROOT / "workloads" / "models") + "/"))
        return copy

    def test_a_missing_platform_is_named(self):
        self.assertIn("nowhere.yaml", self.refused("run", "nowhere.yaml", SCENARIO))

    def test_a_platform_with_zero_ports_is_refused(self):
        file = self.changed(PLATFORM, "ports: {value: 80", "ports: {value: 0")
        message = self.refused("run", file, SCENARIO)
        self.assertIn("switch.ports", message)
        self.assertRegex(message, r"al128\.yaml:\d+:")

    def test_more_ports_than_the_arbiter_has_are_refused(self):
        file = self.changed(PLATFORM, "ports: {value: 80", "ports: {value: 256")
        self.assertIn("128", self.refused("platform", "show", file))

    def test_seven_gpus_per_partition_are_refused(self):
        file = self.changed(PLATFORM, "accelerators_per_partition: {value: 8", "accelerators_per_partition: {value: 7")
        self.assertIn("expected 8, 16 or 32", self.refused("platform", "show", file))

    def test_an_unknown_key_of_a_scenario_is_refused(self):
        file = self.changed(SCENARIO, "mode: decode", "mode: decode\nspeed: high")
        self.assertIn("speed", self.refused("run", PLATFORM, file))

    def test_more_ranks_than_a_domain_has_are_refused(self):
        file = self.changed(SCENARIO, "value: 64\n", "value: 128\n")
        self.assertIn("128 ranks do not fit", self.refused("run", PLATFORM, file))

    def test_more_iterations_than_the_arbiter_can_do_are_refused(self):
        file = self.changed(PLATFORM, "arbiter_iterations: {value: 1", "arbiter_iterations: {value: 5")
        self.assertIn("switch.arbiter_iterations", self.refused("run", file, SCENARIO, "--fidelity", "rtl"))

    def test_an_unknown_fidelity_is_refused(self):
        self.assertIn("fidelity", self.refused("run", PLATFORM, SCENARIO, "--fidelity", "magic"))

    def test_a_seed_that_is_no_number_is_refused(self):
        self.refused("run", PLATFORM, SCENARIO, "--seed", "many")

    def test_numbers_are_neither_clamped_nor_guessed(self):
        for arguments, option in (
                (("run", PLATFORM, SCENARIO, "--seed", "-1"), "--seed"),
                (("run", PLATFORM, SCENARIO, "--seed", 2**64), "--seed"),
                (("traffic", "--seed", 2**64), "--seed"),
                (("traffic", "--ports", "010"), "--ports"),
                (("traffic", "--ports", "0x10"), "--ports"),
                (("traffic", "--slots", 0), "--slots"),
                (("traffic", "--load", "nan"), "--load"),
                (("traffic", "--load", "much"), "--load"),
                (("bench", PLATFORM, "all_reduce", "--ranks", 0), "--ranks"),
                (("bench", PLATFORM, "all_reduce", "--ranks", 2**32 + 2), "--ranks"),
                (("bench", PLATFORM, "all_reduce", "--groups", 0), "--groups"),
                (("bench", PLATFORM, "all_reduce", "--factor", "-2"), "--factor"),
                (("bench", PLATFORM, "all_reduce", "--bit-error-rate", "nan"), "--bit-error-rate"),
                (("nic", CLUSTER, "single", "--loss", "nan"), "--loss"),
                (("nic", CLUSTER, "single", "--stride", 0), "--stride"),
                (("dcn", PLATFORM, SCENARIO, "--weights", "nan"), "--weights"),
                (("hart", "--max-instructions", "-1"), "--max-instructions")):
            with self.subTest(arguments=arguments):
                self.assertRegex(self.refused(*arguments), option + r": expected a (whole )?number")

    def test_options_of_another_pattern_are_refused(self):
        self.assertIn("--hotspot-share: expected only with --pattern hotspot",
                      self.refused("traffic", "--hotspot-share", 0.1))
        self.assertIn("--burst-length: expected only with --pattern bursty",
                      self.refused("traffic", "--burst-length", 4, "--pattern", "hotspot"))

    def test_a_folder_is_no_file(self):
        for arguments in (("run", self.folder, SCENARIO), ("run", PLATFORM, self.folder),
                          ("platform", "show", self.folder), ("hart", self.folder), ("hart", "--bios", self.folder)):
            with self.subTest(arguments=arguments):
                self.assertIn(f"{self.folder}: is a folder, expected a file", self.refused(*arguments))

    def test_a_run_that_fails_leaves_the_file_of_an_earlier_one(self):
        old, new = self.folder / "old.json", self.folder / "new.json"
        old.write_text("{}")
        for file in (old, new):
            self.assertIn("load", self.refused("traffic", "--load", 2, "--json", file))
            done = self.call("traffic", "--load", 1e-9, "--warmup", 0, "--slots", 1, "--json", file)
            self.assertEqual(done.returncode, 1)
            self.assertIn("no cell left", done.stderr)
        self.assertEqual(old.read_text(), "{}")
        self.assertFalse(new.exists())

    def test_no_subcommand_is_refused(self):
        self.refused()

    def test_a_broken_firmware_image_is_named(self):
        images = self.folder / "images"
        images.mkdir()
        built = pathlib.Path(SUPERNODE).parents[1] / "share" / "supernode" / "firmware"
        for image in ("switch.elf", "pool.elf"):
            shutil.copy(built / image, images)
        (images / "cipu.elf").write_text("this is no program")
        self.assertIn("cipu.elf", self.refused("firmware", PLATFORM, "--firmware", images))

    def test_firmware_of_another_width_is_refused(self):
        images = self.folder / "images"
        images.mkdir()
        built = pathlib.Path(SUPERNODE).parents[1] / "share" / "supernode" / "firmware"
        for image in ("switch.elf", "pool.elf"):
            shutil.copy(built / image, images)
        shutil.copy(built / "pool.elf", images / "cipu.elf")
        self.assertIn("cipu.elf", self.refused("run", PLATFORM, SCENARIO, "--firmware", images))

    def test_a_job_that_does_not_fit_into_hbm_fails_and_says_what_it_needs(self):
        file = self.changed(SCENARIO, "value: 4096", "value: 40960")
        done = self.call("run", PLATFORM, file, "--out", self.folder / "out")
        self.assertEqual(done.returncode, 1)
        self.assertIn("of HBM", done.stderr)

    def test_both_platforms_show_their_assumptions(self):
        for name in ("al128", "al128_m890"):
            shown = self.call("platform", "show", ROOT / "platforms" / f"{name}.yaml")
            self.assertEqual(shown.returncode, 0, shown.stderr)
            self.assertIn("accelerator.hbm.bandwidth", shown.stdout)
            self.assertIn("assumed", shown.stdout)

    def test_the_firmware_command_boots_and_prints_what_the_controllers_say(self):
        done = self.call("firmware", PLATFORM)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("cipu15:", done.stdout)
        self.assertIn("1168 ports trained", done.stdout)


if __name__ == "__main__":
    SUPERNODE = sys.argv.pop(1)
    unittest.main()
