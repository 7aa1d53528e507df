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
from accelsim.workload.operators import Concat, Conv, Elementwise, Linear, Move, Pool

OTHER_CORE = "cores read of it what others made, and each has a level of its own"
RENAMED = "it is read under a name whose parts are not followed from core to core"

FOLLOWED = (Conv, Linear, Pool, Elementwise)
"""Operators of which it is known what each shard makes and reads."""

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
        whole = whole_box(shape, self.batch)
        return [self._read(whole, span) or whole for span in self.spans]

    def fetched(self, shape: Shape) -> list[Box]:
        """What each core is known to read of an input of this shape."""
        whole = whole_box(shape, self.batch)
        return [self._read(whole, span) or NOTHING for span in self.spans]

    def _made(self, whole: Box, span: Span) -> Box:
        if self.loop is None:
            return whole
        if not isinstance(self.operator, FOLLOWED):
            return NOTHING
        if self.loop == "P":
            return whole._replace(rows=span)
        if self.loop == "K":
            return whole._replace(channels=span) if self.nest.G == 1 else NOTHING
        return self._along_images_or_groups(whole, span) or NOTHING

    def _read(self, whole: Box, span: Span) -> Box | None:
        """None where it is not known."""
        if self.loop is None:
            return whole
        if not isinstance(self.operator, FOLLOWED):
            return None
        if self.loop == "K":
            return whole
        if self.loop == "P":
            of_map = whole.rows[1] == self.nest.H
            return whole._replace(rows=_input_rows(self.nest, span)) if of_map else whole
        return self._along_images_or_groups(whole, span)

    def _along_images_or_groups(self, whole: Box, span: Span) -> Box | None:
        """None where groups are images and channels in one, or all read the same channel."""
        if self.loop == "N":
            return whole._replace(images=span)
        per_group, rest = divmod(whole.channels[1], self.nest.G)
        if rest or (self.nest.vector_ops and self.batch > 1):
            return None
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
    alone, followed = one_at_a_time(tensors), followed_names(plain.operators, tensors)
    filled, barred = list(alone.filled_bytes), dict[int, str]()
    for number, piece in enumerate(tensors.pieces):
        positions = [at for at in (piece.maker, *piece.readers) if at is not None]
        users = [cut for cut in (cuts[at] for at in positions) if cut]
        if not piece.readers or all(cut.loop is None for cut in users):
            continue
        places = [_places(number, cut.operator, tensors, followed) for cut in users]
        if None in places:
            barred[number] = RENAMED
        elif (most := _held_bytes(piece, users, [place or () for place in places])) is None:
            barred[number] = OTHER_CORE
        else:
            filled[number] = most
    return Together(barred, alone._replace(filled_bytes=tuple(filled)))


def followed_names(operators: Sequence[Operator], tensors: Tensors) -> set[str]:
    """Tensors whose channels are those of their pieces, one piece after the other.

    So are those that are stored, and concats and splits of channels as views of such.
    """
    followed = set(tensors.parts)
    for operator, works in zip(operators, tensors.working, strict=True):
        joined = isinstance(operator, Concat) and operator.along == "channels"
        parted = isinstance(operator, Move) and operator.function == "split"
        if not works and not ((joined or parted) and followed.issuperset(operator.inputs)):
            followed -= set(operator.outputs)
    return followed


class Place(NamedTuple):
    """Where a piece lies in a tensor that an operator reads or makes."""

    shape: Shape
    channels: Span
    read: bool


def _places(
    number: int, operator: Operator, tensors: Tensors, followed: set[str]
) -> tuple[Place, ...] | None:
    """Every place of a piece in the tensors of an operator; None where one is not known."""
    found = []
    for names, shapes, read in (
        (operator.outputs, operator.output_shapes, False),
        (operator.inputs, operator.input_shapes, True),
    ):
        for name, shape in zip(names, shapes, strict=True):
            ends = list(accumulate((tensors.pieces[n].elements for n in tensors.parts[name]),
                                   initial=0))  # fmt: skip
            pixels = shape[1] * shape[2]
            for own, span in zip(tensors.parts[name], pairwise(ends), strict=True):
                if own == number:
                    if name not in followed or span[0] % pixels or span[1] % pixels:
                        return None
                    found.append(Place(shape, (span[0] // pixels, span[1] // pixels), read))
    return tuple(found)


def _held_bytes(
    piece: Piece, users: Sequence[Cut], places: Sequence[tuple[Place, ...]]
) -> int | None:
    """Most of a piece on one core; None where a core reads what is not there.

    The first of the users makes it or fetches it.
    """
    first, source = users[0], places[0][0]
    held = _boxes(source, (first.fetched if source.read else first.made)(source.shape))
    for cut, own in zip(users[1:], places[1:], strict=True):
        for place in own:
            parts = (cut.read if place.read else cut.made)(place.shape)
            for core, box in enumerate(_boxes(place, parts)):
                if not box.within(held[core] if core < len(held) else NOTHING):
                    return None
    whole = whole_box(source.shape, first.batch).of_channels(source.channels)
    return max(-(-piece.size_bytes * box.size // whole.size) for box in held)


def _boxes(place: Place, parts: Sequence[Box]) -> list[Box]:
    """What of a piece lies in each core's part of the tensor; its channels count from 0."""
    start = place.channels[0]
    inside = [box.of_channels(place.channels) for box in parts]
    return [
        box._replace(channels=(box.channels[0] - start, box.channels[1] - start)) for box in inside
    ]
