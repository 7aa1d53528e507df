"""Claims about whole networks: MixNet, MobileNet and SqueezeNet beside others."""

from __future__ import annotations

from collections.abc import Callable

from accelsim.errors import AccelsimError
from accelsim.networks.mobilenet import CONV_SOURCE
from accelsim.results.network import NetworkResult
from accelsim.study.claim_figures import (
    JOINS,
    Pair,
    as_promised,
    counted,
    energy_uj,
    latency_ms,
    macs,
    params,
    times_less,
)
from accelsim.study.claim_rules import (
    AT_LEAST,
    KEPT,
    REQUEST,
    Claim,
    Evidence,
    Quotation,
    over_accelerators,
    own_command,
)
from accelsim.study.runs import Runs, known_network, reasons
from accelsim.workload.network import Network
from accelsim.workload.operators import Operator

MIXNET = "Tan and Le, MixConv, arXiv 1907.09595"
MOBILENET = "Howard et al., MobileNets, arXiv 1704.04861"
SQUEEZENET = "Iandola et al., SqueezeNet, arXiv 1602.07360"
ENERGY = "Yang, Chen and Sze, energy-aware pruning, arXiv 1611.05128, introduction"

MANY = 10
"""Times fewer from which something is an order of magnitude."""

MOBILE_CPUS = ("pixel_1", "note10")
"""Accelerators that are mobile CPUs."""


def network_claims() -> tuple[Claim, ...]:
    """All of this file."""
    return (*_mixnet(), *_mobilenet(), *_squeezenet())


def _counted(
    name: str, statement: str, quotation: Quotation, pair: Pair,
    count: Callable[[Network], int], limit: float,
) -> Claim:  # fmt: skip
    figure = f"{count.__name__} of {pair.reference} over those of {pair.network}"
    return Claim(
        name, statement, quotation, figure, AT_LEAST, lambda runs: counted(pair, count, limit),
        pair.command,
    )  # fmt: skip


def _timed(
    name: str, statement: str, quotation: Quotation, pair: Pair,
    test: Callable[[Runs, Pair], Evidence],
) -> Claim:  # fmt: skip
    how = ", ".join(f"{key} {value}" for key, value in pair.changes.items())
    figure = f"latency of {pair.reference} over that of {pair.network}{how and f' ({how})'}"
    return Claim(
        name, statement, quotation, figure, AT_LEAST, lambda runs: test(runs, pair), pair.command
    )


def _no_slower(runs: Runs, pair: Pair) -> Evidence:
    return times_less(runs, pair, latency_ms, 1.0)


def _mixnet() -> list[Claim]:
    """MixNet-S and -M beside ResNet-152, MixNet-S beside MobileNetV3."""
    paper = Quotation("31x fewer", 31, f"{MIXNET}, as summarised at forums.fast.ai/t/59835")
    v3 = Pair("mixnet_s", "mobilenet_v3_large")
    table = Quotation("4.1 M against 5.4 M", 5.4 / 4.1, f"{MIXNET}, table of MixNets")
    return [
        *_beside_resnet("MixNet-S", "mixnet_s"),
        *_beside_resnet("MixNet-M", "mixnet_m"),
        _counted(
            "mixnet_m_macs_in_paper", "MixNet-M needs 1/31 of the operations of ResNet-152",
            paper, Pair("mixnet_m", "resnet152"), macs, MANY,
        ),
        _counted(
            "mixnet_s_params_v3", "MixNet-S has fewer parameters than MobileNetV3-Large",
            table, v3, params, 1,
        ),
        _timed(
            "mixnet_s_time_v3", "MixNet-S is no slower than MobileNetV3-Large on accelerators",
            Quotation("", None, REQUEST), v3, _no_slower,
        ),
        _timed(
            "mixnet_s_time_v3_mobile",
            "MixNet-S is no slower than MobileNetV3-Large on a mobile CPU",
            Quotation("", None, REQUEST), v3, _on_mobile_cpus,
        ),
    ]  # fmt: skip


def _beside_resnet(title: str, network: str) -> list[Claim]:
    """1/12 of the parameters, 1/28 of the operations, and what that is in time."""
    pair, fewer = Pair(network, "resnet152"), Quotation("1/28", 28, REQUEST)
    promised = fewer._replace(text="1/28 of the operations")
    return [
        _counted(
            f"{network}_params", f"{title} has 1/12 of the parameters of ResNet-152",
            Quotation("1/12", 12, REQUEST), pair, params, MANY,
        ),
        _counted(
            f"{network}_macs", f"{title} needs 1/28 of the operations of ResNet-152",
            fewer, pair, macs, MANY,
        ),
        *(
            _timed(
                f"{network}_time_{how.replace(' ', '_')}",
                f"{title} therefore needs so much less time than ResNet-152 (concats {how})",
                promised, pair._replace(changes=changes), as_promised,
            )
            for how, changes in JOINS
        ),
    ]  # fmt: skip


def _on_mobile_cpus(runs: Runs, pair: Pair) -> Evidence:
    """The same figures of mobile CPUs alone."""
    found = _no_slower(runs, pair)
    kept = {name: value for name, value in found.figures.items() if name in MOBILE_CPUS}
    reason = found.reason if kept else f"none of {', '.join(MOBILE_CPUS)} is studied"
    return over_accelerators(kept, found.limit, reason)


def _mobilenet() -> list[Claim]:
    """MobileNet beside its twin with full convolutions, and its 1x1 convolutions."""
    twin = Pair("mobilenet_v1", "conv_mobilenet")
    eighth = Quotation("1/8", 8, f"{REQUEST}; {CONV_SOURCE}")
    share, table = f"{MOBILENET}, table 2", "accelsim explain params"
    return [
        _counted(
            "mobilenet_twin_macs", "MobileNet needs 1/8 of the operations of its twin with full "
            "convolutions", eighth, twin, macs, 8,
        ),
        _timed(
            "mobilenet_twin_time", "MobileNet therefore needs 1/8 of the time of its twin",
            eighth._replace(text="1/8 of the operations"), twin, as_promised,
        ),
        Claim(
            "mobilenet_pointwise_macs", "MobileNet does 95 % of its operations in 1x1 convolutions",
            Quotation("95 %", 95, share), "MACs of 1x1 convolutions over all, %", AT_LEAST,
            lambda runs: Evidence(90, _pointwise_percent(lambda operator: operator.macs)), table,
        ),
        Claim(
            "mobilenet_pointwise_params",
            "MobileNet has 75 % of its parameters in 1x1 convolutions",
            Quotation("75 %", 75, share), "weights of 1x1 convolutions over all, %", AT_LEAST,
            lambda runs: Evidence(50, _pointwise_percent(lambda operator: operator.weights)), table,
        ),
        Claim(
            "mobilenet_pointwise_time",
            "MobileNet therefore spends 95 % of its time in 1x1 convolutions",
            Quotation("95 % of the operations", 95, REQUEST),
            "cycles of 1x1 convolutions over all, %", AT_LEAST, _pointwise_time,
            own_command("mobilenet_pointwise_time"),
        ),
    ]  # fmt: skip


def _pointwise_percent(count: Callable[[Operator], int]) -> float:
    """Of MobileNet's operators: what its 1x1 convolutions count of the whole."""
    network = known_network("mobilenet_v1")
    pointwise = sum(count(operator) for operator in network if operator.type == "pw")
    return 100 * pointwise / sum(count(operator) for operator in network)


def _pointwise_time(runs: Runs) -> Evidence:
    """The limit is the share `KEPT` of their part of the MACs."""
    found, refused = dict[str, float | None](), list[NetworkResult | AccelsimError]()
    for accelerator in runs.hardware:
        outcome = runs.outcome("mobilenet_v1", accelerator)
        refused.append(outcome)
        found[accelerator.label] = (
            None if isinstance(outcome, AccelsimError) else _pointwise_cycles(outcome)
        )
    limit = KEPT * _pointwise_percent(lambda operator: operator.macs)
    return over_accelerators(found, limit, reasons(refused))


def _pointwise_cycles(result: NetworkResult) -> float:
    cycles = sum(layer.cycles for layer in result.layers if layer.type == "pw")
    return 100 * cycles / sum(layer.cycles for layer in result.layers)


def _squeezenet() -> list[Claim]:
    """SqueezeNet beside AlexNet and MobileNet: fewer parameters, not less work."""
    alexnet, mobilenet = Pair("squeezenet1_0", "alexnet"), Pair("squeezenet1_0", "mobilenet_v1")
    work = Pair("mobilenet_v1", "squeezenet1_0")
    table = f"{MOBILENET}, table 9 (SqueezeNet: 1.25 M parameters, 1700 M mult-adds)"
    return [
        _counted(
            "squeezenet_params", "SqueezeNet has 1/50 of the parameters of AlexNet",
            Quotation("50x fewer", 50, SQUEEZENET), alexnet, params, MANY,
        ),
        _counted(
            "squeezenet_macs", "SqueezeNet needs more operations than MobileNet with fewer "
            "parameters", Quotation("1700 M against 569 M", 1700 / 569, table), work, macs, 1,
        ),
        _counted(
            "squeezenet_params_mobilenet", "SqueezeNet has fewer parameters than MobileNet",
            Quotation("1.25 M against 4.2 M", 4.2 / 1.25, table), mobilenet, params, 1,
        ),
        _timed(
            "squeezenet_time", "SqueezeNet, with more operations, is slower than MobileNet",
            Quotation("", None, REQUEST), work, _no_slower,
        ),
        Claim(
            "squeezenet_energy", "A network of fewer weights can take more energy: SqueezeNet "
            "beside AlexNet, one image at a time", Quotation("", None, ENERGY),
            "energy of squeezenet1_0 over that of alexnet", AT_LEAST,
            lambda runs: times_less(runs, Pair("alexnet", "squeezenet1_0"), energy_uj, 1.0),
            alexnet.command,
        ),
    ]  # fmt: skip
