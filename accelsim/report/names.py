"""Names of layers where room is short. Knows no matplotlib, so that printing stays fast."""

from __future__ import annotations


def shortened(name: str, most: int = 36) -> str:
    """A long name without its middle: the ends tell layers apart."""
    if len(name) <= most:
        return name
    half = (most - 3) // 2
    return f"{name[:half]}...{name[-half:]}"
