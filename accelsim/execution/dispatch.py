"""Operators beside each other in an order that is kept: who may run when, and what may stay then.

A dispatch says which unit runs which jobs and in which order. A job starts when those have ended
whose tensors it reads and the one before it on its unit; nothing else is certain, since transfers
take as long as the channel lets them. So two jobs of which neither waits for the other may run at
the same time, in some execution, and both count wherever space is counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property

from accelsim.eventsim.network import Job, Run
from accelsim.execution.own_levels import OTHER_CORE
from accelsim.execution.residency import Plain
from accelsim.hardware.accelerator import Accelerator
from accelsim.lifetime.bits import as_bits, members
from accelsim.lifetime.pieces import Piece, Tensors
from accelsim.lifetime.task import Beside, Presence
from accelsim.resident import Together, required_level

FETCHED_LATE = "who reads it first, and so fetches it, depends on the time that transfers take"


class Dispatch:
    """Jobs on the units and in the order of a run; of two jobs of a unit one comes first."""

    def __init__(self, jobs: Sequence[Job], runs: Sequence[Run]) -> None:
        self.runs = runs
        self.order = sorted(range(len(jobs)), key=lambda n: (runs[n].start, runs[n].end, n))
        """Whoever waits for another stands behind it."""
        last: dict[tuple[int, int], int] = {}
        self.waits_for: list[set[int]] = [set(job.after) for job in jobs]
        for number in self.order:
            unit = runs[number].core, runs[number].unit
            if unit in last:
                self.waits_for[number].add(last[unit])
            last[unit] = number

    @cached_property
    def ended(self) -> list[int]:
        """Of each job, those that have ended when it starts, in every execution, as bits."""
        ended = [0] * len(self.runs)
        for number in self.order:
            for before in self.waits_for[number]:
                ended[number] |= ended[before] | 1 << before
        return ended

    def kept_by(self, jobs: Sequence[Job]) -> list[Job]:
        """These jobs, one for each of the dispatch, on its units and in its order."""
        each = zip(jobs, self.runs, self.waits_for, strict=True)
        return [
            job._replace(core=run.core, after=tuple(sorted({*job.after, *waits_for})))
            for job, run, waits_for in each
        ]

    def together(self, plain: Plain, tensors: Tensors, hardware: Accelerator) -> Together:
        """Pieces that cannot stay, and what meets whom at the level where the others do."""
        return _Meeting(self, plain, hardware).together(tensors)


class _Meeting:
    """Jobs of a dispatch at the level where tensors may stay, one for all cores or one each."""

    def __init__(self, dispatch: Dispatch, plain: Plain, hardware: Accelerator) -> None:
        level = required_level(hardware)
        self.ended, self.runs = dispatch.ended, dispatch.runs
        self.positions = [at for at, works in enumerate(plain.parts) if works]
        self.job_at = {at: number for number, at in enumerate(self.positions)}
        self.shares = [plain.shares[at].get(level.name, Fraction(1)) for at in self.positions]
        shared = level.name in hardware.cores.shared
        self.place = [0 if shared else run.core for run in self.runs]
        """Number of the level that each job works at."""
        self.at_once = [as_bits(self._meets(number)) for number in range(len(self.runs))]

    def _meets(self, number: int) -> list[int]:
        """Itself, and the jobs at the same level that may run at the same time."""
        return [
            other
            for other in range(len(self.runs))
            if self.place[other] == self.place[number] and self._may_meet(number, other)
        ]

    def _may_meet(self, one: int, other: int) -> bool:
        return not (self.ended[one] >> other & 1 or self.ended[other] >> one & 1)

    def together(self, tensors: Tensors) -> Together:
        barred: dict[int, str] = {}
        positions: list[Sequence[int]] = []
        for number, piece in enumerate(tensors.pieces):
            jobs = [self.job_at[at] for at in (piece.maker, *piece.readers) if at is not None]
            if piece.readers and (reason := self._barred(piece, jobs)):
                barred[number] = reason
            stays = bool(piece.readers) and number not in barred
            positions.append(self._presence(jobs) if stays else ())
        filled = tuple(piece.size_bytes for piece in tensors.pieces)
        beside = tuple(self._beside(at) for at in range(len(tensors.working)))
        return Together(barred, Presence(filled, tuple(positions), beside))

    def _barred(self, piece: Piece, jobs: Sequence[int]) -> str:
        """Why a piece cannot stay; nothing where it can."""
        if len({self.place[job] for job in jobs}) > 1:
            return OTHER_CORE
        first, *others = jobs
        if any(not self.ended[other] >> first & 1 for other in others):
            return FETCHED_LATE
        return ""

    def _presence(self, jobs: Sequence[int]) -> tuple[int, ...]:
        """Operators that may run while a piece is there: begun by the first job, not yet read."""
        users = as_bits(jobs)
        return tuple(
            self.positions[number]
            for number, ended in enumerate(self.ended)
            if self.place[number] == self.place[jobs[0]]
            and users & ~ended
            and not self.ended[jobs[0]] >> number & 1
        )

    def _beside(self, position: int) -> tuple[Beside, ...]:
        """An operator and those that may run beside it, with its part of what is left then."""
        if position not in self.job_at:
            return (Beside(position, 0, Fraction(1)),)
        own = self.job_at[position]
        return tuple(
            Beside(
                self.positions[other],
                _unit(self.runs[other]),
                self.shares[own] / sum(self._shares_of_units(other).values()),
            )
            for other in members(self.at_once[own])
        )

    def _shares_of_units(self, number: int) -> Mapping[int, Fraction]:
        """Unit -> its share, of those that may work at the level while a job runs."""
        return {
            _unit(self.runs[other]): self.shares[other] for other in members(self.at_once[number])
        }


def _unit(run: Run) -> int:
    """A number for every unit of the chip."""
    return 2 * run.core + run.unit
