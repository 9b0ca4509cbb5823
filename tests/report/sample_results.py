"""Made-up but plausible results of a run, to test the report without running one.

    sample_results.py DIR    writes result.json and details.json
"""

import json
import pathlib
import random
import sys

PLANES = 8
ENDPOINTS = 64
LAYERS = range(61)
DENSE_LAYERS = 3

# Operations of a layer with experts: (kind, phase, name, microseconds, blocks the queue).
MOE_LAYER = [
    ("compute", "attention", "attention projections", 38, True),
    ("compute", "attention", "attention", 151, True),
    ("compute", "attention", "output", 31, True),
    ("compute", "gate", "gate", 4, True),
    ("transfer", "dispatch", "dispatch", 13, False),
    ("compute", "shared_expert", "shared expert", 17, True),
    ("wait", "dispatch", "dispatch wait", 3, True),
    ("compute", "expert", "experts", 58, True),
    ("transfer", "combine", "combine", 21, False),
    ("wait", "combine", "combine wait", 22, True),
    ("compute", "combine", "combine sum", 6, True),
]
DENSE_LAYER = MOE_LAYER[:3] + [("compute", "dense", "dense block", 102, True)]


def timeline(rng):
    slices = []
    now = 0.0
    def add(kind, phase, layer, name, microseconds, blocks):
        nonlocal now
        length = microseconds * 1e-6 * rng.uniform(0.9, 1.1)
        slices.append({"queue": 0, "kind": kind, "phase": phase, "layer": layer,
                       "name": f"layer {layer} {name}", "begin_s": now, "end_s": now + length})
        if blocks:
            now += length
    add("compute", "embedding", 0, "embedding", 5, True)
    for layer in LAYERS:
        for operation in DENSE_LAYER if layer < DENSE_LAYERS else MOE_LAYER:
            kind, phase, name, microseconds, blocks = operation
            add(kind, phase, layer, name, microseconds, blocks)
    add("compute", "head", 60, "head", 460, True)
    return slices


def phases(slices):
    order = ["embedding", "attention", "dense", "gate", "dispatch", "shared_expert", "expert", "combine",
             "head"]
    def total(name, kind):
        return sum(s["end_s"] - s["begin_s"] for s in slices if (s["phase"], s["kind"]) == (name, kind))
    return [{"name": name, "compute_s": total(name, "compute"), "wait_s": total(name, "wait")}
            for name in order]


def links(rng):
    made = []
    for direction in ("in", "out"):
        for endpoint in range(ENDPOINTS):
            # A hot expert makes its GPU receive more, on every plane alike.
            load = rng.uniform(0.9, 1.1) if direction == "in" else rng.uniform(0.75, 1.3)
            for plane in range(PLANES):
                carried = int(150e6 * load * rng.uniform(0.99, 1.01))
                made.append({"plane": plane, "endpoint": endpoint, "direction": direction,
                             "bytes": carried, "utilisation": carried / 3.0e9})
    return made


def details(seed=1):
    rng = random.Random(seed)
    slices = timeline(rng)
    step = slices[-1]["end_s"]
    bins = 200
    return {
        "schema": "supernode-details/1",
        "machine": {
            "validation_status": "prediction_only",
            "rows": [
                {"name": "GPUs", "value": "128 in 2 domains of 64", "basis": "published"},
                {"name": "ALink switches", "value": "8 per domain, one stage", "basis": "published"},
                {"name": "scale-up per GPU", "value": "896 GB/s each way", "basis": "derived"},
                {"name": "switch latency", "value": "150 ns", "basis": "published"},
                {"name": "HBM", "value": "144 GiB at 4 TB/s", "basis": "assumed"},
                {"name": "peak FP8", "value": "1 PFLOPS", "basis": "assumed"},
            ],
        },
        "phases": phases(slices),
        "timeline": {"rank": 0, "slices": slices},
        "planes": [{"plane": plane, "cells": 15_000_000 + rng.randrange(100_000),
                    "slots_busy": 1_400_000 + rng.randrange(10_000),
                    "utilisation": rng.uniform(0.048, 0.052), "mean_wait_ns": rng.uniform(180, 220),
                    "max_voq_cells": rng.randrange(60, 97)}
                   for plane in range(PLANES)],
        "links": links(rng),
        "utilisation_over_time": {
            "bin_s": step / bins,
            "planes": [[rng.uniform(0.02, 0.09) for _ in range(bins)] for _ in range(PLANES)],
        },
        "imbalance": [{"layer": layer, "max_over_mean": rng.uniform(1.2, 1.5)}
                      for layer in LAYERS if layer >= DENSE_LAYERS],
        "firmware": {"rows": [{"name": "Instructions until ready", "value": "1834022"},
                              {"name": "Ports trained", "value": "1024"},
                              {"name": "Bring-up, simulated", "value": "1.84 ms"}]},
        "boot_log_excerpt": ["[    0.012 ms] cipu0: boot ROM, RAM 64 MiB",
                             "[    0.430 ms] cipu0: 8 GPUs found",
                             "[    1.210 ms] switch0: 64 ports trained <112 Gbit/s lanes>",
                             "[    1.840 ms] cipu0: partition 1 is ready"],
        "checks": [
            {"name": "bytes injected = delivered + failed", "holds": True, "detail": "77,250,101,248"},
            {"name": "no link above its line rate", "holds": True, "detail": "1,024 links"},
        ],
    }


def result(step_s):
    tokens = 64 * 128 / step_s
    return {
        "schema": "supernode-result/1", "platform": "al128", "scenario": "deepseek_v3_decode",
        "fidelity": "rtl", "seed": 1, "simulated_time_s": step_s + 1.84e-3,
        "metrics": {
            "decode_step_time_s": {"value": step_s, "unit": "s"},
            "tokens_per_second": {"value": tokens, "unit": "tokens/s"},
            "tokens_per_second_per_gpu": {"value": tokens / 64, "unit": "tokens/s"},
            "dispatch_time_us_mean": {"value": 13.02, "unit": "us"},
            "combine_time_us_mean": {"value": 21.7, "unit": "us"},
            "dispatch_span_us_mean": {"value": 17.4, "unit": "us"},
            "compute_utilisation": {"value": 0.931, "unit": "1"},
        },
        "fabric": {"bytes_injected": 77250101248, "bytes_delivered": 77250101248, "bytes_replayed": 0,
                   "bytes_failed": 0, "cells": 120703284, "slots": 11200000},
        "firmware": {"instructions": 1834022, "ports_trained": 1024, "routes": 8192},
        "assumptions": [
            {"key": "gpu.hbm_bandwidth", "value": "4 TB/s",
             "source": "class of HBM3 parts with 144 GB; not published"},
            {"key": "gpu.peak_fp8", "value": "1 PFLOPS", "source": "2 x BF16; not published"},
            {"key": "routing.skew", "value": "1.0", "source": "about the spread that balancing <leaves>"},
        ],
    }


def write(directory, result_data=None, details_data=None):
    details_data = details_data or details()
    result_data = result_data or result(details_data["timeline"]["slices"][-1]["end_s"])
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "result.json").write_text(json.dumps(result_data), encoding="utf-8")
    (directory / "details.json").write_text(json.dumps(details_data), encoding="utf-8")


if __name__ == "__main__":
    write(sys.argv[1])
