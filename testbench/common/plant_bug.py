#!/usr/bin/env python3
"""Writes a copy of a file of a design's RTL with one of the bugs of its planted_bugs.json in it.

Usage: plant_bug.py DESIGN NAME OUT   or   plant_bug.py DESIGN --list
A bug lies in the file it names, or in that of the design.
The sign-off RTL has no hooks for its own tests: a bug is a piece of its text and what replaces it.
"""
import pathlib
import sys

import design as designs


def file_of(design, name):
    """The path of the RTL that bug `name` lies in."""
    return designs.ROOT / "rtl" / design.name / design.bugs()[name].get("file", f"{design.name}.sv")


def plant(design, name):
    """The text of the RTL with bug `name` in it."""
    bug = design.bugs()[name]
    rtl = file_of(design, name)
    text = rtl.read_text()
    if text.count(bug["correct"]) != 1:
        sys.exit(f"plant_bug: {name}: the text to replace must occur once in {rtl}")
    return text.replace(bug["correct"], bug["wrong"])


def main(arguments):
    if len(arguments) < 2 or arguments[0] not in designs.names():
        sys.exit(__doc__)
    design = designs.Design(arguments[0])
    if arguments[1:] == ["--list"]:
        print("\n".join(design.bugs()))
    elif len(arguments) == 3 and arguments[1] in design.bugs():
        out = pathlib.Path(arguments[2])
        text = plant(design, arguments[1])
        if not out.exists() or out.read_text() != text:  # the same is not written again: it would be Verilated again
            out.write_text(text)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main(sys.argv[1:])
