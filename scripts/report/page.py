"""What a report says: the texts, tables and figures that the template lays out."""

import figures

PREDICTION = ("Every figure here is a prediction: no measurement of {platform} is public, so none could "
              "be compared with the machine. The figures rest on the assumptions listed below.")

METRIC_NAMES = {
    "decode_step_time_s": "decode step",
    "tokens_per_second": "tokens per second",
    "tokens_per_second_per_gpu": "tokens per second and GPU",
    "dispatch_time_us_mean": "dispatch, mean",
    "combine_time_us_mean": "combine, mean",
}

PREFIXES = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "µ"),
            (1e-9, "n"), (1e-12, "p")]
SCALED_UNITS = {"s", "B", "B/s", "W", "J"}


def quantity(value, unit):
    """A number and its unit for people, as two texts: (0.02714, "s") is ("27.14", "ms")."""
    if unit == "us":
        value, unit = value * 1e-6, "s"
    if unit in SCALED_UNITS and value != 0:
        for factor, prefix in PREFIXES:
            if abs(value) >= factor or factor == 1e-12:
                value, unit = value / factor, prefix + unit
                break
    if float(value).is_integer() and abs(value) < 1e15 or abs(value) >= 1000:
        return f"{value:,.0f}", unit
    return f"{value:.4g}", unit


def metric_label(name, unit):
    """"dispatch_span_us_mean" in us is "dispatch span mean": the unit is shown beside the value."""
    if name in METRIC_NAMES:
        return METRIC_NAMES[name]
    return " ".join(word for word in name.split("_") if word != unit)


def metric_rows(metrics):
    """Headline metrics first, the others after them in the order of the file. Unit "1" is a plain
    number."""
    names = [n for n in METRIC_NAMES if n in metrics] + [n for n in metrics if n not in METRIC_NAMES]
    rows = []
    for name in names:
        unit = metrics[name]["unit"]
        value, shown_unit = quantity(metrics[name]["value"], "" if unit == "1" else unit)
        rows.append({"name": metric_label(name, unit), "value": value, "unit": shown_unit,
                     "headline": name in METRIC_NAMES})
    return rows


def share(part, whole):
    return 100 * part / whole if whole > 0 else 0.0


def breakdown_caption(phases):
    total = sum(p["compute_s"] + p["wait_s"] for p in phases)
    longest = max(phases, key=lambda p: p["compute_s"] + p["wait_s"])
    waiting = sum(p["wait_s"] for p in phases)
    return (f"Mean over all queues of all GPUs. {figures.words(longest['name']).capitalize()} takes the "
            f"most, {share(longest['compute_s'] + longest['wait_s'], total):.0f} % of the time; "
            f"{share(waiting, total):.0f} % is spent waiting for data.")


def links_caption(links, planes):
    busiest = max(links, key=lambda link: link["utilisation"])
    if not planes:
        verb = "sends" if busiest["direction"] == "in" else "gets"
        return (f"Bytes that each rank sent (in) and got (out) over what its links could have carried during the "
                f"step. Most {verb} rank {busiest['endpoint']}, {100 * busiest['utilisation']:.1f} %.")
    into = "to" if busiest["direction"] == "in" else "from"
    return (f"Bytes carried over what the line could have carried during the step. The busiest link is that "
            f"of endpoint {busiest['endpoint']} {into} plane {busiest['plane']}, at "
            f"{100 * busiest['utilisation']:.1f} %.")


def imbalance_caption(layers):
    worst = max(layers, key=lambda entry: entry["max_over_mean"])
    mean = sum(entry["max_over_mean"] for entry in layers) / len(layers)
    return (f"Tokens that the experts of the busiest GPU compute, over the mean of all GPUs: "
            f"{mean:.2f} on average, at most {worst['max_over_mean']:.2f} in layer {worst['layer']}. "
            f"The dotted line is perfect balance.")


def fabric_rows(fabric):
    rows = []
    for name, value in fabric.items():
        if name.startswith("bytes_"):
            scaled, unit = quantity(value, "B")
            text = f"{value:,} ({scaled} {unit})" if value >= 1000 else f"{value:,}"
        else:
            text = f"{value:,}"
        rows.append({"name": figures.words(name), "value": text})
    return rows


def drawn(details):
    """The figures. A machine of links and accelerators has no planes to draw."""
    result = {
        "breakdown": figures.breakdown(details["phases"]),
        "timeline": figures.timeline(details["timeline"]["slices"]),
        "links": figures.link_heat_map(details["links"]),
        "imbalance": figures.imbalance(details["imbalance"]),
    }
    if details["planes"]:
        result["planes"] = figures.plane_utilisation(details["planes"])
        result["over-time"] = figures.utilisation_over_time(details["utilisation_over_time"])
        result["wait"] = figures.queue_wait(details["planes"])
        result["occupancy"] = figures.queue_occupancy(details["planes"])
    return result


def content(result, details):
    """Everything the template needs but the plotting library."""
    time, unit = quantity(result["simulated_time_s"], "s")
    platform = result["platform"]
    predicted = details["machine"]["validation_status"] == "prediction_only"
    return {
        "title": f"{result['scenario']} on {platform}",
        "run": [("platform", platform), ("scenario", result["scenario"]),
                ("fidelity", result["fidelity"]), ("seed", str(result["seed"])),
                ("simulated time", f"{time} {unit}")] +
               [("fault", line) for line in result.get("fault", {"text": []})["text"]],
        "prediction": PREDICTION.format(platform=platform.upper()) if predicted else "",
        "validation_status": figures.words(details["machine"]["validation_status"]),
        "metrics": metric_rows(result["metrics"]),
        "machine": details["machine"]["rows"],
        "bases": any(row["basis"] for row in details["machine"]["rows"]),
        "rank": details["timeline"]["rank"],
        "breakdown_caption": breakdown_caption(details["phases"]),
        "links_caption": links_caption(details["links"], details["planes"]),
        "imbalance_caption": imbalance_caption(details["imbalance"]),
        "fabric": fabric_rows(result["fabric"]),
        "firmware": details["firmware"]["rows"],
        "boot_log": "\n".join(details["boot_log_excerpt"]),
        "checks": details["checks"],
        "assumptions": result["assumptions"],
        "switches": bool(details["planes"]),
        "figures": drawn(details),
    }
