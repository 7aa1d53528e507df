"""The accelerator: frozen pydantic models that are the schema of hw_configs/*.yaml.

Names carry their units where the YAML key cannot (`clock` in the file is `clock_hz` here), sizes
and rates may be text with a unit, and an accelerator that cannot exist cannot be made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from math import ceil
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from accelsim.documents import Loc, PartsError, explain
from accelsim.errors import HardwareError, suggestion
from accelsim.hardware.keys import USER, flatten, named_key, with_changes
from accelsim.hardware.memory import Dram, Memory, Partition, Scratchpad
from accelsim.hardware.section import Count, Name, Section
from accelsim.units import Frequency

__all__ = [
    "DATAFLOW_NAMES", "Accelerator", "Constant", "Dma", "Dram", "Memory", "OperatorOverhead",
    "PEArray", "Partition", "Precision", "Scratchpad", "Technology", "VectorUnit",
]  # fmt: skip

DATAFLOW_NAMES = ("ws", "os", "is")
"""Weight, output and input stationary."""


def _dataflow(text: str) -> str:
    if text not in DATAFLOW_NAMES:
        allowed = ", ".join(DATAFLOW_NAMES)
        hint = suggestion(text.lower(), DATAFLOW_NAMES)
        raise ValueError(f"unknown dataflow '{text}'; allowed: {allowed}{hint}")
    return text


DataflowName = Annotated[str, AfterValidator(_dataflow)]
Bits = Annotated[int, Field(ge=1, le=64)]


class Technology(Section):
    """What the circuit is made in."""

    node_nm: float = Field(ge=1, le=1000)
    voltage_v: float | None = Field(default=None, ge=0.1, le=5)
    """Supply; None: the usual one of the node."""


class Precision(Section):
    """Width of one element of each operand."""

    input_bits: Bits = 8
    weight_bits: Bits = 8
    accumulator_bits: Bits = 32
    """Partial sums, in the array and where they are spilled to."""
    output_bits: Bits = 8

    @model_validator(mode="after")
    def _accumulator_holds_operands(self) -> Self:
        widest = max(self.input_bits, self.weight_bits, self.output_bits)
        if self.accumulator_bits < widest:
            raise PartsError(
                {
                    "accumulator_bits": "must be at least as wide as every operand "
                    f"({widest} bits), is {self.accumulator_bits}"
                }
            )
        return self


class PEArray(Section):
    """A rows x cols array of PEs, one MAC per PE and cycle, and how its controller works."""

    rows: Count
    cols: Count
    interconnect: Literal["systolic", "multicast"]
    dataflows: tuple[DataflowName, ...] = Field(strict=False, min_length=1)
    """Those that the array can run; the mapper chooses per operator."""
    overlap: Literal["serial", "pipelined", "broadcast"]
    """What happens to the next fold's stationary operand while a fold runs."""
    convention: Literal["rtl", "scalesim"]
    """How cycles are counted: as an RTL simulation does, or as SCALE-Sim 3.0.0."""
    trim: bool
    """A partly filled fold costs only the rows and columns that it uses."""
    depthwise_packing: bool
    """Groups may share a weight-stationary fold block-diagonally."""

    @field_validator("dataflows")
    @classmethod
    def _no_repeats(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"names '{repeated[0]}' more than once")
        return names

    @model_validator(mode="after")
    def _broadcast_has_a_load(self) -> Self:
        if self.overlap == "broadcast" and self.convention == "rtl" and "os" in self.dataflows:
            raise PartsError(
                {
                    "overlap": "broadcast loads a stationary operand ahead, which dataflow os does "
                    "not have; take os out of dataflows, or choose serial or pipelined"
                }
            )
        return self


class VectorUnit(Section):
    """Pooling, activations and elementwise operators."""

    lanes: Count
    """Elements per cycle."""
    placement: Literal["in_line", "separate"]
    """Behind the array's output, or beside the array at the scratchpad."""
    fuse_activation: bool
    """An activation costs nothing after the operator that feeds it."""

    @model_validator(mode="after")
    def _fuses_only_in_line(self) -> Self:
        if self.fuse_activation and self.placement == "separate":
            raise PartsError({"fuse_activation": "true needs placement: in_line"})
        return self


class Dma(Section):
    """Engine that moves tiles between DRAM and the scratchpad."""

    burst_bytes: Count
    """Smallest transfer of the DRAM channel."""


class OperatorOverhead(Section):
    """What starting an operator costs."""

    launch_cycles: Annotated[int, Field(ge=0, le=10**9)] = 0


class Constant(Section):
    """A cost constant that replaces the one of the library."""

    value: float
    source: str


class Accelerator(Section):
    """A whole accelerator: one hardware file."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    description: str = ""
    clock_hz: Frequency = Field(alias="clock")
    technology: Technology
    precision: Precision = Precision()
    array: PEArray
    memory: Memory
    vector_unit: VectorUnit
    dma: Dma
    operator_overhead: OperatorOverhead = OperatorOverhead()
    constants: dict[str, Constant] = Field(default_factory=dict)
    """Name of a cost constant -> what to use instead; the cost package knows the names."""
    sources: dict[str, str] = Field(default_factory=dict)
    """Dotted key -> where its figure comes from."""

    @model_validator(mode="after")
    def _sources_name_keys(self) -> Self:
        known = flatten(self._plain())
        faults: dict[str | Loc, str] = {
            ("sources", key): f"no value of this file is named so{suggestion(key, known)}"
            for key in self.sources
            if key not in known
        }
        if faults:
            raise PartsError(faults)
        return self

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def label(self) -> str:
        """The name, and whatever a user changed: `edge_16x16 (array.rows=32)`."""
        values = self.flat_keys()
        changed = [
            f"{key}={_brief(values[key])}" for key, text in self.sources.items() if text == USER
        ]
        return f"{self.name} ({', '.join(changed)})" if changed else self.name

    @property
    def scratchpad(self) -> Scratchpad:
        """The on-chip level."""
        return next(level for level in self.memory.levels if isinstance(level, Scratchpad))

    @property
    def dram(self) -> Dram:
        """The off-chip level."""
        return next(level for level in self.memory.levels if isinstance(level, Dram))

    @property
    def peak_macs_per_cycle(self) -> int:
        """One MAC per PE and cycle."""
        return self.array.rows * self.array.cols

    @property
    def sram_read_bytes_per_cycle(self) -> int:
        """Read port of the scratchpad: its own figure, or the most that a unit reads per cycle.

        The array takes a streamed word per row and the next stationary word per column; a lane of
        the vector unit takes two inputs. Partial sums are added to in the write port.
        """
        given = self.scratchpad.read_bytes_per_cycle
        array, precision = self.array, self.precision
        operand_bits = max(precision.input_bits, precision.weight_bits)
        words = max(array.rows + array.cols, 2 * self.vector_unit.lanes)
        return given or ceil(Fraction(words * operand_bits, 8))

    @property
    def sram_write_bytes_per_cycle(self) -> int:
        """Write port of the scratchpad: its own figure, or one partial sum per column."""
        given = self.scratchpad.write_bytes_per_cycle
        array, lanes, precision = self.array, self.vector_unit.lanes, self.precision
        bits = max(array.cols * precision.accumulator_bits, lanes * precision.output_bits)
        return given or ceil(Fraction(bits, 8))

    @property
    def sram_banks(self) -> int:
        """Banks that the scratchpad is built of: as stated, more where its traffic needs them.

        In one cycle they serve the read port, the write port twice (a partial sum is read to be
        added to) and the DRAM channel.
        """
        pad = self.scratchpad
        dma_bytes = Fraction(self.dram.bandwidth_bytes_per_s, self.clock_hz)
        moved_bytes = self.sram_read_bytes_per_cycle + 2 * self.sram_write_bytes_per_cycle
        moved_bits = 8 * (moved_bytes + dma_bytes)
        parts = 1 if pad.partition is None else 3
        return max(pad.banks, parts, ceil(Fraction(moved_bits, pad.ports * pad.word_bits)))

    @property
    def dram_latency_cycles(self) -> int:
        """DRAM latency in clock cycles, rounded up."""
        return ceil(Fraction(str(self.dram.latency_ns)) * self.clock_hz / 10**9)

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of everything that a result depends on: all but names and texts."""
        content = self.model_dump(by_alias=True, exclude={"name", "description", "sources"})
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


def _brief(value: object) -> str:
    """A value of a hardware file in few characters: `ws+os` for a list."""
    return "+".join(map(str, value)) if isinstance(value, list) else str(value)
