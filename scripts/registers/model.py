"""A block of registers as plain data, read from its SystemRDL description."""

import dataclasses
import pathlib

from systemrdl import RDLCompiler
from systemrdl.node import FieldNode, RegfileNode, RegNode
from systemrdl.rdltypes import OnWriteType, UserEnum

BLOCKS = ("gpu", "mailbox", "alink_switch", "alink_class_arbiter", "pool", "cipu")
RTL_BLOCKS = ("alink_class_arbiter",)  # those whose registers are RTL
PAGE = 0x1000


@dataclasses.dataclass(frozen=True)
class Enumeration:
    name: str
    members: tuple  # of (name, value, description)


@dataclasses.dataclass(frozen=True)
class Field:
    name: str
    lsb: int
    width: int
    reset: int
    access: str
    description: str


@dataclasses.dataclass(frozen=True)
class Register:
    name: str
    field_scope: str  # registers that are elements of one array share their fields
    offset: int
    count: int
    stride: int
    reset: int
    read_mask: int
    write_mask: int
    clear_mask: int
    description: str
    fields: tuple


@dataclasses.dataclass(frozen=True)
class Block:
    name: str
    title: str
    description: str
    size: int
    registers: tuple
    enumerations: tuple  # its own
    shared: tuple  # those of common.rdl


def read_block(directory: pathlib.Path, name: str) -> Block:
    shared = {e.name for e in _enumerations(_compile(directory / "common.rdl"))}
    compiler = _compile(directory / f"{name}.rdl")
    top = compiler.elaborate(top_def_name=name).top
    enumerations = _enumerations(compiler)
    return Block(
        name=name,
        title=top.get_property("name"),
        description=top.get_property("desc"),
        size=-(-top.size // PAGE) * PAGE,
        registers=tuple(sorted(_registers(top, "", 0, 1, 4), key=lambda r: r.offset)),
        enumerations=tuple(e for e in enumerations if e.name not in shared),
        shared=tuple(e for e in enumerations if e.name in shared))


def _compile(path: pathlib.Path) -> RDLCompiler:
    compiler = RDLCompiler()
    compiler.compile_file(str(path))
    return compiler


def _enumerations(compiler: RDLCompiler) -> list:
    """Every enum of the root scope, also those that encode no field."""
    found = []
    for name, (definition, _) in compiler.namespace.type_ns_stack[0].items():
        if isinstance(definition, type) and issubclass(definition, UserEnum):
            members = tuple((m.name, m.value, m.rdl_desc or "") for m in definition)
            found.append(Enumeration(name.removesuffix("_e"), members))
    return found


def _registers(node, prefix, base, count, stride):
    """The registers below `node`. An array within an array of register files gives one register
    per element, so that each has a single stride."""
    found = []
    for child in node.children(unroll=False):
        if isinstance(child, RegfileNode):
            if count > 1:
                raise ValueError(f"{child.get_path()}: arrays of register files do not nest")
            found += _registers(child, f"{prefix}{child.inst_name}_", base + child.raw_address_offset,
                                *_array(child, 1, 4))
        elif isinstance(child, RegNode):
            name = prefix + child.inst_name
            offset = base + child.raw_address_offset
            if count > 1 and child.is_array:
                elements, step = _array(child, 1, 4)
                found += [_register(child, f"{name}_{i}", name, offset + i * step, count, stride)
                          for i in range(elements)]
            else:
                found.append(_register(child, name, name, offset, *_array(child, count, stride)))
    return found


def _array(node, count, stride):
    if not node.is_array:
        return count, stride
    (dimension,) = node.array_dimensions
    return dimension, node.array_stride


def _register(node: RegNode, name, scope, offset, count, stride) -> Register:
    masks = {"reset": 0, "read": 0, "write": 0, "clear": 0}
    fields = []
    for field in node.fields():
        mask = ((1 << field.width) - 1) << field.low
        reset = field.get_property("reset") or 0
        masks["reset"] |= reset << field.low
        cleared = field.get_property("onwrite") == OnWriteType.woclr
        if field.is_sw_readable:
            masks["read"] |= mask
        if field.is_sw_writable:
            masks["clear" if cleared else "write"] |= mask
        fields.append(Field(field.inst_name, field.low, field.width, reset, _access(field, cleared),
                            field.get_property("desc") or ""))
    description = node.get_property("desc") or ""
    if not description and len(fields) == 1:
        description = fields[0].description
    return Register(name, scope, offset, count, stride, masks["reset"], masks["read"],
                    masks["write"], masks["clear"], description, tuple(fields))


def _access(field: FieldNode, cleared: bool) -> str:
    if cleared:
        return "write 1 to clear"
    if not field.is_sw_writable:
        return "read"
    return "read, write" if field.is_sw_readable else "write"
