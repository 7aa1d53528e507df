"""Simulations that several tables of a study share: each network on each accelerator once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from accelsim.errors import AccelsimError, check_known
from accelsim.evaluate import simulate
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.search import EFFORTS
from accelsim.networks.registry import load_network
from accelsim.results.network import NetworkResult
from accelsim.study.base import check_accelerators
from accelsim.workload.network import Network


class Runs:
    """Accelerators, how large a space their mappers search, and what was run on them.

    Operators run in order, one image at a time. Raises UsageError without an accelerator, for two
    of one name or an unknown effort.
    """

    def __init__(self, hardware: Sequence[Accelerator], effort: str) -> None:
        check_known("effort", effort, EFFORTS)
        check_accelerators(hardware)
        self.hardware = tuple(hardware)
        self.effort = effort
        self._outcomes: dict[tuple[str, str], NetworkResult | AccelsimError] = {}

    def outcome(
        self, network: str | Network, accelerator: Accelerator
    ) -> NetworkResult | AccelsimError:
        """The network (or its name) on the accelerator, or why it cannot be."""
        network = known_network(network) if isinstance(network, str) else network
        key = network.digest, accelerator.digest
        if key not in self._outcomes:
            try:
                self._outcomes[key] = simulate(network, accelerator, effort=self.effort)
            except AccelsimError as error:
                self._outcomes[key] = error
        return self._outcomes[key]

    def result(self, network: str | Network, accelerator: Accelerator) -> NetworkResult | None:
        """What was simulated; None where the accelerator cannot run the network."""
        outcome = self.outcome(network, accelerator)
        return None if isinstance(outcome, AccelsimError) else outcome


def reasons(outcomes: Sequence[NetworkResult | AccelsimError]) -> str:
    """Why some of them are none, each reason once, on one line."""
    refused = [str(each) for each in outcomes if isinstance(each, AccelsimError)]
    return "; ".join(dict.fromkeys(" ".join(text.split()) for text in refused))


@lru_cache(maxsize=256)
def known_network(name: str) -> Network:
    """A network by name, made once."""
    return load_network(name)
