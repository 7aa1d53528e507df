"""Print how fast accelsim is beside its budgets (docs: design section 10), one core.

Run: .venv/bin/python benchmarks/speed.py
Medians of several runs; whole processes are timed from outside, with kernels compiled before.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from rich.console import Console
from rich.table import Table
from simpy import Environment

import accelsim as ac
from accelsim.evaluate import Setting, evaluate_layer
from accelsim.eventsim import simulator
from accelsim.mapper import search
from accelsim.schedule.nest import nest_of
from accelsim.schedule.program import step_program


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
    """A call that runs the command line in a new process."""
    command = [sys.executable, "-m", "accelsim", *arguments]
    return lambda: subprocess.run(command, check=True, capture_output=True)


def search_all(network, hardware):
    """Search every operator of a network anew; returns tilings looked at."""
    search.find_mapping.cache_clear()
    setting = Setting(hardware, "fast", "auto", "cycles", 1)
    seen = 0
    for index, operator in enumerate(network.operators, start=1):
        _, found = evaluate_layer(operator, setting, (network.name, index))
        seen += found.evaluated if found else 0
    return seen


def events_per_second(network, hardware):
    """simpy events processed per second over a whole network."""
    setting = Setting(hardware, "events", "auto", "cycles", 1)
    programs = []
    for index, operator in enumerate(network.operators, start=1):
        _, found = evaluate_layer(operator, setting, (network.name, index))
        if found:
            nest = nest_of(operator, hardware, 1)
            programs.append(step_program(nest, setting.machine, setting.spec, found.tiled))
    simulator.Environment, CountingEnvironment.events = CountingEnvironment, 0
    for program in programs:
        simulator.timeline(program, setting.machine)
    simulator.Environment = Environment
    seconds = median_seconds(
        lambda: [simulator.timeline(program, setting.machine) for program in programs], 3
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
    yield "accelsim run mobilenet_v2, new process", f"{median_seconds(run, 5):.2f} s", "1.2 s"
    warm = median_seconds(lambda: ac.simulate(mobilenet, hardware)) * 1e3
    yield "simulate MobileNetV2, fast, mappings known", f"{warm:.1f} ms", "10 ms (now: 50 ms)"
    events = median_seconds(lambda: ac.simulate(mobilenet, hardware, engine="events"), 5)
    yield "simulate MobileNetV2, events, mappings known", f"{events:.3f} s", "5 s"
    rate, count = events_per_second(mixnet, hardware)
    yield "events engine on MixNet-S", f"{rate / 1e3:.0f} k events/s of {count:,}", "200 k events/s"
    cold = median_seconds(lambda: search_all(mixnet, hardware), 3)
    tilings = search_all(mixnet, hardware)
    yield "search MixNet-S, 230 operators", f"{cold:.2f} s, {tilings:,} tilings", "-"
    point = {"array.rows": [8, 16], "array.cols": [8, 16]}
    search.find_mapping.cache_clear()
    start = time.perf_counter()
    ac.sweep(mobilenet, hardware, point)
    per_second = 4 / (time.perf_counter() - start)
    yield "sweep, cold, points x MobileNetV2 per second", f"{per_second:.1f}", "5 (effort sweep)"


def main():
    """Print the table."""
    table = Table("what", "measured", "budget", title="speed on this machine")
    for row in rows():
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()
