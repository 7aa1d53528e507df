"""The spine: a network on an accelerator, operator by operator, to a result. Models meet here."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as TextMapping
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version

from accelsim.cost.area import area_breakdown
from accelsim.errors import AccelsimError, UsageError, check_known
from accelsim.execution.policies import execute
from accelsim.execution.rows import idle_of, layers_of, mappings_of, shards_of, trace_of
from accelsim.execution.running import Choice, check_choice, check_given, run_network
from accelsim.execution.works import Setting
from accelsim.hardware.accelerator import Accelerator
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapper.search import EFFORTS, OBJECTIVES
from accelsim.mapping import Mapping, Sharded
from accelsim.measure import ENGINES
from accelsim.networks.registry import load_network
from accelsim.results.layer import LayerResult
from accelsim.results.network import AreaPart, NetworkResult
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator
from accelsim.workload.packing import packed
from accelsim.workload.unfusing import unfused
from accelsim.written_mappings import chain_names

ASSUMPTIONS = (
    "an operator starts when the one before it has ended (in_order, split), or those that make its "
    "inputs (branch_parallel)",
    "tensors go through DRAM between operators, but for those that residency keeps on chip",
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
    mappings: TextMapping[str, Mapping | Sharded] | None = None,
    policy: str = "in_order",
    residency: str = "none",
    schedule: str = "given",
    trace: bool = False,
) -> NetworkResult:
    """Run a network (or its name) on an accelerator.

    engine: `fast` (recurrence) or `events` (simpy), equal to the cycle in order. dataflow: `auto`
    takes the best of the accelerator's for each operator, a name asks for an array built for it
    (see `built_for`). objective: what mappings are chosen by; effort: how large a space is searched
    for them. mappings: layer -> the mapping to run it with, or those of its shards (policy split),
    instead of a search. policy: how
    operators share the cores; residency: how tensors are chosen that stay on chip; schedule: the
    given order, or one with fewer live bytes; trace: keep what every unit did (docs/execution.md).
    Raises UsageError for unknown names and for choices that do not go together, and MappingError
    for a layer that does not fit or a given mapping that is illegal.
    """
    network = load_network(network) if isinstance(network, str) else network
    hardware = load_hardware(hardware) if isinstance(hardware, str) else hardware
    check_known("engine", engine, ENGINES)
    check_known("objective", objective, tuple(OBJECTIVES))
    check_known("effort", effort, EFFORTS)
    check_known("dataflow", dataflow, ("auto", *hardware.known_dataflows))
    if batch < 1:
        raise UsageError(f"batch {batch}: must be >= 1")
    choice = Choice(policy, residency, schedule, trace)
    check_choice(choice, engine)
    given = mappings or {}
    check_given(given, policy)
    hardware = built_for(hardware, dataflow)
    dataflows = hardware.array.dataflows if dataflow == "auto" else (dataflow,)
    setting = Setting(hardware, engine, dataflows, objective, batch, effort, given)
    operators = executed(network, hardware)
    for name in given:
        check_known("mapping of layer", name, tuple(operator.name for operator in operators))
    try:
        done = run_network(network.inputs, operators, setting, choice)
    except AccelsimError as error:
        raise type(error)(f"{network.name}: {error}") from error
    layers = layers_of(network.name, done, setting)
    used, cut = mappings_of(done), shards_of(done, setting)
    flows = _flows([*used.values(), *(own for each in cut.values() for own in each.mappings)])
    return NetworkResult(
        network=network.name, hardware=hardware.label, engine=engine, dataflow=dataflow,
        objective=objective, batch=batch, clock_hz=hardware.clock_hz, params=network.params,
        layers=layers, area=area_parts(hardware), mappings=used, shards=cut,
        chains={flow: chain_names(hardware, flow) for flow in sorted(flows)},
        policy=done.policy, residency=done.plan.how if done.plan else residency,
        schedule=schedule, cores=hardware.cores.count, units=done.units,
        idle=idle_of(done, layers, hardware),
        cycles_lower_bound=done.cycles_lower_bound, trace=trace_of(done) if trace else None,
        provenance={**_provenance(network, hardware), "effort": effort, **done.notes},
    )  # fmt: skip


def _flows(mappings: Iterable[Mapping]) -> set[str]:
    return {mapping.dataflow for mapping in mappings}


def built_for(hardware: Accelerator, dataflow: str) -> Accelerator:
    """The same accelerator with an array for `dataflow` where its own does not know it.

    So any dataflow can be asked of any array, and its area is that of an array that can do it.
    """
    if dataflow in ("auto", *hardware.array.dataflows):
        return hardware
    return hardware.replace({"array.dataflows": [dataflow]})


def executed(network: Network, hardware: Accelerator) -> tuple[Operator, ...]:
    """The operators as the accelerator runs them.

    Activations stand apart unless it fuses them, and inputs are packed before matrix products where
    it says so.
    """
    fused = hardware.vector_unit.fuse_activation
    operators = network.operators if fused else unfused(network.operators)
    return packed(operators) if hardware.memory.packing == "copy" else operators


def evaluate_layer(
    operator: Operator, setting: Setting, place: tuple[str, int]
) -> tuple[LayerResult, Mapping | None]:
    """One operator on the accelerator; `place` is (network name, index)."""
    done = execute("in_order", [operator], setting)
    (layer,) = layers_of(place[0], done, setting)
    return replace(layer, index=place[1]), mappings_of(done).get(operator.name)


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
        "model_level": "any memory hierarchy, cores and DRAM channels, tensors on chip",
        "assumptions": list(ASSUMPTIONS),
        "versions": dict(_versions()),
    }


@lru_cache(maxsize=1)
def _versions() -> tuple[tuple[str, str], ...]:
    return tuple((name, version(name)) for name in ("accelsim", "numpy", "numba", "simpy"))
