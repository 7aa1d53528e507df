"""Claims of ShuffleNet V2's guidelines, on the paper's GPU and phone.

The figures are those of `study guidelines`: of each guideline the last case at the first size,
beside the first case, which has as many MACs. The devices are compared by their means over all
three sizes: at the first alone, 17.1 and 16.9 % were measured for G4.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from statistics import mean
from typing import NamedTuple

from accelsim.hardware.yaml_io import load_hardware
from accelsim.study.claim_rules import AT_LEAST, Claim, Evidence, Quotation
from accelsim.study.guideline_rows import DEVICES, SCALES, SOURCE, Measured, measured
from accelsim.study.guidelines import PRESETS, own_effort, simulated
from accelsim.study.runs import Runs

COMMAND = "accelsim study guidelines --format csv"
NOTABLE_PERCENT = 5
"""Loss or gain of speed from which a guideline holds."""


class Guideline(NamedTuple):
    """What one guideline says of its last case beside the first."""

    name: str
    says: str
    change: str
    """Of the speed: lost or gained."""
    about_percent: float | None = None
    """What is quoted of it, where it is not the measured figure of the device."""


GUIDELINES = (
    Guideline("G1", "unequal channel widths (1:12) are slower than equal ones", "lost"),
    Guideline("G2", "eight groups are slower than one", "lost"),
    Guideline("G3", "four parallel fragments are slower than one", "lost"),
    Guideline("G4", "a bottleneck is about 20 % faster without ReLU and shortcut", "gained", 20),
)
WHERE = {"gpu": "a GPU", "arm": "an ARM core"}


def guideline_claims() -> tuple[Claim, ...]:
    """Every guideline on both devices, and that the GPU suffers more."""
    return tuple(
        claim
        for guideline in GUIDELINES
        for claim in (*(_on(guideline, device) for device in DEVICES), _gpu_more(guideline))
    )


def _on(guideline: Guideline, device: str) -> Claim:
    found = _measured_percent(guideline, device)
    about = guideline.about_percent
    text = f"{found:.1f} %" if about is None else f"about {about:g} % (measured {found:.1f} %)"
    return Claim(
        f"{guideline.name}_{device}",
        f"{guideline.name} on {WHERE[device]}: at equal MACs, {guideline.says}",
        Quotation(text, found if about is None else about, SOURCE),
        f"speed {guideline.change} from the first case of {guideline.name} to the last, %"
        + _read_off(guideline, device),
        AT_LEAST,
        partial(_change, guideline=guideline, device=device),
        COMMAND,
    )


def _gpu_more(guideline: Guideline) -> Claim:
    gpu, arm = (_mean_percent(_measured_percent, guideline, device) for device in ("gpu", "arm"))
    return Claim(
        f"{guideline.name}_gpu_more",
        f"{guideline.name} weighs more on the GPU than on the ARM core",
        Quotation(f"{gpu:.1f} % against {arm:.1f} %, means of three sizes", gpu / arm, SOURCE),
        f"speed {guideline.change} on the GPU over that on the ARM core, {guideline.name}, means "
        "of three sizes" + _read_off(guideline, "gpu"),
        AT_LEAST,
        partial(_gpu_over_arm, guideline=guideline),
        COMMAND,
    )


def _change(runs: Runs, guideline: Guideline, device: str) -> Evidence:
    figures = {name: _predicted_percent(guideline, device, name) for name in PRESETS[device]}
    return Evidence(NOTABLE_PERCENT, figures[PRESETS[device][0]], figures)


def _gpu_over_arm(runs: Runs, guideline: Guideline) -> Evidence:
    """For each phone; `computed` is that of the paper's own."""
    predicted = {
        name: _mean_percent(partial(_predicted_percent, accelerator=name), guideline, device)
        for device in DEVICES
        for name in PRESETS[device]
    }
    gpu = predicted[PRESETS["gpu"][0]]
    figures = {name: gpu / predicted[name] for name in PRESETS["arm"]}
    return Evidence(1, figures[PRESETS["arm"][0]], figures)


def _read_off(guideline: Guideline, device: str) -> str:
    """What of a hardware file was read off the very case, so that it is no test of the file."""
    last = _ends(guideline, device)[1]
    found = [(name, last.read_off(name)) for name in PRESETS[device]]
    return "".join(f" ({what} of {name} was read off this case)" for name, what in found if what)


def _mean_percent(percent: Callable[..., float], guideline: Guideline, device: str) -> float:
    """Over the paper's sizes."""
    return mean(percent(guideline, device, scale=scale) for scale in SCALES)


def _measured_percent(guideline: Guideline, device: str, scale: int = SCALES[0]) -> float:
    first, last = _ends(guideline, device, scale)
    return _percent(guideline, last.per_s / first.per_s)


def _predicted_percent(
    guideline: Guideline, device: str, accelerator: str, scale: int = SCALES[0]
) -> float:
    ends = _ends(guideline, device, scale)
    first, last = (_latency_ms(figure, accelerator) for figure in ends)
    return _percent(guideline, first / last)


def _ends(guideline: Guideline, device: str, scale: int = SCALES[0]) -> tuple[Measured, Measured]:
    """The first and the last case at one size."""
    own = [
        figure
        for figure in measured(device)
        if figure.guideline == guideline.name and figure.scale == scale
    ]
    return own[0], own[-1]


@lru_cache(maxsize=128)
def _latency_ms(figure: Measured, accelerator: str) -> float:
    """Of the network that `study guidelines` simulates for this figure, in the same way."""
    return simulated(figure, load_hardware(accelerator), own_effort(accelerator)).latency_ms


def _percent(guideline: Guideline, relative: float) -> float:
    """Lost or gained, of a speed relative to the first case."""
    return 100 * (1 - relative if guideline.change == "lost" else relative - 1)
