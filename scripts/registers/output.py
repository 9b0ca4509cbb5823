"""Renders the generated files, writes them, and compares them with what is checked in."""

import difflib
import pathlib
import tempfile

import jinja2
from peakrdl_cheader.c_standards import CStandard
from peakrdl_cheader.exporter import CHeaderExporter
from systemrdl import RDLCompiler

from . import model

GENERATED = "registers/generated"
TEMPLATES = pathlib.Path(__file__).parent / "templates"


def render(directory: pathlib.Path) -> dict:
    """Path below the root of the project -> text, for every generated file."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), trim_blocks=True,
                                     lstrip_blocks=True, keep_trailing_newline=True,
                                     undefined=jinja2.StrictUndefined)
    environment.filters["hex"] = lambda value, digits=0: f"0x{value:0{digits}x}"
    environment.filters["camel"] = lambda name: "".join(word.capitalize() for word in name.split("_"))
    blocks = [model.read_block(directory, name) for name in model.BLOCKS]
    shared = blocks[0].shared

    def template(name, **values):
        return environment.get_template(name).render(**values)

    files = {f"{GENERATED}/.clang-format": "# Generated files keep the form that their templates give.\n"
                                           "DisableFormat: true\nSortIncludes: Never\n",
             f"{GENERATED}/cpp/common.h": template("common.h.j2", enumerations=shared),
             f"{GENERATED}/c/enumerations.h": template("enumerations.h.j2", shared=shared, blocks=blocks),
             f"{GENERATED}/registers.md": template("registers.md.j2", shared=shared, blocks=blocks)}
    for block in blocks:
        files[f"{GENERATED}/cpp/{block.name}.h"] = template("block.h.j2", block=block)
        files[f"{GENERATED}/c/{block.name}.h"] = _c_header(directory / f"{block.name}.rdl", block.name)
        if block.name in model.RTL_BLOCKS:
            files[f"rtl/{block.name}/{block.name}_reg_pkg.sv"] = template("reg_pkg.sv.j2", block=block)
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


def write(files: dict, root: pathlib.Path) -> None:
    for stale in _present(root) - set(files):
        (root / stale).unlink()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
            print(f"wrote {path}")


def check(files: dict, root: pathlib.Path) -> int:
    present = _present(root)
    stale = 0
    for name in sorted(present | set(files)):
        old = (root / name).read_text() if name in present else ""
        new = files.get(name, "")
        if old != new:
            stale = 1
            print("".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True),
                                               f"checked in/{name}", f"generated/{name}")), end="")
    if stale:
        print("generated files are stale: run scripts/generate_registers")
    return stale


def _present(root: pathlib.Path) -> set:
    found = [p for p in (root / GENERATED).rglob("*") if p.is_file()] + list(root.glob("rtl/*/*_reg_pkg.sv"))
    return {str(p.relative_to(root)) for p in found}
