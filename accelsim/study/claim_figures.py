"""Figures that several claims are tested with: counts, times, energies and live bytes compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from accelsim.errors import AccelsimError
from accelsim.evaluate import executed
from accelsim.hardware.accelerator import Accelerator
from accelsim.lifetime.live import live_bytes
from accelsim.lifetime.pieces import storage_of, tensors_of
from accelsim.results.network import NetworkResult
from accelsim.study.claim_rules import KEPT, Evidence, over_accelerators
from accelsim.study.runs import Runs, known_network, reasons
from accelsim.workload.network import Network

Figure = Callable[[NetworkResult], float]

IN_PLACE: Mapping[str, object] = {"memory.concat": "in_place", "memory.split": "view"}
COPIED: Mapping[str, object] = {"memory.concat": "copy", "memory.split": "copy"}
OWN: Mapping[str, object] = {}
"""Changes of the accelerator: how concats and splits are served."""

JOINS = (("in place", IN_PLACE), ("copied", COPIED))
"""Both ways, where a claim depends on it."""


class Pair(NamedTuple):
    """A network, what it is compared with, and changes of the accelerator for both."""

    network: str
    reference: str
    changes: Mapping[str, object] = OWN

    @property
    def command(self) -> str:
        """Prints counts, latency and energy of both, and their ratios."""
        changes = "".join(f" --set {key}={value}" for key, value in self.changes.items())
        return f"accelsim study gap {self.network} --reference {self.reference}{changes}"


def latency_ms(result: NetworkResult) -> float:
    """Time of one image."""
    return result.latency_ms


def energy_uj(result: NetworkResult) -> float:
    """Energy of one image."""
    return result.energy_uj


def params(network: Network) -> int:
    """All learnables."""
    return network.params


def macs(network: Network) -> int:
    """Multiply-accumulates of one image."""
    return network.macs


def counted(pair: Pair, count: Callable[[Network], int], limit: float) -> Evidence:
    """The reference's count over the network's."""
    return Evidence(limit, times_fewer(pair, count))


def times_fewer(pair: Pair, count: Callable[[Network], int]) -> float:
    """The reference's count over the network's."""
    return count(known_network(pair.reference)) / count(known_network(pair.network))


def times_less(runs: Runs, pair: Pair, figure: Figure, limit: float) -> Evidence:
    """The reference's figure over the network's, on every accelerator that runs both."""
    return compared(
        runs, known_network(pair.reference), known_network(pair.network), figure, limit,
        pair.changes,
    )  # fmt: skip


def as_promised(runs: Runs, pair: Pair) -> Evidence:
    """Times faster; the limit is the share `KEPT` of times fewer MACs."""
    return times_less(runs, pair, latency_ms, KEPT * times_fewer(pair, macs))


def compared(
    runs: Runs,
    above: Network,
    below: Network,
    figure: Figure,
    limit: float,
    changes: Mapping[str, object] = OWN,
) -> Evidence:
    """The figure of one network over that of another, on every accelerator that runs both."""
    found, refused = dict[str, float | None](), list[NetworkResult | AccelsimError]()
    for accelerator in runs.hardware:
        changed = accelerator.replace(changes) if changes else accelerator
        outcomes = [runs.outcome(network, changed) for network in (above, below)]
        refused += outcomes
        known = [each for each in outcomes if not isinstance(each, AccelsimError)]
        ratio = figure(known[0]) / figure(known[1]) if len(known) == 2 else None
        found[accelerator.label] = ratio
    return over_accelerators(found, limit, reasons(refused))


def memory_compared(
    runs: Runs,
    above: Network,
    below: Network,
    measure: Callable[[Runs, Network, Accelerator], float | None],
    limit: float,
    changes: Mapping[str, object] = OWN,
) -> Evidence:
    """Live bytes of one network over those of another, on every accelerator."""
    found = dict[str, float | None]()
    for accelerator in runs.hardware:
        changed = accelerator.replace(changes) if changes else accelerator
        own, other = measure(runs, above, changed), measure(runs, below, changed)
        found[accelerator.label] = None if own is None or other is None else own / other
    return over_accelerators(found, limit)


def live_peak_bytes(runs: Runs, network: Network, accelerator: Accelerator) -> float:
    """Most bytes of tensors live at once, operators in the network's order."""
    return max(_live_bytes(network, accelerator))


def live_mean_bytes(runs: Runs, network: Network, accelerator: Accelerator) -> float | None:
    """Mean of the live bytes over time; None where the accelerator cannot run the network."""
    result = runs.result(network, accelerator)
    if result is None:
        return None
    times = [layer.cycles for layer in result.layers]
    held = zip(_live_bytes(network, accelerator), times, strict=True)
    return sum(size * time for size, time in held) / sum(times)


def _live_bytes(network: Network, accelerator: Accelerator) -> tuple[int, ...]:
    """Bytes of tensors in memory while each operator runs."""
    operators = executed(network, accelerator)
    return live_bytes(tensors_of(network.inputs, operators, storage_of(accelerator)))
