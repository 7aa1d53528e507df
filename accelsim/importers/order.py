"""Which nodes of a graph matter, and in which order they are converted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple


class Step(NamedTuple):
    """What the order depends on: a node's name and op, and the tensors that it joins."""

    name: str
    op: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def needed(steps: Sequence[Step], outputs: Iterable[str]) -> list[int]:
    """Indices of the steps that the outputs depend on."""
    makers = {name: index for index, step in enumerate(steps) for name in step.outputs if name}
    waiting = [makers[name] for name in outputs if name in makers]
    found = set(waiting)
    for index in waiting:
        below = {makers[name] for name in steps[index].inputs if name in makers} - found
        found |= below
        waiting += below
    return sorted(found)


def in_order(steps: Sequence[Step], constants: Iterable[str]) -> tuple[list[int], list[int]]:
    """Indices of the steps, each behind what it reads, and of those that never can be reached.

    Steps that compute sizes come as early as they can, so that the sizes are there when some step
    looks at those that follow it; the others keep their order.
    """
    made = {name for step in steps for name in step.outputs}
    lacking = [len({name for name in step.inputs if name in made}) for step in steps]
    readers: dict[str, list[int]] = {}
    for index, step in enumerate(steps):
        for name in set(step.inputs):
            readers.setdefault(name, []).append(index)
    sizes = _of_sizes(steps, constants)
    ready = [(index not in sizes, index) for index, count in enumerate(lacking) if not count]
    heapify(ready)
    order = []
    while ready:
        _, index = heappop(ready)
        order.append(index)
        for name in filter(None, steps[index].outputs):
            for reader in readers.get(name, ()):
                lacking[reader] -= 1
                if not lacking[reader]:
                    heappush(ready, (reader not in sizes, reader))
    return order, sorted(set(range(len(steps))) - set(order))


def _of_sizes(steps: Sequence[Step], constants: Iterable[str]) -> set[int]:
    """Indices of the steps that depend on nothing but constants and the sizes of tensors."""
    constant = {"", *constants}
    found = set()
    for index, step in enumerate(steps):
        if step.op in ("Shape", "Size") or constant.issuperset(step.inputs):
            found.add(index)
            constant.update(step.outputs)
    return found
