"""Claims about blocks and operators: depthwise separable, branches, skips, kernel sizes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from statistics import median

from accelsim.hardware.accelerator import Accelerator
from accelsim.study.cases import BASE_KERNEL, Case, Size, network_of, sizes
from accelsim.study.claim_figures import (
    JOINS,
    Pair,
    compared,
    latency_ms,
    live_mean_bytes,
    live_peak_bytes,
    memory_compared,
    params,
    times_fewer,
    times_less,
)
from accelsim.study.claim_rules import (
    AT_LEAST,
    AT_MOST,
    KEPT,
    REQUEST,
    Claim,
    Evidence,
    Quotation,
    over_accelerators,
    own_command,
)
from accelsim.study.engine_table import NO_LINES, engine_rows
from accelsim.study.kernel_costs import gap_divisor
from accelsim.study.kernel_verdicts import CLAIM as LARGE_KERNELS
from accelsim.study.kernel_verdicts import FAR
from accelsim.study.memory_cases import BRANCHED, chain, modules
from accelsim.study.rows import chosen, number
from accelsim.study.runs import Runs, known_network
from accelsim.workload.network import Network

MOBILENET = "Howard et al., MobileNets, arXiv 1704.04861, section 3.1"
BLOCK = Size(14, 512)
"""Map and channels of the depthwise separable block: MobileNet's most frequent."""

MORE = 1.05
"""Ratio from which something is more."""

LARGER = (5, 7)
RESIDUAL = ("mobilenet_v2", "mixnet_s")
"""Networks whose skips are sums alone, so that they have as many MACs without them."""

KERNELS_OF = "mobilenet_v2"


def block_claims() -> tuple[Claim, ...]:
    """All of this file."""
    return (*_separable(), *_branches(), *_skips(), *_kernels())


def _separable() -> list[Claim]:
    """One depthwise separable block beside the dense convolution that it stands for."""
    formula = 1 / BLOCK.channels + 1 / BASE_KERNEL**2
    place = f"3x3, {BLOCK.in_h}x{BLOCK.in_h} map, {BLOCK.channels} channels"
    dense, separable = (network_of(Case(BASE_KERNEL, kind, BLOCK)) for kind in ("conv", "dws"))
    fewer = dense.macs / separable.macs
    return [
        Claim(
            "separable_macs", "A depthwise separable convolution needs 1/N + 1/K^2 of the "
            f"operations ({place})", Quotation("1/N + 1/K^2", formula, MOBILENET),
            "MACs of the block over those of the dense convolution", AT_MOST,
            lambda runs: Evidence(1 / 8, 1 / fewer), "accelsim explain params",
        ),
        Claim(
            "separable_time", f"It therefore saves as much of the time ({place})",
            Quotation("8 to 9 times less computation", 8.5, MOBILENET),
            "latency of the dense convolution over that of the block", AT_LEAST,
            lambda runs: compared(runs, dense, separable, latency_ms, KEPT * fewer),
            own_command("separable_time"),
        ),
    ]  # fmt: skip


def _branches() -> list[Claim]:
    """Inception modules beside a chain with one kernel and as many MACs."""
    return [claim for how, changes in JOINS for claim in _branches_with(how, changes)]


def _branches_with(how: str, changes: Mapping[str, object]) -> list[Claim]:
    quotation, end = Quotation("", None, REQUEST), how.replace(" ", "_")
    return [
        Claim(
            f"inception_time_{end}", "Parallel kernels of an Inception module take more time than "
            f"one 3x3 kernel of as many operations (concats {how})", quotation,
            f"latency of a module over that of the chain, median over {BRANCHED}", AT_LEAST,
            partial(_module_time, changes=changes), own_command(f"inception_time_{end}"),
        ),
        Claim(
            f"inception_memory_{end}", "Branches keep more tensors alive than one kernel of as "
            f"many operations (concats {how})", quotation,
            f"peak live bytes of a module over those of the chain, median over {BRANCHED}",
            AT_LEAST, partial(_module_memory, changes=changes),
            own_command(f"inception_memory_{end}"),
        ),
    ]  # fmt: skip


def _module_time(runs: Runs, changes: Mapping[str, object]) -> Evidence:
    tests = [
        compared(runs, module, chain(module), latency_ms, MORE, changes)
        for module in modules(known_network(BRANCHED))
    ]
    return medians(tests, MORE)


def _module_memory(runs: Runs, changes: Mapping[str, object]) -> Evidence:
    tests = [
        memory_compared(runs, module, chain(module), live_peak_bytes, MORE, changes)
        for module in modules(known_network(BRANCHED))
    ]
    return medians(tests, MORE)


def medians(tests: list[Evidence], limit: float) -> Evidence:
    """Of several tests, the median on each accelerator; None where one is unknown."""
    found = dict[str, float | None]()
    for name in tests[0].figures:
        values = [test.figures[name] for test in tests]
        known = [value for value in values if value is not None]
        found[name] = median(known) if len(known) == len(values) else None
    why = dict.fromkeys(test.reason for test in tests if test.reason)
    return over_accelerators(found, limit, "; ".join(why))


def _skips() -> list[Claim]:
    """Networks with and without their sums, at equal MACs."""
    return [claim for name in RESIDUAL for claim in _skips_of(name)]


def _skips_of(name: str) -> list[Claim]:
    quotation = Quotation("", None, REQUEST)
    pair, network = Pair(f"{name}:residual=no", name), known_network(name)
    return [
        Claim(
            f"skip_peak_memory_{name}", f"Skips of {name} raise its peak memory",
            quotation, "peak live bytes with skips over those without, MACs equal", AT_LEAST,
            partial(_skip_memory, network=network, measure=live_peak_bytes),
            own_command(f"skip_peak_memory_{name}"),
        ),
        Claim(
            f"skip_mean_memory_{name}", f"Skips of {name} keep more bytes alive on the whole",
            quotation, "mean live bytes over time with skips over those without, MACs equal",
            AT_LEAST, partial(_skip_memory, network=network, measure=live_mean_bytes),
            own_command(f"skip_mean_memory_{name}"),
        ),
        Claim(
            f"skip_time_{name}", f"Skips of {name} cost time at equal operations", quotation,
            "latency with skips over that without", AT_LEAST,
            partial(times_less, pair=pair, figure=latency_ms, limit=MORE), pair.command,
        ),
    ]  # fmt: skip


def _skip_memory(
    runs: Runs, network: Network, measure: Callable[[Runs, Network, Accelerator], float | None]
) -> Evidence:
    return memory_compared(runs, network, network.without_residual(), measure, MORE)


def _kernels() -> list[Claim]:
    """What 5x5 and 7x7 cost beyond their parameters, from one engine to a whole network."""
    quotation = Quotation("", None, f"{LARGE_KERNELS}, {REQUEST}")
    found = []
    for k in LARGER:
        name, size = f"kernel_{k}x{k}", f"{k}x{k}"
        subjects: list[tuple[str, str, str, Callable[[Runs], Evidence], str]] = [
            (
                "engine", "in area of a dedicated engine", "area ratio to 3x3 over parameter ratio",
                partial(_engine, kernel=size, column="area_ratio"), "kernels",
            ),
            (
                "passes", "in cycles on hardware that has 3x3 engines alone",
                "cycle ratio to 3x3 over parameter ratio",
                partial(_engine, kernel=size, column="cycles_on_3x3"), "kernels",
            ),
            (
                "array", "in cycles of a depthwise convolution on an array",
                "cycle ratio to 3x3 over parameter ratio, median over maps",
                partial(_depthwise, kernel=k), "kernels",
            ),
            (
                "network", f"in time of {KERNELS_OF} with all depthwise kernels {size}",
                "latency ratio to 3x3 over parameter ratio (over 1 where that is within 5 %)",
                partial(_whole, kernel=k),
                f"gap {KERNELS_OF}:kernel={k} --reference {KERNELS_OF}",
            ),
        ]  # fmt: skip
        found += [
            Claim(
                f"{name}_{subject}", f"{size} costs far more than its parameters {where}",
                quotation, figure, AT_LEAST, test, f"accelsim study {study}",
            )
            for subject, where, figure, test, study in subjects
        ]  # fmt: skip
    return found


def _engine(runs: Runs, kernel: str, column: str) -> Evidence:
    """One-stage trees without line buffers, against 3x3; the same on every accelerator."""
    rows = {row["kernel"]: row for row in chosen(engine_rows(), tree="one-stage", storage=NO_LINES)}
    own, base = rows[kernel], rows[f"{BASE_KERNEL}x{BASE_KERNEL}"]
    figures = [number(row, column) for row in (own, base)]
    taps = number(own, "param_ratio")
    assert figures[0] is not None
    assert figures[1] is not None
    assert taps is not None
    return Evidence(FAR, figures[0] / figures[1] / taps)


def _depthwise(runs: Runs, kernel: int) -> Evidence:
    tests = []
    for size in sizes():
        larger, base = (network_of(Case(each, "dw", size)) for each in (kernel, BASE_KERNEL))
        found = compared(runs, larger, base, latency_ms, FAR)
        tests.append(_divided(found, larger.params / base.params))
    return medians(tests, FAR)


def _whole(runs: Runs, kernel: int) -> Evidence:
    pair = Pair(KERNELS_OF, f"{KERNELS_OF}:kernel={kernel}")
    found = times_less(runs, pair, latency_ms, FAR)
    return _divided(found, gap_divisor(times_fewer(pair, params)))


def _divided(evidence: Evidence, divisor: float) -> Evidence:
    """The figures over a parameter ratio; the limit stays."""
    figures = {
        name: None if value is None else value / divisor for name, value in evidence.figures.items()
    }
    return over_accelerators(figures, evidence.limit, evidence.reason)
