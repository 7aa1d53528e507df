"""Networks by name, with their aliases and sources, and `load_network` for names and files."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from inspect import signature
from os.path import isfile
from pathlib import Path
from typing import NamedTuple

from accelsim.errors import UsageError, suggestion
from accelsim.importers.content import network_from_file
from accelsim.importers.onnx_import import Options
from accelsim.networks import (
    alexnet,
    convnext,
    densenet,
    efficientnet,
    efficientnet_edgetpu,
    inception,
    inception_resnet,
    inception_v1,
    inception_v4,
    mixnet,
    mnasnet,
    mobilenet,
    resnet,
    shufflenet,
    squeezenet,
    vgg,
    xception,
)
from accelsim.networks.parameters import VARIANTS, Parameter, own_parameter, parsed
from accelsim.workload.network import Network


class Record(NamedTuple):
    """A built-in network: the function that makes it, other names of it, where it comes from."""

    function: Callable[..., Network]
    aliases: tuple[str, ...]
    source: str


NETWORKS = {
    "mobilenet_v1": Record(mobilenet.mobilenet_v1, ("mobilenetv1_100",), mobilenet.V1_SOURCE),
    "mobilenet_v2": Record(mobilenet.mobilenet_v2, ("mobilenetv2_100",), mobilenet.V2_SOURCE),
    "mobilenet_v3_large": Record(
        mobilenet.mobilenet_v3_large, ("mobilenetv3_large_100",), mobilenet.V3_SOURCE
    ),
    "mobilenet_v3_small": Record(
        mobilenet.mobilenet_v3_small, ("mobilenetv3_small_100",), mobilenet.V3_SOURCE
    ),
    "conv_mobilenet": Record(mobilenet.conv_mobilenet, (), mobilenet.CONV_SOURCE),
    **{
        name: Record(make, (), mixnet.MEMBERS[name].source)
        for name, make in mixnet.NETWORKS.items()
    },
    **{name: Record(make, (), efficientnet.SOURCE) for name, make in efficientnet.NETWORKS.items()},
    "efficientnet_lite0": Record(efficientnet.efficientnet_lite0, (), efficientnet.LITE_SOURCE),
    **{
        name: Record(make, (), efficientnet_edgetpu.source(name))
        for name, make in efficientnet_edgetpu.NETWORKS.items()
    },
    "mnasnet_100": Record(mnasnet.mnasnet_100, ("mnasnet1_0",), mnasnet.SOURCE),
    "convnext_tiny": Record(convnext.convnext_tiny, (), convnext.SOURCE),
    "inception_v1": Record(inception_v1.inception_v1, (), inception_v1.SOURCE),
    "inception_v1_torchvision": Record(
        inception_v1.inception_v1_torchvision, ("googlenet",), inception_v1.TORCHVISION_SOURCE
    ),
    "inception_v3": Record(inception.inception_v3, (), inception.SOURCE),
    "inception_v4": Record(inception_v4.inception_v4, (), inception_v4.SOURCE),
    "inception_resnet_v2": Record(
        inception_resnet.inception_resnet_v2, (), inception_resnet.SOURCE
    ),
    **{
        name: Record(partial(resnet.resnet, name), (), plan.source)
        for name, plan in resnet.PLANS.items()
    },
    "densenet121": Record(densenet.densenet121, (), densenet.SOURCE),
    "xception": Record(xception.xception, ("legacy_xception",), xception.SOURCE),
    **{
        f"shufflenet_v1_g{groups}": Record(
            partial(shufflenet.shufflenet_v1, groups), (), shufflenet.V1_SOURCE
        )
        for groups in shufflenet.V1_CHANNELS
    },
    **{
        name: Record(partial(shufflenet.shufflenet_v2, name), (), shufflenet.V2_SOURCE)
        for name in shufflenet.V2_CHANNELS
    },
    **{
        name: Record(partial(squeezenet.squeezenet, name), (), squeezenet.SOURCE)
        for name in squeezenet.PLANS
    },
    **{name: Record(partial(vgg.vgg, name), (), vgg.SOURCE) for name in vgg.CONVOLUTIONS},
    "alexnet": Record(alexnet.alexnet, (), alexnet.SOURCE),
}

ALIASES = {alias: name for name, record in NETWORKS.items() for alias in record.aliases}

FILES = (".yaml", ".yml", ".onnx", ".csv")
"""Endings of words that are files even where there is none."""


def load_network(
    source: str | Path,
    batch: int | None = None,
    input_shape: Sequence[int] | Mapping[str, Sequence[int]] | None = None,
    skip: Sequence[str] = (),
) -> Network:
    """A built-in network by name or alias, or a file of any kind; parameters follow a colon.

    Files are workload files (yaml), ONNX graphs and SCALE-Sim topologies, told apart by content.
    What an ONNX graph leaves open: `batch` images at a time, `input_shape` of an image (of each
    input by its name, if there are several), and `skip`, names or ops of nodes to leave out.

    `mixnet_s`, `mobilenet_v1:alpha=0.5,resolution=160`, `net.yaml`. What every network has:
    `kernel=5`, `kernels=3-5-7`, `full_conv=yes`, `residual=no`, `elementwise=no`, applied in the
    order in which they are written (see `workload.variants`).
    """
    text = str(source)
    name, colon, parameters = text.partition(":")
    name = ALIASES.get(name, name)
    if name not in NETWORKS and isfile(text):
        name, colon = text, ""
    make = _maker(name, Options(batch, input_shape, tuple(skip)))
    values = parsed(name, _allowed(make), parameters) if colon else {}
    network = make(**{key: value for key, value in values.items() if key not in VARIANTS})
    for key, value in values.items():
        if key in VARIANTS:
            network = VARIANTS[key].apply(network, value)
    return network


def _maker(name: str, options: Options) -> Callable[..., Network]:
    """The function that makes the network of this name, or reads the file."""
    if name in NETWORKS:
        if options != Options():
            raise UsageError(f"{name}: batch, input_shape and skip are for ONNX files")
        return NETWORKS[name].function
    if name.endswith(FILES) or "/" in name or isfile(name):
        return partial(network_from_file, name, options)
    raise UsageError(
        f"network '{name}' is unknown; allowed: {', '.join(NETWORKS)}, or the path of a file "
        f"({', '.join(FILES)}){suggestion(name, (*NETWORKS, *ALIASES))}"
    )


def _allowed(make: Callable[..., Network]) -> dict[str, Parameter]:
    """Parameters that may follow the name: those of the definition, then those of every network."""
    own = {name: own_parameter(entry.default) for name, entry in signature(make).parameters.items()}
    return {**own, **{name: variant.parameter for name, variant in VARIANTS.items()}}
