"""The PE array: its axes, what it runs and how its controller works."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from accelsim.hardware.section import Count, Section


class PEArray(Section):
    """rows x cols x planes PEs, one MAC per PE and cycle, and how its controller works."""

    rows: Count
    cols: Count
    planes: Count = 1
    """Third axis, such as output pixels beside input channels and filters."""
    interconnect: Literal["systolic", "multicast"]
    dataflows: tuple[str, ...] = Field(strict=False, min_length=1)
    """Those that the array can run, built in or of the file; the mapper chooses per operator."""
    input_feed: Literal["shared", "per_column"] = "shared"
    """All columns get the same inputs, or each has a line window of its own."""
    overlap: Literal["serial", "pipelined", "broadcast"] = "pipelined"
    """timing: folds: what happens to the next fold's stationary operand while a fold runs."""
    convention: Literal["rtl", "scalesim"] = "rtl"
    """timing: folds: cycles are counted as an RTL simulation does, or as SCALE-Sim 3.0.0."""
    trim: bool = False
    """timing: folds: a partly filled fold costs only the rows and columns that it uses."""
    depthwise_packing: bool = False
    """timing: folds: groups may share a weight-stationary fold block-diagonally."""
    tree: Literal["one_stage", "registered"] = "one_stage"
    """timing: streaming: whether every level of the adder tree has a register behind it."""

    @field_validator("dataflows")
    @classmethod
    def _no_repeats(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        repeated = sorted({name for name in names if names.count(name) > 1})
        if repeated:
            raise ValueError(f"names '{repeated[0]}' more than once")
        return names

    @property
    def shape(self) -> str:
        """`16x16`, or `16x16x8` with planes."""
        planes = f"x{self.planes}" if self.planes > 1 else ""
        return f"{self.rows}x{self.cols}{planes}"

    @property
    def pes(self) -> int:
        """Processing elements."""
        return self.rows * self.cols * self.planes
