"""The choice of what stays on chip, as numbers: what each operator costs with which pieces there.

Pieces that stay fill their bytes from their maker to their last reader; beside them every operator
needs space for its tiles, and less space costs more traffic (its *options*).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from accelsim.lifetime.bits import as_bits, members
from accelsim.lifetime.live import Life
from accelsim.lifetime.operands import Away, Operands
from accelsim.lifetime.pieces import Piece, Tensors

NONE: Mapping[int, str] = MappingProxyType({})


class PerOperand(NamedTuple):
    """Bytes of each operand of one operator; `sums` are partial sums."""

    input: int
    weight: int
    output: int
    sums: int = 0


class Option(NamedTuple):
    """One size of an operator's tiles, and what it costs with all operands in DRAM."""

    cycles: int
    dram_bytes: PerOperand
    """Payload on the channel."""
    space_bytes: PerOperand
    """On the level where tensors may stay. The part of an operand that is wholly there is not
    needed; partial sums that rest in the output's tile are counted as `sums`."""


class Cost(NamedTuple):
    """What a choice is made by: DRAM payload, then cycles with all operands in DRAM."""

    dram_bytes: int
    cycles: int

    def plus(self, other: Cost) -> Cost:
        """Both together."""
        return Cost(self.dram_bytes + other.dram_bytes, self.cycles + other.cycles)

    def minus(self, other: Cost) -> Cost:
        """This without the other."""
        return Cost(self.dram_bytes - other.dram_bytes, self.cycles - other.cycles)


NOTHING = Cost(0, 0)


class Costed(NamedTuple):
    """An option with some pieces on chip; sorted, the best comes first."""

    cost: Cost
    number: int
    space_bytes: int


class Beside(NamedTuple):
    """An operator that may run while another one does, or that one itself."""

    position: int
    unit: int
    """Of those on one unit, one runs at a time."""
    part: Fraction
    """Of what the pieces leave of the level then, what the other one may fill with its tiles."""


class Presence(NamedTuple):
    """What pieces that stay fill, while which operators, and who else has tiles there then."""

    filled_bytes: tuple[int, ...]
    """Of the level, by each piece."""
    positions: tuple[Sequence[int], ...]
    """Operators that may run while each piece is there."""
    beside: tuple[tuple[Beside, ...], ...]
    """Of every operator: itself, and those that may run at the same time at the same level."""


def one_at_a_time(tensors: Tensors) -> Presence:
    """Operators in turn, so that each has what the live pieces leave."""
    return Presence(
        tuple(piece.size_bytes for piece in tensors.pieces),
        tuple(stay_of(piece).positions for piece in tensors.pieces),
        tuple((Beside(at, 0, Fraction(1)),) for at in range(len(tensors.working))),
    )


class Task:
    """Tensors, the options of every operator, and the space that they share.

    Operators without options (views) do nothing. Pieces `barred` cannot stay, for the reason that
    is given. The first to read an input of the network fetches it, and its outputs are stored,
    whatever stays.
    """

    def __init__(
        self,
        tensors: Tensors,
        operands: Sequence[Operands],
        tables: Sequence[Sequence[Option]],
        size_bytes: int,
        barred: Mapping[int, str] = NONE,
        presence: Presence | None = None,
    ) -> None:
        self.tables = tables
        self.size_bytes = size_bytes
        self.tensors = tensors
        self.barred = barred
        self.presence = presence or one_at_a_time(tensors)
        pieces = tensors.pieces
        self.stays = tuple(stay_of(piece) for piece in pieces)
        worth = (number for number, piece in enumerate(pieces) if is_read_again(piece))
        self.candidates = tuple(number for number in worth if number not in barred)
        self.operands = _savable(operands, pieces)
        self._touched = [as_bits(n for use in o for n, _ in use.parts) for o in self.operands]
        self._costed: dict[tuple[int, int], tuple[Costed, ...]] = {}

    def away(self, position: int, kept: int) -> Away:
        """What still crosses the channel of an operator with the pieces `kept` on chip."""
        use = self.operands[position]
        return Away(use.input.away(kept), use.weight.away(kept), use.output.away(kept))

    def costed(self, position: int, kept: int) -> tuple[Costed, ...]:
        """The options of an operator with these pieces on chip, best first."""
        key = position, kept & self._touched[position]
        found = self._costed.get(key)
        if found is None:
            away = self.away(position, kept)
            options = enumerate(self.tables[position])
            found = tuple(sorted(_costed(number, option, away) for number, option in options))
            self._costed[key] = found
        return found

    def best(self, position: int, kept: int, room_bytes: int) -> Costed | None:
        """The best option that fits the room; None where none does."""
        options = self.costed(position, kept)
        return next((option for option in options if option.space_bytes <= room_bytes), None)

    def bytes_of(self, kept: int) -> int:
        """Bytes that these pieces fill together."""
        return sum(self.presence.filled_bytes[number] for number in members(kept))

    def held_bytes(self, kept: int) -> list[int]:
        """Bytes that the pieces `kept` may fill while each operator runs."""
        held = [0] * len(self.tables)
        for number in members(kept):
            for position in self.presence.positions[number]:
                held[position] += self.presence.filled_bytes[number]
        return held

    def room_bytes(self, position: int, held: Sequence[int]) -> int:
        """What an operator may fill with its tiles: its part of what is left, whoever runs too."""
        beside = self.presence.beside[position]
        return min(int(other.part * (self.size_bytes - held[other.position])) for other in beside)

    def peak_bytes(self, position: int, held: Sequence[int], tiles: Mapping[int, int]) -> int:
        """Most that pieces and tiles (position -> bytes) fill together while an operator runs."""
        largest: dict[int, int] = {}
        for other in self.presence.beside[position]:
            tile = tiles.get(other.position, 0)
            largest[other.unit] = max(largest.get(other.unit, 0), tile)
        return held[position] + sum(largest.values())

    def reach(self, number: int) -> list[int]:
        """Operators whose room changes with a piece: those beside which it may be there."""
        present = set(self.presence.positions[number])
        beside = enumerate(self.presence.beside)
        return [at for at, others in beside if any(other.position in present for other in others)]


def is_read_again(piece: Piece) -> bool:
    """Whether keeping a piece saves a transfer: it is made and read here, or read twice."""
    return len(piece.readers) > (piece.maker is None)


def stay_of(piece: Piece) -> Life:
    """Positions at which a piece that stays fills space: from its maker to its last reader.

    An input of the network comes with its first reader. Without readers: none.
    """
    if not piece.readers:
        return Life(0, -1)
    return Life(piece.readers[0] if piece.maker is None else piece.maker, piece.readers[-1])


def _savable(operands: Sequence[Operands], pieces: Sequence[Piece]) -> list[Operands]:
    """The operands without the parts that move whatever stays on chip."""
    returned = as_bits(number for number, piece in enumerate(pieces) if piece.returned)
    fetched = [0] * len(operands)
    for number, piece in enumerate(pieces):
        if piece.maker is None and piece.readers:
            fetched[piece.readers[0]] |= 1 << number
    return [
        Operands(use.input.without(outside), use.weight.without(outside),
                 use.output.without(returned))
        for use, outside in zip(operands, fetched, strict=True)
    ]  # fmt: skip


def _costed(number: int, option: Option, away: Away) -> Costed:
    dram, space = option.dram_bytes, option.space_bytes
    moved = sum(part.of(size) for part, size in zip(away, dram, strict=False))
    needed = sum(size for part, size in zip(away, space, strict=False) if part.away)
    return Costed(Cost(moved + dram.sums, option.cycles), number, needed + space.sums)
