"""Simulated arrays whose sums stay in the PEs until they are finished."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tests.oracles.systolic_grid import Feeder, Run, Skew, Token, port_item, registers


class OutputFold(NamedTuple):
    """One pass: inputs [m, D], weights [D, w], and where its first output belongs."""

    left: np.ndarray
    top: np.ndarray
    place: tuple[int, int, int]
    """(group, pixel, filter)"""


def output_folds(a: np.ndarray, b: np.ndarray, rows: int, cols: int) -> list[OutputFold]:
    """Folds of a[G, M, D] @ b[G, D, K]: groups outermost, then pixels, filters innermost."""
    return [
        OutputFold(a[group, m : m + rows], b[group, :, k : k + cols], (group, m, k))
        for group in range(a.shape[0])
        for m in range(0, a.shape[1], rows)
        for k in range(0, b.shape[2], cols)
    ]


class OutputArray:
    """Sums stay, activations pass right, weights pass down; results leave through the bottom row.

    control  serial     when the far corner has finished, the sums themselves shift down, and the
                        next fold enters after the last of them was shown
             pipelined  a finished sum is copied to a drain register; a column's drain registers
                        move together once the bottom one holds their fold; the last operands of
                        a fold wait until the drain register of the first PE is free
    Shifting has priority over multiplying. `index` of a drained token is its PE's row.
    """

    def __init__(
        self, size: tuple[int, int], folds: list[OutputFold], control: str, trim: bool
    ) -> None:
        self.rows, self.cols = size
        self.folds, self.control, self.trim = folds, control, trim
        self.right, self.down = registers(*size), registers(*size)
        self.sums = [[0] * self.cols for _ in range(self.rows)]
        self.drain = registers(*size)
        self.row_skew, self.col_skew = Skew(self.rows), Skew(self.cols)
        self.feed = Feeder([self.feed_items(number) for number in range(len(folds))])
        self.rows_to_show = 0
        self.busy = False

    def feed_items(self, number: int) -> list[tuple[list[Token], list[Token]]]:
        left, top, _ = self.folds[number]
        last = len(top) - 1
        return [
            (
                port_item(left[:, index], self.rows, number, index, last),
                port_item(top[index], self.cols, number, index, last),
            )
            for index in range(last + 1)
        ]

    def cycle(self) -> list[Token | None]:
        """One cycle; returns what the output ports show in it."""
        serial = self.control == "serial"
        draining = serial and self.rows_to_show > 0
        shown = self.shown_sums() if draining else list(self.drain[-1])
        if self.feed.idle and not self.feed.exhausted and not (serial and self.busy):
            self.feed.start()
            self.busy = True
        item = None if self.must_wait() else self.feed.item()
        entering = self.row_skew.pass_through(item and item[0])
        falling = self.col_skew.pass_through(item and item[1])
        right = [[entering[row], *self.right[row][:-1]] for row in range(self.rows)]
        down = [falling, *self.down[:-1]]
        if draining:
            self.shift_sums()
        else:
            if not serial:
                self.shift_drain()
            self.multiply(right, down)
        self.right, self.down = right, down
        return shown

    def shown_sums(self) -> list[Token]:
        """The bottom row of sums with the fold and row that a serial controller counts along."""
        fold, row = self.feed.started - 1, self.rows_to_show - 1
        return [Token(value, fold, row, False) for value in self.sums[-1]]

    def must_wait(self) -> bool:
        """The operands at the head of the port would overrun a result that has not left."""
        if self.control == "serial" or self.feed.idle or not self.feed.pending[0][0][0].last:
            return False
        held, bottom = self.drain[0][0], self.drain[-1][0]
        return held is not None and (bottom is None or bottom.fold != held.fold)

    def multiply(self, right: list[list[Token | None]], down: list[list[Token | None]]) -> None:
        """Clock the sums; the first operands of a fold start a new one, the last finish it."""
        for row in range(self.rows):
            for column in range(self.cols):
                x, w = right[row][column], down[row][column]
                if x is None:
                    continue
                assert (x.fold, x.index) == (w.fold, w.index), "operands of one PE do not meet"
                before = 0 if x.index == 0 else self.sums[row][column]
                total = before + x.value * w.value
                self.sums[row][column] = total
                if x.last and self.control == "pipelined":
                    assert self.drain[row][column] is None, "a result was overrun"
                    self.drain[row][column] = Token(total, x.fold, row, False)
                elif x.last and (row, column) == self.far_corner(x.fold):
                    self.rows_to_show = self.rows

    def far_corner(self, number: int) -> tuple[int, int]:
        """The PE that a serial controller watches."""
        if not self.trim:
            return self.rows - 1, self.cols - 1
        return len(self.folds[number].left) - 1, self.folds[number].top.shape[1] - 1

    def shift_sums(self) -> None:
        """Clock the serial drain: every sum moves down one row, the bottom one leaves."""
        self.sums = [[0] * self.cols, *self.sums[:-1]]
        self.rows_to_show -= 1
        if self.rows_to_show == 0:
            self.busy = False

    def shift_drain(self) -> None:
        """Clock the drain registers: the bottom one leaves, those of its fold follow."""
        for column in range(self.cols):
            leaving = self.drain[-1][column]
            self.drain[-1][column] = None
            for row in range(self.rows - 1, 0, -1):
                above = self.drain[row - 1][column]
                if leaving is not None and above is not None and above.fold == leaving.fold:
                    self.drain[row][column], self.drain[row - 1][column] = above, None


def run_output_stationary(a: np.ndarray, b: np.ndarray, array: OutputArray) -> Run:
    """Clock the array until every PE has shown the result of every fold."""
    folds = array.folds
    product = np.zeros((a.shape[0], a.shape[1], b.shape[2]), dtype=np.int64)
    shown_at, useful_at, now = [], [], 0
    while len(shown_at) < array.rows * array.cols * len(folds):
        for column, token in enumerate(array.cycle()):
            if token is None:
                continue
            shown_at.append(now)
            left, top, (group, pixel, k) = folds[token.fold]
            if token.index < len(left) and column < top.shape[1]:
                product[group, pixel + token.index, k + column] = token.value
                useful_at.append(now)
        now += 1
    return Run(
        now, useful_at[-1] + 1, shown_at[0], product, len(folds),
        input_reads=sum(fold.left.size for fold in folds),
        weight_reads=sum(fold.top.size for fold in folds),
        output_writes=len(useful_at),
        output_reads=0,
    )  # fmt: skip


def output_stationary(
    a: np.ndarray, b: np.ndarray, size: tuple[int, int], control: str, trim: bool
) -> Run:
    """a[G, M, D] @ b[G, D, K] with every output staying in its PE until it is finished."""
    folds = output_folds(a, b, *size)
    return run_output_stationary(a, b, OutputArray(size, folds, control, trim))
