"""Live bytes: what memory holds while each operator runs, and who holds it at the peak."""

from __future__ import annotations

from typing import NamedTuple

from accelsim.lifetime.pieces import Piece, Tensors


class Life(NamedTuple):
    """First and last position at which a piece is in memory, both included."""

    first: int
    last: int

    @property
    def positions(self) -> range:
        """All of them."""
        return range(self.first, self.last + 1)


def life_of(piece: Piece, operators: int) -> Life:
    """From its maker to its last reader; from the start for inputs, to the end for outputs.

    The output of an operator is live beside its inputs, unless it is written over them.
    """
    first = 0 if piece.maker is None else piece.maker
    return Life(first, operators - 1 if piece.returned else max(piece.readers))


def live_bytes(tensors: Tensors) -> tuple[int, ...]:
    """Bytes in memory while each operator runs."""
    operators = len(tensors.working)
    change = [0] * (operators + 1)
    for piece in tensors.pieces:
        life = life_of(piece, operators)
        change[life.first] += piece.size_bytes
        change[life.last + 1] -= piece.size_bytes
    live, held = [], 0
    for delta in change[:-1]:
        held += delta
        live.append(held)
    return tuple(live)


def peak_bytes(tensors: Tensors) -> int:
    """Most bytes in memory at once."""
    return max(live_bytes(tensors))


def live_at(tensors: Tensors, position: int) -> tuple[Piece, ...]:
    """The pieces in memory while the operator at this position runs."""
    operators = len(tensors.working)
    lives = [(piece, life_of(piece, operators)) for piece in tensors.pieces]
    return tuple(piece for piece, life in lives if life.first <= position <= life.last)


def at_peak(tensors: Tensors) -> tuple[int, tuple[Piece, ...]]:
    """First position of the peak, and the pieces that are live there."""
    live = live_bytes(tensors)
    position = live.index(max(live))
    return position, live_at(tensors, position)
