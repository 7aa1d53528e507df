"""A study of kernel sizes made by hand: every cost is a simple function of the kernel."""

from accelsim.study.cases import BASE_KERNEL, KERNELS, TYPES, Case, sizes
from accelsim.study.engine_table import engine_rows
from accelsim.study.figures import Figures
from accelsim.study.kernel_costs import Subject, cost_row
from accelsim.study.kernels import KernelStudy
from accelsim.study.network_kernels import COLUMNS
from accelsim.study.network_kernels import KERNELS as NETWORK_KERNELS


def figures(kernel: int) -> Figures:
    """Parameters as the taps, cycles as their square: a gap of (kernel / 3)^2."""
    taps = kernel * kernel
    return Figures(
        params=taps, macs=10 * taps, engine_area_mm2=taps / 9, area_time_mm2_ms=taps**2 * 1.0,
        buffer_bytes=256 * kernel, buffer_area_mm2=kernel / 3, cycles=taps**2,
        latency_ms=1.0 * taps, sram_bytes=taps, dram_bytes=taps, energy_uj=1.0 * taps,
    )  # fmt: skip


def made_study(accelerators: tuple[str, ...] = ("box", "crate")) -> KernelStudy:
    """All cases on accelerators that do not exist, and one network on each."""
    costs = [
        cost_row(
            Subject(kernel, kind, Case(kernel, kind, size).scope, *size),
            name,
            figures(kernel),
            figures(BASE_KERNEL),
        )
        for name in accelerators
        for size in sizes()
        for kind in TYPES
        for kernel in KERNELS
    ]
    networks = [
        network_row(name, kernel, place, index)
        for name in accelerators
        for index, kernel in enumerate([*NETWORK_KERNELS, "own"])
        for place in ("array", "largest", "passes")
    ]
    return KernelStudy(
        costs=tuple(costs), networks=tuple(networks), engines=tuple(engine_rows()),
        accelerators=(), effort="sweep",
    )  # fmt: skip


def network_row(name: str, kernel: int | str, place: str, index: int) -> dict[str, object]:
    """One row of network_costs.csv: cycles grow by half with each kernel."""
    cells = {
        "network": "mixnet_s", "kernel": kernel if kernel == "own" else f"{kernel}x{kernel}",
        "accelerator": name, "depthwise_on": place, "latency_ms": 4.0 * (1 + 0.5 * index),
        "area_mm2": 2.0 if place == "array" else 2.5 + 0.1 * index,
        "params_change_percent": 2.0 * index, "macs_change_percent": 9.0 * index,
        "cycles_change_percent": 50.0 * index, "energy_change_percent": 5.0 * index,
        "area_time_change_percent": 50.0 * index, "area_needed_change_percent": 0.0,
        "gap_cycles": 1 + 0.5 * index, "depthwise_share_of_params": 0.02,
        "depthwise_utilization": 0.3,
    }  # fmt: skip
    return {column.name: cells.get(column.name) for column in COLUMNS}
