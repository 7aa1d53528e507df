"""Axes as atoms of a map, against numpy arrays that carry the position of every element."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.importers.layout import (
    Atom,
    Home,
    View,
    aligned,
    axis_of,
    counterparts,
    merged,
    permuted,
    reshaped,
)


def started(*sides: int) -> View:
    """A map of one image as the tensor (1, channels, rows, columns)."""
    home = Home((), *(axis_of(side) for side in sides))
    return View("x", home, ((), *home[1:]))


def positions(view: View) -> np.ndarray:
    """For every element of the ONNX tensor where it lies in the map, counted row by row."""
    atoms = view.home.atoms
    numbered = np.arange(prod(atom.size for atom in atoms)).reshape([a.size for a in atoms])
    order = [atoms.index(atom) for axis in view.axes for atom in axis]
    return numbered.transpose(order).reshape(view.shape)


@st.composite
def walks(draw) -> tuple[View, np.ndarray]:
    """A view after some reshapes and transposes, and the array after the same ones."""
    sides = tuple(draw(st.sampled_from([1, 2, 3, 4, 6, 12])) for _ in range(3))
    view = started(*sides)
    array = np.arange(prod(sides)).reshape(1, *sides)
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            order = draw(st.permutations(range(array.ndim)))
            view, array = permuted(view, order), array.transpose(order)
            continue
        sizes = draw(factors(array.size))
        other = reshaped(view, sizes)
        if other is not None:
            view, array = other, array.reshape(sizes)
    return view, array


@st.composite
def factors(draw, total: int) -> list[int]:
    """Sizes whose product is `total`."""
    sizes = []
    while total > 1 and len(sizes) < 5:
        size = draw(st.sampled_from([n for n in range(1, total + 1) if total % n == 0]))
        sizes.append(size)
        total //= size
    return [*sizes, total]


@settings(deadline=None)
@given(walks())
def test_reshapes_and_transposes_lead_to_the_elements_that_numpy_finds(walk) -> None:
    view, array = walk
    assert view.shape == array.shape
    assert (positions(view) == array).all()


@settings(deadline=None)
@given(walks())
def test_merging_keeps_every_element_and_leaves_no_neighbours_to_merge(walk) -> None:
    view, array = walk
    one = merged(view)
    assert (positions(one) == array).all()
    assert merged(one) == one
    assert len(one.home.atoms) <= len(view.home.atoms)


@settings(deadline=None)
@given(walks(), walks())
def test_aligned_views_have_counterparts_of_equal_size(one, other) -> None:
    (left, left_array), (right, right_array) = one, other
    if left.shape != right.shape:
        return
    pair = aligned(left, right)
    if pair is None:
        return
    assert (positions(pair[0]) == left_array).all()
    assert (positions(pair[1]) == right_array).all()
    match = counterparts(*pair)
    assert len(match) == len(pair[0].home.atoms) == len(pair[1].home.atoms)
    assert all(mine.size == theirs.size for mine, theirs in match.items())


def test_reshape_across_prime_factors_is_not_possible() -> None:
    assert reshaped(started(6, 35, 1), (10, 21)) is None
    assert reshaped(started(6, 35, 1), (3, 2, 5, 7)).shape == (3, 2, 5, 7)


@pytest.mark.parametrize(
    ("left", "right", "aligns"),
    [((4, 4), (16,), True), ((6, 10), (4, 15), False), ((2, 6), (6, 2), True)],
)
def test_aligning_cuts_at_common_factors_only(left, right, aligns) -> None:
    views = []
    for sizes in (left, right):
        axis = tuple(Atom(size) for size in sizes)
        views.append(View("x", Home((), axis, (), ()), (axis,)))
    assert (aligned(*views) is not None) == aligns
