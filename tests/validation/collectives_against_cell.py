"""How far collectives in fidelity flow, and collectives on links, are from those on cells: the same domain of
AL128 by both engines, and once more as links. Prints the table of docs/networks.md, row for row, and fails if one
is too far off or not there."""

import json
import pathlib
import subprocess
import sys
import tempfile

SUPERNODE = sys.argv[1]
ROOT = pathlib.Path(__file__).resolve().parents[2]
FLOW_LIMIT = 0.06  # of the time in fidelity cell; docs/fabric.md states it for single exchanges
LINKS_LIMIT = 0.17
SIZES = ["64K", "1M", "16M", "256M"]
ROWS = [(64, "all_reduce", "ring"), (64, "all_reduce", "direct"), (64, "all_reduce", "halving_doubling"),
        (64, "reduce_scatter", "direct"), (64, "all_gather", "ring"), (64, "all_gather", "direct"),
        (64, "all_to_all", "direct"), (64, "send_receive", "direct"), (8, "all_reduce", "ring"),
        (8, "all_reduce", "direct"), (8, "reduce_scatter", "direct"), (8, "all_to_all", "direct")]


def times_us(platform, ranks, collective, algorithm, fidelity):
    with tempfile.TemporaryDirectory() as folder:
        rows = pathlib.Path(folder) / "rows.json"
        for size in SIZES:
            subprocess.run([SUPERNODE, "bench", ROOT / "platforms" / platform, collective, "--algorithm", algorithm,
                            "--ranks", str(ranks), "--begin", size, "--end", size, "--fidelity", fidelity,
                            "--json", rows], check=True, stdout=subprocess.DEVNULL)
            yield json.loads(rows.read_text())["rows"][0]["time_us"]


def main():
    documented = (ROOT / "docs" / "networks.md").read_text().splitlines()
    worst = [0.0, 0.0]
    missing = 0
    print("| ranks | collective | size | cell, us | flow, us | error | links, us | error |\n|---|---|---|---|---|---|---|---|")
    for ranks, collective, algorithm in ROWS:
        cells = times_us("al128.yaml", ranks, collective, algorithm, "cell")
        flows = times_us("al128.yaml", ranks, collective, algorithm, "flow")
        links = times_us("al128_two_layer.yaml", ranks, collective, algorithm, "flow")
        for size, cell, flow, link in zip(SIZES, cells, flows, links):
            errors = [flow / cell - 1.0, link / cell - 1.0]
            worst = [max(before, abs(error)) for before, error in zip(worst, errors)]
            row = (f"| {ranks} | {collective} {algorithm} | {size} | {cell:.2f} | {flow:.2f} | {errors[0]:+.1%} | "
                   f"{link:.2f} | {errors[1]:+.1%} |")
            print(row)
            missing += row not in documented
    print(f"worst: flow {worst[0]:.1%} of {FLOW_LIMIT:.0%}, links {worst[1]:.1%} of {LINKS_LIMIT:.0%}; "
          f"{missing} rows are not in docs/networks.md")
    return 0 if worst[0] <= FLOW_LIMIT and worst[1] <= LINKS_LIMIT and missing == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
