"""The smallest buffer with which convolutions move nothing between chip and DRAM more than once.

All memory levels that the PEs of an accelerator share are replaced by one double-buffered SRAM for
all operands, on a grid of 256 B, and the mapper (objective dram_bytes, no tensor stays from one
operator to the next) is asked whether it reaches the compulsory traffic. More SRAM is never worse,
so the size is found by bisection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from accelsim.cost.memories import sram
from accelsim.errors import MappingError
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.chain_search import search_chains
from accelsim.mapper.finding import Flow, Question
from accelsim.mapper.flows import flows_of
from accelsim.mapper.tile_front import search_tiles
from accelsim.schedule.nest import Nest, compulsory_bytes, nest_of
from accelsim.workload.operators import Operator

BUFFER = "buffer"
"""Name of the level that is sought."""

GRID_BYTES = 256
MOST_BYTES = 16 * 1024 * 1024
"""Largest buffer that is tried."""


class Buffers:
    """Smallest buffers for one accelerator's array, remembered."""

    def __init__(self, hardware: Accelerator, effort: str) -> None:
        self.hardware = hardware
        self.effort = effort
        self._unified = _with_buffer(hardware)
        self._questions: dict[Operator, Question | None] = {}
        self._known: dict[Nest, tuple[int, int]] = {}
        """Nest -> most grid steps known to be too few, fewest known to do."""

    def needed_bytes(self, operators: Iterable[Operator], guess_bytes: int = 0) -> int | None:
        """Smallest buffer for each of the operators in turn; None where `MOST_BYTES` will not do.

        `guess_bytes` may say where to begin; it does not change the answer.
        """
        steps, guess = 1, max(guess_bytes // GRID_BYTES, 1)
        for operator in operators:
            if not self._enough(operator, steps):
                enough = partial(self._enough, operator)
                found = smallest(enough, guess, MOST_BYTES // GRID_BYTES)
                if found is None:
                    return None
                steps = guess = max(steps, found)
        return steps * GRID_BYTES

    def area_mm2(self, size_bytes: int) -> float:
        """One macro of that size at the node, with words as the accelerator's scratchpad has."""
        word_bits = self.hardware.scratchpad.word_bits
        return sram(size_bytes, word_bits, 1, 1, self.hardware.technology.node_nm).area_mm2

    def _enough(self, operator: Operator, steps: int) -> bool:
        question = self._question(operator)
        if question is None:
            return True
        fails, does = self._known.get(question.nest, (0, MOST_BYTES // GRID_BYTES + 1))
        if fails < steps < does:
            if _reaches_compulsory(question, steps * GRID_BYTES):
                does = steps
            else:
                fails = steps
            self._known[question.nest] = fails, does
        return steps >= does

    def _question(self, operator: Operator) -> Question | None:
        """What the mapper is asked, but for the size; None for an operator that moves nothing."""
        if operator not in self._questions:
            hardware, nest = self._unified, nest_of(operator, self._unified, 1)
            self._questions[operator] = nest and Question(
                nest,
                flows_of(operator, nest, hardware, hardware.array.dataflows),
                "dram_bytes",
                self.effort,
            )
        return self._questions[operator]


def smallest(passes: Callable[[int], bool], guess: int, most: int) -> int | None:
    """Smallest number from 1 to `most` that passes, if all larger ones do; None if none does.

    Steps away from the guess grow fourfold until both sides are known, then the gap is halved.
    """
    fails, does, tried, step = 0, most + 1, min(guess, most), 1
    while does - fails > 1:
        passed = passes(tried)
        fails, does = (fails, tried) if passed else (tried, does)
        half = (fails + does) // 2
        tried = max(half, does - step) if passed else min(half, fails + step)
        step *= 4
    return does if does <= most else None


def _with_buffer(hardware: Accelerator) -> Accelerator:
    """The accelerator with one buffer for the levels that its PEs share, and bursts of one byte."""
    private = [
        level.model_dump(mode="json", by_alias=True) for level in hardware.on_chip if level.per
    ]
    kept = {level["name"] for level in private}
    shared = [name for name in hardware.cores.shared if name in kept]
    buffer = {
        "name": BUFFER, "kind": "sram", "size": MOST_BYTES, "word_bits": 8, "banks": 1,
        "double_buffered": True,
    }  # fmt: skip
    dram = hardware.dram.model_dump(mode="json", by_alias=True)
    return hardware.replace({
        "memory.levels": [*private, buffer, dram], "cores.shared": shared, "dma.burst_bytes": 1,
    })  # fmt: skip


def _reaches_compulsory(question: Question, size_bytes: int) -> bool:
    """Whether some mapping moves no byte twice; searches stop at once where none can."""
    for flow in question.flows:
        sized = _sized(flow, size_bytes)
        to_beat = np.array([compulsory_bytes(question.nest) + 0.5, np.inf])
        search = search_tiles if flow.folds else search_chains
        try:
            found = search(question._replace(flows=(sized,)), sized, to_beat)
        except MappingError:
            continue
        if found.mapping is not None:
            return True
    return False


def _sized(flow: Flow, size_bytes: int) -> Flow:
    """The flow with a buffer of that size."""
    target = flow.target
    levels = tuple(
        level._replace(capacity_bits=8 * size_bytes) if name == BUFFER else level
        for name, level in zip(target.level_names, target.hierarchy.levels, strict=True)
    )
    hierarchy = target.hierarchy._replace(levels=levels)
    return flow._replace(target=target._replace(hierarchy=hierarchy))
