#!/usr/bin/python3
"""The report opens in headless Chromium, its plots are really drawn, and bad input is refused.

Needs Debian's python3-jinja2, python3-plotly and chromium.
"""

import copy
import html.parser
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import sample_results

ROOT = pathlib.Path(__file__).resolve().parents[2]
RENDER = ROOT / "scripts" / "report" / "render.py"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(html.parser.HTMLParser):
    """What stands in a page: text by element id, and marks drawn in each plot."""

    def __init__(self, text):
        super().__init__()
        self.body = {}
        self.text = {}
        self.marks = {}
        self.external = []
        self._open = []  # (tag, id, classes)
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        classes = (attributes.get("class") or "").split()
        if tag == "body":
            self.body = attributes
        for name in ("src", "href"):
            if (attributes.get(name) or "").startswith(("http", "//", "file")):
                self.external.append(attributes[name])
        plot = next((i for _, i, _ in self._open if i.startswith("plot-")), None)
        if plot:
            marks = self.marks.setdefault(plot, {"svg": 0, "bars": 0, "lines": 0, "images": 0})
            if tag == "svg" and "main-svg" in classes:
                marks["svg"] += 1
            in_point = any("point" in c for _, _, c in self._open)
            if tag == "path" and in_point and attributes.get("d"):
                marks["bars"] += 1
            if tag == "path" and "js-line" in classes and attributes.get("d"):
                marks["lines"] += 1
            if tag == "image" and (attributes.get("xlink:href") or "").startswith("data:image"):
                marks["images"] += 1
        if tag not in VOID:
            self._open.append((tag, attributes.get("id") or "", classes))

    def handle_endtag(self, tag):
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data):
        for _, name, _ in self._open:
            if name:
                self.text[name] = self.text.get(name, "") + data


def render(directory):
    return subprocess.run([sys.executable, RENDER, directory], capture_output=True, text=True, check=False)


def browse(report):
    """The page after its scripts have run."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("chromium is not installed: run scripts/setup")
    with tempfile.TemporaryDirectory() as profile:
        dump = subprocess.run(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
             "--window-size=1400,4000", "--virtual-time-budget=20000", "--dump-dom", report.as_uri()],
            capture_output=True, text=True, timeout=120, check=True)
    return Page(dump.stdout)


class Report(unittest.TestCase):
    """A report of the sample results, rendered and opened once."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.directory = pathlib.Path(cls.folder.name)
        cls.details = sample_results.details()
        sample_results.write(cls.directory)
        done = render(cls.directory)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        cls.source = (cls.directory / "report.html").read_text(encoding="utf-8")
        cls.page = browse(cls.directory / "report.html")

    def test_every_plot_is_drawn_with_all_its_data(self):
        self.assertEqual(self.page.body.get("data-plots"), "drawn", self.page.text.get("plot-error"))
        planes = len(self.details["planes"])
        expected = {
            "plot-breakdown": {"bars": sum((p["compute_s"] > 0) + (p["wait_s"] > 0)
                                           for p in self.details["phases"])},
            "plot-timeline": {"bars": len(self.details["timeline"]["slices"])},
            "plot-planes": {"bars": planes},
            "plot-over-time": {"lines": 3},
            "plot-links": {"images": 2},
            "plot-wait": {"bars": planes},
            "plot-occupancy": {"bars": planes},
            "plot-imbalance": {"bars": len(self.details["imbalance"])},
        }
        self.assertEqual(set(self.page.marks), set(expected))
        for plot, marks in expected.items():
            with self.subTest(plot):
                self.assertGreaterEqual(self.page.marks[plot]["svg"], 1)
                for kind, count in marks.items():
                    self.assertGreaterEqual(self.page.marks[plot][kind], count)

    def test_a_page_whose_scripts_did_not_run_has_no_plots(self):
        # What the test above relies on: the marks come from drawing, not from the file.
        undrawn = Page(self.source)
        self.assertNotIn("data-plots", undrawn.body)
        self.assertEqual(undrawn.marks, {})

    def test_it_says_that_al128_figures_are_predictions(self):
        self.assertIn("no measurement of AL128 is public", self.page.text["prediction"])

    def test_it_lists_every_assumption_with_its_reason(self):
        listed = self.page.text["assumptions"]
        result = json.loads((self.directory / "result.json").read_text())
        for entry in result["assumptions"]:
            for part in ("key", "value", "source"):
                self.assertIn(entry[part], listed)

    def test_it_shows_machine_firmware_log_and_checks(self):
        self.assertIn("896 GB/s each way", self.page.text["machine"])
        self.assertIn("1834022", self.page.text["firmware"])
        self.assertIn("64 ports trained <112 Gbit/s lanes>", self.page.text["boot-log"])
        self.assertIn("77,250,101,248 (77.25 GB)", self.page.text["fabric"])
        self.assertIn("no link above its line rate", self.page.text["checks"])

    def test_it_needs_nothing_from_elsewhere(self):
        self.assertEqual(Page(self.source).external, [])

    def test_it_is_the_same_when_made_again(self):
        self.assertEqual(render(self.directory).returncode, 0)
        self.assertEqual((self.directory / "report.html").read_text(encoding="utf-8"), self.source)


class LinksReport(unittest.TestCase):
    """The report of a machine of links, which has neither planes nor firmware."""

    def test_what_there_is_not_is_not_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            directory = pathlib.Path(folder)
            details = sample_results.details()
            details["planes"] = []
            details["utilisation_over_time"] = {"bin_s": 0.0, "planes": []}
            details["firmware"] = {"rows": []}
            details["boot_log_excerpt"] = []
            sample_results.write(directory, sample_results.result(0.02), details)
            self.assertEqual(render(directory).returncode, 0)
            page = browse(directory / "report.html")
        self.assertEqual(page.body.get("data-plots"), "drawn", page.text.get("plot-error"))
        self.assertEqual(set(page.marks), {"plot-breakdown", "plot-timeline", "plot-links", "plot-imbalance"})
        self.assertNotIn("firmware", page.text)
        self.assertNotIn("boot-log", page.text)


class OtherResults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = pathlib.Path(folder.name)
        self.details = sample_results.details()
        self.result = sample_results.result(0.02)

    def write(self):
        sample_results.write(self.directory, self.result, self.details)

    def refused(self, *parts):
        self.write()
        done = render(self.directory)
        self.assertEqual(done.returncode, 2, done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertFalse((self.directory / "report.html").exists())

    def test_a_missing_field_is_an_error_that_names_it(self):
        for name in list(self.details):
            with self.subTest(name):
                kept = copy.deepcopy(self.details)
                del self.details[name]
                self.refused(f"details.json.{name}")
                self.details = kept
        del self.result["metrics"]["dispatch_time_us_mean"]
        self.refused("result.json.metrics.dispatch_time_us_mean: missing")

    def test_a_field_of_another_type_is_an_error(self):
        self.details["planes"][3]["cells"] = "many"
        self.refused("details.json.planes[3].cells: expected a whole number, found str")

    def test_a_missing_file_is_an_error(self):
        done = render(self.directory)
        self.assertEqual(done.returncode, 2)
        self.assertIn("result.json: No such file", done.stderr)

    def test_a_violated_check_stands_out(self):
        self.details["checks"][0]["holds"] = False
        self.write()
        self.assertEqual(render(self.directory).returncode, 0)
        self.assertIn("VIOLATED", Page((self.directory / "report.html").read_text()).text["checks"])

    def test_a_measured_machine_has_no_prediction_notice(self):
        self.details["machine"]["validation_status"] = "validated"
        self.write()
        self.assertEqual(render(self.directory).returncode, 0)
        self.assertNotIn("prediction", Page((self.directory / "report.html").read_text()).text)

    def test_two_micro_batches_have_lanes_of_their_own(self):
        slices = self.details["timeline"]["slices"]
        slices += [{**s, "queue": 1} for s in slices]
        self.write()
        self.assertEqual(render(self.directory).returncode, 0)
        figures = json.loads(Page((self.directory / "report.html").read_text()).text["figures"])
        lanes = {y for trace in figures["timeline"]["data"] for y in trace["y"]}
        self.assertEqual(lanes, {f"queue {q} · {k}" for q in (0, 1)
                                 for k in ("compute", "transfer", "wait")})


if __name__ == "__main__":
    unittest.main()
