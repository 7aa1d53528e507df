"""Every library constant of the area and energy models: value, unit, source, how far to trust it.

Areas are cell areas at 45 nm, energies are at 45 nm and 0.9 V; `technology.py` scales both.
A hardware file may override any name of `CONSTANTS`, still at 45 nm and 0.9 V, or state a unit
energy of its own machine (`MEASURED`), which then replaces the model's value unscaled.

Marks: own = our own synthesis run; read = seen in the source; derived = computed from sources;
weak = from memory, or one generic value standing for many; file = the hardware file says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from accelsim.errors import HardwareError, suggestion


class Constant(NamedTuple):
    """One value with its unit, source and mark."""

    value: float
    unit: str
    source: str
    mark: str


class Override(Protocol):
    """What a hardware file gives for one name under `constants`."""

    @property
    def value(self) -> float:
        """In the unit of the library constant."""

    @property
    def source(self) -> str:
        """Where the value comes from."""


Library = Mapping[str, Constant]

NANGATE = "own synthesis, yosys 0.23, Nangate45 open cell library, 10 ns (rtl_area.csv)"
PATHS = f"{NANGATE}; ABC's estimate of the gates: no wires, clock-to-Q, set-up"
HOROWITZ = "Horowitz, ISSCC 2014, 45 nm, 0.9 V"
ALADDIN = "Aladdin 40 nm library (Accelergy-Project/accelergy-aladdin-plug-in@5e2e126)"

CONSTANTS: Library = {
    "multiplier_um2_per_bit2": Constant(7.42, "um2", f"n*m term, 4..24 bits: {NANGATE}", "own"),
    "multiplier_um2_per_bit": Constant(-5.85, "um2", f"n+m term, 4..24 bits: {NANGATE}", "own"),
    "and_um2_per_bit2": Constant(
        0.798, "um2", "least area of a partial product: NAND2_X1 of Nangate45", "read"
    ),
    "adder_um2_per_bit": Constant(6.26, "um2", f"8..32 bits: {NANGATE}", "own"),
    "adder_um2": Constant(-10.6, "um2", f"offset of the adder line: {NANGATE}", "own"),
    "full_adder_um2": Constant(4.256, "um2", "least area per bit: FA_X1 of Nangate45", "read"),
    "register_um2_per_bit": Constant(4.522, "um2", f"plain flip-flop: {NANGATE}", "own"),
    "register_enable_um2_per_bit": Constant(6.484, "um2", f"with hold input: {NANGATE}", "own"),
    "register_clear_um2_per_bit": Constant(5.952, "um2", f"with clear: {NANGATE}", "own"),
    "multiplexer_um2_per_bit": Constant(
        1.962, "um2", f"2:1, register with enable less plain register: {NANGATE}", "derived"
    ),
    "fifo_um2_per_bit": Constant(9.472, "um2", f"16 x 8 bits, flip-flops: {NANGATE}", "own"),
    "comparator_um2_per_bit": Constant(4.09, "um2", f"maximum of two int8: {NANGATE}", "own"),
    "relu_um2_per_bit": Constant(1.43, "um2", f"8 and 32 bits: {NANGATE}", "own"),
    "relu_um2": Constant(-1.33, "um2", f"offset of the ReLU line: {NANGATE}", "own"),
    "requantise_um2_per_bit": Constant(
        23.5, "um2", f"shift, round, zero point, clamp per product bit: {NANGATE}", "own"
    ),
    "requantise_scale_bits": Constant(
        16, "bits", "width of the scale that each accumulator is multiplied with: chosen", "weak"
    ),
    "loop_counter_um2_per_bit": Constant(
        3.726, "um2", f"increment and compare in an address generator: {NANGATE}", "own"
    ),
    "stationary_controller_um2": Constant(
        2100, "um2", f"16-bit fold counters, ws arrays 2x2..8x8, mean: {NANGATE}", "own"
    ),
    "output_controller_um2": Constant(
        1200, "um2", f"16-bit fold counters, os arrays 2x2..8x8, mean: {NANGATE}", "own"
    ),
    "engine_control_um2": Constant(
        590, "um2", f"gates of a streaming engine's control, 1x3..11x11 engines: {NANGATE}", "own"
    ),
    "engine_stage_um2_per_bit": Constant(
        1.3, "um2", f"gates per register bit inside its tree, 1x3..11x11: {NANGATE}", "own"
    ),
    "mask_um2_per_bit": Constant(1.064, "um2", "zero at the border: AND2_X1 of Nangate45", "read"),
    "line_buffer_sram_um2_per_bit": Constant(
        0.606, "um2", "fakeram45 64 x 32 bits, a library estimate and not a layout", "weak"
    ),
    "multiplier_ps_per_log2": Constant(
        87.4, "ps", f"of the mean width, beside the next line, 4..24 bits: {PATHS}", "own"
    ),
    "multiplier_ps_per_bit": Constant(77.4, "ps", f"4..24 bits: {PATHS}", "own"),
    "adder_ps_per_bit": Constant(29.6, "ps", f"8..32 bits: {PATHS}", "own"),
    "adder_ps": Constant(88.8, "ps", f"offset of the adder line: {PATHS}", "own"),
    "tree_level_ps": Constant(
        210, "ps", f"a further level of an adder tree, 9..121 operands, mean: {PATHS}", "own"
    ),
    "merge_ps": Constant(
        244, "ps", f"product into sum: MACs less multiplier and upper adder, mean: {PATHS}", "own"
    ),
    "multiplexer_ps": Constant(175, "ps", f"one select line for 32 bits: {PATHS}", "own"),
    "relu_ps_per_bit": Constant(1.37, "ps", f"8 and 32 bits: {PATHS}", "own"),
    "relu_ps": Constant(69.7, "ps", f"offset of the ReLU line: {PATHS}", "own"),
    "requantise_ps": Constant(
        1575, "ps", f"shift, round, zero point, clamp behind the multiplier: {PATHS}", "own"
    ),
    "fifo_ps_per_level": Constant(136, "ps", f"per doubling of the depth, 16 x 8: {PATHS}", "own"),
    "fast_delay_factor": Constant(
        0.90, "1", f"int8 PEs at 1 ns over the same at 10 ns, mean: {PATHS}", "own"
    ),
    "fast_area_factor": Constant(
        1.05, "1", f"int8 PEs at 1 ns over the same at 10 ns, mean: {NANGATE}", "own"
    ),
    "float_multiplier_um2_per_exponent_bit": Constant(
        19.1, "um2", f"bf16, fp16, fp32, beside the multiplier of significands: {NANGATE}", "own"
    ),
    "float_multiplier_um2_per_fraction_bit": Constant(
        4.69, "um2", f"rounding, as the exponent's: {NANGATE}", "own"
    ),
    "float_adder_um2_per_exponent_bit": Constant(27.8, "um2", f"three formats: {NANGATE}", "own"),
    "float_adder_um2_per_fraction_bit": Constant(63.8, "um2", f"three formats: {NANGATE}", "own"),
    "float_multiplier_ps_per_bit": Constant(79.4, "ps", f"of the fraction: {PATHS}", "own"),
    "float_multiplier_ps": Constant(1158, "ps", f"offset of that line: {PATHS}", "own"),
    "float_adder_ps_per_bit": Constant(111.4, "ps", f"of the fraction: {PATHS}", "own"),
    "float_adder_ps": Constant(1881, "ps", f"offset of that line: {PATHS}", "own"),
    "placement_utilisation": Constant(
        0.70, "1", "cell area / placed area of logic; usual range 0.6..0.85", "weak"
    ),
    "multiplier_pj_per_bit2": Constant(0.2 / 64, "pJ", f"int8 multiply 0.2 pJ: {HOROWITZ}", "read"),
    "adder_pj_per_bit": Constant(
        0.07 / 24, "pJ", f"line through int8 add 0.03 pJ and int32 add 0.1 pJ: {HOROWITZ}", "read"
    ),
    "adder_pj": Constant(0.02 / 3, "pJ", f"offset of that line: {HOROWITZ}", "read"),
    "register_pj_per_bit": Constant(
        0.0105, "pJ", f"one write; 0.009 pJ in the {ALADDIN}, scaled to 45 nm", "derived"
    ),
    "multiplexer_pj_per_bit": Constant(
        0.0009,
        "pJ",
        "energy of an adder bit x area of a multiplexer / area of an adder bit",
        "weak",
    ),
    "float_multiplier_pj_per_bit2": Constant(
        2.6 / 455,
        "pJ",
        f"line over significand bits squared, fp16 1.1 pJ, fp32 3.7 pJ: {HOROWITZ}",
        "derived",
    ),
    "float_multiplier_pj": Constant(
        1.1 - 121 * 2.6 / 455, "pJ", f"offset of that line: {HOROWITZ}", "derived"
    ),
    "float_adder_pj_per_bit": Constant(
        0.5 / 13, "pJ", f"line over fraction bits, fp16 0.4 pJ, fp32 0.9 pJ: {HOROWITZ}", "derived"
    ),
    "float_adder_pj": Constant(0.4 - 5 / 13, "pJ", f"offset of that line: {HOROWITZ}", "derived"),
    "wire_pj_per_bit_mm": Constant(
        0.12,
        "pJ",
        "random data, 40 nm, 310 pJ for 256 bits over 10 mm: Keckler et al., "
        "IEEE Micro 31(5), 2011, from memory",
        "weak",
    ),
    "dram_pj_per_byte": Constant(
        64.0,
        "pJ/B",
        "LPDDR4, 512 pJ per 64-bit word (Timeloop and Accelergy tables); not scaled with the node. "
        "DDR3-class memory costs 162 to 325 pJ/B (1.3 to 2.6 nJ per 64 bits, Horowitz ISSCC 2014)",
        "read",
    ),
    "logic_leakage_mw_per_um2": Constant(
        9.1e-6, "mW/um2", f"int8 MAC at 45 nm, 7.13 uW in 783 um2: {ALADDIN}; one library", "weak"
    ),
}

MEASURED = {
    "mac_pj": "pJ",
    "sram_read_pj_per_byte": "pJ/B",
    "sram_write_pj_per_byte": "pJ/B",
    "vector_op_pj": "pJ",
    "leakage_mw": "mW",
}
"""Unit energies that a hardware file may state itself, with their units."""


def library(overrides: Mapping[str, Override]) -> Library:
    """The constants with a hardware file's overrides in place; unknown names are refused.

    Names of `MEASURED` appear in the result only where the hardware file states them.
    """
    merged = dict(CONSTANTS)
    for name, override in overrides.items():
        unit = _unit(name)
        if override.value < 0 and (name in MEASURED or CONSTANTS[name].value >= 0):
            raise HardwareError(f"constants.{name} = {override.value:g} {unit}: must be >= 0")
        merged[name] = Constant(override.value, unit, override.source, "file")
    return merged


def _unit(name: str) -> str:
    if name in CONSTANTS:
        return CONSTANTS[name].unit
    if name in MEASURED:
        return MEASURED[name]
    allowed = (*CONSTANTS, *MEASURED)
    raise HardwareError(
        f"constants.{name}: no such constant{suggestion(name, allowed)}; "
        f"allowed: {', '.join(allowed)}"
    )
