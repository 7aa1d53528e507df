"""What the tables of `study guidelines` say, in sentences: computed, whatever the figures are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from accelsim.results.network import Row
from accelsim.study.page import Section
from accelsim.study.rows import chosen, distinct, number

TITLES = {
    "G1": "G1: equal channel widths move the least bytes",
    "G2": "G2: groups cost time at equal MACs",
    "G3": "G3: fragments cost time at equal MACs",
    "G4": "G4: element-wise work costs time",
}
LEAST_SPEARMAN = 0.9
MOST_ERROR = 0.15
"""What is asked of a prediction: rank correlation, and mean error of the relative speed."""

ALL_ROWS = "_all_rows"
"""End of the columns where speeds are relative to one row of a guideline, not one per scale."""

PLACES = {"gpu": "the GPU", "arm": "the phone"}

Machine = tuple[str, str]
"""Device of the paper, and the accelerator that stands for it."""


def machines(rows: Sequence[Row]) -> list[Machine]:
    """In the order of the rows."""
    return list(dict.fromkeys((str(row["device"]), str(row["accelerator"])) for row in rows))


def of_machine(rows: Sequence[Row], machine: Machine) -> list[Row]:
    """The rows of one of them."""
    return chosen(rows, device=machine[0], accelerator=machine[1])


def findings(rows: Sequence[Row], agreement: Sequence[Row]) -> list[Section]:
    """Sections of the page: how to read it, each guideline, and what is not met."""
    guidelines = distinct(rows, "guideline")
    return [
        Section("How to read this", tuple(_setting(rows))),
        *(
            Section(TITLES[name], tuple(_guideline(chosen(rows, guideline=name))))
            for name in guidelines
        ),
        Section("How well it is predicted", tuple(_verdicts(agreement))),
    ]


def _setting(rows: Sequence[Row]) -> Iterator[str]:
    yield (
        "Ten blocks on a 56x56 map, one image; speeds are relative to the first case of the same "
        "guideline and channel scale, which has about the same MACs."
    )
    for machine in machines(rows):
        device, accelerator = machine
        count = len(of_machine(rows, machine))
        yield f"{accelerator} stands for {PLACES[device]}: {count} figures."
    for row in rows:
        if row["read_off"]:
            yield (
                f"{row['read_off']} of {row['accelerator']} was read off {row['guideline']}, "
                f"{row['case']}, x{row['scale']}: that row is printed and not scored."
            )


def _guideline(rows: Sequence[Row]) -> Iterator[str]:
    for machine in machines(rows):
        own = of_machine(rows, machine)
        lowest = min(own, key=lambda row: number(row, "measured_relative") or 0.0)
        yield (
            f"On {_told(machine)} the speed measured is {_span(own, 'measured_relative')} of the "
            f"first case, predicted {_span(own, 'predicted_relative')}; where it is measured "
            f"lowest ({lowest['case']}, x{lowest['scale']}): {_share(lowest, 'measured_relative')}"
            f", predicted {_share(lowest, 'predicted_relative')}, of whose time launches are "
            f"{_share(lowest, 'launch_share')} and waiting for DRAM "
            f"{_share(lowest, 'dram_share')}."
        )
    for pair in combinations(machines(rows), 2):
        if pair[0][0] != pair[1][0]:
            yield _harder(rows, pair)


def _harder(rows: Sequence[Row], pair: tuple[Machine, Machine]) -> str:
    """Which device is more sensitive, as measured and as predicted."""
    on_measured, on_predicted = (
        max(pair, key=lambda machine: _spread(of_machine(rows, machine), column))
        for column in ("measured_relative", "predicted_relative")
    )
    return (
        f"The speeds differ more on {PLACES[on_measured[0]]} as measured, and on "
        f"{_told(on_predicted)} as predicted ({pair[0][1]} and {pair[1][1]})."
    )


def _verdicts(agreement: Sequence[Row]) -> Iterator[str]:
    yield (
        f"Asked: rank correlation at least {LEAST_SPEARMAN}, mean error of the relative speed at "
        f"most {MOST_ERROR:.0%}. Speeds can be relative to the first row of each scale, or to the "
        "one first row of a guideline, so that scales count; both are told."
    )
    for row in agreement:
        machine = str(row["device"]), str(row["accelerator"])
        yield (
            f"{row['guideline']} on {_told(machine)}: relative within scales {_verdict(row)}; "
            f"relative to one row {_verdict(row, ALL_ROWS)}; speeds themselves are "
            f"predicted {_times(row)} times as high as measured in the median."
        )


def _verdict(row: Row, reading: str = "") -> str:
    ranks = number(row, f"spearman{reading}")
    error = number(row, f"mean_absolute_error{reading}") or 0.0
    text = "unknown" if ranks is None else f"{ranks:.3f}"
    met = "met" if is_met(row, reading) else "not met"
    return f"rank correlation {text}, mean error {error:.1%}: {met}"


def is_met(row: Row, reading: str = "") -> bool:
    """Whether a row of agreement.csv is as good as asked; `reading` may be `ALL_ROWS`."""
    ranks = number(row, f"spearman{reading}")
    error = number(row, f"mean_absolute_error{reading}")
    if ranks is None or error is None:
        return False
    return ranks >= LEAST_SPEARMAN and error <= MOST_ERROR


def _told(machine: Machine) -> str:
    """`the phone (pixel_1)`."""
    return f"{PLACES[machine[0]]} ({machine[1]})"


def _times(row: Row) -> str:
    return f"{number(row, 'median_predicted_over_measured') or 0.0:.2f}"


def _spread(rows: Sequence[Row], column: str) -> float:
    values = [number(row, column) or 0.0 for row in rows]
    return max(values) / min(values)


def _span(rows: Sequence[Row], column: str) -> str:
    values = [number(row, column) or 0.0 for row in rows]
    return f"{min(values):.0%} to {max(values):.0%}"


def _share(row: Row, column: str) -> str:
    return f"{number(row, column) or 0.0:.0%}"
