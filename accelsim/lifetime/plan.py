"""Residency: which tensors stay on chip between operators, and how large tiles may be beside them.

`none`: every operator reads from and writes to DRAM. `greedy` and `optimal`: see `choice`.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

from accelsim.errors import check_known
from accelsim.lifetime.bits import as_bits
from accelsim.lifetime.choice import Choice, greedy, optimal
from accelsim.lifetime.live import peak_bytes
from accelsim.lifetime.operands import Away
from accelsim.lifetime.pieces import Piece
from accelsim.lifetime.task import NOTHING, Costed, Task, is_read_again

RESIDENCY = ("none", "greedy", "optimal")


class ResidencyPlan(NamedTuple):
    """What stays on chip, and what that means for every operator; bytes are of the whole batch."""

    how: str
    pieces: tuple[Piece, ...]
    """What stays, in the order in which it is made."""
    options: tuple[int | None, ...]
    """Per operator, the number of its option; None for a view."""
    away: tuple[Away, ...]
    """Per operator, what still crosses the DRAM channel."""
    live_peak_bytes: int
    """Most bytes of tensors that are live at once, wherever they are."""
    held_peak_bytes: int
    """Most bytes of tensors that stay and of tiles beside them."""
    dram_bytes: int
    """Payload of all operators."""
    saved_bytes: int
    """Payload without residency, less `dram_bytes`: tiles may differ, unlike in `avoided_bytes`."""
    spilled_bytes: int
    """Tensors made and read again that do not stay, each counted once."""
    spill_free_bytes: int | None
    """Size of the level from which all of them fit; None where some can stay at no size."""
    proved: bool
    """No other choice has less payload, or as much and fewer cycles; False for `none`."""
    spilled: dict[str, str]
    """Tensor that is read again but does not stay, or not all of it -> why."""

    @property
    def resident(self) -> tuple[str, ...]:
        """Tensors all or part of which stay, in the order in which they are made."""
        return tuple(dict.fromkeys(piece.tensor for piece in self.pieces))


NO_ROOM = "it does not fit beside the tiles, or smaller tiles cost as much as it saves"


def residency_plan(task: Task, how: str) -> ResidencyPlan:
    """Choose what stays on chip: none, greedy or optimal. Raises UsageError for another word."""
    check_known("residency", how, RESIDENCY)
    choice = {"none": _none, "greedy": greedy, "optimal": optimal}[how](task)
    held = task.held_bytes(choice.kept)
    positions = range(len(task.tables))
    taken = {at: _taken(task, at, choice.kept, held) for at in positions if task.tables[at]}
    if how == "none":
        taken = {at: _first(task, at) for at in taken}
    without = sum(_first(task, at).cost.dram_bytes for at in taken)
    moved = sum(option.cost.dram_bytes for option in taken.values())
    tiles = {at: option.space_bytes for at, option in taken.items()}
    pieces, inner = task.tensors.pieces, _inner(task)
    stay = [number for number in task.candidates if choice.kept >> number & 1]
    return ResidencyPlan(
        how=how,
        pieces=tuple(pieces[number] for number in stay),
        options=tuple(taken[at].number if at in taken else None for at in positions),
        away=tuple(task.away(at, choice.kept) for at in positions),
        live_peak_bytes=peak_bytes(task.tensors),
        held_peak_bytes=max((task.peak_bytes(at, held, tiles) for at in taken), default=0),
        dram_bytes=moved,
        saved_bytes=without - moved,
        spilled_bytes=sum(pieces[number].size_bytes for number in inner - set(stay)),
        spill_free_bytes=_spill_free_bytes(task, inner),
        proved=choice.proved,
        spilled=_spilled(task, choice.kept),
    )


def _none(task: Task) -> Choice:
    return Choice(0, NOTHING, proved=False)


def _spilled(task: Task, kept: int) -> dict[str, str]:
    """What is read again and does not stay, and why."""
    return {
        piece.tensor: task.barred.get(number, NO_ROOM)
        for number, piece in enumerate(task.tensors.pieces)
        if is_read_again(piece) and not kept >> number & 1
    }


def _taken(task: Task, position: int, kept: int, held: Sequence[int]) -> Costed:
    option = task.best(position, kept, task.room_bytes(position, held))
    assert option is not None, "a choice leaves room for every operator"
    return option


def _first(task: Task, position: int) -> Costed:
    """What an operator does without residency: its first option."""
    return next(option for option in task.costed(position, 0) if option.number == 0)


def _inner(task: Task) -> set[int]:
    """Pieces that are made and read again."""
    pieces = enumerate(task.tensors.pieces)
    return {number for number, piece in pieces if piece.maker is not None and piece.readers}


def _spill_free_bytes(task: Task, inner: set[int]) -> int | None:
    """All inner pieces beside the smallest tiles that any option has."""
    if not inner <= set(task.candidates):
        return None
    kept = as_bits(inner)
    held = task.held_bytes(kept)
    needed = (
        held[other.position] + ceil(least / other.part)
        for at, table in enumerate(task.tables)
        if table
        for least in [min(option.space_bytes for option in task.costed(at, kept))]
        for other in task.presence.beside[at]
    )
    return max(needed, default=0)
