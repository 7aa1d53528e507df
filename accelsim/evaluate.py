"""The spine: a network on an accelerator, operator by operator, to a result. Models meet here."""

from __future__ import annotations

from collections.abc import Mapping as TextMapping
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from types import MappingProxyType
from typing import Any, NamedTuple

from accelsim.cost.area import area_breakdown
from accelsim.errors import AccelsimError, UsageError, check_known
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapper.finding import Question
from accelsim.mapper.flows import flows_of
from accelsim.mapper.legality import checked
from accelsim.mapper.search import EFFORTS, OBJECTIVES, find_mapping
from accelsim.mapping import Mapping
from accelsim.measure import ENGINES, NOTHING_DONE, Mapped, measured
from accelsim.networks.registry import load_network
from accelsim.results.layer import LayerResult
from accelsim.results.network import AreaPart, NetworkResult
from accelsim.schedule.nest import Nest, nest_of
from accelsim.workload.network import Network
from accelsim.workload.operators import Elementwise, Operator
from accelsim.written_mappings import chain_names

ASSUMPTIONS = (
    "operators run one after the other, each reading its inputs from and writing its outputs to "
    "DRAM (no tensor stays on chip between operators)",
    "a batch-norm is folded into its producer; an activation is free where the vector unit is in "
    "line with the array (fuse_activation)",
    "biases are not counted as traffic",
    "the output port of the buffer adds a partial sum in one access (read, add, write)",
)


def simulate(  # noqa: PLR0913 - the public contract names every one
    network: Network | str,
    hardware: Accelerator | str = "edge_16x16",
    *,
    engine: str = "fast",
    dataflow: str = "auto",
    objective: str = "cycles",
    batch: int = 1,
    effort: str = "normal",
    mappings: TextMapping[str, Mapping] | None = None,
) -> NetworkResult:
    """Run a network (or its name) on an accelerator, in order on one core.

    engine: `fast` (recurrence) or `events` (simpy), equal to the cycle. dataflow: `auto` takes the
    best of the accelerator's for each operator, a name asks for an array built for it (see
    `built_for`). objective: what mappings are chosen by; effort: how large a space is searched for
    them. mappings: layer -> the mapping to run it with, instead of a search.
    Raises UsageError for unknown names and MappingError for a layer that does not fit or a given
    mapping that is illegal.
    """
    network = load_network(network) if isinstance(network, str) else network
    hardware = load_hardware(hardware) if isinstance(hardware, str) else hardware
    check_known("engine", engine, tuple(ENGINES))
    check_known("objective", objective, tuple(OBJECTIVES))
    check_known("effort", effort, EFFORTS)
    check_known("dataflow", dataflow, ("auto", *hardware.known_dataflows))
    if batch < 1:
        raise UsageError(f"batch {batch}: must be >= 1")
    hardware = built_for(hardware, dataflow)
    dataflows = hardware.array.dataflows if dataflow == "auto" else (dataflow,)
    given = mappings or {}
    setting = Setting(hardware, engine, dataflows, objective, batch, effort, given)
    operators = executed(network, hardware)
    for name in given:
        check_known("mapping of layer", name, tuple(operator.name for operator in operators))
    layers, used = [], {}
    for index, operator in enumerate(operators, start=1):
        layer, mapping = evaluate_layer(operator, setting, (network.name, index))
        layers.append(layer)
        if mapping:
            used[operator.name] = mapping
    return NetworkResult(
        network=network.name, hardware=hardware.label, engine=engine, dataflow=dataflow,
        objective=objective, batch=batch, clock_hz=hardware.clock_hz, params=network.params,
        layers=tuple(layers), area=area_parts(hardware), mappings=used,
        chains={flow: chain_names(hardware, flow) for flow in sorted(_flows(used))},
        provenance={**_provenance(network, hardware), "effort": effort},
    )  # fmt: skip


def _flows(mappings: TextMapping[str, Mapping]) -> set[str]:
    return {mapping.dataflow for mapping in mappings.values()}


def built_for(hardware: Accelerator, dataflow: str) -> Accelerator:
    """The same accelerator with an array for `dataflow` where its own does not know it.

    So any dataflow can be asked of any array, and its area is that of an array that can do it.
    """
    if dataflow in ("auto", *hardware.array.dataflows):
        return hardware
    return hardware.replace({"array.dataflows": [dataflow]})


class Setting(NamedTuple):
    """What all operators of one run share."""

    hardware: Accelerator
    engine: str
    dataflows: tuple[str, ...]
    objective: str
    batch: int
    effort: str = "normal"
    given: TextMapping[str, Mapping] = MappingProxyType({})
    """Layer -> the mapping to run it with, instead of a search."""


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
) -> tuple[LayerResult, Mapping | None]:
    """One operator on the accelerator; `place` is (network name, index)."""
    nest = nest_of(operator, setting.hardware, setting.batch)
    if nest is None:
        return _layer_result(operator, setting, place, None), None
    try:
        mapped = _mapped(operator, nest, setting)
    except AccelsimError as error:
        raise type(error)(f"{place[0]}: layer {operator.name}: {error}") from error
    return _layer_result(operator, setting, place, (nest, mapped)), mapped.mapping


def _mapped(operator: Operator, nest: Nest, setting: Setting) -> Mapped:
    """The mapping that was given for a layer, or the best one."""
    if operator.name in setting.given:
        mapping = setting.given[operator.name]
        flow, plan = checked(operator, nest, setting.hardware, mapping)
        return Mapped(mapping, flow, plan, None)
    flows = flows_of(operator, nest, setting.hardware, setting.dataflows)
    found = find_mapping(Question(nest, flows, setting.objective, setting.effort))
    return Mapped(found.mapping, found.flow, found.plan, found.optimal)


def _layer_result(
    operator: Operator,
    setting: Setting,
    place: tuple[str, int],
    work: tuple[Nest, Mapped] | None,
) -> LayerResult:
    """Shapes, cycles, traffic and energy in one record; all zero where nothing moves."""
    columns: dict[str, Any] = NOTHING_DONE
    if work is not None:
        columns = measured(operator, setting.hardware, ENGINES[setting.engine], *work)
    return LayerResult(
        network=place[0],
        index=place[1],
        **_shapes(operator),
        macs=operator.macs * setting.batch,
        params=operator.params,
        peak_macs_per_cycle=setting.hardware.peak_macs_per_cycle,
        clock_hz=setting.hardware.clock_hz,
        stall_idle_cycles=0,
        **columns,
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
        "model_level": "any memory hierarchy, in order, one core",
        "assumptions": list(ASSUMPTIONS),
        "versions": dict(_versions()),
    }


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in ("accelsim", "numpy", "numba", "simpy"))
