"""Numbers as people read them: three significant digits, thousands separators, prefixes."""

from __future__ import annotations

import math

PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
SMALLEST_PLAIN = 1e-3
"""Below this, digits are written with an exponent."""


def rounded(value: float) -> str:
    """Three significant digits: 4.29, 51.0, 1,234,568; 1.20e-05 for what is nearly nothing."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    if abs(value) < SMALLEST_PLAIN:
        return f"{value:.2e}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{places}f}"


def counted(value: float, unit: str) -> str:
    """A count with a decimal prefix: 568,740,352 MAC -> `569 M MAC`, 51,712 B -> `51.7 kB`."""
    gap = "" if unit == "B" else " "
    for size, prefix in PREFIXES:
        if abs(value) >= size:
            return f"{rounded(value / size)} {prefix}{gap}{unit}"
    return f"{value:,.0f} {unit}"


def percent(share: float | None) -> str:
    """0.514 -> `51 %`, 0.031 -> `3.1 %`, 0.0004 -> `0.04 %`, 0.9964 -> `99.6 %`; None: blank."""
    if share is None:
        return ""
    value = share * 100
    nearly_all = 99.5 <= value < 100
    if value == 0 or (value >= 10 and not nearly_all):
        return f"{value:.0f} %"
    return f"{value:.1f} %" if value >= 0.1 else f"{value:.1g} %"
