#!/usr/bin/python3
"""scripts/regress passes, fails, resumes and reports as it says, on plans and tests made up for it; and
it finds a planted bug in the arbiter and prints the command that finds it again.

Usage: regress_test.py PATH_OF_ARBITER_LOCKSTEP
"""

import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as xml

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1]
REGRESS = ROOT / "scripts" / "regress"
LOCKSTEP = None


class RegressTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.build = self.folder / "build"
        self.build.mkdir()
        self.out = self.folder / "out"
        self.ctest(good="exit 0")

    def ctest(self, properties="", **scripts):
        """The tests that CTest lists: shell scripts."""
        lines = [f"add_test([=[{name}]=] /bin/sh -c [=[{script}]=])\n" for name, script in scripts.items()]
        (self.build / "CTestTestfile.cmake").write_text("".join(lines) + properties)

    def plan(self, points=(("works", ["good"]),), tests=(), **extra):
        plan = {"block": "thing", "tests": list(tests), **extra, "points": [
            {"name": name, "description": "It <works> & holds", "stage": "V1", "tests": patterns}
            for name, patterns in points]}
        path = self.folder / "plan.yaml"
        path.write_text(yaml.safe_dump(plan))
        return path

    @staticmethod
    def seeded(script, quick=3, timeout=20):
        return {"name": "seeded", "command": ["/bin/sh", "-c", script], "timeout": timeout,
                "seeds": {"quick": quick, "nightly": 100}}

    def command(self, plan, *options):
        return [str(part) for part in (REGRESS, "--build", self.build, "--plan", plan, "--out", self.out, *options)]

    def regress(self, plan, *options, expect):
        done = subprocess.run(self.command(plan, *options), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def results(self):
        return json.loads((self.out / "results.json").read_text())

    def status(self):
        return {result["id"]: result["status"] for result in self.results()["results"]}

    def test_passes_when_all_tests_pass_and_every_point_has_one(self):
        printed = self.regress(self.plan([("works", ["good", "seeded"])], [self.seeded("exit 0")]), expect=0)
        self.assertIn("4 passed, 0 failed", printed)
        self.assertIn("1 of 1 points", printed)
        self.assertEqual(self.status(), {"good": "passed", "seeded.seed_1": "passed", "seeded.seed_2": "passed",
                                         "seeded.seed_3": "passed"})
        self.assertTrue(self.results()["passed"])

    def test_a_failing_test_fails_it_and_its_log_is_kept(self):
        self.ctest(good="exit 0", bad="echo the reason; exit 3")
        printed = self.regress(self.plan([("works", ["good"]), ("holds", ["*d"])]), expect=1)
        self.assertIn("FAILED  bad: exit code 3", printed)
        self.assertIn("the reason", (self.out / "logs" / "bad.log").read_text())
        summary = self.results()
        self.assertEqual(summary["points_failed"], ["holds"])
        self.assertFalse(summary["passed"])

    def test_a_point_without_a_passing_test_fails_it(self):
        printed = self.regress(self.plan([("works", ["good"]), ("lacks", ["nowhere*"])]), expect=1)
        self.assertIn("FAILED  point thing.lacks: no passing test nowhere*", printed)
        self.assertEqual(self.status(), {"good": "passed"})

    def test_a_failing_seed_is_rerun_and_reproduced_by_its_shortest_run(self):
        seeded = self.seeded("exit $(( {seed} == 2 ))")
        seeded["rerun"] = ["/bin/sh", "-c", "mkdir -p {out} && echo wave > {out}/waveform.fst && echo reproduce: again {seed}"]
        printed = self.regress(self.plan(tests=[seeded]), expect=1)
        self.assertIn("reproduce: again 2", printed)
        self.assertEqual((self.out / "logs" / "seeded.seed_2" / "waveform.fst").read_text(), "wave\n")
        self.assertIn("kept", (self.out / "index.html").read_text())

    def test_a_rerun_that_keeps_nothing_is_said(self):
        seeded = self.seeded("exit $(( {seed} == 2 ))")
        seeded["rerun"] = ["/bin/sh", "-c", "exit 1"]
        printed = self.regress(self.plan(tests=[seeded]), expect=1)
        self.assertIn("no waveform was kept: exit code 1", printed)

    def test_a_skipped_test_is_no_passing_test(self):
        self.ctest("set_tests_properties(good PROPERTIES SKIP_REGULAR_EXPRESSION \"not here\")\n",
                   good="echo not here; exit 0", other="exit 0")
        printed = self.regress(self.plan([("works", ["good", "other"])]), expect=1)
        self.assertIn("no passing test good", printed)

    def test_properties_of_ctest_are_respected(self):
        self.ctest("set_tests_properties(inverse PROPERTIES WILL_FAIL ON)\n"
                   "set_tests_properties(says PROPERTIES PASS_REGULAR_EXPRESSION \"magic\")\n"
                   "set_tests_properties(mute PROPERTIES PASS_REGULAR_EXPRESSION \"magic\")\n",
                   inverse="exit 1", says="echo magic; exit 1", mute="exit 0")
        self.regress(self.plan([("works", ["*"])]), expect=1)
        self.assertEqual(self.status(), {"inverse": "passed", "says": "passed", "mute": "failed"})

    def test_a_test_that_hangs_is_killed_with_its_children(self):
        begin = time.monotonic()
        plan = self.plan(tests=[self.seeded("sleep 600 & sleep 600", quick=1, timeout=1)])
        printed = self.regress(plan, expect=1)
        self.assertIn("took longer than 1 s", printed)
        self.assertLess(time.monotonic() - begin, 60)

    def test_goes_on_after_a_kill_without_running_anything_twice(self):
        done = self.folder / "done"
        hang = self.folder / "hang"
        hang.touch()
        # Seed 4 hangs as long as the file is there; every run that ends is noted.
        script = f"[ {{seed}} -eq 4 ] && [ -e {hang} ] && sleep 20; echo {{seed}} >> {done}"
        plan = self.plan([("works", ["good", "seeded"])], [self.seeded(script, quick=8, timeout=60)])
        with subprocess.Popen(self.command(plan, "--jobs", 1), stdout=subprocess.PIPE, text=True) as process:
            state = self.out / "state.jsonl"
            for _ in range(600):
                if state.exists() and state.read_text().count("\n") == 4:
                    break
                time.sleep(0.05)
            process.send_signal(signal.SIGKILL)
        self.assertFalse((self.out / "results.json").exists())
        with state.open("a") as file:
            file.write('{"id": "cut o')  # as a crash in mid-write leaves it
        hang.unlink()
        printed = self.regress(plan, "--jobs", 1, expect=0)
        self.assertIn("goes on after 4 results", printed)
        self.assertEqual(self.results()["count"]["passed"], 9)
        seeds = done.read_text().split()
        self.assertEqual([seed for seed in seeds if seed != "4"], ["1", "2", "3", "5", "6", "7", "8"])

    def test_a_polite_end_says_how_to_go_on(self):
        plan = self.plan(tests=[self.seeded("sleep 600", quick=1, timeout=900)])
        with subprocess.Popen(self.command(plan, "--jobs", 1), stderr=subprocess.PIPE, text=True) as process:
            state = self.out / "state.jsonl"
            for _ in range(600):
                if state.exists() and state.read_text().count("\n") == 1:
                    break
                time.sleep(0.05)
            time.sleep(0.3)
            process.send_signal(signal.SIGTERM)
            self.assertIn("interrupted after 1 results", process.stderr.read())
        self.assertEqual(process.returncode, 130)
        self.assertFalse((self.out / "results.json").exists())

    def test_an_interrupted_regression_of_another_configuration_is_not_mixed_in(self):
        plan = self.plan()
        self.regress(plan, expect=0)
        (self.out / "results.json").unlink()
        self.assertIn("--fresh", self.regress(plan, "--seed", 5, expect=2))
        self.regress(plan, "--seed", 5, "--fresh", expect=0)

    def test_a_finished_regression_is_begun_anew(self):
        plan = self.plan()
        self.regress(plan, expect=0)
        self.assertNotIn("goes on", self.regress(plan, expect=0))

    def test_seeds_are_chosen_by_options(self):
        plan = self.plan(tests=[self.seeded("exit 0")])
        self.regress(plan, "--seeds", 2, "--seed", 70, "--test", "seeded", expect=0)
        self.assertEqual(list(self.status()), ["seeded.seed_70", "seeded.seed_71"])
        self.assertIsNone(self.results()["points"])

    def test_one_seed_can_be_named(self):
        self.regress(self.plan(tests=[self.seeded("exit 0")]), "--test", "seeded.seed_2", expect=0)
        self.assertEqual(list(self.status()), ["seeded.seed_2"])

    def test_until_draws_new_seeds_and_ends(self):
        begin = time.monotonic()
        plan = self.plan(tests=[self.seeded("exit 0", quick=2)])
        self.regress(plan, "--until", "2s", expect=0)
        self.assertLess(time.monotonic() - begin, 60)
        seeds = {result["seed"] for result in self.results()["results"] if result["seed"]}
        self.assertGreater(len(seeds), 2)
        self.assertEqual(seeds, set(range(1, len(seeds) + 1)))

    def test_what_was_not_run_in_time_fails_it(self):
        plan = self.plan(tests=[self.seeded("sleep 1", quick=50)])
        self.assertRegex(self.regress(plan, "--until", "1s", "--jobs", 1, expect=1), r"[1-9]\d* not run")

    def test_junit_is_well_formed_and_counts_what_failed(self):
        self.ctest(good="exit 0", **{"odd <&\"name": "printf 'a\\001b'; exit 1"})
        self.regress(self.plan([("works", ["good"]), ("holds", ["odd*"])]), expect=1)
        suites = {suite.get("name"): suite for suite in xml.parse(self.out / "junit.xml").getroot()}
        self.assertEqual(set(suites), {"ctest", "testplan"})
        self.assertEqual((suites["ctest"].get("tests"), suites["ctest"].get("failures")), ("2", "1"))
        self.assertEqual((suites["testplan"].get("tests"), suites["testplan"].get("failures")), ("2", "1"))
        failed = [case.get("name") for case in suites["ctest"] if case.find("failure") is not None]
        self.assertEqual(failed, ["odd <&\"name"])

    def test_the_page_shows_points_failures_and_escapes_them(self):
        self.ctest(good="exit 0", bad="exit 1")
        self.regress(self.plan([("works", ["good"]), ("holds", ["bad"])]), expect=1)
        page = (self.out / "index.html").read_text()
        self.assertIn("It &lt;works&gt; &amp; holds", page)
        self.assertIn('<a href="logs/bad.log">bad</a>', page)
        self.assertEqual(page.count('<tr id="'), 2)

    def test_a_plan_with_a_key_that_is_not_known_is_refused(self):
        self.assertIn("the plan: colour is not known", self.regress(self.plan(colour="red"), expect=2))

    def test_a_test_that_does_not_exist_is_refused(self):
        self.assertIn("no test has that name", self.regress(self.plan(), "--test", "nothing", expect=2))

    def test_a_planted_bug_is_found_and_the_printed_command_finds_it_again(self):
        test = {"name": "seeded", "timeout": 60, "seeds": {"quick": 2, "nightly": 2},
                "command": [LOCKSTEP, "--seed", "{seed}", "--planted-bug", "ready_ignored"]}
        printed = self.regress(self.plan(tests=[test]), expect=1)
        command = re.search(r"FAILED  seeded.seed_2: .*\n\s+reproduce: (.*)", printed)[1]
        again = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn("the arbiters differ in slot", again.stdout)
        self.assertIn(again.stdout, (self.out / "logs" / "seeded.seed_2.log").read_text())


if __name__ == "__main__":
    LOCKSTEP = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
