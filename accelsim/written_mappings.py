"""Mappings that somebody wrote into a file, as mappings of an accelerator: checked, with places."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as TextMapping
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from accelsim.documents import Document, Loc
from accelsim.errors import InputError, MappingError, Problem, UsageError, suggestion
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.legality import checked
from accelsim.mapping import OPERANDS, Mapping, Sharded
from accelsim.neighbours import steps_of
from accelsim.results.mapping_file import (
    Chains,
    Entry,
    ShardsEntry,
    WrittenMapping,
    read_entries,
)
from accelsim.schedule.fill import check_fits
from accelsim.schedule.machine import narrowed, target_of
from accelsim.schedule.nest import Nest, nest_of
from accelsim.shards import different, shards, wrong_shards
from accelsim.shares import core_shares, policy_for, shares_under
from accelsim.workload.operators import Operator

MOST_STEPS = 1_000_000
"""Steps that a written mapping may take; the engines hold all of them in memory."""


def chain_names(hardware: Accelerator, dataflow: str) -> Chains:
    """Names of the on-chip levels of every operand under a dataflow or on the vector unit."""
    target = target_of(hardware, dataflow)
    return {
        operand: tuple(target.level_names[level] for level in chain)
        for operand, chain in zip(OPERANDS, target.hierarchy.chains, strict=True)
    }


class MappingBook:
    """A file of mappings, asked for those of a network's layers."""

    def __init__(self, path: str | Path) -> None:
        self.entries = read_entries(path)

    def of_network(
        self,
        network: str,
        operators: tuple[Operator, ...],
        hardware: Accelerator,
        batch: int,
        policy: str,
    ) -> dict[str, Mapping | Sharded]:
        """Layer -> mapping, or mappings of its shards, of the entries that name the network.

        Raises InputError with every entry that names no layer of it or that the accelerator
        refuses under the policy.
        """
        found: dict[str, Mapping | Sharded] = {}
        problems: list[Problem] = []
        named = {operator.name: operator for operator in operators}
        sharded = any(entry.network == network for entry in self.entries.shards)
        policy = policy_for(policy, sharded=sharded)
        for place, entry in self.entries.placed().items():
            if entry.network != network:
                continue
            if entry.layer not in named:
                problems.append(_unknown_layer(self.entries.document, place, entry, named))
                continue
            where = Where(self.entries.document, named[entry.layer], hardware, batch, policy)
            if faults := list(where.faults(place, entry)):
                problems += faults
            else:
                found[entry.layer] = _read(entry, hardware)
        if problems:
            raise InputError(problems)
        return found

    def of_layer(
        self, network: str, operator: Operator, hardware: Accelerator, batch: int
    ) -> Mapping:
        """The mapping of one whole layer; UsageError where there is none, as `of_network` else."""
        whole = enumerate(self.entries.whole)
        own = [(n, e) for n, e in whole if (e.network, e.layer) == (network, operator.name)]
        if not own:
            wanted = f"{network}/{operator.name}"
            raise UsageError(f"{self.entries.document.path}: {self._absent(wanted)}")
        number, entry = own[0]
        where = Where(self.entries.document, operator, hardware, batch, "in_order")
        if faults := list(where.faults(("mappings", number), entry)):
            raise InputError(faults)
        return entry.mapping(chain_names(hardware, entry.dataflow))

    def _absent(self, wanted: str) -> str:
        """That a layer, as network/layer, has no mapping as a whole."""
        if wanted in (f"{entry.network}/{entry.layer}" for entry in self.entries.shards):
            return f"{wanted} is there in shards only, which 'run --policy split' takes"
        held = [f"{entry.network}/{entry.layer}" for entry in self.entries.whole]
        return (
            f"no mapping of {wanted}; it has {', '.join(held) or 'none'}{suggestion(wanted, held)}"
        )

    @property
    def networks(self) -> list[str]:
        """Network of each entry."""
        return [entry.network for entry in self.entries.placed().values()]

    def other_networks(self, networks: tuple[str, ...]) -> int:
        """How many entries are of networks that are not among these."""
        return sum(network not in networks for network in self.networks)


def _read(entry: Entry | ShardsEntry, hardware: Accelerator) -> Mapping | Sharded:
    """What an entry says, with the cuts in the order of the accelerator's levels."""
    if isinstance(entry, Entry):
        return entry.mapping(chain_names(hardware, entry.dataflow))
    return entry.sharded(lambda dataflow: chain_names(hardware, dataflow))


def _unknown_layer(
    document: Document,
    place: Loc,
    entry: Entry | ShardsEntry,
    named: TextMapping[str, Operator],
) -> Problem:
    message = (
        f"network {entry.network} has no layer '{entry.layer}'; allowed: {', '.join(named)}"
        f"{suggestion(entry.layer, named)}"
    )
    return document.problem((*place, "layer"), message)


class Where(NamedTuple):
    """A layer that entries of a file are of, and what it is to run on."""

    document: Document
    operator: Operator
    hardware: Accelerator
    batch: int
    policy: str
    """What it leaves a whole layer of the on-chip levels; shards have a core's share."""

    def faults(self, place: Loc, entry: Entry | ShardsEntry) -> Iterator[Problem]:
        """All that the accelerator has against an entry."""
        nest = nest_of(self.operator, self.hardware, self.batch)
        if nest is None:
            message = (
                f"{self.operator.name} is only addressing on {self.hardware.name}: nothing to map"
            )
            yield self.document.problem((*place, "layer"), message)
        elif isinstance(entry, Entry):
            shares = shares_under(self.policy, self.operator, self.hardware)
            yield from self._faults(place, entry, nest, shares)
        else:
            yield from self._of_shards(place, entry, nest)

    def _of_shards(self, place: Loc, entry: ShardsEntry, nest: Nest) -> Iterator[Problem]:
        """What is wrong with the cut, or else with the mappings."""
        nests = shards(nest, entry.loop, entry.count)
        if fault := wrong_shards(nests, entry.sharded(), self.hardware):
            message = f"layer {self.operator.name}: {fault[1]}"
            yield self.document.problem((*place, fault[0]), message)
            return
        shares = core_shares(self.hardware)
        for number, (own, shard) in enumerate(zip(entry.mappings, different(nests), strict=True)):
            yield from self._faults((*place, "mappings", number), own, shard, shares)

    def _faults(
        self, place: Loc, own: WrittenMapping, nest: Nest, shares: TextMapping[str, Fraction]
    ) -> Iterator[Problem]:
        """What is wrong with a mapping: dataflow, levels, then what does not fit the shares."""
        allowed = ("vector",) if nest.vector_ops else self.hardware.array.dataflows
        if own.dataflow not in allowed:
            yield self.document.problem(
                (*place, "dataflow"),
                f"{self.hardware.name} does not run {self.operator.name} under '{own.dataflow}'; "
                f"allowed: {', '.join(allowed)}{suggestion(own.dataflow, allowed)}",
            )
            return
        chains = chain_names(self.hardware, own.dataflow)
        wrong = list(_wrong_levels(self.document, place, own, chains))
        if wrong:
            yield from wrong
            return
        try:
            mapping = own.mapping(chains)
            flow, plan = checked(self.operator, nest, self.hardware, mapping)
            check_fits(nest, mapping, narrowed(flow.target, shares), plan)
            if (steps := steps_of(plan)) > MOST_STEPS:
                raise MappingError(
                    f"{steps:,} steps of tiles from DRAM, at most {MOST_STEPS:,} are simulated; "
                    "move the cuts of the outermost levels outward"
                )
        except MappingError as error:
            yield self.document.problem(place, f"layer {self.operator.name}: {error}")


def _wrong_levels(
    document: Document, entry_place: Loc, own: WrittenMapping, chains: Chains
) -> Iterator[Problem]:
    """Level names that the chain of an operand does not have, and those that are missing."""
    for operand in OPERANDS:
        place = (*entry_place, "cuts", operand)
        given, chain = own.chains[operand], chains[operand]
        unknown = [name for name in given if name not in chain]
        for name in unknown:
            yield document.problem(
                (*place, name),
                f"no level '{name}' holds the {operand}; allowed: {', '.join(chain)}"
                f"{suggestion(name, chain)}",
            )
        missing = [name for name in chain if name not in given]
        if missing and not unknown:
            yield document.problem(
                place,
                f"no cut for level {', '.join(missing)}; give the number of temporal loops inside "
                "the tile there",
            )
