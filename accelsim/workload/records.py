"""Schema 1 of workload files: one record per operator, told apart by `op`.

A record knows the builder call that it stands for. Shapes are never written: the builder infers
them, so a file cannot contradict itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator

from accelsim.errors import WorkloadError
from accelsim.workload.base import Activation
from accelsim.workload.builder import NetworkBuilder, part_names
from accelsim.workload.window import Padding, Pair, as_pair, as_sides, window

T = TypeVar("T")


def _checked(parse: Callable[[object], T], least: int) -> Callable[[object], T]:
    """A validator that gives pydantic the reason why a value does not parse or is too small."""

    def validator(value: object) -> T:
        try:
            parsed = parse(value)
        except WorkloadError as error:
            raise ValueError(str(error)) from None
        if isinstance(parsed, tuple) and min(parsed) < least:
            raise ValueError(f"{value}: every number must be >= {least}")
        return parsed

    return validator


def _padding(value: object) -> Padding:
    return "same" if value == "same" else as_sides(value)


def _short(sizes: Pair | Padding) -> Padding:
    """The shortest way to write a pair or four sides."""
    if not isinstance(sizes, tuple):
        return sizes
    if len(set(sizes)) == 1:
        return sizes[0]
    return (sizes[0], sizes[1]) if sizes[:2] == sizes[2:] else sizes


Whole = Annotated[int, Field(strict=True, ge=1)]
Count = Annotated[int, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
Word = Annotated[str, Field(strict=True, min_length=1)]
Steps = Annotated[Pair, PlainValidator(_checked(as_pair, 1)), PlainSerializer(_short)]
Pads = Annotated[Padding, PlainValidator(_checked(_padding, 0)), PlainSerializer(_short)]
Shape3 = tuple[Whole, Whole, Whole]
Reads = Annotated[
    list[Word], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]
"""`in: conv1` or `in: [conv1, conv2]`."""


class Record(BaseModel, ABC):
    """What every operator has in a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Word
    op: str
    inputs: Reads = Field(alias="in", min_length=1)

    @property
    def tensors(self) -> tuple[str, ...]:
        """Names of the tensors that the operator makes."""
        return (self.name,)

    @abstractmethod
    def add_to(self, net: NetworkBuilder) -> None:
        """Append the operator to a network."""


class OneInput(Record):
    """An operator that reads one tensor."""

    inputs: Reads = Field(alias="in", min_length=1, max_length=1)


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

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the pool."""
        walk = window(self.kernel, self.stride, self.pad)
        mode: Literal["max", "avg"] = "max" if self.op == "max_pool" else "avg"
        net.pool(self.name, self.inputs[0], mode, walk, count_include_pad=self.count_include_pad)


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


class ConcatRecord(Record):
    """`{name: a, op: concat, in: [x, y, z]}`."""

    op: Literal["concat"]

    def add_to(self, net: NetworkBuilder) -> None:
        """Append the concat."""
        net.concat(self.name, *self.inputs)


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
    | BatchNormRecord | ConcatRecord | SplitRecord | ShuffleRecord | PlainRecord,
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
