"""Rows of kernel_costs.csv: figures beside their ratios to 3x3, and the gap between the two.

gap = cost ratio / parameter ratio: 1 where a cost follows the parameters, more where it outgrows
them. Within 5 % of 1 the parameters say nothing, and the gap column is the cost ratio itself
(`gap_divisor` 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from accelsim.results.columns import Column
from accelsim.results.network import Cell, Row
from accelsim.study.cases import BASE_KERNEL, KERNELS, TYPES, Case, convolutions, network_of, sizes
from accelsim.study.engines import NO_ENGINE, channel_engines_mm2
from accelsim.study.figures import Bench, Figures, reason_text
from accelsim.study.rows import spread

SAME = 0.05
"""A parameter ratio this near to 1 divides nothing."""

GAPS = {
    "gap_area": "engine_area_mm2", "gap_area_time": "area_time_mm2_ms",
    "gap_buffer": "buffer_area_mm2", "gap_cycles": "cycles", "gap_energy": "energy_uj",
}  # fmt: skip
"""Gap -> the cost whose ratio it is made from."""

COLUMNS = (
    Column("kernel", "", "filter size; of a mix or a network as defined, the largest one"),
    Column("type", "", "conv, dw, dws (dw and 1x1), mix (MixConv); own: kernels as defined"),
    Column("accelerator", "", "accelerator, with what was changed in it"),
    Column("scope", "", "what the row is of: operator, block or network"),
    Column("in_h", "", "rows and columns of the feature map, or of the image of a network"),
    Column("channels", "", "channels in and out; blank for a network"),
    Column("param_ratio", "1", "parameters over those with 3x3"),
    Column("mac_ratio", "1", "MACs over those with 3x3"),
    Column("engine_area_mm2", "mm2", "streaming engines of one channel, line buffers included"),
    Column("area_time_mm2_ms", "mm2 ms", "whole accelerator x latency"),
    Column("buffer_area_mm2", "mm2", "smallest double-buffered SRAM with compulsory traffic only"),
    Column("cycles", "cycles", "on the accelerator as it is"),
    Column("sram_bytes", "B", "into and out of on-chip SRAM"),
    Column("dram_bytes", "B", "on the DRAM channel, both ways"),
    Column("energy_uj", "uJ", "DRAM included"),
    Column("gap_area", "1", "of dedicated engines: ratio of engine_area_mm2 to 3x3 / gap_divisor"),
    Column("gap_area_time", "1", "ratio of area_time_mm2_ms to 3x3 / gap_divisor"),
    Column("gap_buffer", "1", "ratio of buffer_area_mm2 to 3x3 / gap_divisor"),
    Column("gap_cycles", "1", "ratio of cycles to 3x3 / gap_divisor"),
    Column("gap_energy", "1", "ratio of energy_uj to 3x3 / gap_divisor"),
    Column("network", "", "network with its own or the given depthwise kernels; else blank"),
    Column("params", "", "weights; of a network all learnables"),
    Column("macs", "MAC", "of one image"),
    Column("latency_ms", "ms", "cycles at the accelerator's clock"),
    Column("occupied_area_time_mm2_ms", "mm2 ms", "array, vector unit if used, SRAM that is held"),
    Column("buffer_bytes", "B", "size behind buffer_area_mm2"),
    Column("gap_divisor", "1", "param_ratio, or 1 where that is within 5 % of 1"),
    Column("reason", "", "why cells are blank"),
)
"""Columns of kernel_costs.csv in their order; up to gap_energy they are the public contract."""


GROUPED_BY = ("accelerator", "type", "kernel")
"""What medians are taken within."""


class Subject(NamedTuple):
    """What a row is of."""

    kernel: int
    type: str
    scope: str
    in_h: int
    channels: int | None = None
    network: str = ""


def cost_row(subject: Subject, accelerator: str, own: Figures, base: Figures) -> Row:
    """One row: figures, and what they are relative to those of the 3x3 kernel."""
    params, macs = own.params / base.params, own.macs / base.macs
    divisor = gap_divisor(params)
    values: Row = {
        "kernel": f"{subject.kernel}x{subject.kernel}",
        "type": subject.type,
        "accelerator": accelerator,
        "scope": subject.scope,
        "in_h": subject.in_h,
        "channels": subject.channels,
        "network": subject.network,
        "param_ratio": params,
        "mac_ratio": macs,
        "gap_divisor": divisor,
        "reason": _reason(own, base),
    }
    for gap, cost in GAPS.items():
        ratio = ratio_of(getattr(own, cost), getattr(base, cost))
        values[gap] = None if ratio is None else ratio / divisor
    return {
        column.name: values[column.name] if column.name in values else getattr(own, column.name)
        for column in COLUMNS
    }


def _reason(own: Figures, base: Figures) -> str:
    """Why cells are blank, those of the engines too."""
    engines = NO_ENGINE if own.engine_area_mm2 is None else ""
    return "; ".join(filter(None, [reason_text([own, base]), engines]))


def gap_divisor(param_ratio: float) -> float:
    """What a cost ratio is divided by."""
    return 1.0 if abs(param_ratio - 1) <= SAME else param_ratio


def ratio_of(value: float | None, base: float | None) -> float | None:
    """None where either is unknown."""
    return None if value is None or not base else value / base


def cases() -> tuple[tuple[Case, ...], ...]:
    """All kernels of each type and size, together: they share the 3x3 that they are relative to."""
    return tuple(
        tuple(Case(kernel, kind, size) for kernel in KERNELS) for size in sizes() for kind in TYPES
    )


def medians(costs: Sequence[Row]) -> list[Row]:
    """Ratios and gaps by accelerator, type and kernel, the median over sizes; networks left out."""
    groups: dict[tuple[Cell, ...], list[Row]] = {}
    for row in costs:
        if row["channels"]:
            groups.setdefault(tuple(row[name] for name in GROUPED_BY), []).append(row)
    return [
        {
            **dict(zip(GROUPED_BY, key, strict=True)),
            **{
                name: found.middle if (found := spread(rows, name)) else None
                for name in ("param_ratio", "mac_ratio", *GAPS)
            },
        }
        for key, rows in groups.items()
    ]


def case_rows(bench: Bench, family: Sequence[Case]) -> Iterator[Row]:
    """Rows of one type and size on one accelerator."""
    found = _measured(bench, family)
    base = next(found[case] for case in family if case.kernel == BASE_KERNEL)
    for case in family:
        subject = Subject(case.kernel, case.type, case.scope, *case.size)
        yield cost_row(subject, bench.label, found[case], base)


def _measured(bench: Bench, family: Sequence[Case]) -> dict[Case, Figures]:
    """The search for a buffer begins where those of smaller kernels point to."""
    found, needs = dict[Case, Figures](), list[tuple[int, int]]()
    for case in family:
        network = network_of(case)
        engines = channel_engines_mm2(convolutions(network), case.size.channels, bench.hardware)
        found[case] = figures = bench.figures(
            network, bench.run(network), engines, _guess(needs, case.kernel)
        )
        if figures.buffer_bytes:
            needs.append((case.kernel, figures.buffer_bytes))
    return found


def _guess(needs: Sequence[tuple[int, int]], kernel: int) -> int:
    """Bytes that a kernel may need: along the taps of the two before it, which weights follow."""
    (first, low), (second, high) = [(0, 0), (0, 0), *needs][-2:]
    if first < BASE_KERNEL:
        return high
    return high + (high - low) * (kernel**2 - second**2) // (second**2 - first**2)
