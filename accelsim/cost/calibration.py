"""Where the component library stands beside synthesis and CACTI: every error, none left out.

Formulas were fitted to 45 nm with relaxed timing; the runs for speed, in 130 nm and in 7 nm are
predicted with the published scaling factors. SRAM is compared with itself: each macro with what
its neighbours in size say of it.
"""

from __future__ import annotations

import csv
import math
import statistics
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import product
from typing import NamedTuple

from accelsim.cost.arithmetic import Component
from accelsim.cost.catalogue import OUTSIDE, Entry, synthesised
from accelsim.cost.constants import CONSTANTS
from accelsim.cost.memories import Values, left_out
from accelsim.cost.technology import area_factor, delay_factor


class Run(NamedTuple):
    """One library and timing that components were synthesised with."""

    name: str
    library: str
    period_ps: int
    node_nm: float
    voltage_v: float


RUNS = (
    Run("45 nm, relaxed", "nangate45", 10_000, 45, 1.1),
    Run("45 nm, for speed", "nangate45", 1_000, 45, 1.1),
    Run("130 nm, sky130", "sky130hd", 20_000, 130, 1.8),
    Run("7 nm, ASAP7", "asap7", 10_000, 7, 0.7),
)
"""The first is what formulas were fitted to."""

AREA, DELAY = "area_um2", "delay_ps"


class Comparison(NamedTuple):
    """One figure of the model beside its reference, both in the unit that `quantity` ends with."""

    against: str
    component: str
    kind: str
    quantity: str
    reference: float
    model: float

    @property
    def error_percent(self) -> float:
        """Of the model, relative to the reference."""
        return (self.model / self.reference - 1) * 100


class Summary(NamedTuple):
    """Errors of one kind of component against one reference: without their sign."""

    against: str
    quantity: str
    kind: str
    components: int
    median_error_percent: float
    worst_error_percent: float
    worst: str


class Measured(NamedTuple):
    """What synthesis says of a component; nan for a path that it has none of."""

    area_um2: float
    path_ps: float


def fast_ps(component: Component) -> float:
    """Path of a component that is synthesised for speed."""
    return component.delay_ps * CONSTANTS["fast_delay_factor"].value


def comparisons() -> tuple[Comparison, ...]:
    """Logic in all libraries, then SRAM."""
    return (*logic_comparisons(), *sram_comparisons())


def logic_comparisons() -> tuple[Comparison, ...]:
    """Area, then delay, of every component in every library that it was synthesised in."""
    return tuple(_comparisons(RUNS, (AREA, DELAY)))


def _comparisons(runs: Iterable[Run], quantities: Iterable[str]) -> Iterator[Comparison]:
    for run, quantity in product(runs, quantities):
        for entry in synthesised():
            yield from _compared(run, quantity, entry)


def sram_comparisons() -> tuple[Comparison, ...]:
    """Each macro of the grid that has a smaller and a larger neighbour, interpolated without it."""
    return tuple(
        Comparison(
            f"CACTI, {point.node_nm:g} nm",
            f"{point.size_bytes / 1024:g} KiB x {point.word_bits:g} bits",
            "left out",
            quantity,
            getattr(point.known, quantity),
            getattr(point.interpolated, quantity),
        )
        for point in left_out()
        for quantity in Values._fields
    )


def summaries(compared: Iterable[Comparison]) -> tuple[Summary, ...]:
    """Median and worst of every reference, quantity and kind, in their order of appearance."""
    groups: dict[tuple[str, str, str], list[Comparison]] = {}
    for item in compared:
        groups.setdefault((item.against, item.quantity, item.kind), []).append(item)
    return tuple(_summary(*group, members) for group, members in groups.items())


@cache
def area_note(node_nm: float) -> str:
    """How far component cells are off synthesis at a node, or at those around it."""
    nodes = sorted({run.node_nm for run in RUNS})
    below = [node for node in nodes if node <= node_nm][-1:]
    above = [node for node in nodes if node >= node_nm][:1]
    errors = " and ".join(_area_errors(node) for node in dict.fromkeys(below + above))
    start = "" if node_nm in nodes else f"nothing was synthesised at {node_nm:g} nm; "
    return f"{start}component cells are off synthesis {errors} (accelsim area --calibration)"


def _area_errors(node_nm: float) -> str:
    """Medians of all kinds, and the worst, of all runs at a node; widths as they were fitted."""
    runs = [run for run in RUNS if run.node_nm == node_nm]
    found = [item for item in summaries(_comparisons(runs, (AREA,))) if item.kind != OUTSIDE]
    medians = [item.median_error_percent for item in found]
    worst = max(found, key=lambda item: abs(item.worst_error_percent))
    return (
        f"at {node_nm:g} nm median {min(medians):.2g} to {max(medians):.2g} %, "
        f"worst {abs(worst.worst_error_percent):.2g} % ({worst.worst})"
    )


def _summary(against: str, quantity: str, kind: str, members: list[Comparison]) -> Summary:
    worst = max(members, key=lambda item: abs(item.error_percent))
    median = statistics.median(abs(item.error_percent) for item in members)
    error = worst.error_percent
    return Summary(against, quantity, kind, len(members), median, error, worst.component)


def _compared(run: Run, quantity: str, entry: Entry) -> Iterator[Comparison]:
    """Nothing where either side is unknown."""
    measured = _synthesis().get((run.library, run.period_ps, entry.name))
    if measured is None:
        return
    if quantity == AREA:
        known = measured.area_um2
        model: float | None = entry.component.area_um2 * area_factor(run.node_nm)
    else:
        known = measured.path_ps
        factor = delay_factor(run.node_nm, run.voltage_v)
        model = None if factor is None else entry.component.delay_ps * factor
    if model is not None and not math.isnan(known) and not math.isnan(model):
        yield Comparison(run.name, entry.name, entry.kind, quantity, known, model)


@cache
def _synthesis() -> dict[tuple[str, int, str], Measured]:
    """(library, period in ps, component) -> area and path; read from the table beside this file."""
    text = files("accelsim.cost").joinpath("synthesis.csv").read_text(encoding="utf-8")
    return {
        (row["library"], int(row["period_ps"]), row["component"]): Measured(
            float(row["area_um2"]), float(row["path_ps"] or "nan")
        )
        for row in csv.DictReader(text.splitlines()[1:])
    }
