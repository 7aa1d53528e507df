"""What was executed, as the rows of a result: layers, idle units, and the trace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from accelsim.eventsim.network import VECTOR, Record, Run
from accelsim.eventsim.port import Held
from accelsim.execution.policies import Executed, Part
from accelsim.execution.works import Setting
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapping import Mapping, Sharded
from accelsim.measure import NOTHING_DONE, Work, measured
from accelsim.results.layer import NEVER_IDLE, Idle, LayerResult
from accelsim.results.trace import Slice, Trace
from accelsim.schedule.nest import compulsory_bytes, nest_of
from accelsim.shards import loop_of
from accelsim.workload.operators import Operator


def layers_of(network: str, executed: Executed, setting: Setting) -> tuple[LayerResult, ...]:
    """One row per operator, in the order of execution; shards are added up."""
    of_unit = setting.hardware.cores.count / executed.units
    placed = zip(executed.operators, executed.parts, strict=True)
    return tuple(
        _layer((network, index), operator, parts, setting, of_unit)
        for index, (operator, parts) in enumerate(placed, start=1)
    )


def mappings_of(executed: Executed) -> dict[str, Mapping]:
    """Layer -> mapping, of operators that ran whole."""
    return {
        operator.name: parts[0].work.mapped.mapping
        for operator, parts in zip(executed.operators, executed.parts, strict=True)
        if len(parts) == 1
    }


def shards_of(executed: Executed, setting: Setting) -> dict[str, Sharded]:
    """Layer -> mappings of its shards, of operators that were cut."""
    return {
        operator.name: _sharded(operator, [part.work for part in parts], setting)
        for operator, parts in zip(executed.operators, executed.parts, strict=True)
        if len(parts) > 1
    }


def _sharded(operator: Operator, works: Sequence[Work], setting: Setting) -> Sharded:
    whole = nest_of(operator, setting.hardware, setting.batch)
    assert whole is not None, "an operator that was cut moves bytes"
    mappings = {work.nest: work.mapped.mapping for work in works}
    return Sharded(
        loop=loop_of(whole, works[0].nest), count=len(works), mappings=tuple(mappings.values())
    )


def _layer(
    place: tuple[str, int],
    operator: Operator,
    parts: Sequence[Part],
    setting: Setting,
    of_unit: float,
) -> LayerResult:
    """Shapes, cycles, traffic and energy in one record; all zero where nothing moves.

    `place` is (network name, index); `of_unit` a unit's part of the leakage of a core.
    """
    hardware = setting.hardware
    columns = _added_up([_columns(part, hardware, of_unit) for part in parts])
    if len(parts) > 1:
        nest = nest_of(operator, hardware, setting.batch)
        columns["compulsory_bytes"] = compulsory_bytes(nest) if nest else 0
    return LayerResult(
        network=place[0],
        index=place[1],
        **_shapes(operator),
        macs=operator.macs * setting.batch,
        params=operator.params,
        peak_macs_per_cycle=hardware.peak_macs_per_cycle,
        clock_hz=hardware.clock_hz,
        stall_idle_cycles=0,
        **columns,
    )


def _columns(part: Part, hardware: Accelerator, of_unit: float) -> dict[str, Any]:
    columns = measured(part.work, hardware, part.run.line)
    columns["energy_leakage_pj"] *= of_unit
    return {
        **columns,
        "unit": unit_name(part.run),
        "start_cycle": part.run.start,
        "end_cycle": part.run.end,
    }


def unit_name(run: Run) -> str:
    """`core 0`, or `core 0 vector unit` where that works beside the array."""
    return f"core {run.core}" + (" vector unit" if run.unit == VECTOR else "")


JOINED: dict[str, Callable[[list[Any]], Any]] = {
    "dataflow": lambda words: "+".join(sorted(set(words))),
    "unit": lambda words: f"{words[0]} to {words[-1].removeprefix('core ')}",
    "buffer_bytes": max,
    "mapping_proved": lambda proofs: None if None in proofs else min(proofs),
    "start_cycle": min,
    "end_cycle": max,
}
"""Columns of shards that are not added up."""


def _added_up(shards: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The columns of all shards of an operator together."""
    if not shards:
        return dict(NOTHING_DONE)
    if len(shards) == 1:
        return shards[0]
    return {name: JOINED.get(name, sum)([shard[name] for shard in shards]) for name in shards[0]}


def _shapes(operator: Operator) -> dict[str, Any]:
    kernel, stride = operator.kernel or (None, None), operator.stride
    in_c, in_h, in_w = operator.input_shape
    out_c, out_h, out_w = operator.output_shape
    return {
        "layer": operator.name, "operator": operator.kind, "type": operator.type,
        "kernel_h": kernel[0], "kernel_w": kernel[1],
        "stride": stride[0] if stride[0] == stride[1] else f"{stride[0]}x{stride[1]}",
        "groups": operator.groups, "in_c": in_c, "in_h": in_h, "in_w": in_w,
        "out_c": out_c, "out_h": out_h, "out_w": out_w,
    }  # fmt: skip


def idle_of(executed: Executed, layers: Sequence[LayerResult], hardware: Accelerator) -> Idle:
    """What the units have left of the time until the last one is done."""
    cycles = executed.units * executed.cycles - sum(layer.cycles for layer in layers)
    prices = next(
        (part.work.mapped.flow.prices for parts in executed.parts for part in parts), None
    )
    if not cycles or prices is None:
        return NEVER_IDLE
    leakage_pj = prices.leakage_per_cycle * hardware.cores.count / executed.units
    return Idle(cycles, cycles * leakage_pj)


LOADS = ("sums", "input", "weight")
"""What the loads of a step bring, by their place."""


def trace_of(executed: Executed) -> Trace:
    """Slices of all units, and which layers hand each other tensors; needs a record."""
    operators, record = executed.operators, executed.record or Record()
    named = [
        (operator.name, part.run)
        for operator, parts in zip(operators, executed.parts, strict=True)
        for part in parts
    ]
    whole = [Slice(unit_name(run), name, "operator", -1, run.start, run.end) for name, run in named]
    inside = [
        Slice(unit_name(named[job][1]), named[job][0], what, step, start, end)
        for job, step, what, start, end in record.slices
    ]
    moved = [
        Slice(
            f"DRAM channel {number}",
            named[transfer.job][0],
            "store" if transfer.kind else LOADS[transfer.place],
            transfer.step,
            start,
            start + transfer.cycles,
        )
        for number, served in enumerate(record.served)
        for start, transfer in served
    ]
    at_ports = [
        _at_port(port, held, named) for port, times in record.held.items() for held in times
    ]
    found = [*whole, *inside, *moved, *at_ports]
    slices = sorted(found, key=lambda item: (item.track, item.start, -item.end))
    return Trace(tuple(slices), _flows(operators, {name for name, _ in named}))


def _at_port(port: str, held: Held, named: Sequence[tuple[str, Run]]) -> Slice:
    """One access alone, or all that took turns; `named`: layer and run of every job."""
    job, step = held.turns[0]
    alone = Slice(port, named[job][0], "access", step, held.start, held.end)
    if len(held.turns) == 1:
        return alone
    in_turn = tuple(
        f"{unit_name(named[each][1])}: {named[each][0]}, step {number}"
        for each, number in held.turns
    )
    return alone._replace(what="conflict", in_turn=in_turn)


def _flows(operators: Sequence[Operator], working: set[str]) -> tuple[tuple[str, str], ...]:
    """(producer, consumer), through operators that only move addresses."""
    makers: dict[str, tuple[str, ...]] = {}
    flows: dict[tuple[str, str], None] = {}
    for operator in operators:
        before = tuple(name for tensor in operator.inputs for name in makers.get(tensor, ()))
        if operator.name in working:
            flows.update(dict.fromkeys((name, operator.name) for name in before))
            before = (operator.name,)
        makers.update(dict.fromkeys(operator.outputs, before))
    return tuple(flows)
