"""Built-in dataflows that are timed as loop nests: which loops may lie on which axis."""

from __future__ import annotations

from accelsim.dataflows.base import Dataflow
from accelsim.workload.dims import DIM_ORDER

ROW_STATIONARY = Dataflow(
    name="row_stationary",
    title="row stationary: a filter row per PE row, an output row per column",
    timing="loops",
    rows=("R", "C", "K", "G", "P"),
    cols=("P", "K", "G"),
    source="Chen, Emer and Sze, ISCA 2016 (Eyeriss); folding onto the rows: Chen et al., JSSC 2017",
)
CHANNEL_PARALLEL = Dataflow(
    name="channel_parallel",
    title="channel parallel: adder trees over input channels, one per filter",
    timing="loops",
    rows=("C",),
    cols=("K",),
    planes=("P", "Q"),
    source="NVDLA hardware manual, convolution pipeline (atomic-C x atomic-K); pixels on the third "
    "axis: Xilinx PG338 (DPU)",
)
DEPTHWISE = Dataflow(
    name="depthwise",
    title="depthwise: a group per column, its window on the rows",
    timing="loops",
    rows=("R", "S"),
    cols=("G",),
    stationary="weight",
    input_feed="per_column",
    source="a streaming window engine per column: own RTL; not a published chip",
)
OUTPUT_SPATIAL = Dataflow(
    name="output_spatial",
    title="output spatial: a tile of output pixels on the array",
    timing="loops",
    rows=("P",),
    cols=("Q",),
    stationary="output",
    source="Du et al., ISCA 2015 (ShiDianNao)",
)
ANY = Dataflow(
    name="any",
    title="any loop on any axis",
    timing="loops",
    rows=DIM_ORDER,
    cols=DIM_ORDER,
    planes=DIM_ORDER,
    source="no restriction; what ZigZag calls automatic spatial mapping",
)

LOOP_NESTS = {
    record.name: record
    for record in (ROW_STATIONARY, CHANNEL_PARALLEL, DEPTHWISE, OUTPUT_SPATIAL, ANY)
}
"""Name -> record."""
