"""A network: operators in topological order, joined by named tensors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256

from accelsim.errors import WorkloadError, suggestion
from accelsim.workload import variants
from accelsim.workload.operators import Operator, Shape


@dataclass(frozen=True, kw_only=True)
class Network:
    """A DAG of operators; `inputs` maps the names of the outside tensors to their shapes."""

    name: str
    inputs: dict[str, Shape]
    operators: tuple[Operator, ...]
    source: str = field(default="", compare=False)
    """Where the definition comes from (paper, file); for people."""

    def __post_init__(self) -> None:
        shapes = dict(self.inputs)
        names: set[str] = set()
        for operator in self.operators:
            if operator.name in names:
                raise WorkloadError(f"{self.name}: two operators are named '{operator.name}'")
            names.add(operator.name)
            for tensor, shape in zip(operator.inputs, operator.input_shapes, strict=True):
                if tensor not in shapes:
                    hint = suggestion(tensor, shapes)
                    raise WorkloadError(
                        f"{operator.name}: reads '{tensor}', which nothing before it makes{hint}"
                    )
                if shapes[tensor] != shape:
                    raise WorkloadError(
                        f"{operator.name}: expects '{tensor}' as {shape}, "
                        f"but it is {shapes[tensor]}"
                    )
            for tensor, shape in zip(operator.outputs, operator.output_shapes, strict=True):
                if tensor in shapes:
                    raise WorkloadError(f"{operator.name}: '{tensor}' is made twice")
                shapes[tensor] = shape
        if not self.operators:
            raise WorkloadError(f"{self.name}: a network needs at least one operator")

    def __iter__(self) -> Iterator[Operator]:
        return iter(self.operators)

    @cached_property
    def consumers(self) -> dict[str, tuple[str, ...]]:
        """Tensor name -> names of the operators that read it, in order."""
        readers: dict[str, tuple[str, ...]] = {}
        for operator in self.operators:
            for tensor in operator.inputs:
                readers[tensor] = (*readers.get(tensor, ()), operator.name)
        return readers

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Tensors that no operator reads: what the network returns."""
        return tuple(
            tensor
            for operator in self.operators
            for tensor in operator.outputs
            if tensor not in self.consumers
        )

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates for one image: conv, linear and matmul."""
        return sum(operator.macs for operator in self.operators)

    @cached_property
    def params(self) -> int:
        """All learnables of the definition: weights, biases, and norms before they are folded."""
        return sum(operator.params + operator.norm_params for operator in self.operators)

    @cached_property
    def digest(self) -> str:
        """sha256, in hex, of the tensors and operators; the network's name does not enter."""
        return sha256(repr((self.inputs, self.operators)).encode()).hexdigest()

    def renamed(self, name: str) -> Network:
        """The same network under another name."""
        return replace(self, name=name)

    def with_kernel(self, k: int) -> Network:
        """Every square depthwise kernel k x k; see `variants`, as for the methods below."""
        return variants.with_kernel(self, k)

    def with_kernels(self, kernels: Sequence[int]) -> Network:
        """Every square depthwise convolution as a mix of these kernels."""
        return variants.with_kernels(self, kernels)

    def full_conv(self) -> Network:
        """One full convolution for every depthwise one and the 1x1 behind it."""
        return variants.full_conv(self)

    def without_residual(self) -> Network:
        """Only the deepest term of every sum."""
        return variants.without_residual(self)

    def without_elementwise(self) -> Network:
        """No element-wise operators, and nothing that led to them alone."""
        return variants.without_elementwise(self)
