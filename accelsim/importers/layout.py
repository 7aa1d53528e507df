"""Where the axes of an ONNX tensor lie in a map of (channels, height, width).

ONNX tensors have any number of axes, ours three. A `View` says which axis is made of which parts
of channels, rows and columns, so that a reshape or transpose is bookkeeping, and data move only
where an operator needs another map than the one there is. Each part is an `Atom`; an axis is a
sequence of atoms, the slowest first, and an axis of size 1 has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import NamedTuple

from accelsim.workload.operators import Shape


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """One indivisible factor of an axis; two of one size are not the same."""

    size: int


Axis = tuple[Atom, ...]
"""Factors of an axis, the slowest first."""


class Home(NamedTuple):
    """The atoms of a map in the order in which they lie there, and those of the batch."""

    batch: Axis
    channels: Axis
    rows: Axis
    columns: Axis

    @property
    def pixels(self) -> Axis:
        """Rows and columns."""
        return self.rows + self.columns

    @property
    def atoms(self) -> Axis:
        """All of one image, in order."""
        return self.channels + self.pixels

    @property
    def shape(self) -> Shape:
        """(channels, height, width) of one image."""
        return (size(self.channels), size(self.rows), size(self.columns))


class View(NamedTuple):
    """An ONNX tensor: a tensor of the network, where its atoms lie, and the axes they form."""

    tensor: str
    home: Home
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the ONNX tensor."""
        return tuple(size(axis) for axis in self.axes)


def size(atoms: Iterable[Atom]) -> int:
    """Elements along an axis."""
    return prod(atom.size for atom in atoms)


def axis_of(length: int) -> Axis:
    """A new axis."""
    return (Atom(length),) if length > 1 else ()


def replaced(view: View, old: Atom, new: Axis) -> View:
    """The view with an atom exchanged for others, wherever it stands."""

    def swap(axis: Axis) -> Axis:
        if old not in axis:
            return axis
        where = axis.index(old)
        return (*axis[:where], *new, *axis[where + 1 :])

    return view._replace(
        home=Home(*map(swap, view.home)), axes=tuple(swap(axis) for axis in view.axes)
    )


def permuted(view: View, order: Sequence[int]) -> View:
    """The view with its axes in another order."""
    return view._replace(axes=tuple(view.axes[axis] for axis in order))


def reshaped(view: View, sizes: Sequence[int]) -> View | None:
    """The view with other axes over the same elements in the same order.

    Atoms are cut where a new axis ends inside one; None where the ends fit no factor of it.
    """
    axes: list[Axis] = []
    rest = [atom for axis in view.axes for atom in axis]
    for length in sizes:
        axis: list[Atom] = []
        missing = length
        while missing > 1:
            atom = rest.pop(0)
            if missing % atom.size:
                if atom.size % missing:
                    return None
                first, second = Atom(missing), Atom(atom.size // missing)
                view = replaced(view, atom, (first, second))
                axes = [_recut(done, atom, (first, second)) for done in axes]
                rest.insert(0, second)
                atom = first
            axis.append(atom)
            missing //= atom.size
        axes.append(tuple(axis))
    return view._replace(axes=tuple(axes))


def _recut(axis: Axis, old: Atom, new: Axis) -> Axis:
    return tuple(part for atom in axis for part in (new if atom is old else (atom,)))


def merged(view: View) -> View:
    """The view with neighbours in an axis that are neighbours at home made one atom."""
    for axis in view.axes:
        for first, second in pairwise(axis):
            for place in view.home:
                if _adjacent(place, first, second):
                    one = Atom(first.size * second.size)
                    view = replaced(replaced(view, second, ()), first, (one,))
                    return merged(view)
    return view


def _adjacent(place: Axis, first: Atom, second: Atom) -> bool:
    return first in place and place[place.index(first) + 1 :][:1] == (second,)


def aligned(one: View, other: View) -> tuple[View, View] | None:
    """Both views with equal atoms along axes of equal size; None where no cut makes them equal.

    The views have as many axes; an axis of size 1 stays as it is.
    """
    for axis in range(len(one.axes)):
        if not one.axes[axis] or not other.axes[axis]:
            continue
        lengths = _common([atom.size for atom in one.axes[axis]],
                          [atom.size for atom in other.axes[axis]])  # fmt: skip
        if lengths is None:
            return None
        one, other = _cut(one, axis, lengths), _cut(other, axis, lengths)
    return one, other


def _common(one: Sequence[int], other: Sequence[int]) -> list[int] | None:
    """The coarsest factors of which both are products of runs."""
    left, right = list(one), list(other)
    found: list[int] = []
    while left and right:
        least, most = sorted((left[0], right[0]))
        if most % least:
            return None
        found.append(least)
        for side in (left, right):
            side[0] //= least
            if side[0] == 1:
                side.pop(0)
    return None if left or right else found


def _cut(view: View, axis: int, lengths: Sequence[int]) -> View:
    """The view with the atoms of one axis cut to these sizes, which are factors of them."""
    left = list(lengths)
    for atom in view.axes[axis]:
        parts: list[Atom] = []
        while size(parts) < atom.size:
            parts.append(Atom(left.pop(0)))
        if len(parts) > 1:
            view = replaced(view, atom, tuple(parts))
    return view


def counterparts(one: View, other: View) -> dict[Atom, Atom]:
    """Atom of one aligned view -> that of the other, for axes where both are longer than 1."""
    return {
        mine: theirs
        for my_axis, their_axis in zip(one.axes, other.axes, strict=True)
        if my_axis and their_axis
        for mine, theirs in zip(my_axis, their_axis, strict=True)
    }
