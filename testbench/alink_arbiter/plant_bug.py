#!/usr/bin/env python3
"""Writes a copy of a file of an arbiter's RTL with one of the bugs of its planted_bugs.json in it.

Usage: plant_bug.py [--design alink_class_arbiter] NAME OUT   or   plant_bug.py --list
The design is alink_arbiter unless given; a bug lies in the file it names, or in that of the design.
The sign-off RTL has no hooks for its own tests: a bug is a piece of its text and what replaces it.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def bugs(design="alink_arbiter"):
    """All bugs, by name."""
    listed = json.loads((ROOT / "testbench" / design / "planted_bugs.json").read_text())
    return {bug["name"]: bug for bug in listed}


def plant(name, design="alink_arbiter"):
    """The text of the RTL with bug `name` in it."""
    bug = bugs(design)[name]
    rtl = ROOT / "rtl" / design / bug.get("file", f"{design}.sv")
    text = rtl.read_text()
    if text.count(bug["correct"]) != 1:
        sys.exit(f"plant_bug: {name}: the text to replace must occur once in {rtl}")
    return text.replace(bug["correct"], bug["wrong"])


def main(arguments):
    design = "alink_arbiter"
    if len(arguments) > 1 and arguments[0] == "--design":
        design = arguments[1]
        arguments = arguments[2:]
    if arguments == ["--list"]:
        print("\n".join(bugs(design)))
    elif len(arguments) == 2 and arguments[0] in bugs(design):
        pathlib.Path(arguments[1]).write_text(plant(arguments[0], design))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
