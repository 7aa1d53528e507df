"""Time what other mappers need for the layers of benchmarks/mapper.py; prints JSON.

Run by benchmarks/mapper.py with the interpreter of --peers-python; on its own:
PYTHON benchmarks/peers.py. Needs nothing of accelsim, so that peers may live in an environment of
their own: ZigZag (pip: zigzag-dse, six).
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import importlib.util
import json
import logging
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from tempfile import TemporaryDirectory
from typing import NamedTuple


class Layer(NamedTuple):
    """A convolution of square maps: filters and channels are those of one group."""

    groups: int
    filters: int
    channels: int
    side: int
    """Of the output."""
    window: int
    stride: int
    padding: int

    @property
    def input_side(self) -> int:
        """Side of the input without padding."""
        return (self.side - 1) * self.stride + self.window - 2 * self.padding


LAYERS = {
    "conv3x3 K64 C64 56x56": Layer(1, 64, 64, 56, 3, 1, 1),
    "conv1x1 K256 C64 56x56": Layer(1, 256, 64, 56, 1, 1, 0),
    "dw3x3 G144 56x56": Layer(144, 1, 1, 56, 3, 1, 1),
    "dw7x7 G240 14x14": Layer(240, 1, 1, 14, 7, 1, 3),
    "stem 7x7 s2 K64 C3 112x112": Layer(1, 64, 3, 112, 7, 2, 3),
    "fc 1280 to 1000": Layer(1, 1000, 1280, 1, 1, 1, 0),
}


def zigzag_workload(layer: Layer) -> list[dict]:
    """A layer as ZigZag's workload file says it: 8 bits, partial sums of 16, one image."""
    return [
        {
            "id": 0,
            "name": "layer",
            "operator_type": "Conv",
            "equation": "O[b][g][k][oy][ox]+=W[g][k][c][fy][fx]*I[b][g][c][iy][ix]",
            "dimension_relations": [f"i{d}={layer.stride}*o{d}+1*f{d}" for d in "xy"],
            "loop_dims": ["B", "K", "G", "OX", "OY", "C", "FX", "FY"],
            "loop_sizes": [1, layer.filters, layer.groups, layer.side, layer.side,
                           layer.channels, layer.window, layer.window],
            "operand_precision": {"W": 8, "I": 8, "O": 16, "O_final": 8},
            "operand_source": {"I": 0, "W": 0},
            "pr_loop_dims": ["IX", "IY"],
            "pr_loop_sizes": [layer.input_side] * 2,
            "padding": [[layer.padding] * 2] * 2,
        }
    ]  # fmt: skip


def zigzag_search(layer: Layer) -> tuple[float, float]:
    """(energy pJ, latency cycles) of ZigZag's default search, the goal being their product.

    The machine is its tpu_like, the mapping file with it lays K on one side and C on the other.
    """
    from zigzag.api import get_hardware_performance_zigzag  # noqa: PLC0415 - where it is installed

    inputs = importlib.resources.files("zigzag") / "inputs"
    with TemporaryDirectory() as folder:
        energy, latency, _ = get_hardware_performance_zigzag(
            zigzag_workload(layer),
            str(inputs / "hardware" / "tpu_like.yaml"),
            str(inputs / "mapping" / "tpu_like.yaml"),
            opt="EDP",
            dump_folder=folder,
            loma_show_progress_bar=False,
        )
    return energy, latency


def zigzag_seconds(layer: Layer) -> float | None:
    """CPU seconds of a search, reading and writing of files included; None without ZigZag.

    It works in one thread: on a quiet machine wall seconds are the same, on a busy one more.
    """
    if importlib.util.find_spec("zigzag") is None:
        return None
    start = time.process_time()
    zigzag_search(layer)
    return time.process_time() - start


class Peer(NamedTuple):
    """Another mapper."""

    distribution: str
    seconds_of: Callable[[Layer], float | None]


PEERS = {"ZigZag": Peer("zigzag-dse", zigzag_seconds)}


def measured() -> dict[str, dict]:
    """Peer -> its version and the seconds of every layer, for those installed here."""
    found = {}
    for name, peer in PEERS.items():
        if peer.seconds_of(LAYERS["fc 1280 to 1000"]) is None:  # else imports and warms up
            continue
        found[name] = {
            "version": importlib.metadata.version(peer.distribution),
            "seconds": {label: peer.seconds_of(layer) for label, layer in LAYERS.items()},
        }
    return found


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    with redirect_stdout(sys.stderr):
        answer = measured()
    print(json.dumps(answer, indent=2))
