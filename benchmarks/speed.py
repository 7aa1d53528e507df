"""Print how fast accelsim is beside its budgets (docs: design section 10), one core.

Run: .venv/bin/python benchmarks/speed.py
Medians of several runs; whole processes are timed from outside, with kernels compiled before.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from functools import partial

from rich.console import Console
from rich.table import Table
from simpy import Environment

import accelsim as ac
from accelsim.eventsim import network as chip
from accelsim.eventsim import simulator
from accelsim.mapper.search import find_mapping
from accelsim.schedule.nest import nest_of

NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"


class CountingEnvironment(Environment):
    """A simpy environment that counts the events put on its heap."""

    events = 0

    def schedule(self, *arguments, **options):
        """Count, then schedule."""
        CountingEnvironment.events += 1
        super().schedule(*arguments, **options)


def median_seconds(work, runs=7):
    """Median wall time of a call."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def process(*arguments):
    """A call that runs the command line in a new process, which may keep its bytecode."""
    command = [sys.executable, "-m", "accelsim", *arguments]
    usual = {name: value for name, value in os.environ.items() if name != NO_BYTECODE}
    return lambda: subprocess.run(command, check=True, capture_output=True, env=usual)


def search_all(network, hardware, objective="cycles", effort="normal"):
    """Search every distinct operator of a network anew; returns what was found."""
    found, seen = [], set()
    for operator in network.operators:
        nest = nest_of(operator, hardware, 1)
        if nest is not None and nest not in seen:
            seen.add(nest)
            found.append(
                ac.map_operator(operator, hardware, objective=objective, effort=effort, cache=False)
            )
    return found


def events_per_second(network, hardware):
    """simpy events processed per second over a whole network."""
    runs = []
    for operator in network.operators:
        if nest_of(operator, hardware, 1) is not None:
            mapped = ac.map_operator(operator, hardware)
            runs.append((mapped.cost.program, mapped.flow.target.machine))
    chip.Environment, CountingEnvironment.events = CountingEnvironment, 0
    for program, machine in runs:
        simulator.timeline(program, machine)
    chip.Environment = Environment
    seconds = median_seconds(
        lambda: [simulator.timeline(program, machine) for program, machine in runs], 3
    )
    return CountingEnvironment.events / seconds, CountingEnvironment.events


def rows():
    """(what, measured, budget) for each line of the table."""
    hardware = ac.load_hardware("edge_16x16")
    networks = {name: ac.load_network(name) for name in ("mobilenet_v2", "mixnet_s")}
    mobilenet, mixnet = networks.values()
    ac.simulate(mobilenet, hardware)
    yield "accelsim --help", f"{median_seconds(process('--help')):.3f} s", "0.15 s"
    run = process("run", "mobilenet_v2", "--quiet")
    run()
    yield "accelsim run mobilenet_v2, new process", f"{median_seconds(run, 5):.2f} s", "1.2 s"
    warm = median_seconds(lambda: ac.simulate(mobilenet, hardware)) * 1e3
    yield "simulate MobileNetV2, fast, mappings known", f"{warm:.1f} ms", "10 ms"
    events = median_seconds(lambda: ac.simulate(mobilenet, hardware, engine="events"), 5)
    yield "simulate MobileNetV2, events, mappings known", f"{events:.3f} s", "5 s"
    rate, count = events_per_second(mixnet, hardware)
    yield "events engine on MixNet-S", f"{rate / 1e3:.0f} k events/s of {count:,}", "200 k events/s"
    yield from branched(hardware)
    cold = median_seconds(lambda: search_all(mixnet, hardware), 3)
    searches = search_all(mixnet, hardware)
    costed = sum(one.evaluated for one in searches)
    what = f"search MixNet-S, {len(searches)} distinct of {len(mixnet.operators)} operators"
    yield what, f"{cold:.2f} s, {costed:,} candidates", "-"
    point = {"array.rows": [8, 16], "array.cols": [8, 16]}
    find_mapping.cache_clear()
    for what, budget in (("cold", "5 (effort sweep)"), ("mappings known", "50")):
        start = time.perf_counter()
        ac.sweep(mobilenet, hardware, point)
        per_second = 4 / (time.perf_counter() - start)
        yield f"sweep, {what}, points x MobileNetV2 per second", f"{per_second:.1f}", budget


def branched(hardware):
    """The events engine on Inception-v4, in order and over four cores, mappings known."""
    inception = ac.load_network("inception_v4")
    for policy, cores in (("in_order", 1), ("branch_parallel", 4), ("split", 4)):
        chip_hw = hardware.replace({"cores.count": cores})
        run = partial(ac.simulate, inception, chip_hw, engine="events", policy=policy)
        run()
        what = f"simulate Inception-v4, events, {policy}, {cores} cores"
        yield what, f"{median_seconds(run, 3):.2f} s", "30 s"


def main():
    """Print the table."""
    table = Table("what", "measured", "budget", title="speed on this machine")
    for row in rows():
        table.add_row(*row)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
