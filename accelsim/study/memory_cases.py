"""The pairs of `study memory`: a network with something, and its twin without it.

- skip: a network, and the same without residual connections (`without_residual`).
- branch: an Inception module, and a chain with the same input and output and as many MACs.
- concat: a network whose concats and splits copy, and the same with them as addressing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from accelsim.networks.registry import load_network
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.network import Network
from accelsim.workload.operators import Shape
from accelsim.workload.window import window

WITH_SKIPS = ("mobilenet_v2", "mixnet_s", "resnet50")
WITH_CONCATS = ("mixnet_s", "shufflenet_v2_x1_0", "inception_v1")
BRANCHED = "inception_v1"

COPY: Mapping[str, object] = {"memory.concat": "copy", "memory.split": "copy"}
ADDRESS: Mapping[str, object] = {"memory.concat": "in_place", "memory.split": "view"}


class Variant(NamedTuple):
    """One side of a pair."""

    name: str
    network: Network
    changes: Mapping[str, object] = {}
    """Of the hardware."""


class Pair(NamedTuple):
    """What is compared: the first variant with the second."""

    group: str
    subject: str
    variants: tuple[Variant, Variant]


def pairs() -> list[Pair]:
    """All pairs of the study."""
    skips = [load_network(name) for name in WITH_SKIPS]
    branches = modules(load_network(BRANCHED))
    concats = [load_network(name) for name in WITH_CONCATS]
    return [
        *(
            Pair("skip", net.name,
                 (Variant("skips", net), Variant("no skips", net.without_residual())))
            for net in skips
        ),
        *(
            Pair("branch", net.name, (Variant("branches", net), Variant("chain", chain(net))))
            for net in branches
        ),
        *(
            Pair("concat", net.name,
                 (Variant("copied", net, COPY), Variant("in place", net, ADDRESS)))
            for net in concats
        ),
    ]  # fmt: skip


def modules(network: Network) -> Iterator[Network]:
    """The Inception modules of a network, each as a network of its own."""
    for concat in network.operators:
        prefix, _, last = concat.name.rpartition(".")
        if concat.kind == "concat" and last == "concat":
            inside = tuple(o for o in network.operators if o.name.startswith(f"{prefix}."))
            made = {name for operator in inside for name in operator.outputs}
            outside: dict[str, Shape] = {
                name: shape
                for operator in inside
                for name, shape in zip(operator.inputs, operator.input_shapes, strict=True)
                if name not in made
            }
            yield Network(name=f"{network.name}/{prefix}", inputs=outside, operators=inside)


def chain(module: Network) -> Network:
    """A 1x1 and a 3x3 convolution from the module's input to its output.

    With c channels between them they have H*W*c*(in + 9*out) MACs: as many as the module, nearly.
    """
    ((name, shape),) = module.inputs.items()
    channels, height, width = shape
    outputs = module.operators[-1].output_shape[0]
    between = max(1, round(module.macs / (height * width * (channels + 9 * outputs))))
    net = NetworkBuilder(f"{module.name}:chain", module.source)
    x = net.conv("reduce", net.input(name, shape), between, window(1))
    x = net.conv("expand", net.activation("reduce.relu", x, "relu"), outputs,
                 window(3, padding="same"))  # fmt: skip
    net.activation("expand.relu", x, "relu")
    return net.build()
