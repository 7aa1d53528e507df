"""What every column of the output files means, and in which order they stand."""

from __future__ import annotations

from typing import NamedTuple


class Column(NamedTuple):
    """One column of an output file: its name, its unit and its meaning."""

    name: str
    unit: str
    meaning: str


COLUMNS = (
    Column("network", "", "network name, with its parameters"),
    Column("index", "", "place in execution order, from 1"),
    Column("layer", "", "operator name; idle: the last row, of units with nothing to do"),
    Column("operator", "", "conv, linear, matmul, pool, elementwise, concat, move, softmax, norm"),
    Column("kernel_h", "", "filter or window rows R; blank without one"),
    Column("kernel_w", "", "filter or window columns S"),
    Column("stride", "", "step of the window; 2x1 where rows and columns differ"),
    Column("groups", "", "independent channel groups; all channels for depthwise"),
    Column("in_c", "", "input channels"),
    Column("in_h", "", "input rows"),
    Column("in_w", "", "input columns"),
    Column("out_c", "", "output channels"),
    Column("out_h", "", "output rows"),
    Column("out_w", "", "output columns"),
    Column("macs", "MAC", "multiply-accumulates of the batch, padding included"),
    Column("params", "", "weights and bias of the operator, norms aside"),
    Column("dataflow", "", "how the array works; vector: on the vector unit; none: nothing moves"),
    Column("cycles", "cycles", "compute + fill_drain + stall, of all units that it ran on"),
    Column("compute_cycles", "cycles", "a streamed vector enters the array"),
    Column("fill_drain_cycles", "cycles", "load, skew and drain that nothing hides"),
    Column("stall_cycles", "cycles", "the array waits; sum of the stall_* columns"),
    Column("utilization", "1", "macs / (peak MACs per cycle x cycles); blank without MACs"),
    Column("bound", "", "compute, fill, dram, sram, vector or launch: what takes most cycles"),
    Column("dram_read_bytes", "B", "bytes on the channel, whole bursts"),
    Column("dram_write_bytes", "B", "bytes on the channel, whole bursts"),
    Column("sram_read_bytes", "B", "read from all on-chip SRAM, towards the PEs and outward"),
    Column("sram_write_bytes", "B", "written to all on-chip SRAM, from the PEs and from outside"),
    Column("energy_pj", "pJ", "sum of the energy_* columns"),
    Column("type", "", "conv, pw, dw, group, linear, ... for grouping"),
    Column("stall_input_cycles", "cycles", "waiting for an input tile"),
    Column("stall_weight_cycles", "cycles", "waiting for a weight tile"),
    Column("stall_output_cycles", "cycles", "waiting for partial sums or for a store"),
    Column("stall_bank_cycles", "cycles", "ports or banks on chip too few, or busy for others"),
    Column("stall_launch_cycles", "cycles", "launch overhead of the operator"),
    Column("stall_idle_cycles", "cycles", "nothing to do: the idle row; 0 in order on one core"),
    Column("array_utilization", "1", "macs / (peak MACs per cycle x compute_cycles)"),
    Column("latency_ms", "ms", "cycles at the accelerator's clock"),
    Column("channel_cycles", "cycles", "the DRAM channel is held"),
    Column("dram_payload_bytes", "B", "tile bytes both ways, before bursts are filled up"),
    Column("compulsory_bytes", "B", "distinct inputs, weights and outputs: the least traffic"),
    Column("register_read_bytes", "B", "read from memory levels made of registers"),
    Column("register_write_bytes", "B", "written to memory levels made of registers"),
    Column("buffer_bytes", "B", "what the mapping claims of on-chip SRAM, one copy of each level"),
    Column("steps", "", "steps of the tile program"),
    Column("mapping_proved", "", "1: the mapping is the proved optimum of the searched space"),
    Column("energy_mac_pj", "pJ", "multipliers, adders and PE registers"),
    Column("energy_register_pj", "pJ", "accesses of memory levels made of registers"),
    Column("energy_sram_pj", "pJ", "accesses of on-chip SRAM"),
    Column("energy_dram_pj", "pJ", "DRAM accesses"),
    Column("energy_vector_pj", "pJ", "vector unit operations"),
    Column("energy_leakage_pj", "pJ", "leakage over the operator's own cycles"),
    Column("peak_macs_per_cycle", "MAC/cycle", "multipliers in the array"),
    Column("clock_hz", "Hz", "clock of the accelerator"),
    Column("avoided_bytes", "B", "tile bytes that tensors resident on chip keep off the DRAM"),
    Column("unit", "", "core, vector unit or cores that it ran on; blank where nothing moves"),
    Column("start_cycle", "cycles", "when its launch starts, after the network's start"),
    Column("end_cycle", "cycles", "when its last store has ended"),
)
"""Columns of layers.csv in their order; the first ones are the public contract."""


SUMS = "sum over the operators of the row"

KERNEL_COLUMNS = (
    Column("network", "", "network name, with its parameters"),
    Column("kernel", "", "filter size R x S; none for operators without a filter"),
    Column("operators", "", "how many operators the row adds up"),
    Column("macs", "MAC", SUMS),
    Column("params", "", f"weights and biases, norms aside; {SUMS}"),
    Column("cycles", "cycles", SUMS),
    Column("latency_ms", "ms", "the row's share of the network's time: cycles / units / clock"),
    Column("dram_bytes", "B", f"bytes on the DRAM channel, both ways; {SUMS}"),
    Column("sram_bytes", "B", f"bytes into and out of the on-chip buffer; {SUMS}"),
    Column("energy_uj", "uJ", SUMS),
    Column("area_time_mm2_ms", "mm2 ms", "area of the accelerator x latency of the row / units"),
    Column("share_of_macs", "1", "of the network's MACs; the rows add up to 1"),
    Column("share_of_cycles", "1", "of the cycles of all units; the rows add up to 1"),
    Column("type", "", "conv, pw, dw, group, linear, pool, elementwise, ..."),
)
"""Columns of kernels.csv in their order: a row per filter size and type."""

ALL = "sum over all operators"
UNITS = "sum over all units; they add up to cycles x units"

SUMMARY_COLUMNS = (
    Column("network", "", "network name, with its parameters"),
    Column("hardware", "", "accelerator, with what was changed in it"),
    Column("engine", "", "fast (recurrence) or events (simpy); equal to the cycle"),
    Column("dataflow", "", "auto: the best of the accelerator's for each operator"),
    Column("objective", "", "what mappings are best at: cycles, energy, edp or dram_bytes"),
    Column("batch", "", "images; cycles, energy and bytes are for all of them"),
    Column("params", "", "all learnables of the definition, norms before folding"),
    Column("macs", "MAC", ALL),
    Column("cycles", "cycles", "from the start of the first operator to the end of the last"),
    Column("compute_cycles", "cycles", UNITS),
    Column("fill_drain_cycles", "cycles", UNITS),
    Column("stall_input_cycles", "cycles", UNITS),
    Column("stall_weight_cycles", "cycles", UNITS),
    Column("stall_output_cycles", "cycles", UNITS),
    Column("stall_bank_cycles", "cycles", UNITS),
    Column("stall_launch_cycles", "cycles", UNITS),
    Column("stall_idle_cycles", "cycles", UNITS),
    Column("latency_ms", "ms", "cycles at the accelerator's clock"),
    Column("images_per_s", "1/s", "batch over latency"),
    Column("utilization", "1", "macs / (peak MACs per cycle x cycles)"),
    Column("energy_uj", "uJ", ALL),
    Column("dram_bytes", "B", "bytes on the DRAM channel, both ways"),
    Column("sram_bytes", "B", "bytes into and out of the on-chip buffer"),
    Column("area_mm2", "mm2", "sum of the accelerator's components, DRAM not counted"),
    Column("area_time_mm2_ms", "mm2 ms", "area x latency"),
    Column("power_mw", "mW", "energy over latency, DRAM included; blank for no time"),
    Column("policy", "", "in_order, branch_parallel or split: how operators share the cores"),
    Column("residency", "", "none, greedy or optimal: how tensors are chosen that stay on chip"),
    Column("schedule", "", "given: the network's order; memory: one with fewer live bytes"),
    Column("cores", "", "of the accelerator"),
    Column("units", "", "that can work at a time: cores, and vector units beside them"),
    Column("cycles_lower_bound", "cycles", "no schedule of the policy is shorter"),
    Column("avoided_bytes", "B", "tile bytes that tensors resident on chip keep off the DRAM"),
)
"""Columns of summary.csv and, behind the axes, of sweep.csv."""

FILES = {
    "layers.csv": COLUMNS,
    "kernels.csv": KERNEL_COLUMNS,
    "summary.csv": SUMMARY_COLUMNS,
}
"""Output file -> its columns."""
