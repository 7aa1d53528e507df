"""Tensors that stay on chip: where they may, what operators cost with less space, what they move.

The choice itself is `lifetime`'s; here it meets the mapper and the step programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as TextMapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from accelsim.errors import MappingError, UsageError
from accelsim.fastsim import recurrence
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.levels import OnChip
from accelsim.lifetime.operands import Away, operands_of
from accelsim.lifetime.pieces import Tensors
from accelsim.lifetime.task import NONE, Option, PerOperand, Presence, Task
from accelsim.mapper.finding import Flow, Question
from accelsim.mapper.flows import flows_of
from accelsim.mapper.legality import checked
from accelsim.mapper.search import find_mapping
from accelsim.mapping import Mapping
from accelsim.schedule.fill import fills_of
from accelsim.schedule.kernels import Column
from accelsim.schedule.machine import narrowed
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan
from accelsim.schedule.program import step_program
from accelsim.workload.operators import MatMul, Operator

PARTS = (1, 2, 4, 8)
"""Tiles get the whole level, a half, a quarter or an eighth of it; tensors the rest."""


def resident_level(hardware: Accelerator) -> OnChip | None:
    """The level where tensors may stay: outermost for inputs and outputs, shared by all PEs.

    None where outputs and inputs have levels or parts of their own, so that what an operator
    writes is not where the next one reads.
    """
    inputs, outputs = hardware.chain("input")[-1], hardware.chain("output")[-1]
    usable = inputs == outputs and not inputs.per and inputs.partition is None
    return inputs if usable else None


def required_level(hardware: Accelerator) -> OnChip:
    """`resident_level`; raises UsageError where there is none."""
    level = resident_level(hardware)
    if level is None:
        raise UsageError(
            f"residency: {hardware.name} has no on-chip level that ends the way of both inputs and "
            f"outputs, so no tensor can stay there; allowed: none"
        )
    return level


WHOLE_LEVELS: TextMapping[str, Fraction] = MappingProxyType({})


class TileSearch(NamedTuple):
    """How mappings are searched."""

    dataflows: tuple[str, ...]
    objective: str
    effort: str
    shares: TextMapping[str, Fraction] = WHOLE_LEVELS
    """On-chip level -> what an operator, or a shard of it, may fill at most; others wholly."""


class TileChoice(NamedTuple):
    """Mappings for one size of tiles, of an operator or of its shards, and what residency has to
    know of them."""

    mappings: tuple[Mapping, ...]
    option: Option


def tile_choices(
    operator: Operator, nests: Sequence[Nest], hardware: Accelerator, search: TileSearch
) -> tuple[TileChoice, ...]:
    """The best mappings with all that may be filled where tensors may stay, and with parts of it.

    `nests`: the operator's own, or those of its shards. The first choice is what the operator does
    without residency. Mappings that come up again are left out, as are parts that not even the
    smallest tiles fit.
    """
    level = required_level(hardware)
    found: dict[tuple[Mapping, ...], None] = {}
    for parts in PARTS:
        share = search.shares.get(level.name, Fraction(1)) / parts
        smaller = search._replace(shares={**search.shares, level.name: share})
        try:
            found[tuple(_best(operator, nest, hardware, smaller) for nest in nests)] = None
        except MappingError:
            if parts == 1:
                raise
            break
    return tuple(given_choice(operator, nests, hardware, mappings) for mappings in found)


def _best(operator: Operator, nest: Nest, hardware: Accelerator, search: TileSearch) -> Mapping:
    flows = flows_of(operator, nest, hardware, search.dataflows)
    flows = tuple(flow._replace(target=narrowed(flow.target, search.shares)) for flow in flows)
    return find_mapping(Question(nest, flows, search.objective, search.effort)).mapping


def given_choice(
    operator: Operator, nests: Sequence[Nest], hardware: Accelerator, mappings: Sequence[Mapping]
) -> TileChoice:
    """What residency has to know of the mappings of an operator, or of its shards."""
    pairs = zip(nests, mappings, strict=True)
    options = [_option(operator, nest, hardware, mapping) for nest, mapping in pairs]
    shared = required_level(hardware).name in hardware.cores.shared
    return TileChoice(tuple(mappings), _joined(options, sum if shared else max))


def _option(operator: Operator, nest: Nest, hardware: Accelerator, mapping: Mapping) -> Option:
    level = required_level(hardware)
    flow, plan = checked(operator, nest, hardware, mapping)
    program = step_program(nest, flow.target, plan)
    cycles = int(recurrence.timeline(program, flow.target.machine).cycles)
    return Option(cycles, _moved(program), _claimed(nest, mapping, flow, plan, level.name))


def _joined(options: Sequence[Option], filling: Callable[[Iterable[int]], int]) -> Option:
    """Shards beside each other: the longest, what all move, and what they fill of one level.

    `filling`: sum where the level is one for all cores, max where each has its own.
    """
    cycles, moved, filled = zip(*options, strict=True)
    return Option(
        max(cycles),
        PerOperand(*map(sum, zip(*moved, strict=True))),
        PerOperand(*map(filling, zip(*filled, strict=True))),
    )


def _moved(program: NDArray[np.int64]) -> PerOperand:
    """DRAM payload of a step program by operand."""
    loads = program[:, [Column.PSUM_LOAD, Column.INPUT_LOAD, Column.WEIGHT_LOAD]].sum(axis=0)
    stores, spilled = program[:, Column.STORE], _spills(program)
    finished = int(stores[~spilled].sum())
    sums = int(loads[0] + stores[spilled].sum())
    return PerOperand(int(loads[1]), int(loads[2]), finished, sums)


def _spills(program: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Steps whose store sends partial sums away, which a later step brings back."""
    waits = program[:, Column.WAITS_FOR_STORE]
    spilled = np.zeros(len(program), dtype=np.bool_)
    spilled[waits[waits >= 0]] = True
    return spilled


def _claimed(nest: Nest, mapping: Mapping, flow: Flow, plan: Plan, level_name: str) -> PerOperand:
    """Bytes of the level that each operand's tiles take; outputs as sums where these are wider."""
    target = flow.target
    claims = {"input": 0, "weight": 0, "output": 0, "narrow": 0}
    for fill in fills_of(nest, mapping, target, plan):
        if target.level_names[fill.level] == level_name:
            claims[fill.operand] += fill.claimed_bytes
    for fill in fills_of(nest._replace(accumulator_bits=nest.output_bits), mapping, target, plan):
        if target.level_names[fill.level] == level_name and fill.operand == "output":
            claims["narrow"] += fill.claimed_bytes
    tiles = PerOperand(claims["input"], claims["weight"], claims["output"])
    rests = claims["narrow"] < claims["output"]
    return tiles._replace(output=0, sums=claims["output"]) if rests else tiles


def with_residency(program: NDArray[np.int64], away: Away) -> NDArray[np.int64]:
    """The step program int64[steps, Column] with what stays on chip neither loaded nor stored.

    Each transfer shrinks to its operand's share, rounded up. Partial sums still go to DRAM and
    back.
    """
    fewer = program.copy()
    finished = ~_spills(program)
    for column, part, rows in (
        (Column.INPUT_LOAD, away.input, slice(None)),
        (Column.WEIGHT_LOAD, away.weight, slice(None)),
        (Column.STORE, away.output, finished),
    ):
        fewer[rows, column] = -(-fewer[rows, column] * part.away // part.whole)
    return fewer


class Together(NamedTuple):
    """What it means for pieces that operators, or their shards, run on several units."""

    barred: TextMapping[int, str] = NONE
    """Number of a piece that cannot stay -> why."""
    presence: Presence | None = None
    """None: operators run one at a time."""


ALONE = Together()
OTHER_WAY = "it is read as weights, which do not come through the level where tensors stay"


def residency_task(
    tensors: Tensors,
    operators: Sequence[Operator],
    tables: Sequence[Sequence[TileChoice]],
    hardware: Accelerator,
    together: Together = ALONE,
) -> Task:
    """What the choice of residency depends on; `tables` has no entry for a view.

    The second factor of a matrix product comes the weights' way: where that does not lead through
    the level, it cannot stay.
    """
    level = required_level(hardware)
    operands = [operands_of(operator, tensors) for operator in operators]
    other_way = {
        piece: OTHER_WAY
        for operator, use in zip(operators, operands, strict=True)
        if isinstance(operator, MatMul) and hardware.chain("weight")[-1] != level
        for piece, _ in use.weight.parts
    }
    options = [[choice.option for choice in table] for table in tables]
    barred = {**together.barred, **other_way}
    return Task(tensors, operands, options, level.total_bytes, barred, together.presence)
