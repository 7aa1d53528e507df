"""The spine: a network on an accelerator, operator by operator, to a result. Models meet here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accelsim.cost.area import area_breakdown
from accelsim.cost.energy import (
    ENERGY_PARTS,
    ActionCounts,
    UnitEnergies,
    energy_breakdown,
    unit_energies,
)
from accelsim.dataflows import DATAFLOWS, vector_unit
from accelsim.errors import AccelsimError, UsageError, suggestion
from accelsim.eventsim import simulator
from accelsim.fastsim import recurrence
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapper.search import OBJECTIVES, Found, Prices, Question, find_mapping
from accelsim.networks.registry import load_network
from accelsim.results.layer import LayerResult
from accelsim.results.network import AreaPart, NetworkResult
from accelsim.results.timeline import NOTHING, Timeline
from accelsim.schedule.nest import Machine, Nest, compulsory_bytes, machine_of, nest_of
from accelsim.schedule.program import NO_TRAFFIC, buffer_fill, step_program, traffic_of
from accelsim.workload.network import Network
from accelsim.workload.operators import Elementwise, Operator

ENGINES: dict[str, Callable[[NDArray[np.int64], Machine], Timeline]] = {
    "fast": recurrence.timeline,
    "events": simulator.timeline,
}

ASSUMPTIONS = (
    "operators run one after the other, each reading its inputs from and writing its outputs to "
    "DRAM (no tensor stays on chip between operators)",
    "a batch-norm is folded into its producer; an activation is free where the vector unit is in "
    "line with the array (fuse_activation)",
    "biases are not counted as traffic",
    "the output port of the buffer adds a partial sum in one access (read, add, write)",
)


def simulate(
    network: Network | str,
    hardware: Accelerator | str = "edge_16x16",
    *,
    engine: str = "fast",
    dataflow: str = "auto",
    objective: str = "cycles",
    batch: int = 1,
) -> NetworkResult:
    """Run a network (or its name) on an accelerator, in order on one core.

    engine: `fast` (recurrence) or `events` (simpy), equal to the cycle. dataflow: `auto` takes the
    best of the accelerator's for each operator, a name asks for an array built for it (see
    `built_for`). objective: what mappings are chosen by.
    Raises UsageError for unknown names and MappingError for a layer that does not fit.
    """
    network = load_network(network) if isinstance(network, str) else network
    hardware = load_hardware(hardware) if isinstance(hardware, str) else hardware
    check_known("engine", engine, tuple(ENGINES))
    check_known("objective", objective, tuple(OBJECTIVES))
    check_known("dataflow", dataflow, ("auto", *DATAFLOWS))
    if batch < 1:
        raise UsageError(f"batch {batch}: must be >= 1")
    hardware = built_for(hardware, dataflow)
    setting = Setting(hardware, engine, dataflow, objective, batch)
    layers, mappings = [], {}
    for index, operator in enumerate(executed(network, hardware), start=1):
        layer, found = evaluate_layer(operator, setting, (network.name, index))
        layers.append(layer)
        if found:
            mappings[operator.name] = found.mapping
    return NetworkResult(
        network=network.name, hardware=hardware.label, engine=engine, dataflow=dataflow,
        objective=objective, batch=batch, clock_hz=hardware.clock_hz, params=network.params,
        layers=tuple(layers), area=area_parts(hardware), mappings=mappings,
        provenance=_provenance(network, hardware),
    )  # fmt: skip


def built_for(hardware: Accelerator, dataflow: str) -> Accelerator:
    """The same accelerator with an array for `dataflow` where its own does not know it.

    So any dataflow can be asked of any array, and its area is that of an array that can do it.
    """
    if dataflow in ("auto", *hardware.array.dataflows):
        return hardware
    return hardware.replace({"array.dataflows": [dataflow]})


class Setting:
    """What all operators of one run share."""

    def __init__(
        self, hardware: Accelerator, engine: str, dataflow: str, objective: str, batch: int
    ) -> None:
        self.hardware, self.engine, self.batch, self.objective = hardware, engine, batch, objective
        self.dataflows = hardware.array.dataflows if dataflow == "auto" else (dataflow,)
        self.machine, self.spec = machine_of(hardware)
        self.energies = {flow: _energies(hardware, flow) for flow in self.dataflows}

    def energies_of(self, flow: str) -> UnitEnergies:
        """Unit energies of a dataflow; they differ in the MAC alone, which a vector op has not."""
        return self.energies.get(flow) or next(iter(self.energies.values()))


def executed(network: Network, hardware: Accelerator) -> tuple[Operator, ...]:
    """The operators as the accelerator runs them: activations apart unless it fuses them."""
    if hardware.vector_unit.fuse_activation:
        return network.operators
    apart: list[Operator] = []
    for operator in network.operators:
        apart.append(replace(operator, activation=None))
        if operator.activation:
            apart.append(_activation_of(operator, operator.activation))
    return tuple(apart)


def _activation_of(operator: Operator, function: str) -> Elementwise:
    return Elementwise(
        name=f"{operator.name}.{function}",
        function=function,
        inputs=operator.outputs,
        input_shapes=operator.output_shapes,
        outputs=tuple(f"{name}.active" for name in operator.outputs),
        output_shapes=operator.output_shapes,
    )


def evaluate_layer(
    operator: Operator, setting: Setting, place: tuple[str, int]
) -> tuple[LayerResult, Found | None]:
    """One operator on the accelerator; `place` is (network name, index)."""
    nest = nest_of(operator, setting.hardware, setting.batch)
    if nest is None:
        return _layer_result(operator, setting, place, None), None
    question = Question(
        nest, setting.machine, setting.spec, setting.dataflows, _prices(operator, nest, setting),
        setting.objective,
    )  # fmt: skip
    try:
        found = find_mapping(question)
    except AccelsimError as error:
        raise type(error)(f"{place[0]}: layer {operator.name}: {error}") from error
    return _layer_result(operator, setting, place, (nest, found)), found


def _layer_result(
    operator: Operator,
    setting: Setting,
    place: tuple[str, int],
    work: tuple[Nest, Found] | None,
) -> LayerResult:
    """Shapes, cycles, traffic and energy in one record; all zero where nothing moves."""
    if work is None:
        measured: dict[str, Any] = _nothing()
    else:
        measured = _measured(operator, setting, *work)
    return LayerResult(
        network=place[0],
        index=place[1],
        **_shapes(operator),
        macs=operator.macs * setting.batch,
        params=operator.params,
        peak_macs_per_cycle=setting.hardware.peak_macs_per_cycle,
        clock_hz=setting.hardware.clock_hz,
        stall_idle_cycles=0,
        **measured,
    )


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


def _measured(operator: Operator, setting: Setting, nest: Nest, found: Found) -> dict[str, Any]:
    hardware = setting.hardware
    launch = hardware.operator_overhead.launch_cycles
    program = step_program(nest, setting.machine, setting.spec, found.tiled)
    line = ENGINES[setting.engine](program, setting.machine)
    traffic = traffic_of(program, setting.machine.burst_bytes)
    fills = buffer_fill(nest, setting.machine, setting.spec, found.tiled)
    actions = ActionCounts(
        macs=operator.macs * setting.batch,
        sram_read_bytes=traffic.sram_read_bytes,
        sram_write_bytes=traffic.sram_write_bytes,
        dram_bytes=traffic.dram_read_bytes + traffic.dram_write_bytes,
        vector_ops=vector_operations(operator, nest),
        cycles=line.cycles + launch,
    )
    flow = found.mapping.dataflow
    parts = energy_breakdown(actions, setting.energies_of(flow), hardware.clock_hz)
    return {
        **line._asdict(),
        "cycles": line.cycles + launch,
        "stall_launch_cycles": launch,
        **traffic._asdict(),
        "dataflow": flow,
        "compulsory_bytes": compulsory_bytes(nest),
        "buffer_bytes": sum(fills.values()),
        "steps": len(program),
        "mapping_proved": int(found.optimal),
        **_energy_columns(parts),
    }


def _nothing() -> dict[str, Any]:
    return {
        **NOTHING._asdict(),
        "stall_launch_cycles": 0,
        **NO_TRAFFIC._asdict(),
        "dataflow": "none",
        "compulsory_bytes": 0,
        "buffer_bytes": 0,
        "steps": 0,
        "mapping_proved": None,
        **_energy_columns(dict.fromkeys(ENERGY_PARTS, 0.0)),
    }


def _energy_columns(parts: dict[str, float]) -> dict[str, float]:
    return {
        "energy_mac_pj": parts["mac"],
        "energy_sram_pj": parts["sram_read"] + parts["sram_write"],
        "energy_dram_pj": parts["dram"],
        "energy_vector_pj": parts["vector"],
        "energy_leakage_pj": parts["leakage"],
    }


def vector_operations(operator: Operator, nest: Nest) -> int:
    """Lane operations of the batch: the operator's own and those of a fused activation."""
    per_output = nest.vector_ops
    if operator.activation:
        per_output += vector_unit.work_of(operator.activation)
    return nest.N * nest.G * nest.K * nest.P * nest.Q * per_output


def _prices(operator: Operator, nest: Nest, setting: Setting) -> Prices:
    some = next(iter(setting.energies.values()))
    operations = vector_operations(operator, nest) * some.vector_op_pj
    macs = operator.macs * setting.batch
    return Prices(
        work=tuple(macs * units.mac_pj + operations for units in setting.energies.values()),
        sram_read_per_byte=some.sram_read_pj_per_byte,
        sram_write_per_byte=some.sram_write_pj_per_byte,
        dram_per_byte=some.dram_pj_per_byte,
        leakage_per_cycle=energy_breakdown(
            ActionCounts(0, 0, 0, 0, 0, cycles=1), some, setting.hardware.clock_hz
        )["leakage"],
    )


@lru_cache(maxsize=256)
def _energies(hardware: Accelerator, dataflow: str) -> UnitEnergies:
    return unit_energies(hardware, dataflow)


@lru_cache(maxsize=256)
def area_parts(hardware: Accelerator) -> tuple[AreaPart, ...]:
    """Components of the accelerator with their placed area."""
    return tuple(
        AreaPart(f"{row.part}: {row.name}", row.count, row.area_mm2)
        for row in area_breakdown(hardware).rows
    )


def _provenance(network: Network, hardware: Accelerator) -> dict[str, object]:
    return {
        "hardware_digest": hardware.digest,
        "hardware_values": hardware.flat_keys(),
        "network_digest": network.digest,
        "model_level": "one on-chip level, in order, one core",
        "assumptions": list(ASSUMPTIONS),
        "versions": dict(_versions()),
    }


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in ("accelsim", "numpy", "numba", "simpy"))


def check_known(what: str, word: str, allowed: tuple[str, ...]) -> None:
    """Raise UsageError unless the word is one of those allowed."""
    if word not in allowed:
        raise UsageError(
            f"{what} '{word}'; allowed: {', '.join(allowed)}{suggestion(word, allowed)}"
        )
