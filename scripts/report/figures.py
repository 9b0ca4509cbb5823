"""The plots of a report as Plotly figures: plain dictionaries of data and layout."""

INK = "#1f2933"
MUTED = "#616e7c"
GRID = "#e4e7eb"
BLUE = "#2f6db3"
AMBER = "#e3a13b"
RED = "#c8434f"
PALE_BLUE = "#cfe0f3"
SHADES = [[0, "#f3f7fb"], [0.25, "#c5daef"], [0.5, "#7fb0dc"], [0.75, "#3576b8"], [1, "#123f73"]]

PHASE_COLOURS = {
    "embedding": "#9aa5b1",
    "attention": "#2f6db3",
    "dense": "#7a5ba8",
    "gate": "#b9a3d6",
    "dispatch": "#e3852b",
    "shared_expert": "#8fc9a8",
    "expert": "#238a68",
    "combine": "#c8434f",
    "head": "#52606d",
}
OTHER_PHASE = "#7b8794"


def words(name):
    """"shared_expert" for people."""
    return name.replace("_", " ")


def axis(title, **more):
    return {"title": {"text": title, "font": {"size": 13, "color": MUTED}, "standoff": 8},
            "gridcolor": GRID, "zeroline": False, "linecolor": "#cbd2d9",
            "tickfont": {"size": 12, "color": MUTED}, "automargin": True, **more}


def layout(height, **more):
    base = {"height": height, "margin": {"l": 60, "r": 20, "t": 16, "b": 50},
            "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif", "color": INK,
                     "size": 13},
            "hoverlabel": {"font": {"size": 13}},
            "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom",
                       "font": {"size": 12}, "traceorder": "normal"}}
    return {**base, **more}


def breakdown(phases):
    """Time of each phase: computing and waiting, in the order of the step from the top."""
    names = [words(phase["name"]) for phase in phases]
    def bar(label, key, colour):
        return {"type": "bar", "orientation": "h", "name": label, "y": names,
                "x": [phase[key] * 1e3 for phase in phases], "marker": {"color": colour},
                "hovertemplate": "%{y}: %{x:.3f} ms<extra>" + label + "</extra>"}
    return {"data": [bar("computing", "compute_s", BLUE), bar("waiting for data", "wait_s", AMBER)],
            "layout": layout(70 + 34 * len(phases), barmode="stack", bargap=0.35,
                             xaxis=axis("time per step (ms)"),
                             yaxis=axis("", autorange="reversed", showgrid=False),
                             margin={"l": 110, "r": 20, "t": 34, "b": 50})}


def shown_layers(slices, count):
    """The first layers with communication, or the first layers when there is none."""
    talking = sorted({s["layer"] for s in slices if s["kind"] == "transfer"})
    layers = talking or sorted({s["layer"] for s in slices})
    return layers[:count]


def timeline(slices, layer_count=3):
    """What one rank did: a lane per queue and kind of operation, coloured by phase. Opens on the first
    layers that communicate; buttons switch to the whole step and back."""
    queues = sorted({s["queue"] for s in slices})
    def lane(piece):
        return (f"queue {piece['queue']} · " if len(queues) > 1 else "") + piece["kind"]
    lanes = [lane({"queue": queue, "kind": kind})
             for queue in queues for kind in ("compute", "transfer", "wait")]
    phases = [name for name in PHASE_COLOURS if any(s["phase"] == name for s in slices)]
    phases += sorted({s["phase"] for s in slices} - set(phases))
    data = []
    for phase in phases:
        pieces = [s for s in slices if s["phase"] == phase]
        data.append({
            "type": "bar", "orientation": "h", "name": words(phase),
            "y": [lane(s) for s in pieces],
            "base": [s["begin_s"] * 1e6 for s in pieces],
            "x": [(s["end_s"] - s["begin_s"]) * 1e6 for s in pieces],
            "text": [s["name"] for s in pieces], "textposition": "none",
            "marker": {"color": PHASE_COLOURS.get(phase, OTHER_PHASE), "line": {"width": 0}},
            "width": 0.72,
            "hovertemplate": "%{text}<br>from %{base:.2f} µs for %{x:.2f} µs<extra></extra>"})
    layers = shown_layers(slices, layer_count)
    shown = [s for s in slices if s["layer"] in layers]
    window = [min(s["begin_s"] for s in shown) * 1e6, max(s["end_s"] for s in shown) * 1e6]
    whole = [min(s["begin_s"] for s in slices) * 1e6, max(s["end_s"] for s in slices) * 1e6]
    label = f"layers {layers[0]} to {layers[-1]}" if len(layers) > 1 else f"layer {layers[0]}"
    buttons = [{"label": label, "method": "relayout", "args": [{"xaxis.range": window}]},
               {"label": "whole step", "method": "relayout", "args": [{"xaxis.range": whole}]}]
    return {"data": data,
            "layout": layout(
                130 + 44 * len(lanes), barmode="overlay", margin={"l": 90, "r": 20, "t": 74, "b": 50},
                xaxis=axis("time since the start of the step (µs)", range=window),
                yaxis=axis("", categoryorder="array", categoryarray=list(reversed(lanes)),
                           showgrid=False, range=[-0.6, len(lanes) - 0.4]),
                updatemenus=[{"type": "buttons", "direction": "right", "x": 1, "xanchor": "right",
                              "y": 1.0, "yanchor": "bottom", "pad": {"b": 30, "t": 0},
                              "buttons": buttons, "showactive": True, "bgcolor": "#ffffff",
                              "bordercolor": "#cbd2d9", "font": {"size": 12}}])}


def plane_utilisation(planes):
    return {"data": [{"type": "bar", "x": [p["plane"] for p in planes],
                      "y": [p["utilisation"] * 100 for p in planes], "marker": {"color": BLUE},
                      "customdata": [[p["cells"], p["slots_busy"]] for p in planes],
                      "hovertemplate": "plane %{x}: %{y:.2f} %<br>%{customdata[0]:,} cells in "
                                       "%{customdata[1]:,} busy slots<extra></extra>"}],
            "layout": layout(300, bargap=0.4, xaxis=axis("plane", dtick=1, showgrid=False),
                             yaxis=axis("mean utilisation (%)", rangemode="tozero"))}


def utilisation_over_time(samples):
    """The mean of the planes with the band between the least and the most used one."""
    planes = samples["planes"]
    bins = min(len(plane) for plane in planes)
    at = [(i + 0.5) * samples["bin_s"] * 1e3 for i in range(bins)]
    columns = [[plane[i] * 100 for plane in planes] for i in range(bins)]
    def line(label, values, **more):
        return {"type": "scatter", "mode": "lines", "name": label, "x": at, "y": values,
                "hovertemplate": "%{x:.3f} ms: %{y:.1f} %<extra>" + label + "</extra>", **more}
    return {"data": [line("least used plane", [min(c) for c in columns], showlegend=False,
                          line={"width": 0, "color": PALE_BLUE}),
                     line("range over planes", [max(c) for c in columns], fill="tonexty",
                          fillcolor=PALE_BLUE, line={"width": 0, "color": PALE_BLUE}),
                     line("mean of planes", [sum(c) / len(c) for c in columns],
                          line={"width": 1.5, "color": BLUE})],
            "layout": layout(300, margin={"l": 60, "r": 20, "t": 34, "b": 50},
                             xaxis=axis("time since the start of the step (ms)"),
                             yaxis=axis("utilisation (%)", rangemode="tozero"))}


def link_heat_map(links):
    """Utilisation of every link: planes by endpoints, one map for each direction."""
    planes = sorted({link["plane"] for link in links})
    endpoints = sorted({link["endpoint"] for link in links})
    most = max(link["utilisation"] for link in links) * 100
    def heat(direction, title, place):
        table = {(link["plane"], link["endpoint"]): link
                 for link in links if link["direction"] == direction}
        def row(plane, value):
            return [value(table[plane, e]) if (plane, e) in table else None for e in endpoints]
        return {"type": "heatmap", "x": [str(e) for e in endpoints], "y": [str(p) for p in planes],
                "z": [row(p, lambda link: link["utilisation"] * 100) for p in planes],
                "customdata": [row(p, lambda link: link["bytes"] / 1e6) for p in planes],
                "zmin": 0, "zmax": most or 1, "colorscale": SHADES, "xgap": 1, "ygap": 1,
                "showscale": place == "", "xaxis": "x" + place, "yaxis": "y" + place,
                "colorbar": {"title": {"text": "utilisation (%)", "side": "right",
                                       "font": {"size": 12, "color": MUTED}},
                             "thickness": 12, "outlinewidth": 0, "tickfont": {"color": MUTED}},
                "hovertemplate": "endpoint %{x}, plane %{y}, " + title +
                                 "<br>%{z:.2f} %, %{customdata:,.1f} MB<extra></extra>"}
    def heading(title, height):
        return {"text": title, "x": 0, "xref": "paper", "xanchor": "left", "y": height, "yref": "paper",
                "yanchor": "bottom", "showarrow": False, "font": {"size": 13, "color": INK}}
    category = {"type": "category", "showgrid": False, "ticks": ""}
    height = 190 + 2 * 20 * len(planes)
    return {"data": [heat("in", "into the switch", ""), heat("out", "out of the switch", "2")],
            "layout": layout(
                height, margin={"l": 60, "r": 20, "t": 30, "b": 50},
                annotations=[heading("endpoint to switch", 1.0), heading("switch to endpoint", 0.44)],
                xaxis=axis("", **category, anchor="y", showticklabels=False),
                yaxis=axis("plane", **category, domain=[0.56, 1.0], autorange="reversed"),
                xaxis2=axis("endpoint", **category, anchor="y2", nticks=33, tickangle=0),
                yaxis2=axis("plane", **category, domain=[0.0, 0.44], autorange="reversed"))}


def queue_wait(planes):
    return {"data": [{"type": "bar", "x": [p["plane"] for p in planes],
                      "y": [p["mean_wait_ns"] for p in planes], "marker": {"color": BLUE},
                      "hovertemplate": "plane %{x}: %{y:.1f} ns<extra></extra>"}],
            "layout": layout(300, bargap=0.4, xaxis=axis("plane", dtick=1, showgrid=False),
                             yaxis=axis("mean wait in a queue (ns)", rangemode="tozero"))}


def queue_occupancy(planes):
    return {"data": [{"type": "bar", "x": [p["plane"] for p in planes],
                      "y": [p["max_voq_cells"] for p in planes], "marker": {"color": BLUE},
                      "hovertemplate": "plane %{x}: %{y} cells<extra></extra>"}],
            "layout": layout(300, bargap=0.4, xaxis=axis("plane", dtick=1, showgrid=False),
                             yaxis=axis("fullest queue (cells)", rangemode="tozero"))}


def imbalance(layers):
    worst = max(entry["max_over_mean"] for entry in layers)
    return {"data": [{"type": "bar", "x": [entry["layer"] for entry in layers],
                      "y": [entry["max_over_mean"] for entry in layers],
                      "marker": {"color": [RED if entry["max_over_mean"] == worst else BLUE
                                           for entry in layers]},
                      "hovertemplate": "layer %{x}: %{y:.3f} × the mean<extra></extra>"}],
            "layout": layout(300, bargap=0.3, xaxis=axis("layer", showgrid=False),
                             yaxis=axis("busiest GPU over mean (tokens)", rangemode="tozero"),
                             shapes=[{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": 1,
                                      "y1": 1, "line": {"color": INK, "width": 1.5, "dash": "dot"}}])}
