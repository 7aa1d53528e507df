"""Register-by-register simulation of small systolic arrays: the truth for the closed forms.

A cycle has three parts. First the output ports show what the registers behind them hold. Then the
controller, which sees ports and registers but knows no cycle formula, puts words on the input
ports. Then all registers change at once. Cycle 0 has the first operand on a port; `cycles` is the
number of the last cycle that shows a token on an output port, plus one. Tokens leave through
unused columns too, and count.

A PE passes its operands on after one cycle. Row r of the input port is delayed r cycles and column
c by c cycles (skew registers). Tokens carry the tag bits that hardware would: fold, first, last.

Here are the parts that all arrays share; `weight_grid` and `output_grid` have the PEs and the
controllers.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np


class Token(NamedTuple):
    """A word in a register with its tags; `last` ends the stream of its fold."""

    value: int
    fold: int
    index: int
    last: bool


class Run(NamedTuple):
    """What a simulation saw, and the words that crossed the array's border."""

    cycles: int
    useful_cycles: int
    """The same up to the last word that belongs to a result."""
    first_output_cycle: int
    product: np.ndarray
    """[G, M, K]"""
    folds: int
    input_reads: int
    weight_reads: int
    output_writes: int
    output_reads: int


class Feeder:
    """Puts the port words of one fold after the other on a port, one item per cycle."""

    def __init__(self, items_of_fold: list[list]) -> None:
        self.items_of_fold = items_of_fold
        self.started = 0
        self.pending: deque = deque()

    @property
    def idle(self) -> bool:
        return not self.pending

    @property
    def exhausted(self) -> bool:
        return self.started == len(self.items_of_fold)

    def start(self) -> None:
        self.pending.extend(self.items_of_fold[self.started])
        self.started += 1

    def item(self) -> list[Token] | None:
        return self.pending.popleft() if self.pending else None


class Skew:
    """Delays port i by i cycles."""

    def __init__(self, ports: int) -> None:
        self.lines = [deque([None] * port) for port in range(ports)]

    def pass_through(self, item: list[Token] | None) -> list[Token | None]:
        arrived = []
        for port, line in enumerate(self.lines):
            line.append(None if item is None else item[port])
            arrived.append(line.popleft())
        return arrived


def registers(rows: int, cols: int, content: Token | None = None) -> list[list[Token | None]]:
    return [[content] * cols for _ in range(rows)]


def port_item(words: np.ndarray, ports: int, fold: int, index: int, last: int) -> list[Token]:
    """Words for all ports of one cycle; a port without a word of the fold carries 0."""
    padded = [int(word) for word in words] + [0] * (ports - len(words))
    return [Token(value, fold, index, index == last) for value in padded]
