"""Mappings that somebody wrote into a file, as mappings of an accelerator: checked, with places."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as TextMapping
from pathlib import Path

from accelsim.documents import Document
from accelsim.errors import InputError, MappingError, Problem, UsageError, suggestion
from accelsim.hardware.accelerator import Accelerator
from accelsim.mapper.legality import checked
from accelsim.mapping import OPERANDS, Mapping
from accelsim.neighbours import steps_of
from accelsim.results.mapping_file import Chains, Entry, read_entries
from accelsim.schedule.machine import target_of
from accelsim.schedule.nest import nest_of
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
        self.document, self.entries = read_entries(path)

    def of_network(
        self, network: str, operators: tuple[Operator, ...], hardware: Accelerator, batch: int
    ) -> dict[str, Mapping]:
        """Layer -> mapping of the entries that name the network.

        Raises InputError with every entry that names no layer of it or that the accelerator
        refuses.
        """
        found: dict[str, Mapping] = {}
        problems: list[Problem] = []
        named = {operator.name: operator for operator in operators}
        for number, entry in enumerate(self.entries):
            if entry.network != network:
                continue
            if entry.layer not in named:
                problems.append(_unknown_layer(self.document, number, entry, named))
                continue
            operator = named[entry.layer]
            faults = list(_faults(self.document, number, entry, (operator, hardware, batch)))
            problems += faults
            if not faults:
                found[entry.layer] = entry.mapping(chain_names(hardware, entry.dataflow))
        if problems:
            raise InputError(problems)
        return found

    def of_layer(
        self, network: str, operator: Operator, hardware: Accelerator, batch: int
    ) -> Mapping:
        """The mapping of one layer; UsageError where the file holds none, as `of_network` else."""
        own = [
            number
            for number, entry in enumerate(self.entries)
            if (entry.network, entry.layer) == (network, operator.name)
        ]
        if not own:
            held = [f"{entry.network}/{entry.layer}" for entry in self.entries]
            wanted = f"{network}/{operator.name}"
            raise UsageError(
                f"{self.document.path}: no mapping of {wanted}; it has {', '.join(held) or 'none'}"
                f"{suggestion(wanted, held)}"
            )
        entry = self.entries[own[0]]
        faults = list(_faults(self.document, own[0], entry, (operator, hardware, batch)))
        if faults:
            raise InputError(faults)
        return entry.mapping(chain_names(hardware, entry.dataflow))

    def other_networks(self, networks: tuple[str, ...]) -> int:
        """How many entries are of networks that are not among these."""
        return sum(entry.network not in networks for entry in self.entries)


def _unknown_layer(
    document: Document, number: int, entry: Entry, named: TextMapping[str, Operator]
) -> Problem:
    message = (
        f"network {entry.network} has no layer '{entry.layer}'; allowed: {', '.join(named)}"
        f"{suggestion(entry.layer, named)}"
    )
    return document.problem(("mappings", number, "layer"), message)


def _faults(
    document: Document, number: int, entry: Entry, where: tuple[Operator, Accelerator, int]
) -> Iterator[Problem]:
    """All that the accelerator has against an entry: dataflow, levels, then what does not fit."""
    operator, hardware, batch = where
    place = ("mappings", number)
    nest = nest_of(operator, hardware, batch)
    if nest is None:
        message = f"{operator.name} is only addressing on {hardware.name}: nothing to map"
        yield document.problem((*place, "layer"), message)
        return
    allowed = ("vector",) if nest.vector_ops else hardware.array.dataflows
    if entry.dataflow not in allowed:
        yield document.problem(
            (*place, "dataflow"),
            f"{hardware.name} does not run {operator.name} under '{entry.dataflow}'; allowed: "
            f"{', '.join(allowed)}{suggestion(entry.dataflow, allowed)}",
        )
        return
    chains = chain_names(hardware, entry.dataflow)
    wrong = list(_wrong_levels(document, number, entry, chains))
    if wrong:
        yield from wrong
        return
    try:
        mapping = entry.mapping(chains)
        _, plan = checked(operator, nest, hardware, mapping)
        if (steps := steps_of(plan)) > MOST_STEPS:
            raise MappingError(
                f"{steps:,} steps of tiles from DRAM, at most {MOST_STEPS:,} are simulated; move "
                "the cuts of the outermost levels outward"
            )
    except MappingError as error:
        yield document.problem(place, f"layer {operator.name}: {error}")


def _wrong_levels(
    document: Document, number: int, entry: Entry, chains: Chains
) -> Iterator[Problem]:
    """Level names that the chain of an operand does not have, and those that are missing."""
    for operand in OPERANDS:
        place = ("mappings", number, "cuts", operand)
        given, chain = entry.chains[operand], chains[operand]
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
