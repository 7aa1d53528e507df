"""Simulated arrays whose weights (or, with operands exchanged, inputs) stay in the PEs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tests.oracles.systolic_grid import Feeder, Run, Skew, Token, port_item, registers


class WeightFold(NamedTuple):
    """One pass: held words [h, w], which of them are real, vectors [T, h], owners of columns."""

    held: np.ndarray
    real: np.ndarray
    stream: np.ndarray
    owners: list[tuple[int, int]]
    """(group, filter) of every column"""


def weight_folds(
    a: np.ndarray, b: np.ndarray, rows: int, cols: int, packing: bool
) -> Iterator[WeightFold]:
    """Folds of a[G, M, D] @ b[G, D, K]: groups outermost, then filters, reduction innermost.

    Packed groups stand on the diagonal of one matrix; another joins while both sides still fit.
    """
    groups, depth, filters = b.shape
    packed = 1
    while packing and packed < groups:
        if (packed + 1) * depth > rows or (packed + 1) * filters > cols:
            break
        packed += 1
    for first in range(0, groups, packed):
        members = range(first, min(first + packed, groups))
        held = np.zeros((len(members) * depth, len(members) * filters), dtype=np.int64)
        real = np.zeros(held.shape, dtype=bool)
        for place, group in enumerate(members):
            block = np.s_[place * depth : (place + 1) * depth,
                          place * filters : (place + 1) * filters]  # fmt: skip
            held[block], real[block] = b[group], True
        stream = np.hstack([a[group] for group in members])
        owners = [(group, k) for group in members for k in range(filters)]
        for left in range(0, held.shape[1], cols):
            for top in range(0, held.shape[0], rows):
                part = np.s_[top : top + rows, left : left + cols]
                yield WeightFold(
                    held[part], real[part], stream[:, top : top + rows], owners[left : left + cols]
                )


class WeightArray:
    """Weights stay, activations pass right, partial sums pass down into the output ports.

    control  serial     one weight register per PE; all rows shift down while loading
             broadcast  the shadow registers of the whole array shift together
             pipelined  weights enter column c after c cycles; a row shifts only words of the fold
                        that is entering the column, so deeper rows keep the fold before until then
    """

    def __init__(
        self, size: tuple[int, int], folds: list[WeightFold], control: str, trim: bool
    ) -> None:
        self.rows, self.cols = size
        self.folds, self.control, self.trim = folds, control, trim
        unset = Token(0, -1, 0, False)
        self.activation = registers(*size)
        self.psum = registers(*size)
        self.weight = registers(*size, unset)
        self.shadow = registers(*size, unset)
        self.row_skew, self.col_skew = Skew(self.rows), Skew(self.cols)
        self.load = Feeder([self.load_items(number) for number in range(len(folds))])
        self.stream = Feeder([self.stream_items(number) for number in range(len(folds))])
        self.finished = [0] * self.cols
        self.switched = 0

    def load_items(self, number: int) -> list[list[Token]]:
        """Rows of weights in the order of loading: the bottom row first."""
        held = self.folds[number].held
        height = len(held) if self.trim else self.rows
        padded = np.vstack([held, np.zeros((height - len(held), held.shape[1]), dtype=np.int64)])
        return [
            port_item(row, self.cols, number, index, height - 1)
            for index, row in enumerate(padded[::-1])
        ]

    def stream_items(self, number: int) -> list[list[Token]]:
        vectors = self.folds[number].stream
        return [
            port_item(vector, self.rows, number, index, len(vectors) - 1)
            for index, vector in enumerate(vectors)
        ]

    def may_load(self) -> bool:
        """Whether the weights of the next fold may start to enter in this cycle."""
        if self.load.started == 0:
            return True
        previous = self.load.started - 1
        if self.control == "serial":
            width = self.folds[previous].held.shape[1] if self.trim else self.cols
            return self.finished[width - 1] > previous
        if self.control == "broadcast":
            return self.switched > previous
        return self.stream.started > previous

    def cycle(self) -> list[Token | None]:
        """One cycle; returns what the output ports show in it."""
        shown = self.psum[-1]
        for column, token in enumerate(shown):
            if token is not None and token.last:
                self.finished[column] = token.fold + 1
        if self.stream.idle and self.load.idle and self.load.started > self.stream.started:
            self.stream.start()
        entering = self.row_skew.pass_through(self.stream.item())
        arriving = [[entering[row], *self.activation[row][:-1]] for row in range(self.rows)]
        corner = arriving[-1][-1]
        if corner is not None and corner.index == 0:
            self.switched = corner.fold + 1
        if self.load.idle and not self.load.exhausted and self.may_load():
            self.load.start()
        self.multiply(arriving)
        self.shift_weights(self.load.item())
        return shown

    def multiply(self, arriving: list[list[Token | None]]) -> None:
        """Clock activations, weights and sums; the first token of a fold switches to the shadow."""
        sums = registers(self.rows, self.cols)
        for row in range(self.rows):
            for column, token in enumerate(arriving[row]):
                if token is None:
                    continue
                if token.index == 0 and self.control != "serial":
                    self.weight[row][column] = self.shadow[row][column]
                above = self.psum[row - 1][column].value if row else 0
                product = token.value * self.weight[row][column].value
                sums[row][column] = token._replace(value=above + product)
        self.activation, self.psum = arriving, sums

    def shift_weights(self, item: list[Token] | None) -> None:
        """Clock the chain of weights: down one row, where the control lets it."""
        chain = self.weight if self.control == "serial" else self.shadow
        together = self.control != "pipelined"
        entering = self.col_skew.pass_through(item) if not together else item or []
        for column, word in enumerate(entering):
            if word is None:
                continue
            for row in range(self.rows - 1, 0, -1):
                if together or chain[row - 1][column].fold == word.fold:
                    chain[row][column] = chain[row - 1][column]
            chain[0][column] = word


def run_weight_stationary(a: np.ndarray, b: np.ndarray, array: WeightArray) -> Run:
    """Clock the array until every token has left; sums of later row folds are added outside."""
    folds = array.folds
    product = np.zeros((a.shape[0], a.shape[1], b.shape[2]), dtype=np.int64)
    written = np.zeros(product.shape, dtype=np.int64)
    shown_at, useful_at, now = [], [], 0
    while len(shown_at) < array.cols * sum(len(fold.stream) for fold in folds):
        for column, token in enumerate(array.cycle()):
            if token is None:
                continue
            shown_at.append(now)
            if column < len(folds[token.fold].owners):
                group, k = folds[token.fold].owners[column]
                product[group, token.index, k] += token.value
                written[group, token.index, k] += 1
                useful_at.append(now)
        now += 1
    return Run(
        now, useful_at[-1] + 1, shown_at[0], product, len(folds),
        input_reads=sum(fold.stream.size for fold in folds),
        weight_reads=sum(int(fold.real.sum()) for fold in folds),
        output_writes=int(written.sum()),
        output_reads=int((written - 1).sum()),
    )  # fmt: skip


def weight_stationary(
    a: np.ndarray, b: np.ndarray, size: tuple[int, int], control: str, trim: bool, packing: bool
) -> Run:
    """a[G, M, D] @ b[G, D, K] with the weights b staying in the array."""
    folds = list(weight_folds(a, b, *size, packing))
    return run_weight_stationary(a, b, WeightArray(size, folds, control, trim))


def input_stationary(
    a: np.ndarray, b: np.ndarray, size: tuple[int, int], control: str, trim: bool
) -> Run:
    """The same array with the operands exchanged: (b' a')' with the inputs a staying."""
    swapped_a, swapped_b = b.transpose(0, 2, 1), a.transpose(0, 2, 1)
    run = weight_stationary(swapped_a, swapped_b, size, control, trim, packing=False)
    return run._replace(
        product=run.product.transpose(0, 2, 1),
        input_reads=run.weight_reads,
        weight_reads=run.input_reads,
    )
