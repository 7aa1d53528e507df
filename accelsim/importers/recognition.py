"""Which function has these values, up to a factor and an offset that the next operator absorbs?"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from accelsim.importers.graph import Array

SAMPLES = np.linspace(-12, 12, 97) + 0.01
"""Values of the variable; none is a point where a function bends or divides by 0."""

TOLERANCE = 2e-3
"""Of the largest value; the tanh form of GELU is 5e-4 from its erf form."""


def _sigmoid(x: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-x)))


def _gelu(x: Array) -> Array:
    return np.asarray(x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))))


FUNCTIONS: tuple[tuple[str, Callable[[Array], Array]], ...] = (
    ("relu", lambda x: np.maximum(x, 0)),
    ("sigmoid", _sigmoid),
    ("silu", lambda x: x * _sigmoid(x)),
    ("gelu", _gelu),
    ("gelu", lambda x: x * _sigmoid(1.702 * x)),
    ("tanh", np.tanh),
    ("hardswish", lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    ("hardswish", lambda x: x * np.clip(x / 5 + 0.5, 0, 1)),
    ("hardsigmoid", lambda x: np.clip(x / 6 + 0.5, 0, 1)),
    ("hardsigmoid", lambda x: np.clip(x / 5 + 0.5, 0, 1)),
    ("mish", lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    ("elu", lambda x: np.where(x > 0, x, np.expm1(x))),
)
"""Activation -> what it computes; x/5 is Keras's slope."""

NORMS: tuple[Callable[[Array], Array], ...] = (
    lambda x: (x - x.mean()) / x.std(),
    lambda x: x / np.sqrt((x * x).mean()),
)
"""Layer norm and root-mean-square norm."""


class Match(NamedTuple):
    """What a curve is: an activation by name, "norm", or "" for nothing at all."""

    function: str
    learnables: int = 0


def recognised_norm(values: Array, doubled: Array, learnables: int) -> Match | None:
    """A norm, if it has these values at `SAMPLES`, and the same ones at twice as much."""
    if not np.isfinite(values).all() or np.abs(values - doubled).max() > TOLERANCE:
        return None
    found = any(is_like(values, norm(SAMPLES)) for norm in NORMS)
    return Match("norm", learnables) if found else None


def recognised(values: Array) -> Match | None:
    """The function of one variable that has these values at `SAMPLES`."""
    if not np.isfinite(values).all():
        return None
    if is_like(values, SAMPLES):
        return Match("")
    for name, function in FUNCTIONS:
        if is_like(values, function(SAMPLES)):
            return Match(name)
    if _is_clipped(values):
        return Match("relu6")
    return Match("leakyrelu") if _is_bent(values) else None


def _is_clipped(values: Array) -> bool:
    """Whether the values are a line between two bounds."""
    low, high = values.min(), values.max()
    inside = (values > low) & (values < high)
    if inside.sum() < 2:
        return False
    slope, offset = np.polyfit(SAMPLES[inside], values[inside], 1)
    fit = np.clip(slope * SAMPLES + offset, low, high)
    return bool(np.abs(fit - values).max() <= TOLERANCE * (high - low))


def _is_bent(values: Array) -> bool:
    """Whether the values lie on a line for negative variables, on another for positive ones."""
    positive, negative = np.maximum(SAMPLES, 0), np.minimum(SAMPLES, 0)
    lines = np.stack([positive, negative, np.ones_like(SAMPLES)], axis=1)
    fit = lines @ np.linalg.lstsq(lines, values, rcond=None)[0]
    return bool(np.abs(fit - values).max() <= TOLERANCE * np.abs(values).max())


def is_like(values: Array, known: Array) -> bool:
    """Whether the values are the known ones up to a factor and an offset."""
    lines = np.stack([known, np.ones_like(known)], axis=1)
    (factor, offset), *_ = np.linalg.lstsq(lines, values, rcond=None)
    spread = np.abs(factor * (known - known.mean())).max()
    return bool(
        spread > 0
        and abs(factor) > 1e-9
        and np.abs(factor * known + offset - values).max() <= TOLERANCE * spread
    )
