"""Why a tensor is in memory while an operator runs: the operator uses it, or another one will."""

from __future__ import annotations

from collections.abc import Sequence

from accelsim.lifetime.live import live_at
from accelsim.lifetime.pieces import Piece, Tensors
from accelsim.workload.operators import Elementwise, Operator

ROLES = ("used", "skip", "gate", "branch")
"""Read or made by the operator; waiting for a sum (a skip connection), for the gate that it will be
multiplied by, or for anything else: another branch, a concat, the end of the network."""

WAITS = {"add": "skip", "mul": "gate"}


def live_by_role(tensors: Tensors, operators: Sequence[Operator]) -> dict[str, list[int]]:
    """Live bytes while each operator runs, by role."""
    found = {role: [0] * len(operators) for role in ROLES}
    for position, operator in enumerate(operators):
        used = {n for name in (*operator.inputs, *operator.outputs) for n in tensors.parts[name]}
        used_pieces = {tensors.pieces[number] for number in used}
        for piece in live_at(tensors, position):
            role = "used" if piece in used_pieces else _waits_for(piece, operators)
            found[role][position] += piece.size_bytes
    return found


def _waits_for(piece: Piece, operators: Sequence[Operator]) -> str:
    """Role of a piece that is not used now: what its last reader is."""
    if piece.returned or not piece.readers:
        return "branch"
    last = operators[piece.readers[-1]]
    return WAITS.get(last.function, "branch") if isinstance(last, Elementwise) else "branch"
