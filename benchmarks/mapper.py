"""Print how fast the mapper is beside ZigZag and AccelForge on the same layers and machine.

Run: .venv/bin/python benchmarks/mapper.py [--peers-python PYTHON]
The peers that PYTHON (here: this interpreter) has installed are timed on this machine by
benchmarks/peers.py; for the others stored figures stand, marked *. All seconds are CPU seconds of
one thread, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from peers import LAYERS
from rich.console import Console
from rich.table import Table

import accelsim as ac
from accelsim.errors import UsageError
from accelsim.workload.operators import Conv

STORED_S = {
    "ZigZag": dict(zip(LAYERS, (2.8, 3.1, 3.0, 3.0, 3.0, 1.1), strict=True)),
    "AccelForge": dict(zip(LAYERS, (7.5, 0.8, 1.7, 1.8, 8.8, 1.1), strict=True)),
}
"""Seconds of ZigZag 3.9.1 and of AccelForge 1.0.467 on the tpu_like machine, K x C, one core of
another machine. AccelForge (Python >= 3.12) may lay filter rows beside C."""


def seconds_of_peers(python):
    """Peer -> layer -> its seconds as printed, those of STORED_S marked *; and who was timed."""
    script = Path(__file__).with_name("peers.py")
    run = subprocess.run([python, str(script)], check=True, stdout=subprocess.PIPE)
    timed_now = json.loads(run.stdout)
    seconds = {peer: dict(stored) for peer, stored in STORED_S.items()}
    for peer, answer in timed_now.items():
        seconds[peer] = answer["seconds"]
    return seconds, {peer: answer["version"] for peer, answer in timed_now.items()}


def layer(name):
    """A convolution of LAYERS."""
    groups, filters, channels, side, window, stride, padding = LAYERS[name]
    size = LAYERS[name].input_side
    return Conv(
        name=name, inputs=("x",), outputs=("y",),
        input_shapes=((groups * channels, size, size),),
        output_shapes=((groups * filters, side, side),),
        window=(window, window), step=(stride, stride), padding=(padding,) * 4,
        channel_groups=groups,
    )  # fmt: skip


def searched(operator, hardware, **options):
    """(what a search anew finds, its CPU seconds)."""
    start = time.process_time()
    found = ac.map_operator(operator, hardware, cache=False, **options)
    return found, time.process_time() - start


def timed(operator, hardware, **options):
    """(what a search finds, median CPU seconds of three after a first)."""
    runs = [searched(operator, hardware, **options) for _ in range(4)]
    return runs[0][0], statistics.median(seconds for _, seconds in runs[1:])


def raw_table(cases):
    """Candidates costed per second with nothing left out that fits; cases: machine, effort, layers.

    The time is that of the whole call, re-scoring in engine cycles included.
    """
    table = Table("layer", "machine", "effort", "evaluated", "pruned", "optimal", "M/s",
                  title="raw rate: prune=False, cache=False, edp, CPU time",
                  caption="pruned: do not fit, or too many steps")  # fmt: skip
    everything = {"objective": "edp", "prune": False, "max_mappings": 3_000_000}
    for hardware, effort, names in cases:
        for name in names:
            found, seconds = timed(layer(name), hardware, effort=effort, **everything)
            table.add_row(
                name, hardware.name, effort, f"{found.evaluated:,}", f"{found.pruned:,}",
                str(found.optimal), f"{found.evaluated / seconds / 1e6:.1f}",
            )  # fmt: skip
    return table


def distinct_operators(network):
    """Operators of a network that differ in shape."""
    operators = {}
    for one in network.operators:
        shape = (one.kind, one.input_shape, one.output_shape, one.kernel, one.stride, one.groups)
        operators.setdefault(shape, one)
    return operators.values()


def network_row(table, name, hardware, objective, effort):
    """One row: every distinct layer of a network, from nothing."""
    seconds, proved, value = [], 0, 0.0
    for operator in distinct_operators(ac.load_network(name)):
        try:
            found, took = searched(operator, hardware, objective=objective, effort=effort)
        except UsageError:  # only addressing
            continue
        seconds.append(took)
        proved += found.optimal
        value += found.cost.edp if objective == "edp" else found.cost.cycles
    table.add_row(
        f"{name} on {hardware.name}", objective, effort, f"{sum(seconds):.2f}",
        f"{1e3 * statistics.median(seconds):.1f}", f"{proved}/{len(seconds)}", f"{value:.6g}",
    )  # fmt: skip


def peers_table(given, python):
    """One row for every layer: seconds of the search here and of the peers'."""
    peers, versions = seconds_of_peers(python)
    now = ", ".join(f"{peer} {version}" for peer, version in versions.items())
    table = Table("layer", "ms", "candidates", "proved", title="tpu_like, K x C, edp, CPU time",
                  caption=f"timed now: {now or 'no peer is installed'}; * stored")  # fmt: skip
    for peer in peers:
        table.add_column(f"{peer} s", justify="right")
        table.add_column("ratio", justify="right")
    for name in LAYERS:
        found, seconds = timed(layer(name), given, objective="edp")
        row = [name, f"{1e3 * seconds:.1f}", f"{found.evaluated:,}", str(found.optimal)]
        for peer, of_layer in peers.items():
            mark = "" if peer in versions else "*"
            row += [f"{of_layer[name]:.1f}{mark}", f"{of_layer[name] / seconds:,.0f}{mark}"]
        table.add_row(*row)
    return table


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Speed of the mapper beside its peers.")
    parser.add_argument("--peers-python", default=sys.executable, metavar="PYTHON",
                        help="interpreter that has zigzag-dse and six")  # fmt: skip
    python = parser.parse_args().peers_python
    console = Console(width=110)
    machine = ac.load_hardware("zigzag_tpu_like")
    given = machine.replace({"array.dataflows": ["given"]})
    ac.map_operator(layer("fc 1280 to 1000"), given)  # compiles
    console.print(peers_table(given, python))
    edge = ac.load_hardware("edge_16x16")
    pointwise, depthwise = "conv1x1 K256 C64 56x56", "dw3x3 G144 56x56"
    tilings = ("conv3x3 K64 C64 56x56", pointwise, "stem 7x7 s2 K64 C3 112x112", depthwise)
    cases = ((edge, "normal", tilings), (edge, "full", tilings),
             (given, "full", (pointwise, depthwise)))  # fmt: skip
    console.print(raw_table(cases))
    table = Table("network", "objective", "effort", "s", "median ms", "proved", "sum")
    for name, objective, effort in (
        ("mixnet_s", "cycles", "normal"),
        ("mixnet_s", "edp", "full"),
        ("mobilenet_v2", "edp", "full"),
        ("mobilenet_v2", "edp", "normal"),
        ("mobilenet_v2", "edp", "sweep"),
    ):
        network_row(table, name, edge, objective, effort)
    console.print(table)


if __name__ == "__main__":
    main()
