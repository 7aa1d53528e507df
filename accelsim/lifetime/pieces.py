"""Tensors as pieces of memory: what is stored once, whoever calls it by which name.

A concat in place and a split as a view move nothing: their outputs are other names for the bytes
of their inputs. An activation that writes over its input works, but its output is another name too.
So bytes are counted in *pieces*, the parts that the outputs of working operators and the network's
inputs fall into where views cut them. A piece lives from the operator that makes it to the last
working operator that reads it under any name. Inputs of the network live from the start, its
outputs to the end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from accelsim.workload.base import ACTIVATIONS, Operator, Shape, elements
from accelsim.workload.operators import Concat, Elementwise, Move

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator


class Storage(NamedTuple):
    """What decides how tensors are stored; batch in images."""

    input_bits: int
    """Of an element of the network's inputs."""
    output_bits: int
    """Of an element that an operator makes."""
    batch: int
    concat_in_place: bool
    split_view: bool
    activation_in_place: bool = False
    parts: int = 1
    """Equal ranges that every stored tensor is cut into, each a piece at least."""


def storage_of(hardware: Accelerator, batch: int = 1) -> Storage:
    """The accelerator's precisions and its `memory.concat`, `split` and `activation`."""
    precision, memory = hardware.precision, hardware.memory
    return Storage(
        precision.input_bits,
        precision.output_bits,
        batch,
        memory.concat == "in_place",
        memory.split == "view",
        memory.activation == "in_place",
        memory.kept_parts,
    )


class Piece(NamedTuple):
    """Consecutive elements of a tensor that live and die together; positions count from 0."""

    tensor: str
    """Made by a working operator, or an input of the network."""
    start: int
    elements: int
    """Of one image, as `start`."""
    size_bytes: int
    """Of the whole batch."""
    maker: int | None
    """Position of the operator that makes it; None for an input of the network."""
    readers: tuple[int, ...]
    """Positions of the working operators that read it, in order."""
    returned: bool
    """Part of an output of the network."""


class Tensors(NamedTuple):
    """The memory of a list of operators in order."""

    pieces: tuple[Piece, ...]
    parts: Mapping[str, tuple[int, ...]]
    """Tensor -> numbers of the pieces that it consists of."""
    working: tuple[bool, ...]
    """Per operator, whether it reads and writes bytes; False for views."""


class _Range(NamedTuple):
    """Elements of a stored tensor, in channel-major order."""

    tensor: str
    start: int
    end: int


class _Place(NamedTuple):
    """Where a tensor's elements are; `in_order` where the ranges follow its channels."""

    ranges: tuple[_Range, ...]
    in_order: bool = True


def tensors_of(
    inputs: Mapping[str, Shape], operators: Sequence[Operator], storage: Storage
) -> Tensors:
    """Pieces of memory of these operators, which stand in topological order."""
    places = {name: _whole(name, shape) for name, shape in inputs.items()}
    makers: dict[str, int | None] = dict.fromkeys(inputs)
    working = tuple(not _is_view(operator, storage) for operator in operators)
    reads = Counter(name for operator in operators for name in operator.inputs)
    for position, operator in enumerate(operators):
        if storage.activation_in_place and _overwrites(operator, makers, reads):
            places[operator.outputs[0]] = places[operator.inputs[0]]
        elif working[position]:
            made = dict(zip(operator.outputs, operator.output_shapes, strict=True))
            places |= {name: _whole(name, shape) for name, shape in made.items()}
            makers |= dict.fromkeys(made, position)
        else:
            places |= _viewed(operator, places)
    ranges, parts = _cut(makers, places, storage.parts)
    readers = _readers(operators, working, parts)
    returned = {piece for name in places if name not in reads for piece in parts[name]}
    pieces = tuple(
        Piece(
            tensor=tensor,
            start=start,
            elements=end - start,
            size_bytes=_bytes(end - start, makers[tensor], storage),
            maker=makers[tensor],
            readers=tuple(readers.get(number, ())),
            returned=number in returned,
        )
        for number, (tensor, start, end) in enumerate(ranges)
    )
    return Tensors(pieces, parts, working)


def _whole(name: str, shape: Shape) -> _Place:
    return _Place((_Range(name, 0, elements(shape)),))


def _bytes(count: int, maker: int | None, storage: Storage) -> int:
    bits = storage.input_bits if maker is None else storage.output_bits
    return -(-count * storage.batch * bits // 8)


def _is_view(operator: Operator, storage: Storage) -> bool:
    if isinstance(operator, Concat):
        return storage.concat_in_place
    return isinstance(operator, Move) and operator.is_view and storage.split_view


def _overwrites(
    operator: Operator, makers: Mapping[str, int | None], reads: Mapping[str, int]
) -> bool:
    """Whether an activation's input was made for it alone, so that nobody misses it."""
    if not isinstance(operator, Elementwise) or operator.function not in ACTIVATIONS:
        return False
    made_here = makers.get(operator.inputs[0]) is not None
    return made_here and reads[operator.inputs[0]] == 1


def _viewed(operator: Operator, places: Mapping[str, _Place]) -> dict[str, _Place]:
    """Places of a view's outputs.

    What a slice leaves out is not said, so it holds all of its input; so do parts of a tensor whose
    channels are interleaved (joined along rows or columns).
    """
    sources = [places[name] for name in operator.inputs]
    if isinstance(operator, Concat):
        ranges = tuple(part for source in sources for part in source.ranges)
        alone = len(sources) == 1 or operator.along == "channels"
        joined = _Place(ranges, alone and all(source.in_order for source in sources))
        return {operator.outputs[0]: joined}
    (source,) = sources
    sizes = [elements(shape) for shape in operator.output_shapes]
    if not source.in_order or sum(sizes) != elements(operator.input_shape):
        return dict.fromkeys(operator.outputs, source._replace(in_order=False))
    ends = pairwise(accumulate(sizes, initial=0))
    return {
        name: _Place(tuple(_within(source.ranges, start, end)))
        for name, (start, end) in zip(operator.outputs, ends, strict=True)
    }


def _within(ranges: Sequence[_Range], start: int, end: int) -> Iterator[_Range]:
    """The part [start, end) of consecutive ranges."""
    passed = 0
    for tensor, low, high in ranges:
        first, last = max(start - passed, 0), min(end - passed, high - low)
        if first < last:
            yield _Range(tensor, low + first, low + last)
        passed += high - low


def _cut(
    stored: Iterable[str], places: Mapping[str, _Place], count: int
) -> tuple[list[_Range], dict[str, tuple[int, ...]]]:
    """Ranges that no place cuts any more, and the numbers of those that make up each tensor.

    Stored tensors are cut into `count` equal ranges beside.
    """
    edges = {name: set(_shares(places[name].ranges[0], count)) for name in stored}
    for place in places.values():
        for tensor, start, end in place.ranges:
            edges[tensor] |= {start, end}
    pieces = [
        _Range(tensor, start, end)
        for tensor, cuts in edges.items()
        for start, end in pairwise(sorted(cuts))
    ]
    within: dict[str, list[int]] = {name: [] for name in stored}
    for number, piece in enumerate(pieces):
        within[piece.tensor].append(number)
    parts = {
        name: tuple(
            number
            for tensor, start, end in place.ranges
            for number in within[tensor]
            if start <= pieces[number].start < end
        )
        for name, place in places.items()
    }
    return pieces, parts


def _shares(whole: _Range, count: int) -> Iterator[int]:
    """Where a stored tensor is cut into `count` ranges that differ by an element at most."""
    return (number * whole.end // count for number in range(count + 1))


def _readers(
    operators: Sequence[Operator], working: Sequence[bool], parts: Mapping[str, tuple[int, ...]]
) -> dict[int, list[int]]:
    """Piece -> positions of the working operators that read it, each once."""
    readers: dict[int, list[int]] = {}
    for position, operator in enumerate(operators):
        if working[position]:
            for piece in {number for name in operator.inputs for number in parts[name]}:
                readers.setdefault(piece, []).append(position)
    return readers
