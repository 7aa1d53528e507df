"""Schema 1 of workload files: one record per operator, told apart by `op`.

A record knows the builder call that it stands for. Shapes are never written: the builder infers
them, so a file cannot contradict itself.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from accelsim.workload.base import Activation
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.fields import Count, Flag, Pads, Reads, Shape3, Steps, Whole, Word
from accelsim.workload.move_records import MoveRecord
from accelsim.workload.record import OneInput, Record
from accelsim.workload.window import window


class ConvRecord(OneInput):
    """`{name: a, op: conv, in: [x], out: 32, kernel: 3, stride: 2, pad: same, groups: 32}`."""

    op: Literal["conv"]
    out: Whole
    kernel: Steps
    stride: Steps = (1, 1)
    pad: Pads = (0, 0, 0, 0)
    dilation: Steps = (1, 1)
    groups: Whole = 1
    bias: Flag = False
    act: Activation | None = None
    norm: Count = 0

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the convolution with what is fused to it."""
        walk = window(self.kernel, self.stride, self.pad, self.dilation)
        net.conv(self.name, self.inputs[0], self.out, walk, groups=self.groups, bias=self.bias)
        net.amend(self.name, self.act, self.norm)


class LinearRecord(OneInput):
    """`{name: fc, op: linear, in: [x], out: 1000}`, with bias unless it says `bias: false`."""

    op: Literal["linear"]
    out: Whole
    bias: Flag = True
    act: Activation | None = None
    norm: Count = 0

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the matrix product with what is fused to it."""
        net.linear(self.name, self.inputs[0], self.out, bias=self.bias)
        net.amend(self.name, self.act, self.norm)


class PoolRecord(OneInput):
    """`{name: p, op: max_pool, in: [x], kernel: 3, stride: 2, pad: 1}`."""

    op: Literal["max_pool", "avg_pool"]
    kernel: Steps
    stride: Steps = (1, 1)
    pad: Pads = (0, 0, 0, 0)
    count_include_pad: Flag = True
    ceil: Flag = False

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the pool."""
        walk = window(self.kernel, self.stride, self.pad)
        mode: Literal["max", "avg"] = "max" if self.op == "max_pool" else "avg"
        padded = self.count_include_pad
        net.pool(self.name, self.inputs[0], mode, walk, count_include_pad=padded, ceil=self.ceil)


class SumRecord(Record):
    """`{name: a, op: add, in: [x, y]}`."""

    op: Literal["add", "mul"]
    act: Activation | None = None

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the sum or product."""
        append = net.add if self.op == "add" else net.mul
        append(self.name, *self.inputs)
        net.amend(self.name, self.act)


class MatMulRecord(Record):
    """`{name: a, op: matmul, in: [queries, keys], heads: 3, transposed: true}`."""

    op: Literal["matmul"]
    inputs: Reads = Field(alias="in", min_length=2, max_length=2)
    heads: Whole = 1
    transposed: Flag = False
    act: Activation | None = None

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the product of two activations."""
        left, right = self.inputs
        net.matmul(self.name, left, right, heads=self.heads, transposed=self.transposed)
        net.amend(self.name, self.act)


class ActivationRecord(OneInput):
    """`{name: a, op: activation, in: [x], function: relu}`; fused into x where that is possible."""

    op: Literal["activation"]
    function: Activation
    act: Activation | None = None

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the activation."""
        net.activation(self.name, self.inputs[0], self.function)
        net.amend(self.name, self.act)


class BatchNormRecord(OneInput):
    """`{name: a, op: batch_norm, in: [x]}`; folded into x where that is possible."""

    op: Literal["batch_norm"]
    act: Activation | None = None

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the batch-norm."""
        net.batch_norm(self.name, self.inputs[0])
        net.amend(self.name, self.act)


class LearnedRecord(OneInput):
    """`{name: a, op: scale, in: [x]}`; `learnables` where they are not one for each channel."""

    op: Literal["scale", "shift"]
    learnables: Count | None = None
    act: Activation | None = None

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the learned factors or terms."""
        append = net.scale if self.op == "scale" else net.shift
        append(self.name, self.inputs[0], self.learnables)
        net.amend(self.name, self.act)


class NormRecord(OneInput):
    """`{name: a, op: norm, in: [x]}`; `learnables` where they are not two for each channel."""

    op: Literal["norm"]
    learnables: Count | None = None

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the layer norm."""
        net.norm(self.name, self.inputs[0], self.learnables)


class ConcatRecord(Record):
    """`{name: a, op: concat, in: [x, y, z]}`."""

    op: Literal["concat"]
    along: Literal["channels", "rows", "columns"] = "channels"

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the concat."""
        net.concat(self.name, *self.inputs, along=self.along)


class PlainRecord(OneInput):
    """`{name: a, op: flatten, in: [x]}`: operators that need no more than their input."""

    op: Literal["global_pool", "flatten", "softmax"]

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the operator."""
        if self.op == "global_pool":
            net.pool(self.name, self.inputs[0], "global")
        elif self.op == "flatten":
            net.flatten(self.name, self.inputs[0])
        else:
            net.softmax(self.name, self.inputs[0])


AnyRecord = Annotated[
    ConvRecord | LinearRecord | PoolRecord | SumRecord | MatMulRecord | ActivationRecord
    | BatchNormRecord | LearnedRecord | NormRecord | ConcatRecord | PlainRecord | MoveRecord,
    Field(discriminator="op"),
]  # fmt: skip


class WorkloadFile(BaseModel):
    """A workload file; `outputs` are the tensors that nothing reads, the last one unless given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = Field(alias="schema")
    name: Word
    source: str = ""
    inputs: dict[Word, Shape3] = Field(min_length=1)
    outputs: list[Word] | None = None
    operators: list[AnyRecord] = Field(min_length=1)
