"""A 4x6 array with spads in every PE, a shared buffer and a dataflow of its own, without a file."""

import copy

from accelsim.hardware.accelerator import Accelerator

FILE = {
    "schema": 1,
    "name": "deep_4x6",
    "clock": "200 MHz",
    "technology": {"node_nm": 45.0, "voltage_v": 0.9},
    "precision": {
        "input_bits": 16, "weight_bits": 16, "accumulator_bits": 16, "output_bits": 16,
    },
    "array": {
        "rows": 4,
        "cols": 6,
        "interconnect": "multicast",
        "dataflows": ["row_stationary", "mine"],
    },
    "dataflows": {"mine": {"title": "my flow", "rows": ["C", "R"], "cols": ["K"]}},
    "memory": {
        "levels": [
            {
                "name": "input_spad", "kind": "register", "holds": ["input"], "per": "pe",
                "size": "24 B", "word_bits": 16,
            },
            {
                "name": "weight_spad", "kind": "register", "holds": ["weight"], "per": "pe",
                "size": "448 B", "word_bits": 16,
            },
            {
                "name": "psum_spad", "kind": "register", "holds": ["output"], "per": "pe",
                "size": "48 B", "word_bits": 16,
            },
            {
                "name": "glb", "kind": "sram", "size": "64 KiB", "word_bits": 64, "banks": 4,
                "read_bytes_per_cycle": 16, "write_bytes_per_cycle": 16, "double_buffered": True,
                "bypass": ["weight"],
            },
            {"name": "dram", "kind": "dram", "bandwidth": "1 GB/s", "latency": "0 ns"},
        ]
    },
    "vector_unit": {"lanes": 4, "placement": "in_line", "fuse_activation": True},
    "dma": {"burst_bytes": 64},
}  # fmt: skip


def deep_file() -> dict:
    """The file's plain data, to be changed at will."""
    return copy.deepcopy(FILE)


def deep_accelerator(changes: dict[str, object] | None = None) -> Accelerator:
    """The accelerator with dotted keys changed."""
    accelerator = Accelerator.model_validate(deep_file())
    return accelerator.replace(changes) if changes else accelerator
