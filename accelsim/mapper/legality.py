"""Whether a mapping that somebody wrote can run: what the accelerator refuses, and why."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from accelsim.errors import MappingError, suggestion
from accelsim.mapper.finding import Flow
from accelsim.mapper.flows import flows_of
from accelsim.mapping import AXES, OPERANDS, Mapping
from accelsim.schedule.fill import check_fits
from accelsim.schedule.nest import Nest
from accelsim.schedule.plan import Plan
from accelsim.schedule.program import planned
from accelsim.workload.dims import RELEVANT

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.workload.operators import Operator


def checked(
    operator: Operator, nest: Nest, hardware: Accelerator, mapping: Mapping
) -> tuple[Flow, Plan]:
    """The mapping's flow and plan. Raises MappingError with everything that is wrong with it."""
    _check_dataflow(nest, hardware, mapping.dataflow)
    (flow,) = flows_of(operator, nest, hardware, (mapping.dataflow,))
    faults = [*mapping.uncovered(nest[:8]), *misplaced(flow, mapping, hardware.name)]
    faults += [*_wrong_cuts(flow, mapping), *_moved_first(flow, mapping)]
    if faults:
        raise MappingError("; ".join(faults))
    plan = planned(nest, mapping, flow.target)
    check_fits(nest, mapping, flow.target, plan)
    return flow, plan


def _check_dataflow(nest: Nest, hardware: Accelerator, name: str) -> None:
    allowed = ("vector",) if nest.vector_ops else tuple(hardware.array.dataflows)
    if name not in allowed:
        raise MappingError(
            f"dataflow '{name}'; allowed here: {', '.join(allowed)}{suggestion(name, allowed)}"
        )


def misplaced(flow: Flow, mapping: Mapping, machine: str) -> list[str]:
    """What cannot lie on an axis; an array that folds takes any product of its own dimensions."""
    faults = []
    for axis, dims, size in zip(AXES, flow.axes, flow.sizes, strict=True):
        loops = getattr(mapping, axis)
        for loop in loops:
            if loop.dim not in dims:
                allowed = ", ".join(dims) or "nothing"
                faults.append(
                    f"{axis}: {loop.dim} may not lie there under {flow.name}; allowed: {allowed}"
                )
        laid = prod(loop.factor for loop in loops)
        if laid > size and not flow.folds:
            faults.append(f"{axis}: the factors need {laid} PEs, {machine} has {size} along {axis}")
    return faults


def _moved_first(flow: Flow, mapping: Mapping) -> list[str]:
    """An innermost loop that moves the operand which the dataflow keeps in place."""
    if flow.stationary == "any":
        return []
    relevant = RELEVANT[flow.stationary]
    loops = [loop for loop in mapping.temporal if loop.factor > 1]
    if not loops or loops[0].dim not in relevant:
        return []
    if all(loop.dim in relevant for loop in loops):
        return []
    return [
        f"temporal: the innermost loop is over {loops[0].dim}, which moves the {flow.stationary}; "
        f"{flow.name} keeps it in place"
    ]


def _wrong_cuts(flow: Flow, mapping: Mapping) -> list[str]:
    """Cuts that are not one for each level of the chain, and bypasses that the level refuses."""
    target, faults = flow.target, []
    for number, operand in enumerate(OPERANDS):
        chain, cuts = target.hierarchy.chains[number], mapping.cuts[operand]
        names = [target.level_names[level] for level in chain]
        if len(cuts) != len(chain):
            faults.append(
                f"cuts of '{operand}': {len(cuts)} given, one is needed for each of "
                f"{', '.join(names)}"
            )
            continue
        faults += [
            f"cuts of '{operand}': level {name} does not let it bypass"
            for level, name, cut in zip(chain, names, cuts, strict=True)
            if cut is None and level not in flow.bypass[number]
        ]
    return faults
