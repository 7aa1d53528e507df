"""What the tables of `study guidelines` say, in sentences: computed, whatever the figures are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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

PLACES = {"gpu": "the GPU", "arm": "the phone"}


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
    for device in distinct(rows, "device"):
        own = chosen(rows, device=device)
        yield f"{own[0]['accelerator']} stands for {PLACES[device]}: {len(own)} figures."


def _guideline(rows: Sequence[Row]) -> Iterator[str]:
    for device in distinct(rows, "device"):
        own = chosen(rows, device=device)
        lowest = min(own, key=lambda row: number(row, "measured_relative") or 0.0)
        yield (
            f"On {PLACES[device]} the speed measured is {_span(own, 'measured_relative')} of the "
            f"first case, predicted {_span(own, 'predicted_relative')}; where it is measured "
            f"lowest ({lowest['case']}, x{lowest['scale']}): {_share(lowest, 'measured_relative')}"
            f", predicted {_share(lowest, 'predicted_relative')}, of whose time launches are "
            f"{_share(lowest, 'launch_share')} and waiting for DRAM "
            f"{_share(lowest, 'dram_share')}."
        )
    if len(distinct(rows, "device")) == 2:
        yield _harder(rows)


def _harder(rows: Sequence[Row]) -> str:
    """Which device is more sensitive, as measured and as predicted."""
    found = {}
    for kind in ("measured", "predicted"):
        spans = {device: _spread(chosen(rows, device=device), f"{kind}_relative")
                 for device in ("gpu", "arm")}  # fmt: skip
        found[kind] = PLACES[max(spans, key=lambda device: spans[device])]
    return (
        f"The speeds differ more on {found['measured']} as measured, and on {found['predicted']} "
        "as predicted."
    )


def _verdicts(agreement: Sequence[Row]) -> Iterator[str]:
    yield (
        f"Asked: rank correlation at least {LEAST_SPEARMAN}, mean error of the relative speed at "
        f"most {MOST_ERROR:.0%}."
    )
    for row in agreement:
        ranks, error = number(row, "spearman"), number(row, "mean_absolute_error") or 0.0
        text = "unknown" if ranks is None else f"{ranks:.3f}"
        yield (
            f"{row['guideline']} on {PLACES[str(row['device'])]}: rank correlation {text}, mean "
            f"error {error:.1%}: {'met' if is_met(row) else 'not met'}; speeds themselves are "
            f"predicted {_times(row)} times as high as measured in the median."
        )


def is_met(row: Row) -> bool:
    """Whether a row of agreement.csv is as good as asked."""
    ranks, error = number(row, "spearman"), number(row, "mean_absolute_error")
    if ranks is None or error is None:
        return False
    return ranks >= LEAST_SPEARMAN and error <= MOST_ERROR


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
