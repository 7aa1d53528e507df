"""What gap.csv says, in sentences: computed, whatever the figures are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accelsim.results.network import Row
from accelsim.study.gap_causes import CAUSES, IDEAL
from accelsim.study.page import Section
from accelsim.study.rows import chosen, distinct, number, spread

NAMED = 3
"""Largest causes that a sentence names."""

SMALL = 0.02
"""Share of the difference below which a cause is not named."""

WORDS = {
    "depthwise": "PEs unused by depthwise convolutions",
    "array": "PEs unused by other operators",
    "fill_drain": "fill and drain",
    "dram": "waiting for DRAM",
    "ports": "waiting for buffer ports",
    "elementwise": "element-wise work",
    "pooling": "pooling",
    "joins": "concat, split and shuffle",
    "launch": "launches",
    "idle": "idle cores",
}


def findings(rows: Sequence[Row]) -> list[Section]:
    """One section to read the rest by, one for each reference, one for each network beside it."""
    references = distinct(rows, "reference")
    return [
        Section("How to read this", tuple(_setting(rows))),
        *(Section(f"Beside {name}", tuple(_ladder(rows, name))) for name in references),
        *(
            Section(f"{network} beside {name}: where the time goes", tuple(_causes(found)))
            for name in references
            for network in distinct(chosen(rows, reference=name), "network")
            if network != name
            for found in [chosen(rows, reference=name, network=network)]
        ),
    ]


def _setting(rows: Sequence[Row]) -> Iterator[str]:
    yield f"Accelerators: {', '.join(distinct(rows, 'accelerator'))}."
    yield (
        "1/12 of something means that the reference has 12 times as much. Promised: the time of "
        "the network if it did its MACs at the rate that the reference reaches on the same "
        "accelerator. Gap: its time over the promised time, 1 where operations tell the time."
    )
    yield (
        "The difference of the two is split into causes that add up to it exactly; a cause that "
        "takes less time per MAC than in the reference counts as negative."
    )
    if refused := {str(row["reason"]) for row in rows if row["reason"]}:
        yield f"Not simulated: {'; '.join(sorted(refused))}."


def _ladder(rows: Sequence[Row], reference: str) -> Iterator[str]:
    """One sentence for each network: what it has less of, and the time that this leaves."""
    beside = chosen(rows, reference=reference)
    for network in distinct(beside, "network"):
        found = chosen(beside, network=network)
        if network == reference:
            continue
        first = found[0]
        yield (
            f"{network} has {_part(first, 'params_ratio', 'the parameters')}, "
            f"{_part(first, 'macs_ratio', 'the MACs')} and "
            f"{_part(first, 'activations_ratio', 'the activations')} of {reference}. {_left(found)}"
        )


def _left(found: Sequence[Row]) -> str:
    """What is left of it in time and energy, on all accelerators that run it."""
    timed = [row for row in found if number(row, "gap") is not None]
    gaps, energies = spread(timed, "gap"), spread(timed, "energy_ratio")
    if gaps is None or energies is None:
        return "No accelerator runs both."
    times = ", ".join(f"{inverse(row['time_ratio'])} on {row['accelerator']}" for row in timed)
    return (
        f"Its time is {times}: {gaps.low:.3g} to {gaps.high:.3g} times what its MACs promise "
        f"(median {gaps.middle:.3g}). Its energy is {inverse(energies.high)} to "
        f"{inverse(energies.low)}."
    )


def _part(row: Row, column: str, what: str) -> str:
    """`1/14.6 of the parameters`, or `1.1 times the MACs` where they are more."""
    ratio = number(row, column)
    joint = " of" if ratio is not None and ratio >= 1 else ""
    return f"{inverse(ratio)}{joint} {what}"


def inverse(ratio: object) -> str:
    """`1/14.6` for a reference that has 14.6 times as much; `1.33 times` where it has less."""
    assert isinstance(ratio, (int, float))
    return f"1/{ratio:.3g}" if ratio >= 1 else f"{1 / ratio:.3g} times"


def _causes(rows: Sequence[Row]) -> Iterator[str]:
    """One sentence for each accelerator: simulated and promised time, and the largest causes."""
    for row in rows:
        latency, promised = number(row, "latency_ms"), number(row, "promised_ms")
        extra = number(row, "extra_ms")
        if latency is None or promised is None or extra is None:
            continue
        yield (
            f"On {row['accelerator']}: {latency:.3g} ms, promised {promised:.3g} ms, "
            f"gap {latency / promised:.2f}; the difference of {extra:+.3g} ms is "
            f"{', '.join(_largest(row))}."
        )


def _largest(row: Row) -> Iterator[str]:
    """The causes of the difference that weigh most, then the rest, in ms."""
    parts = {cause: number(row, f"extra_{cause}_ms") or 0.0 for cause in CAUSES if cause != IDEAL}
    order = sorted(parts, key=lambda cause: -abs(parts[cause]))
    whole = sum(abs(value) for value in parts.values())
    named = [cause for cause in order[:NAMED] if abs(parts[cause]) >= SMALL * whole]
    for cause in named:
        yield f"{WORDS[cause]} {parts[cause]:+.3g} ms"
    yield f"all else {sum(value for cause, value in parts.items() if cause not in named):+.3g} ms"
