"""Slow truth on memory: every element by itself, every order, every choice of what stays.

Elements are followed by name from the operator that makes them to those that read them; nothing
here knows of pieces, stretches or bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import ceil, prod

from accelsim.lifetime.pieces import Storage
from accelsim.workload.base import ACTIVATIONS
from accelsim.workload.operators import Concat, Elementwise, MatMul, Move, Operator

Element = tuple[str, int]
"""Tensor that it was made in, number in channel-major order."""


def is_view(operator: Operator, storage: Storage) -> bool:
    if operator.kind == "concat":
        return storage.concat_in_place
    views = ("split", "slice", "flatten", "reshape")
    return operator.kind == "move" and operator.function in views and storage.split_view


def overwrites(operator: Operator, operators: Sequence[Operator], storage: Storage) -> bool:
    """Whether an operator is an activation that writes over what another made for it alone."""
    if not storage.activation_in_place or operator.kind != "elementwise":
        return False
    source = operator.inputs[0]
    makers = [one for one in operators if source in one.outputs]
    readers = [one for one in operators for name in one.inputs if name == source]
    stored = [one for one in makers if not is_view(one, storage)]
    again = any(overwrites(one, operators, storage) for one in stored)
    return operator.function in ACTIVATIONS and len(readers) == 1 and bool(stored) and not again


class Memory:
    """Where every element of every tensor is, and who makes and reads it."""

    def __init__(self, inputs, operators: Sequence[Operator], storage: Storage) -> None:
        self.operators, self.storage = operators, storage
        self.elements: dict[str, list[Element]] = {}
        self.maker: dict[Element, int | None] = {}
        self._scrambled: set[str] = set()
        for name, shape in inputs.items():
            self._store(name, shape, None)
        for position, operator in enumerate(operators):
            if overwrites(operator, operators, storage):
                self.elements[operator.outputs[0]] = self.elements[operator.inputs[0]]
            elif not is_view(operator, storage):
                for name, shape in zip(operator.outputs, operator.output_shapes, strict=True):
                    self._store(name, shape, position)
            elif isinstance(operator, Concat):
                self._concat(operator)
            else:
                self._view(operator)
        self.readers: dict[Element, set[int]] = {element: set() for element in self.maker}
        read = set()
        for position, operator in enumerate(operators):
            read |= set(operator.inputs)
            if not is_view(operator, storage):
                for name in operator.inputs:
                    for element in self.elements[name]:
                        self.readers[element].add(position)
        self.returned = {e for name, own in self.elements.items() if name not in read for e in own}

    def _store(self, name, shape, position) -> None:
        self.elements[name] = [(name, number) for number in range(prod(shape))]
        self.maker |= dict.fromkeys(self.elements[name], position)

    def _concat(self, operator: Concat) -> None:
        (name,) = operator.outputs
        self.elements[name] = [e for part in operator.inputs for e in self.elements[part]]
        mixed = operator.along != "channels" and len(operator.inputs) > 1
        if mixed or self._scrambled & set(operator.inputs):
            self._scrambled.add(name)

    def _view(self, operator: Move) -> None:
        source, start = self.elements[operator.inputs[0]], 0
        total = sum(prod(shape) for shape in operator.output_shapes)
        whole = total != len(source) or operator.inputs[0] in self._scrambled
        for name, shape in zip(operator.outputs, operator.output_shapes, strict=True):
            self.elements[name] = source if whole else source[start : start + prod(shape)]
            start += prod(shape)
        if whole:
            self._scrambled |= set(operator.outputs)

    def live(self, position: int) -> set[Element]:
        """Elements in memory while an operator runs."""
        return {
            element
            for element, maker in self.maker.items()
            if (maker is None or maker <= position)
            and (element in self.returned or max(self.readers[element]) >= position)
        }

    def bytes_of(self, elements: set[Element]) -> Fraction:
        """Bytes of the batch, parts of a byte included."""
        bits = sum(
            self.storage.input_bits if self.maker[e] is None else self.storage.output_bits
            for e in elements
        )
        return Fraction(bits * self.storage.batch, 8)

    def live_bytes(self) -> list[Fraction]:
        """While each operator runs."""
        return [self.bytes_of(self.live(at)) for at in range(len(self.operators))]


def orders(operators: Sequence[Operator]) -> Iterator[tuple[int, ...]]:
    """All topological orders, as positions in the given one."""
    makers = {name: at for at, operator in enumerate(operators) for name in operator.outputs}
    waits = [{makers[name] for name in operator.inputs if name in makers} for operator in operators]

    def extended(done: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(done) == len(operators):
            yield done
        for at in range(len(operators)):
            if at not in done and waits[at] <= set(done):
                yield from extended((*done, at))

    return extended(())


def least_peak(inputs, operators: Sequence[Operator], storage: Storage) -> Fraction:
    """Over all orders."""
    return min(
        max(Memory(inputs, [operators[at] for at in order], storage).live_bytes())
        for order in orders(operators)
    )


def _read(operator: Operator, memory: Memory) -> tuple[list[str], list[str]]:
    """Tensors of the input and of the weight operand."""
    names = list(zip(operator.inputs, operator.input_shapes, strict=True))
    if isinstance(operator, MatMul):
        return [operator.inputs[0]], [operator.inputs[1]]
    if isinstance(operator, Elementwise):
        gates = [n for n, s in names if s[1:] == (1, 1) and s != operator.output_shape]
        full = [n for n, s in names if not (s[1:] == (1, 1) and s != operator.output_shape)]
        return full, gates
    return list(operator.inputs), []


def _absent(
    tensors: Sequence[str], memory: Memory, there: set[Element], *, alike: bool
) -> Fraction:
    """Share of the elements of some tensors that are not there."""
    if not tensors:
        return Fraction(1)
    shares = [
        (sum(e not in there for e in memory.elements[name]), len(memory.elements[name]))
        for name in tensors
    ]
    if alike:
        return sum(Fraction(*share) for share in shares) / len(shares)
    return Fraction(sum(a for a, _ in shares), sum(b for _, b in shares))


def costs_with(memory: Memory, tables, size_bytes: int, groups) -> tuple[int, int] | None:
    """Least (DRAM payload, cycles) with these groups of elements on chip; None where it is full."""
    total = [0, 0]
    for at, operator in enumerate(memory.operators):
        if not tables[at]:
            continue
        held, there, kept = 0, set(), set()
        for group in groups:
            element = next(iter(group))
            maker, readers = memory.maker[element], memory.readers[element]
            first = min(readers) if maker is None else maker
            if first <= at <= max(readers):
                held += ceil(memory.bytes_of(group))
            if not (maker is None and at == min(readers)):
                there |= group
            if element not in memory.returned:
                kept |= group
        full, gates = _read(operator, memory)
        alike = isinstance(operator, Elementwise)
        shares = (
            _absent(full, memory, there, alike=alike),
            _absent(gates, memory, there, alike=alike),
            _absent(operator.outputs, memory, kept, alike=False),
        )
        found = []
        for cycles, dram, space in tables[at]:
            needed = sum(size for size, part in zip(space[:3], shares, strict=True) if part)
            if held + needed + space[3] <= size_bytes:
                moved = sum(ceil(size * part) for size, part in zip(dram[:3], shares, strict=True))
                found.append((moved + dram[3], cycles))
        if not found:
            return None
        total = [sum(pair) for pair in zip(total, min(found), strict=True)]
    return total[0], total[1]


def least_cost(memory: Memory, tables, size_bytes: int, groups) -> tuple[int, int]:
    """Over all choices of the groups of elements that may stay together."""
    choices = (
        [group for group, stays in zip(groups, chosen, strict=True) if stays]
        for chosen in product((False, True), repeat=len(groups))
    )
    found = (costs_with(memory, tables, size_bytes, choice) for choice in choices)
    return min(cost for cost in found if cost is not None)
