"""Rows of zigzag_golden_mappings.csv: a layer and a mapping, as ZigZag 3.9.1 ran them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from accelsim.mapping import Loop
from accelsim.mapping import Mapping as LoopMapping
from accelsim.workload.operators import Conv

NAMES = {"B": "N", "G": "G", "K": "K", "C": "C", "OY": "P", "OX": "Q", "FY": "R", "FX": "S"}
"""ZigZag's loop -> ours."""
OPERAND_NAMES = {"W": "weight", "I": "input", "O": "output"}


def layer_of(row: Mapping[str, str]) -> Conv:
    """The layer of a golden row; its map is as large as ZigZag takes it to be."""
    size = {name: int(row[name]) for name in (*NAMES, "stride", "pad")}
    height = (size["OY"] - 1) * size["stride"] + size["FY"] - 2 * size["pad"]
    width = (size["OX"] - 1) * size["stride"] + size["FX"] - 2 * size["pad"]
    return Conv(
        name=row["layer"],
        inputs=("map",),
        outputs=("result",),
        input_shapes=((size["G"] * size["C"], height, width),),
        output_shapes=((size["G"] * size["K"], size["OY"], size["OX"]),),
        window=(size["FY"], size["FX"]),
        step=(size["stride"], size["stride"]),
        padding=(size["pad"],) * 4,
        channel_groups=size["G"],
    )


def mapping_of(row: Mapping[str, str], dataflow: str) -> LoopMapping:
    """The mapping of a golden row: D1 on rows, D2 on columns; ZigZag's last cut is DRAM's."""
    laid = dict(side.split(":") for side in row["spatial_mapping"].split())
    cuts = dict(text.split(":") for text in row["operand_cuts_after_stationary_merge"].split())
    return LoopMapping(
        dataflow=dataflow,
        rows=_loops(laid["D1"]),
        cols=_loops(laid["D2"]),
        temporal=_loops(row["loop_order_inner_to_outer"]),
        cuts={
            OPERAND_NAMES[letter]: tuple(int(cut) for cut in text.split("/")[:-1])
            for letter, text in cuts.items()
        },
    )


def _loops(text: str) -> tuple[Loop, ...]:
    return tuple(Loop(NAMES[dim], int(size)) for dim, size in re.findall(r"([A-Z]+)(\d+)", text))
