"""An int8 16x16 array with 256 KiB at 45 nm, and variations of it, without any file."""

from accelsim.hardware.accelerator import Accelerator

FILE = {
    "schema": 1,
    "name": "small_16x16",
    "clock": "700 MHz",
    "technology": {"node_nm": 45.0, "voltage_v": 0.9},
    "array": {
        "rows": 16,
        "cols": 16,
        "interconnect": "systolic",
        "dataflows": ["ws"],
        "overlap": "pipelined",
        "convention": "rtl",
        "trim": True,
        "depthwise_packing": False,
    },
    "memory": {
        "levels": [
            {
                "kind": "sram",
                "name": "scratchpad",
                "size": "256 KiB",
                "word_bits": 128,
                "banks": 4,
                "read_bytes_per_cycle": 8,
                "write_bytes_per_cycle": 8,
                "double_buffered": True,
            },
            {"kind": "dram", "name": "dram", "bandwidth": "12.8 GB/s", "latency": "100 ns"},
        ]
    },
    "vector_unit": {"lanes": 16, "placement": "in_line", "fuse_activation": True},
    "dma": {"burst_bytes": 64},
}


def small_accelerator(
    changes: dict[str, object] | None = None, constants: dict[str, float] | None = None
) -> Accelerator:
    """The accelerator with dotted keys changed and cost constants stated."""
    stated = {name: {"value": value, "source": "test"} for name, value in (constants or {}).items()}
    accelerator = Accelerator.model_validate({**FILE, "constants": stated})
    return accelerator.replace(changes) if changes else accelerator
