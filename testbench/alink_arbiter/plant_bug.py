#!/usr/bin/env python3
"""Writes a copy of alink_arbiter.sv with one of the bugs of planted_bugs.json in it.

Usage: plant_bug.py NAME OUT   or   plant_bug.py --list
The sign-off RTL has no hooks for its own tests: a bug is a piece of its text and what replaces it.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
RTL = HERE.parents[1] / "rtl" / "alink_arbiter" / "alink_arbiter.sv"


def bugs():
    """All bugs, by name."""
    return {bug["name"]: bug for bug in json.loads((HERE / "planted_bugs.json").read_text())}


def plant(name):
    """The text of the RTL with bug `name` in it."""
    bug = bugs()[name]
    text = RTL.read_text()
    if text.count(bug["correct"]) != 1:
        sys.exit(f"plant_bug: {name}: the text to replace must occur once in {RTL}")
    return text.replace(bug["correct"], bug["wrong"])


def main(arguments):
    if arguments == ["--list"]:
        print("\n".join(bugs()))
    elif len(arguments) == 2 and arguments[0] in bugs():
        pathlib.Path(arguments[1]).write_text(plant(arguments[0]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
