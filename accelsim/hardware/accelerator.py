"""The accelerator: frozen pydantic models that are the schema of hw_configs/*.yaml.

Names carry their units where the YAML key cannot (`clock` in the file is `clock_hz` here), sizes
and rates may be text with a unit, and an accelerator that cannot exist cannot be made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from math import ceil, prod
from typing import Any, Literal, Self, cast

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from accelsim.dataflows import DATAFLOWS, Dataflow
from accelsim.documents import Loc, PartsError, explain
from accelsim.errors import HardwareError, MappingError, suggestion
from accelsim.hardware.array import PEArray
from accelsim.hardware.keys import USER, flatten, named_key, with_changes
from accelsim.hardware.levels import Dram, OnChip, Operand, Partition
from accelsim.hardware.memory import Memory, core_faults, layout_faults, serving_faults
from accelsim.hardware.own_dataflows import (
    OwnDataflow,
    OwnName,
    misfits,
    not_running,
    running,
    unknown_dataflows,
)
from accelsim.hardware.parts import (
    Constant,
    Cores,
    Dma,
    OperatorOverhead,
    Precision,
    Technology,
    VectorUnit,
)
from accelsim.hardware.section import Name, Section
from accelsim.units import Frequency
from accelsim.workload.base import Operator

__all__ = [
    "DATAFLOW_NAMES", "Accelerator", "Constant", "Cores", "Dma", "Dram", "Memory", "OnChip",
    "OperatorOverhead", "OwnDataflow", "PEArray", "Partition", "Precision", "Technology",
    "VectorUnit",
]  # fmt: skip

DATAFLOW_NAMES = tuple(DATAFLOWS)
"""Built-in dataflows."""


class Accelerator(Section):
    """A whole accelerator: one hardware file."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    description: str = ""
    clock_hz: Frequency = Field(alias="clock")
    technology: Technology
    precision: Precision = Precision()
    array: PEArray
    dataflows: dict[OwnName, OwnDataflow] = Field(default_factory=dict)
    """Name -> a dataflow of the file's own, for `array.dataflows`."""
    memory: Memory
    vector_unit: VectorUnit
    dma: Dma
    cores: Cores = Cores()
    operator_overhead: OperatorOverhead = OperatorOverhead()
    constants: dict[str, Constant] = Field(default_factory=dict)
    """Name of a cost constant -> what to use instead; the cost package knows the names."""
    sources: dict[str, str] = Field(default_factory=dict)
    """Dotted key -> where its figure comes from."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = {**DATAFLOWS, **self.own_records}
        faults = {
            **misfits(self.array, known),
            **core_faults(self.cores, self.memory),
            **serving_faults(self.memory, self.array.dataflows, known),
            **layout_faults(self.memory, self.array.dataflows, known, self.precision.input_bits),
            **self._source_faults(),
        }
        if faults:
            raise PartsError(faults)
        return self

    @model_validator(mode="wrap")
    @classmethod
    def _knows_its_dataflows(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Around all other checks, so that unknown names come in one pass with their faults."""
        unknown = unknown_dataflows(data)
        try:
            accelerator = handler(data)
        except ValidationError as error:
            raise (_together(error, unknown) if unknown else error) from None
        if unknown:
            raise PartsError(unknown)
        return accelerator

    def _source_faults(self) -> dict[str | Loc, str]:
        """Sources of nothing, and energies of levels without a source."""
        known = flatten(self._plain())
        faults: dict[str | Loc, str] = {
            ("sources", key): f"no value of this file is named so{suggestion(key, known)}"
            for key in self.sources
            if key not in known
        }
        for index, level in enumerate(self.memory.levels):
            for figure in ("read_pj", "write_pj"):
                key = f"memory.levels.{level.name}.{figure}"
                if getattr(level, figure) is not None and key not in self.sources:
                    faults["memory", "levels", index, figure] = f"needs a source: sources.{key}"
        return faults

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        """Field by field, by way of the digest, which is kept: caches ask for every layer."""
        if self is other or not isinstance(other, Accelerator):
            return self is other
        return self.digest == other.digest and self._texts() == other._texts()

    def _texts(self) -> tuple[object, ...]:
        """What the digest leaves out."""
        return self.name, self.description, self.sources, self.dataflows, self.constants

    @property
    def label(self) -> str:
        """The name, and whatever a user changed: `edge_16x16 (array.rows=32)`."""
        values = self.flat_keys()
        changed = [
            f"{key}={_brief(values[key])}" for key, text in self.sources.items() if text == USER
        ]
        return f"{self.name} ({', '.join(changed)})" if changed else self.name

    @property
    def on_chip(self) -> tuple[OnChip, ...]:
        """On-chip levels from the PE outward."""
        return tuple(level for level in self.memory.levels if isinstance(level, OnChip))

    @property
    def scratchpad(self) -> OnChip:
        """The outermost on-chip level that all PEs share, or the outermost if they share none."""
        return next((level for level in reversed(self.on_chip) if not level.per), self.on_chip[-1])

    @property
    def dram(self) -> Dram:
        """The off-chip level."""
        return next(level for level in self.memory.levels if isinstance(level, Dram))

    def chain(self, operand: Operand) -> tuple[OnChip, ...]:
        """On-chip levels that hold an operand, from the PE outward; DRAM comes after the last."""
        return tuple(level for level in self.on_chip if operand in level.holds)

    def copies(self, level: OnChip) -> int:
        """Instances of an on-chip level in one core."""
        array = self.array
        sizes = {"rows": array.rows, "cols": array.cols, "planes": array.planes}
        return prod(sizes[axis] for axis in level.per)

    def instances(self, level: OnChip) -> int:
        """Instances of an on-chip level on the whole chip."""
        return self.copies(level) * self.cores.count // self.sharers(level)

    def sharers(self, level: OnChip) -> int:
        """Cores that one instance of an on-chip level serves."""
        return self.cores.count if level.name in self.cores.shared else 1

    @property
    def on_chip_bytes(self) -> int:
        """Capacity of all instances of all on-chip levels."""
        return sum(self.instances(level) * level.total_bytes for level in self.on_chip)

    @cached_property
    def own_records(self) -> dict[str, Dataflow]:
        """Records of the file's own dataflows."""
        return {name: flow.record(name) for name, flow in self.dataflows.items()}

    @property
    def known_dataflows(self) -> dict[str, Dataflow]:
        """Built-in dataflows and the file's own."""
        return {**DATAFLOWS, **self.own_records}

    def dataflow(self, name: str) -> Dataflow:
        """The record of a built-in dataflow or of one of the file's own."""
        known = self.known_dataflows
        if name not in known:
            raise HardwareError(
                f"unknown dataflow '{name}'; allowed: {', '.join(known)}{suggestion(name, known)}"
            )
        return known[name]

    def able(self, names: Sequence[str], operator: Operator) -> tuple[str, ...]:
        """Those of the dataflows that run the operator's filter; MappingError where none does."""
        found = running(names, self.dataflows, operator)
        if not found:
            others = running(self.array.dataflows, self.dataflows, operator)
            raise MappingError(not_running(names, operator, others))
        return found

    @property
    def peak_macs_per_cycle(self) -> int:
        """One MAC per PE and cycle, of one core."""
        return self.array.pes

    @property
    def dram_latency_cycles(self) -> int:
        """DRAM latency in clock cycles, rounded up."""
        return self._cycles(self.dram.latency_ns)

    @property
    def row_miss_cycles(self) -> int:
        """Opening a DRAM row in clock cycles, rounded up."""
        return self._cycles(self.dram.row_miss_ns)

    def _cycles(self, time_ns: float) -> int:
        return ceil(Fraction(str(time_ns)) * self.clock_hz / 10**9)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of everything that a result depends on: all but names and texts."""
        content = self.model_dump(by_alias=True, exclude={"name", "description", "sources"})
        for flow in content["dataflows"].values():
            del flow["title"]
        content["constants"] = {name: c.value for name, c in self.constants.items()}
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def flat_keys(self) -> dict[str, Any]:
        """Every key that `replace` takes, dotted, with its value as the file would say it."""
        return flatten(self._plain())

    def replace(self, changes: Mapping[str, object]) -> Accelerator:
        """This accelerator with other values: `{"array.rows": 32, "clock": "1 GHz"}`.

        Keys are those of `flat_keys` (a memory level by name or by index); values are YAML, as text
        or as data. Raises HardwareError for an unknown key or an accelerator that cannot exist.
        """
        data = with_changes(self._plain(), changes)
        try:
            return Accelerator.model_validate(data)
        except ValidationError as error:
            faults = explain(error, Accelerator, data)
            lines = [f"{named_key(fault.loc, data)}: {fault.message}" for fault in faults]
            raise HardwareError("\n".join(lines)) from None

    def _plain(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


def _together(error: ValidationError, faults: Mapping[str | Loc, str]) -> ValidationError:
    """The error with the faults beside what it found."""
    found = cast(list[InitErrorDetails], error.errors(include_url=False))
    ours = InitErrorDetails(
        type="value_error", loc=(), input=None, ctx={"error": PartsError(faults)}
    )
    return ValidationError.from_exception_data(error.title, [*found, ours])


def _brief(value: object) -> str:
    """A value of a hardware file in few characters: `ws+os` for a list."""
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
