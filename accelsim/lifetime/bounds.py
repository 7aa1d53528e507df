"""What the operators that are still to come cost at least, whatever stays on chip.

An operator alone costs least with all pieces on chip that may still stay, whether they fit or not.
Every operator with its own least cost is, together, no more than any choice for all of them costs.
"""

from __future__ import annotations

from itertools import accumulate

from accelsim.lifetime.bits import as_bits, members
from accelsim.lifetime.task import NOTHING, Cost, Task


class Bounds:
    """Least costs of the operators of a task."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._all = as_bits(task.candidates)
        costs = [self._least(at, self._all) for at in reversed(range(len(task.tables)))]
        self._rest = list(accumulate(costs, Cost.plus, initial=NOTHING))[::-1]

    def rest(self, position: int, gone: int) -> Cost:
        """All operators from a position on, without the pieces `gone`."""
        total = self._rest[position]
        for reader in self._readers(position, gone):
            without = self._least(reader, self._all & ~gone)
            total = total.plus(without).minus(self._least(reader, self._all))
        return total

    def _readers(self, position: int, pieces: int) -> set[int]:
        """Operators from a position on that read one of these pieces."""
        return {
            reader
            for number in members(pieces)
            for reader in self._task.tensors.pieces[number].readers
            if reader >= position
        }

    def _least(self, position: int, allowed: int) -> Cost:
        """The least cost of an operator with these pieces on chip."""
        options = self._task.costed(position, allowed)
        return options[0].cost if options else NOTHING
