"""The fields that a report needs, as docs/results.md states them. Other fields are ignored.

A shape is a function (value, place) that raises FieldError when the value does not fit.
"""

import math


class FieldError(Exception):
    """A file or field that is missing or of another type than documented."""


def fail(place, expected, value):
    raise FieldError(f"{place}: expected {expected}, found {type(value).__name__}")


def text(value, place):
    if not isinstance(value, str):
        fail(place, "a text", value)


def boolean(value, place):
    if not isinstance(value, bool):
        fail(place, "true or false", value)


def number(value, place):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        fail(place, "a finite number", value)


def integer(value, place):
    if isinstance(value, bool) or not isinstance(value, int):
        fail(place, "a whole number", value)


def constant(expected):
    def check(value, place):
        if value != expected:
            raise FieldError(f"{place}: expected {expected!r}, found {value!r}")
    return check


def one_of(*choices):
    def check(value, place):
        if value not in choices:
            raise FieldError(f"{place}: expected one of {', '.join(choices)}, found {value!r}")
    return check


def list_of(shape, least=0):
    def check(value, place):
        if not isinstance(value, list):
            fail(place, "a list", value)
        if len(value) < least:
            raise FieldError(f"{place}: expected at least {least} entry, found none")
        for index, item in enumerate(value):
            shape(item, f"{place}[{index}]")
    return check


def map_of(shape, *required):
    """An object with keys that the writer chooses, some of them required."""
    def check(value, place):
        if not isinstance(value, dict):
            fail(place, "an object", value)
        for key in required:
            if key not in value:
                raise FieldError(f"{place}.{key}: missing")
        for key, item in value.items():
            shape(item, f"{place}.{key}")
    return check


def record(**fields):
    def check(value, place):
        if not isinstance(value, dict):
            fail(place, "an object", value)
        for key, shape in fields.items():
            if key not in value and getattr(shape, "may_be_missing", False):
                continue
            if key not in value:
                raise FieldError(f"{place}.{key}: missing")
            shape(value[key], f"{place}.{key}")
    return check


def optional(shape):
    def check(value, place):
        shape(value, place)
    check.may_be_missing = True
    return check


RESULT = record(
    schema=constant("supernode-result/1"),
    platform=text,
    scenario=text,
    fidelity=text,
    seed=integer,
    simulated_time_s=number,
    metrics=map_of(record(value=number, unit=text), "decode_step_time_s", "tokens_per_second",
                   "tokens_per_second_per_gpu", "dispatch_time_us_mean", "combine_time_us_mean"),
    fabric=map_of(integer, "bytes_injected", "bytes_delivered", "bytes_replayed", "bytes_failed",
                  "cells", "slots"),
    firmware=map_of(integer, "instructions", "ports_trained", "routes"),
    assumptions=list_of(record(key=text, value=text, source=text)),
    fault=optional(record(text=list_of(text, least=1))),
)

DETAILS = record(
    schema=constant("supernode-details/1"),
    machine=record(validation_status=text,
                   rows=list_of(record(name=text, value=text, basis=text), least=1)),
    phases=list_of(record(name=text, compute_s=number, wait_s=number), least=1),
    timeline=record(
        rank=integer,
        slices=list_of(record(queue=integer, kind=one_of("compute", "transfer", "wait"), phase=text,
                              layer=integer, name=text, begin_s=number, end_s=number), least=1)),
    planes=list_of(record(plane=integer, cells=integer, slots_busy=integer, utilisation=number,
                          mean_wait_ns=number, max_voq_cells=integer)),
    links=list_of(record(plane=integer, endpoint=integer, direction=one_of("in", "out"),
                         bytes=integer, utilisation=number), least=1),
    utilisation_over_time=record(bin_s=number, planes=list_of(list_of(number, least=1))),
    imbalance=list_of(record(layer=integer, max_over_mean=number), least=1),
    firmware=record(rows=list_of(record(name=text, value=text))),
    boot_log_excerpt=list_of(text),
    checks=list_of(record(name=text, holds=boolean, detail=text), least=1),
)
