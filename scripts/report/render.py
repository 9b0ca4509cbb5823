#!/usr/bin/python3
"""Makes report.html, a self-contained page, from the JSON files of a results directory.

    scripts/report/render.py RESULTS_DIR

Needs only Debian's python3-jinja2 and python3-plotly. Exit 2 with a message when a file or a field of it is
missing (docs/results.md lists them).
"""

import argparse
import json
import pathlib
import sys

import jinja2
import plotly.offline

import page
import schema

HERE = pathlib.Path(__file__).resolve().parent


def load(file, shape):
    try:
        with open(file, encoding="utf-8") as stream:
            data = json.load(stream)
    except OSError as error:
        raise schema.FieldError(f"{file}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise schema.FieldError(f"{file}:{error.lineno}: not valid JSON: {error.msg}") from error
    shape(data, file.name)
    return data


def plotting_library():
    """Plotly's JavaScript, which must not end the script element that holds it."""
    source = plotly.offline.get_plotlyjs()
    if "</script" in source.lower():
        raise RuntimeError("this plotly.js cannot stand inside a script element")
    return source


def render(directory):
    result = load(directory / "result.json", schema.RESULT)
    details = load(directory / "details.json", schema.DETAILS)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined)
    content = page.content(result, details)
    figures = json.dumps(content["figures"], separators=(",", ":"), allow_nan=False)
    figures = figures.replace("<", "\\u003c")  # no tag inside the script element
    html = environment.get_template("report.html.j2").render(
        **content, figures_json=figures, plotly_js=plotting_library())
    (directory / "report.html").write_text(html, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=pathlib.Path, help="directory with result.json and details.json")
    options = parser.parse_args()
    try:
        render(options.results)
    except schema.FieldError as error:
        print(f"render.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
