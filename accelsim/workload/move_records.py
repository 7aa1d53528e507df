"""Records of the operators that move data (see `records`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.draft import part_names
from accelsim.workload.fields import Count, Pads, Shape3, Whole
from accelsim.workload.record import OneInput


class SplitRecord(OneInput):
    """`{name: a, op: split, in: [x], sections: [8, 8]}` makes `a.0` and `a.1`."""

    op: Literal["split"]
    sections: list[Whole] = Field(min_length=1)

    @property
    def tensors(self) -> tuple[str, ...]:
        """Names of the parts."""
        return part_names(self.name, len(self.sections))

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the split."""
        net.split(self.name, self.inputs[0], self.sections)


class ShuffleRecord(OneInput):
    """`{name: a, op: shuffle, in: [x], groups: 2}`."""

    op: Literal["shuffle"]
    groups: Whole

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the channel shuffle."""
        net.shuffle(self.name, self.inputs[0], self.groups)


class ShapeRecord(OneInput):
    """`{name: a, op: reshape, in: [x], size: [49, 64, 1]}`: a move with the shape that it makes."""

    op: Literal["reshape", "transpose", "slice", "repeat"]
    size: Shape3

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the move."""
        appends = {
            "reshape": net.reshape,
            "transpose": net.transpose,
            "slice": net.slice,
            "repeat": net.repeat,
        }
        appends[self.op](self.name, self.inputs[0], self.size)


class PadRecord(OneInput):
    """`{name: a, op: pad, in: [x], pad: [0, 0, 1, 1]}`; more channels, learned elements."""

    op: Literal["pad"]
    pad: Pads = (0, 0, 0, 0)
    channels: Count = 0
    learnables: Count = 0

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the padding."""
        more = {"channels": self.channels, "learnables": self.learnables}
        net.pad(self.name, self.inputs[0], self.pad, **more)


class UpsampleRecord(OneInput):
    """`{name: a, op: upsample, in: [x], size: [56, 56]}`."""

    op: Literal["upsample"]
    size: tuple[Whole, Whole]

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the change of size."""
        net.upsample(self.name, self.inputs[0], self.size)


class LookupRecord(OneInput):
    """`{name: a, op: lookup, in: [words], out: 768, learnables: 23440896}`."""

    op: Literal["lookup"]
    out: Whole
    learnables: Count = 0

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the lookup."""
        net.lookup(self.name, self.inputs[0], self.out, self.learnables)


MoveRecord = SplitRecord | ShuffleRecord | ShapeRecord | PadRecord | UpsampleRecord | LookupRecord
