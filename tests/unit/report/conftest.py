"""Results made by hand: every figure in them is small enough to add up in the head."""

from collections.abc import Callable

import pytest

from accelsim.results.layer import LayerResult
from accelsim.results.network import AreaPart, NetworkResult

PLAIN = {
    "network": "net", "layer": "layer", "operator": "conv", "type": "conv",
    "kernel_h": 3, "kernel_w": 3, "stride": 1, "groups": 1,
    "in_c": 4, "in_h": 10, "in_w": 10, "out_c": 4, "out_h": 10, "out_w": 10,
    "macs": 14400, "params": 144, "dataflow": "ws",
    "compute_cycles": 300, "fill_drain_cycles": 60,
    "stall_input_cycles": 10, "stall_weight_cycles": 20, "stall_output_cycles": 30,
    "stall_bank_cycles": 40, "stall_launch_cycles": 35, "stall_idle_cycles": 5,
    "channel_cycles": 80, "dram_read_bytes": 600, "dram_write_bytes": 400,
    "dram_payload_bytes": 900, "compulsory_bytes": 800,
    "sram_read_bytes": 5000, "sram_write_bytes": 1000,
    "register_read_bytes": 3000, "register_write_bytes": 2000, "buffer_bytes": 700, "steps": 3,
    "mapping_proved": 1,
    "energy_mac_pj": 6.0, "energy_register_pj": 4.0, "energy_sram_pj": 20.0, "energy_dram_pj": 30.0,
    "energy_vector_pj": 0.0, "energy_leakage_pj": 5.0,
    "peak_macs_per_cycle": 64, "clock_hz": 1_000_000,
}  # fmt: skip
"""500 cycles at 1 MHz: 0.5 ms; 14400 MACs on 64 multipliers: 225 cycles of useful work."""

CYCLE_PARTS = ("compute_cycles", "fill_drain_cycles")

Make = Callable[..., LayerResult]


@pytest.fixture
def layer() -> Make:
    """A layer like PLAIN but for what is named; its cycles are the sum of their parts."""

    def make(**changes: object) -> LayerResult:
        values = {"index": 1, **PLAIN, **changes}
        parts = [
            value
            for name, value in values.items()
            if name in CYCLE_PARTS or (name.startswith("stall_") and name.endswith("_cycles"))
        ]
        return LayerResult(**{"cycles": sum(parts), **values})

    return make


@pytest.fixture
def depthwise(layer: Make) -> Make:
    """A depthwise layer of 64 outputs, `cycles` long, with nothing but compute cycles."""

    def make(k: int, cycles: int, **changes: object) -> LayerResult:
        shape = {"out_c": 4, "out_h": 4, "out_w": 4}
        stalls = {name: 0 for name in PLAIN if name.startswith("stall_")}
        macs = 64 * k * k
        return layer(
            **{
                **stalls,
                **shape,
                "type": "dw",
                "groups": 4,
                "kernel_h": k,
                "kernel_w": k,
                "macs": macs,
                "params": 4 * k * k,
                "compute_cycles": cycles,
                "fill_drain_cycles": 0,
                **changes,
            }
        )

    return make


@pytest.fixture
def result() -> Callable[..., NetworkResult]:
    """A network of given layers on an accelerator of 2 mm² (array 0.5, memory 1.5)."""

    def make(*layers: LayerResult, **changes: object) -> NetworkResult:
        values = {
            "network": "net", "hardware": "box", "engine": "fast", "dataflow": "auto",
            "objective": "cycles", "batch": 1, "clock_hz": 1_000_000,
            "params": sum(layer.params for layer in layers),
            "area": (
                AreaPart("array: PE", 64, 0.375), AreaPart("array: controller", 1, 0.125),
                AreaPart("memory: sram", 1, 1.5),
            ),
            "mappings": {}, "provenance": {},
        }  # fmt: skip
        return NetworkResult(**{**values, **changes, "layers": layers})

    return make


@pytest.fixture
def mixed(layer: Make, depthwise: Make, result: Callable[..., NetworkResult]) -> NetworkResult:
    """Two depthwise sizes, a convolution, a linear layer, a pool and a concat that takes no time.

    Cycles 500 + 100 + 160 + 500 + 40 + 0 = 1300; MACs 14400 + 576 + 1600 + 14400 = 30976.
    """
    nothing = {name: 0 for name in PLAIN if name.endswith(("_cycles", "_bytes"))}
    weightless = {"kernel_h": None, "kernel_w": None, "macs": 0, "params": 0}
    return result(
        layer(layer="stem"),
        depthwise(3, 100, index=2, layer="dw.3"),
        depthwise(5, 160, index=3, layer="dw.5"),
        layer(index=4, layer="fc", operator="linear", type="linear", kernel_h=1, kernel_w=1),
        layer(
            **{
                **nothing,
                **weightless,
                "index": 5,
                "layer": "pool",
                "operator": "pool",
                "type": "pool",
                "kernel_h": 2,
                "kernel_w": 2,
                "dataflow": "vector",
                "compute_cycles": 30,
                "stall_input_cycles": 10,
                "dram_read_bytes": 64,
                "compulsory_bytes": 64,
                "sram_read_bytes": 64,
            }
        ),
        layer(
            **{
                **nothing,
                **weightless,
                "index": 6,
                "layer": "join",
                "operator": "concat",
                "type": "concat",
                "dataflow": "none",
            }
        ),
    )
