"""Names at the right ends of lines, moved apart so that each can be read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes


class LineEnd(NamedTuple):
    """Where a line ends, in data coordinates, and what it is called."""

    x: float
    y: float
    name: str
    colour: str


RIGHT = 1.035
"""Where names begin, in widths of the panel."""


def name_ends(panel: Axes, ends: Sequence[LineEnd], gap: float, fontsize: float = 7) -> None:
    """Write each name beside its line, `gap` panel heights apart at least, with a thin leader.

    Limits and scale of the panel must be final.
    """
    down = sorted(ends, key=lambda end: end.y)
    to_share = panel.transData + panel.transAxes.inverted()
    wanted = [float(to_share.transform((end.x, end.y))[1]) for end in down]
    for end, share in zip(down, moved_apart(wanted, gap), strict=True):
        panel.annotate(
            end.name, (end.x, end.y), xytext=(RIGHT, share), textcoords="axes fraction",
            va="center", fontsize=fontsize, color=end.colour, annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": end.colour, "linewidth": 0.5, "shrinkA": 0,
                        "relpos": (0, 0.5)},
        )  # fmt: skip


def moved_apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places from 0 to 1, at least `gap` apart in the given order, sum of squared moves the least.

    With `gap` times the index taken off, places must only not fall: neighbours that would are
    merged to their mean until none do (pool adjacent violators), then the ends are cut off. Where
    so many do not fit, they begin at 0. `wanted` must not fall.
    """
    pools: list[tuple[float, int]] = []
    for index, place in enumerate(wanted):
        mean, count = place - gap * index, 1
        while pools and pools[-1][0] > mean:
            other, more = pools.pop()
            mean, count = (other * more + mean * count) / (more + count), more + count
        pools.append((mean, count))
    top = 1 - gap * (len(wanted) - 1)
    level = [max(0.0, min(mean, top)) for mean, count in pools for _ in range(count)]
    return [mean + gap * index for index, mean in enumerate(level)]
