"""Slow truth on tensors that stay on chip: every element on every core, at every instant of a run.

Elements are (image, element of `memory_by_hand`). What a core makes and reads of an operator is
walked output by output; nothing here knows of boxes, presence, parts of what is left, or plans.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import ceil

from accelsim.schedule.fill import fills_of
from accelsim.schedule.nest import nest_of
from accelsim.workload.operators import Conv, Elementwise, Linear, Pool
from tests.oracles.memory_by_hand import Memory

LOOPS = ("N", "G", "K", "P")


def spans(whole, works) -> tuple[str | None, list[range]]:
    """The loop that differs between the shards and the operator, and each shard's part of it."""
    if len(works) == 1:
        return None, [range(1)]
    (loop,) = [d for d in LOOPS if getattr(works[0].nest, d) != getattr(whole, d)]
    start, found = 0, []
    for work in works:
        found.append(range(start, start + getattr(work.nest, loop)))
        start += getattr(work.nest, loop)
    assert start == getattr(whole, loop)
    return loop, found


class OnChip:
    """A run, and where everything is while it goes on."""

    def __init__(self, inputs, executed, hardware, batch, storage) -> None:
        self.memory = Memory(inputs, executed.operators, storage)
        self.executed, self.hardware, self.batch = executed, hardware, batch
        self.level = hardware.chain("input")[-1]
        self.shared = self.level.name in hardware.cores.shared

    def place(self, run) -> int:
        """The level that a unit works at: one for all cores, or its core's own."""
        return 0 if self.shared else run.core

    def instants(self) -> list[int]:
        """Starts of all parts: between them nothing begins."""
        return sorted({part.run.start for parts in self.executed.parts for part in parts})

    def check(self) -> None:
        """What is read on chip is there, and nowhere is more than the level holds."""
        kept = [self._elements(piece) for piece in self.executed.plan.pieces]
        held = [self._lives(group) for group in kept]
        for group in kept:
            self._check_readers(group)
        places = range(1 if self.shared else self.hardware.cores.count)
        for now, place in product(self.instants(), places):
            used = sum(size.get(place, 0) for start, end, size in held if start <= now < end)
            assert used + self._tiles(now, place) <= self.level.total_bytes

    def _elements(self, piece) -> set:
        own = range(piece.start, piece.start + piece.elements)
        return {(image, (piece.tensor, n)) for image in range(self.batch) for n in own}

    def _users(self, group) -> tuple[int, list[int]]:
        """Who makes it, or fetches it first, and all others that read it."""
        element = next(iter(group))[1]
        maker, readers = self.memory.maker[element], sorted(self.memory.readers[element])
        return (readers[0], readers[1:]) if maker is None else (maker, readers)

    def _span(self, at: int) -> tuple[int, int]:
        parts = self.executed.parts[at]
        return min(p.run.start for p in parts), max(p.run.end for p in parts)

    def _lives(self, group) -> tuple[int, int, dict[int, int]]:
        """From when until when it is there, and its bytes by place."""
        first, others = self._users(group)
        bits = self.memory.storage.output_bits
        if self.memory.maker[next(iter(group))[1]] is None:
            bits = self.memory.storage.input_bits
        size = {0: ceil(len(group) * bits / 8)}
        if not self.shared:
            size = {
                core: ceil(len(there & group) * bits / 8)
                for core, there in self._brought(first, group).items()
            }
        return self._span(first)[0], max(self._span(at)[1] for at in [first, *others]), size

    def _brought(self, at: int, group) -> dict[int, set]:
        """Core -> what is there of a group after the operator that makes or fetches it."""
        made = self.memory.maker[next(iter(group))[1]] is not None
        return self._made(at) if made else self._fetched(at)

    def _check_readers(self, group) -> None:
        """Readers come after it is whole, and on its own level each core has what it reads."""
        first, others = self._users(group)
        brought = self._brought(first, group)
        for at in others:
            assert self._span(first)[1] <= self._span(at)[0]
            for core, needed in self._read(at).items():
                assert self.shared or needed & group <= brought.get(core, set())

    def _tiles(self, now: int, place: int) -> int:
        """Bytes of the tiles of all that runs."""
        return sum(
            self._claimed(part.work)
            for parts in self.executed.parts
            for part in parts
            if part.run.start <= now < part.run.end and self.place(part.run) == place
        )

    def _claimed(self, work) -> int:
        """Of the level, by operands that are not wholly on chip, and by partial sums."""
        flow, total = work.mapped.flow, 0
        for fill in fills_of(work.nest, work.mapped.mapping, flow.target, work.mapped.plan):
            if flow.target.level_names[fill.level] != self.level.name:
                continue
            sums = fill.operand == "output" and fill != self._narrow(work, fill)
            if getattr(work.away, fill.operand).away or sums:
                total += fill.claimed_bytes
        return total

    @staticmethod
    def _narrow(work, fill):
        """The same claim if sums were as narrow as outputs."""
        nest = work.nest._replace(accumulator_bits=work.nest.output_bits)
        fills = fills_of(nest, work.mapped.mapping, work.mapped.flow.target, work.mapped.plan)
        return next(f for f in fills if (f.level, f.operand) == (fill.level, fill.operand))

    def _made(self, at: int) -> dict[int, set]:
        """Core -> elements of the output that it is known to make."""
        return {
            core: {
                (n, self.memory.elements[name][number])
                for n, name, number, _ in self._walked(at, part)
            }
            for core, part in self._parts(at)
        }

    def _read(self, at: int) -> dict[int, set]:
        """Core -> elements that it reads, all of them where that is not known."""
        if _is_known(self.executed.operators[at]):
            return self._fetched(at)
        return dict.fromkeys((core for core, _ in self._parts(at)), self._everything(at))

    def _fetched(self, at: int) -> dict[int, set]:
        """Core -> elements that it is known to read: none where it has an unknown part."""
        if len(self.executed.parts[at]) == 1:
            return {core: self._everything(at) for core, _ in self._parts(at)}
        return {
            core: {
                (n, self.memory.elements[name][number])
                for image, _, _, output in self._walked(at, part)
                for n, name, number in self._windows(at, image, output)
            }
            for core, part in self._parts(at)
        }

    def _everything(self, at: int) -> set:
        """All that an operator names as its inputs."""
        return {
            (image, element)
            for image in range(self.batch)
            for name in self.executed.operators[at].inputs
            for element in self.memory.elements[name]
        }

    def _parts(self, at: int) -> list[tuple[int, tuple[str | None, range]]]:
        """(core, its part of the loop that is cut)."""
        works = [part.work for part in self.executed.parts[at]]
        whole = nest_of(self.executed.operators[at], self.hardware, self.batch)
        loop, own = spans(whole, works)
        cores = [part.run.core for part in self.executed.parts[at]]
        return [(core, (loop, span)) for core, span in zip(cores, own, strict=True)]

    def _walked(self, at: int, part) -> Iterator[tuple[int, str, int, tuple[int, int, int]]]:
        """(image, tensor, number in it, its coordinates) of the outputs in a part of a loop."""
        loop, span = part
        operator = self.executed.operators[at]
        if loop is not None and not _is_known(operator):
            return
        for name, (channels, height, width) in zip(
            operator.outputs, operator.output_shapes, strict=True
        ):
            each = product(range(self.batch), range(channels), range(height), range(width))
            for number, (image, c, y, x) in enumerate(each):
                if loop is None or self._index(operator, loop, (image, c, y)) in span:
                    yield image, name, number % (channels * height * width), (c, y, x)

    @staticmethod
    def _index(operator, loop: str, at: tuple[int, int, int]) -> int:
        image, channel, row = at
        channels = operator.output_shape[0]
        if loop == "P":
            return row
        if loop == "N":
            return image
        if isinstance(operator, (Conv, Linear)):
            per_group = channels // operator.groups
            return channel // per_group if loop == "G" else channel % per_group
        return image * channels + channel

    def _windows(self, at: int, image: int, output) -> Iterator[tuple[int, str, int]]:
        """(image, tensor, number in it) of the inputs of one output."""
        operator, (c, y, x) = self.executed.operators[at], output
        nest = nest_of(operator, self.hardware, self.batch)
        channels = operator.output_shape[0]
        for name, (depth, height, width) in zip(
            operator.inputs, operator.input_shapes, strict=True
        ):
            own, rows, columns = range(c, c + 1), range(y, y + 1), range(x, x + 1)
            if isinstance(operator, (Conv, Linear)):
                per_group = depth // operator.groups
                first = c // (channels // operator.groups) * per_group
                own = range(first, first + per_group)
            if isinstance(operator, (Conv, Pool)):
                top, left = y * nest.stride_h - nest.pad_top, x * nest.stride_w - nest.pad_left
                rows = range(top, top + nest.R * nest.dilation_h, nest.dilation_h)
                columns = range(left, left + nest.S * nest.dilation_w, nest.dilation_w)
            if isinstance(operator, Elementwise) and depth == 1:
                own = range(1)
            if isinstance(operator, Elementwise) and (height, width) == (1, 1):
                rows = columns = range(1)
            for d, row, column in product(own, rows, columns):
                if 0 <= row < height and 0 <= column < width:
                    yield image, name, (d * height + row) * width + column


def _is_known(operator) -> bool:
    return isinstance(operator, (Conv, Linear, Pool, Elementwise))
