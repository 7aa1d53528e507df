"""What the ShuffleNet V2 paper measured for its guidelines G1 to G4, figure by figure.

Source: Ma, Zhang, Zheng and Sun, ECCV 2018 (arXiv 1807.11164), G1 from table 1 to G4 from table 4:
batches per second on a GTX 1080 Ti with cuDNN 7 and images per second on one thread of a Snapdragon
810. Figures of a hardware file that were read off a row are named in `READ_OFF`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from accelsim.study.guideline_blocks import Block, Bottleneck, Fragments, Grouped, Pair

SOURCE = "ShuffleNet V2, ECCV 2018 (arXiv 1807.11164), tables 1 to 4"

SCALES = (1, 2, 4)
"""Of the channels of the first size; G3 and G4 are printed with their channels instead."""

DEVICES = ("gpu", "arm")

READ_OFF = {
    ("gpu_like", "G2", "8 groups", 1): "operator_overhead.launch_cycles",
}  # fmt: skip
"""(hardware file, guideline, case, scale) -> its figure that was read off this row; such a row
says nothing about the file and is left out of the score."""


class OnDevice(NamedTuple):
    """Channels of the first size, and networks per second for each of `SCALES`."""

    channels: tuple[int, ...]
    per_s: tuple[float, float, float]


class Case(NamedTuple):
    """One block on both devices."""

    guideline: str
    block: Block
    gpu: OnDevice
    arm: OnDevice


class Measured(NamedTuple):
    """One figure of the tables."""

    guideline: str
    device: str
    block: Block
    scale: int
    channels: tuple[int, ...]
    """At this scale."""
    per_s: float

    @property
    def source(self) -> str:
        """Table of the paper that it stands in."""
        return f"table {GUIDELINES.index(self.guideline) + 1}"

    def read_off(self, accelerator: str) -> str:
        """What of the hardware file was read off this figure; empty where nothing was."""
        return READ_OFF.get((accelerator, self.guideline, str(self.block), self.scale), "")


CASES = (
    Case("G1", Pair("1:1"), OnDevice((128, 128), (1480, 723, 232)),
         OnDevice((32, 32), (76.2, 21.7, 5.3))),
    Case("G1", Pair("1:2"), OnDevice((90, 180), (1296, 586, 206)),
         OnDevice((22, 44), (72.9, 20.5, 5.1))),
    Case("G1", Pair("1:6"), OnDevice((52, 312), (876, 489, 189)),
         OnDevice((13, 78), (69.1, 17.9, 4.6))),
    Case("G1", Pair("1:12"), OnDevice((36, 432), (748, 392, 163)),
         OnDevice((9, 108), (57.6, 15.1, 4.4))),
    Case("G2", Grouped(1), OnDevice((128,), (2451, 1289, 437)),
         OnDevice((64,), (40.0, 10.2, 2.3))),
    Case("G2", Grouped(2), OnDevice((180,), (1725, 873, 341)),
         OnDevice((90,), (35.0, 9.5, 2.2))),
    Case("G2", Grouped(4), OnDevice((256,), (1026, 644, 338)),
         OnDevice((128,), (32.9, 8.7, 2.1))),
    Case("G2", Grouped(8), OnDevice((360,), (634, 445, 230)),
         OnDevice((180,), (27.8, 7.5, 1.8))),
    Case("G3", Fragments(1), OnDevice((128,), (2446, 1274, 434)),
         OnDevice((64,), (40.2, 10.1, 2.3))),
    Case("G3", Fragments(2), OnDevice((128,), (1790, 909, 336)),
         OnDevice((64,), (38.6, 10.1, 2.2))),
    Case("G3", Fragments(4), OnDevice((128,), (752, 745, 349)),
         OnDevice((64,), (38.4, 10.1, 2.3))),
    Case("G3", Fragments(2, parallel=True), OnDevice((128,), (1537, 803, 320)),
         OnDevice((64,), (33.4, 9.1, 2.2))),
    Case("G3", Fragments(4, parallel=True), OnDevice((128,), (691, 572, 292)),
         OnDevice((64,), (35.0, 8.4, 2.1))),
    Case("G4", Bottleneck(relu=True, shortcut=True), OnDevice((32,), (2427, 2066, 1436)),
         OnDevice((32,), (56.7, 16.9, 5.0))),
    Case("G4", Bottleneck(relu=True, shortcut=False), OnDevice((32,), (2647, 2256, 1735)),
         OnDevice((32,), (61.9, 18.8, 5.2))),
    Case("G4", Bottleneck(relu=False, shortcut=True), OnDevice((32,), (2672, 2121, 1458)),
         OnDevice((32,), (57.3, 18.2, 5.1))),
    Case("G4", Bottleneck(relu=False, shortcut=False), OnDevice((32,), (2842, 2376, 1782)),
         OnDevice((32,), (66.3, 20.2, 5.4))),
)  # fmt: skip
"""The first case of a guideline is what the others are relative to."""

GUIDELINES = tuple(dict.fromkeys(case.guideline for case in CASES))


def measured(device: str) -> Iterator[Measured]:
    """All figures of a device, a guideline and scale at a time."""
    for guideline in GUIDELINES:
        for place, scale in enumerate(SCALES):
            for case in CASES:
                if case.guideline == guideline:
                    own: OnDevice = getattr(case, device)
                    channels = tuple(scale * width for width in own.channels)
                    yield Measured(guideline, device, case.block, scale, channels, own.per_s[place])
