"""Dimensions and operands as kernels number them, and which dimension indexes which operand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from accelsim.mapping import OPERANDS
from accelsim.workload.dims import DIM_ORDER, RELEVANT

VECTOR = -1
"""Code of work on the vector unit, where kernels expect that of a dataflow."""

N, G, K, C, P, Q, R, S = range(8)
OUTPUT, INPUT, WEIGHT = range(3)


def relevance() -> NDArray[np.bool_]:
    """bool[3, 8]: which dimensions index the output, input and weight operand."""
    return np.array([[dim in RELEVANT[operand] for dim in DIM_ORDER] for operand in OPERANDS])
