"""Operators taken out of a graph: the ends that stay are joined, and what leads nowhere goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from accelsim.workload.fusion import BATCH_NORM, fold
from accelsim.workload.operators import Elementwise, Operator

if TYPE_CHECKING:
    from accelsim.workload.network import Network

Changes = Mapping[str, Operator | str]
"""Operator name -> what stands in its place: an operator, or the tensor to read instead."""


def depths(inputs: Iterable[str], operators: Sequence[Operator]) -> dict[str, int]:
    """Tensor -> operators on the longest way to it from the inputs."""
    found = dict.fromkeys(inputs, 0)
    for operator in operators:
        depth = 1 + max(found[tensor] for tensor in operator.inputs)
        found |= dict.fromkeys(operator.outputs, depth)
    return found


def rejoined(network: Network, changes: Changes) -> Network:
    """The network with the changes made and without what no longer leads to an output.

    A batch-norm or activation that has come to stand behind a convolution is fused with it.
    """
    renamed: dict[str, str] = {}
    kept: list[Operator] = []
    for operator in network.operators:
        change = changes.get(operator.name, operator)
        if isinstance(change, str):
            renamed[operator.outputs[0]] = renamed.get(change, change)
        else:
            inputs = tuple(renamed.get(tensor, tensor) for tensor in change.inputs)
            kept.append(replace(change, inputs=inputs))
    outputs = {renamed.get(tensor, tensor) for tensor in network.outputs}
    operators = fold(_apart(_alive(outputs, kept)))
    read = {tensor for operator in operators for tensor in operator.inputs}
    inputs_read = {name: shape for name, shape in network.inputs.items() if name in read}
    return replace(network, inputs=inputs_read, operators=operators)


def _alive(outputs: set[str], operators: Sequence[Operator]) -> list[Operator]:
    """The operators from which an output can be reached, in the same order."""
    needed = set(outputs)
    kept: list[Operator] = []
    for operator in reversed(operators):
        if not needed.isdisjoint(operator.outputs):
            needed.update(operator.inputs)
            kept.append(operator)
    return kept[::-1]


def _apart(operators: Sequence[Operator]) -> list[Operator]:
    """The operators with batch-norms and their activations apart, for `fold` to join again.

    Both may now be what a convolution before them can do.
    """
    renamed: dict[str, str] = {}
    found: list[Operator] = []
    for operator in operators:
        inputs = tuple(renamed.get(tensor, tensor) for tensor in operator.inputs)
        rewired = replace(operator, inputs=inputs)
        if (
            isinstance(rewired, Elementwise)
            and rewired.function == BATCH_NORM
            and rewired.activation
        ):
            name = f"{rewired.name}.activation"
            renamed[rewired.outputs[0]] = name
            found.append(replace(rewired, activation=None))
            found.append(_activation(name, rewired))
        else:
            found.append(rewired)
    return found


def _activation(name: str, norm: Elementwise) -> Elementwise:
    """What is fused to the norm as an operator of its own."""
    assert norm.activation is not None
    return Elementwise(
        name=name,
        inputs=norm.outputs,
        outputs=(name,),
        input_shapes=norm.output_shapes,
        output_shapes=norm.output_shapes,
        function=norm.activation,
    )
