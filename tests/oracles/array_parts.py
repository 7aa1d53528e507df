"""Slow truth for an array that folds: every part of a step's tile, fold by fold, sum by sum.

A part is what lies on the axes of the array at a time; of dimensions that may not lie there it has
all that the step has. Nothing here shares code with accelsim: parts are ranges of plain loops,
folds those of `fold_loop`, and every output remembers how much of its sum has arrived.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product
from math import prod

from accelsim.dataflows.base import Gemm
from tests.oracles.fold_loop import (
    accumulating_cycles,
    accumulating_folds,
    border_words,
    reducing_cycles,
    reducing_folds,
)
from tests.oracles.loop_nest import DIMS, ranges_at

LAID = {"ws": "CRSK", "os": "NPQK", "is": "CRSNPQ"}
"""Dataflow -> dimensions of the array's axes."""


@dataclass
class StepOnArray:
    """Cycles of the array in one step, and words at its edge."""

    cycles: int = 0
    compute_cycles: int = 0
    input_words: int = 0
    weight_words: int = 0
    sums_read: int = 0
    sums_written: int = 0
    finished: int = 0


def steps_on_array(nest, mapping, array):
    """List of StepOnArray in execution order."""
    bounds = dict(zip(DIMS, nest[:8], strict=True))
    lowest = min(cuts[-1] for cuts in mapping.cuts.values())
    outer = range(len(mapping.temporal) - 1, lowest - 1, -1)
    arrived = Counter()
    done = []
    for turn in product(*(range(mapping.temporal[place].factor) for place in outer)):
        here = ranges_at(mapping, bounds, dict(zip(outer, turn, strict=True)), lowest)
        if all(len(span) for span in here.values()):
            done.append(one_step(nest, mapping, array, here, arrived))
    return done


def one_step(nest, mapping, array, here, arrived):
    """Parts of a step, one after the other; arrived: output -> products in its sum so far."""
    step = StepOnArray()
    chunks = []
    for dim in DIMS:
        size = len(here[dim])
        if dim in LAID[mapping.dataflow]:
            size = prod(loop.factor for loop in mapping.spatial if loop.dim == dim)
        chunks.append([here[dim][start : start + size] for start in range(0, len(here[dim]), size)])
    for ranges in product(*chunks):
        part = dict(zip(DIMS, ranges, strict=True))
        one_part(mapping.dataflow, array, part, step)
        work = len(part["C"]) * len(part["R"]) * len(part["S"])
        for output in product(*(part[dim] for dim in "NGKPQ")):
            step.sums_read += arrived[output] > 0
            arrived[output] += work
            step.finished += arrived[output] == nest.C * nest.R * nest.S
    return step


def one_part(dataflow, array, part, step):
    """Add the folds of one part; sums that they bring back among themselves count as read."""
    size = {dim: len(part[dim]) for dim in DIMS}
    pixels, reduction = size["N"] * size["P"] * size["Q"], size["C"] * size["R"] * size["S"]
    gemm = Gemm(pixels, size["K"], reduction, size["G"])
    if dataflow == "os":
        folds, stream = accumulating_folds(gemm, array), reduction
        step.cycles += accumulating_cycles(folds, stream, array)
        weights, inputs, writes, reads = border_words(folds)
    elif dataflow == "ws":
        folds, stream = reducing_folds(gemm, array, bool(array.packing)), pixels
        step.cycles += reducing_cycles(folds, stream, array)
        weights, inputs, writes, reads = border_words(folds)
    else:
        exchanged = gemm._replace(M=gemm.K, K=gemm.M)
        folds, stream = reducing_folds(exchanged, array, packing=False), gemm.K
        step.cycles += reducing_cycles(folds, stream, array)
        inputs, weights, writes, reads = border_words(folds)
    step.compute_cycles += len(folds) * stream
    step.input_words += inputs
    step.weight_words += weights
    step.sums_written += writes
    step.sums_read += reads
