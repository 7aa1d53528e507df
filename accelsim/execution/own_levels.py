"""Operators cut into shards, where every core has a level of its own: what can stay there.

A core finds there what it made itself and nothing else. So a tensor stays where every core that
reads some of it made that part. Parts are boxes of images, channels and rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from math import prod
from typing import NamedTuple

from accelsim.execution.residency import Plain
from accelsim.execution.works import Setting
from accelsim.lifetime.pieces import Piece, Tensors
from accelsim.lifetime.task import one_at_a_time
from accelsim.measure import Work
from accelsim.resident import Together
from accelsim.schedule.nest import Nest, nest_of
from accelsim.shards import loop_of
from accelsim.workload.base import Operator, Shape
from accelsim.workload.operators import Conv, Elementwise, Linear, Pool

OTHER_CORE = "cores read of it what others made, and each has a level of its own"
RENAMED = "it is read under another name, whose parts are not followed from core to core"

Span = tuple[int, int]
"""First, and behind the last."""


class Box(NamedTuple):
    """Part of a tensor of the batch."""

    images: Span
    channels: Span
    rows: Span

    def within(self, other: Box) -> bool:
        """Whether all of it lies in the other one."""
        pairs = list(zip(self, other, strict=True))
        return not self.size or all(o[0] <= s[0] and s[1] <= o[1] for s, o in pairs)

    def of_channels(self, span: Span) -> Box:
        """What of it lies in these channels."""
        first, last = max(self.channels[0], span[0]), min(self.channels[1], span[1])
        return self._replace(channels=(first, max(first, last)))

    @property
    def size(self) -> int:
        """Elements of one column."""
        return prod(last - first for first, last in self)


NOTHING = Box((0, 0), (0, 0), (0, 0))


class Cut(NamedTuple):
    """An operator as the cores run it."""

    operator: Operator
    nest: Nest
    """Of the whole operator."""
    loop: str | None
    """None where the first core runs it all."""
    spans: tuple[Span, ...]
    """Of the loop, core by core."""
    batch: int

    def made(self, shape: Shape) -> list[Box]:
        """What each core is known to make of an output of this shape."""
        return [self._made(whole_box(shape, self.batch), span) for span in self.spans]

    def read(self, shape: Shape) -> list[Box]:
        """What each core reads at most of an input of this shape."""
        return [self._read(whole_box(shape, self.batch), span) for span in self.spans]

    def _made(self, whole: Box, span: Span) -> Box:
        if self.loop is None:
            return whole
        if not isinstance(self.operator, (Conv, Linear, Pool, Elementwise)):
            return NOTHING
        if self.loop == "P":
            return whole._replace(rows=span)
        if self.loop == "K":
            return whole._replace(channels=span) if self.nest.G == 1 else NOTHING
        return self._along_images_or_groups(whole, span) or NOTHING

    def _read(self, whole: Box, span: Span) -> Box:
        known = isinstance(self.operator, (Conv, Linear, Pool, Elementwise))
        if self.loop in (None, "K") or not known:
            return whole
        if self.loop == "P":
            of_map = whole.rows[1] == self.nest.H
            return whole._replace(rows=_input_rows(self.nest, span)) if of_map else whole
        return self._along_images_or_groups(whole, span) or whole

    def _along_images_or_groups(self, whole: Box, span: Span) -> Box | None:
        """None where the groups are images and channels in one."""
        if self.loop == "N":
            return whole._replace(images=span)
        if self.nest.vector_ops and self.batch > 1:
            return None
        per_group = whole.channels[1] // self.nest.G
        return whole._replace(channels=(span[0] * per_group, span[1] * per_group))


def whole_box(shape: Shape, batch: int) -> Box:
    """All of a tensor."""
    return Box((0, batch), (0, shape[0]), (0, shape[1]))


def _input_rows(nest: Nest, span: Span) -> Span:
    """Input rows in the image that the windows of these output rows cover."""
    first = span[0] * nest.stride_h - nest.pad_top
    last = (span[1] - 1) * nest.stride_h - nest.pad_top + (nest.R - 1) * nest.dilation_h + 1
    return max(first, 0), min(last, nest.H)


def cut_of(operator: Operator, whole: Nest, works: Sequence[Work], batch: int) -> Cut:
    """How the cores share an operator."""
    if len(works) == 1:
        return Cut(operator, whole, None, ((0, 1),), batch)
    loop = loop_of(whole, works[0].nest)
    ends = accumulate((getattr(work.nest, loop) for work in works), initial=0)
    return Cut(operator, whole, loop, tuple(pairwise(ends)), batch)


def on_own_levels(plain: Plain, tensors: Tensors, setting: Setting) -> Together:
    """Pieces that cannot stay, and what each fills of the level of the core that holds most."""
    nests = [nest_of(o, setting.hardware, setting.batch) for o in plain.operators]
    cuts = [
        cut_of(operator, nest, works, setting.batch) if nest and works else None
        for operator, nest, works in zip(plain.operators, nests, plain.parts, strict=True)
    ]
    alone = one_at_a_time(tensors)
    filled, barred = list(alone.filled_bytes), {}
    for number, piece in enumerate(tensors.pieces):
        users = [at for at in (piece.maker, *piece.readers) if at is not None]
        own = [cut for cut in (cuts[at] for at in users) if cut]
        if not piece.readers or all(cut.loop is None for cut in own):
            continue
        if any(_renamed(number, piece, cut.operator, tensors) for cut in own):
            barred[number] = RENAMED
        elif (most := _held_bytes(piece, own)) is None:
            barred[number] = OTHER_CORE
        else:
            filled[number] = most
    return Together(barred, alone._replace(filled_bytes=tuple(filled)))


def _renamed(number: int, piece: Piece, operator: Operator, tensors: Tensors) -> bool:
    """Whether an operator reads a piece as part of another tensor than it was made in."""
    return any(number in tensors.parts[name] and name != piece.tensor for name in operator.inputs)


def _held_bytes(piece: Piece, users: Sequence[Cut]) -> int | None:
    """Most of a piece on one core; None where a core reads what is not there.

    The first of the users makes it or fetches it.
    """
    first, *others = users
    shape = _shape(first.operator, piece.tensor)
    pixels = shape[1] * shape[2]
    span = piece.start // pixels, -(-(piece.start + piece.elements) // pixels)
    source = first.made if piece.maker is not None else first.read
    held = [box.of_channels(span) for box in source(shape)]
    for reader in others:
        for core, box in enumerate(reader.read(shape)):
            there = held[core] if core < len(held) else NOTHING
            if not box.of_channels(span).within(there):
                return None
    whole = whole_box(shape, first.batch).of_channels(span)
    return max(-(-piece.size_bytes * box.size // whole.size) for box in held)


def _shape(operator: Operator, tensor: str) -> Shape:
    names = (*operator.outputs, *operator.inputs)
    return (*operator.output_shapes, *operator.input_shapes)[names.index(tensor)]
