"""How far collectives on links are from those on cells: the same domain of AL128, once with simulated
switches, once as links. Prints the table of docs/networks.md and fails if a row is too far off."""

import json
import pathlib
import subprocess
import sys
import tempfile

SUPERNODE = sys.argv[1]
PLATFORMS = pathlib.Path(__file__).resolve().parents[2] / "platforms"
LIMIT = 0.15  # of the time in fidelity cell
SIZES = ["64K", "1M", "16M", "256M"]
ROWS = [("all_reduce", "ring"), ("all_reduce", "direct"), ("all_reduce", "halving_doubling"),
        ("reduce_scatter", "direct"), ("all_gather", "ring"), ("all_gather", "direct"),
        ("all_to_all", "direct"), ("send_receive", "direct")]


def times_us(platform, collective, algorithm, fidelity):
    with tempfile.TemporaryDirectory() as folder:
        rows = pathlib.Path(folder) / "rows.json"
        for size in SIZES:
            subprocess.run([SUPERNODE, "bench", PLATFORMS / platform, collective, "--algorithm",
                            algorithm, "--ranks", "64", "--begin", size, "--end", size,
                            "--fidelity", fidelity, "--json", rows],
                           check=True, stdout=subprocess.DEVNULL)
            yield json.loads(rows.read_text())["rows"][0]["time_us"]


def main():
    worst = 0.0
    print("| 64 ranks of AL128 | size | cell, us | links, us | error |\n|---|---|---|---|---|")
    for collective, algorithm in ROWS:
        cells = times_us("al128.yaml", collective, algorithm, "cell")
        links = times_us("al128_two_layer.yaml", collective, algorithm, "flow")
        for size, cell, link in zip(SIZES, cells, links):
            error = link / cell - 1.0
            worst = max(worst, abs(error))
            print(f"| {collective} {algorithm} | {size} | {cell:.2f} | {link:.2f} | {error:+.1%} |")
    print(f"worst: {worst:.1%} of {LIMIT:.0%}")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
