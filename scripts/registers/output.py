"""Renders the generated files, writes them, and compares them with what is checked in."""

import difflib
import pathlib
import tempfile

import jinja2
from peakrdl_cheader.c_standards import CStandard
from peakrdl_cheader.exporter import CHeaderExporter
from systemrdl import RDLCompiler

from . import model

TEMPLATES = pathlib.Path(__file__).parent / "templates"


def render(directory: pathlib.Path) -> dict:
    """Path below registers/generated -> text, for every generated file."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True,
                                     lstrip_blocks=True, keep_trailing_newline=True,
                                     undefined=jinja2.StrictUndefined)
    environment.filters["hex"] = lambda value, digits=0: f"0x{value:0{digits}x}"
    blocks = [model.read_block(directory, name) for name in model.BLOCKS]
    shared = blocks[0].shared

    def template(name, **values):
        return environment.get_template(name).render(**values)

    files = {".clang-format": "# Generated files keep the form that their templates give.\n"
                              "DisableFormat: true\nSortIncludes: Never\n",
             "cpp/common.h": template("common.h.j2", enumerations=shared),
             "c/enumerations.h": template("enumerations.h.j2", shared=shared, blocks=blocks),
             "registers.md": template("registers.md.j2", shared=shared, blocks=blocks)}
    for block in blocks:
        files[f"cpp/{block.name}.h"] = template("block.h.j2", block=block)
        files[f"c/{block.name}.h"] = _c_header(directory / f"{block.name}.rdl", block.name)
    return files


def _c_header(path: pathlib.Path, name: str) -> str:
    compiler = RDLCompiler()
    compiler.compile_file(str(path))
    with tempfile.TemporaryDirectory() as scratch:
        header = pathlib.Path(scratch) / f"{name}.h"
        # Names by hierarchy: two blocks that share a register type can be included together.
        CHeaderExporter().export(compiler.elaborate(top_def_name=name).top, str(header),
                                 std=CStandard.gnu11, reuse_typedefs=False)
        return header.read_text()


def write(files: dict, target: pathlib.Path) -> None:
    for stale in _present(target) - set(files):
        (target / stale).unlink()
    for name, text in files.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote {path}")


def check(files: dict, target: pathlib.Path) -> int:
    present = _present(target)
    stale = 0
    for name in sorted(present | set(files)):
        old = (target / name).read_text() if name in present else ""
        new = files.get(name, "")
        if old != new:
            stale = 1
            print("".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True),
                                               f"checked in/{name}", f"generated/{name}")), end="")
    if stale:
        print("registers/generated is stale: run scripts/generate_registers")
    return stale


def _present(target: pathlib.Path) -> set:
    return {str(p.relative_to(target)) for p in target.rglob("*") if p.is_file()}
