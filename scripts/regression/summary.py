"""What a regression found: results.json, junit.xml and index.html."""

import json
import pathlib
import re
import xml.etree.ElementTree as xml

import jinja2

HERE = pathlib.Path(__file__).resolve().parent


def summarise(config, results, points, planned, seconds):
    """The whole outcome. It is a pass if every planned job passed (a test may skip itself) and, where
    the plan is judged, every point."""
    results = sorted(results, key=lambda result: (result["suite"], result["test"], result["seed"] or 0))
    count = {status: sum(result["status"] == status for result in results)
             for status in ("passed", "failed", "skipped")}
    count["not_run"] = len(set(planned) - {result["id"] for result in results})
    bad_points = [point["name"] for point in points or [] if point["status"] == "failed"]
    passed = not (count["failed"] or count["not_run"] or bad_points or not count["passed"])
    return {"schema": "supernode-regression/1", "passed": passed, "mode": config["mode"], "seed": config["seed"],
            "commit": config["commit"], "seconds": round(seconds, 1), "count": count,
            "points_failed": bad_points, "points": points, "results": results}


def write(folder, summary):
    """Writes all three files."""
    (folder / "results.json").write_text(json.dumps(summary, indent=1) + "\n")
    junit(summary).write(folder / "junit.xml", encoding="utf-8", xml_declaration=True)
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    (folder / "index.html").write_text(environment.get_template("summary.html.j2").render(summary))


def junit(summary):
    """The tests, and the points of the plan as a suite of their own."""
    root = xml.Element("testsuites")
    cases = [{"suite": result["suite"], "class": result["test"], "name": result["id"], "status": result["status"],
              "seconds": result["seconds"], "message": f"{result['reason']}; reproduce: {result['reproduce']}"}
             for result in summary["results"]]
    cases += [{"suite": "testplan", "class": point["block"], "name": point["name"],
               "status": "skipped" if point["status"] == "not in quick" else point["status"], "seconds": 0,
               "message": "; ".join(point["reasons"])} for point in summary["points"] or []]
    for name in sorted({case["suite"] for case in cases}):
        members = [case for case in cases if case["suite"] == name]
        suite = xml.SubElement(root, "testsuite", name=name, tests=str(len(members)),
                               failures=str(sum(case["status"] == "failed" for case in members)),
                               skipped=str(sum(case["status"] == "skipped" for case in members)), errors="0",
                               time=f"{sum(case['seconds'] for case in members):.3f}")
        for case in members:
            entry = xml.SubElement(suite, "testcase", classname=printable(case["class"]),
                                   name=printable(case["name"]), time=f"{case['seconds']:.3f}")
            if case["status"] != "passed":
                xml.SubElement(entry, "failure" if case["status"] == "failed" else "skipped",
                               message=printable(case["message"]))
    return xml.ElementTree(root)


def printable(text):
    """Without the characters that XML cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "?", text)
