"""Memory levels as circuits: flip-flops or SRAM macros, and the energy of one access to each.

A level of registers is flip-flops up to `LARGEST_REGISTER_BYTES` per instance. Beyond, what a
hardware file calls registers is counted as the SRAM macro that chips use there: Eyeriss keeps 24
and 48 bytes per PE in registers and 448 bytes in SRAM (Chen et al., JSSC 2017), and the CACTI
grid begins at 512 bytes (smaller macros extend it, `memories.py`).

Flip-flops: area is a register with hold input per bit and a 2:1 multiplexer for each bit of each
further word and port, which is 12 % less than our synthesised FIFO of 16 x 8 bits with its
pointers. Energy of a word is its bits x the register's, for a read as for a write: the Aladdin
register has one figure for both. Not modelled: the read multiplexers' energy and its growth with
depth, word lines and clock gating.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from accelsim.cost import technology
from accelsim.cost.arithmetic import Component, multiplexer, register, together
from accelsim.cost.constants import Library, library
from accelsim.cost.memories import Sram, sram
from accelsim.hardware.ports import banks_of

if TYPE_CHECKING:
    from accelsim.hardware.accelerator import Accelerator
    from accelsim.hardware.levels import Dram, OnChip

LARGEST_REGISTER_BYTES = 256


class LevelEnergy(NamedTuple):
    """Energy of one access of `word_bits` to one instance of a level."""

    name: str
    kind: str
    read_pj: float
    write_pj: float
    word_bits: int
    access_bits: int
    """A transfer moves whole units of this size and costs access_bits / word_bits for each."""
    source: str
    weak: bool
    """A figure rests on memory or a stand-in."""


class WordEnergy(NamedTuple):
    """What the model says of one word."""

    read_pj: float
    write_pj: float
    source: str
    weak: bool


class Stated(NamedTuple):
    """What the hardware file says of one word."""

    pj: float
    source: str


def level_energies(hw: Accelerator) -> tuple[LevelEnergy, ...]:
    """One entry per on-chip level from the PE outward, then DRAM.

    What the hardware file states for a level comes first, then what it measured for the scratchpad
    (constants `sram_read_pj_per_byte`, `sram_write_pj_per_byte`), then the model. Flip-flops are
    scaled to the node and supply, SRAM has CACTI's, DRAM is not scaled.
    """
    lib = library(hw.constants)
    levels: tuple[OnChip | Dram, ...] = (*hw.on_chip, hw.dram)
    return tuple(_level_energy(hw, level, lib) for level in levels)


def is_flip_flops(level: OnChip) -> bool:
    """Whether a level is built of flip-flops rather than of SRAM macros."""
    return level.kind == "register" and level.total_bytes <= LARGEST_REGISTER_BYTES


def register_file(level: OnChip, lib: Library) -> Component:
    """One instance of a level in flip-flops: area of all of it, energy of one word."""
    bits = level.total_bytes * 8
    further_bits = bits - level.banks * level.word_bits
    held = register(bits, lib, "enable")
    read = multiplexer(level.ports * further_bits, lib)
    built = together(
        f"flip-flops, {level.total_bytes} B of {level.word_bits}-bit words", (held, read)
    )
    return built._replace(energy_pj=register(level.word_bits, lib).energy_pj)


def level_sram(hw: Accelerator, level: OnChip) -> Sram:
    """One instance of a level as equal SRAM macros."""
    banks, node_nm = banks_of(hw, level), hw.technology.node_nm
    memory = sram(level.total_bytes, level.word_bits, banks, level.ports, node_nm)
    notes = [f"{level.name}: {note}" for note in memory.notes]
    if level.partition is not None:
        notes.append(
            f"{level.name}: the parts of the partition are counted as {memory.macros} equal macros"
        )
    if level.kind == "register":
        notes.append(f"{level.name}: {level.total_bytes} B of registers are counted as SRAM")
    return memory._replace(notes=tuple(notes))


def _level_energy(hw: Accelerator, level: OnChip | Dram, lib: Library) -> LevelEnergy:
    if level.kind == "dram":
        word = _dram(level, lib)
    else:
        word = _flip_flops(hw, level, lib) if is_flip_flops(level) else _macros(hw, level)
    stated = _stated(hw, level, lib)
    read_pj, write_pj = stated.get("read_pj"), stated.get("write_pj")
    texts = [f"{name}: {figure.source}" for name, figure in stated.items()]
    return LevelEnergy(
        name=level.name,
        kind=level.kind,
        read_pj=read_pj.pj if read_pj else word.read_pj,
        write_pj=write_pj.pj if write_pj else word.write_pj,
        word_bits=level.word_bits,
        access_bits=level.access_bits,
        source="; ".join(texts if len(texts) == 2 else (*texts, word.source)),
        weak=word.weak and len(texts) < 2,
    )


def _stated(hw: Accelerator, level: OnChip | Dram, lib: Library) -> dict[str, Stated]:
    """What the hardware file says itself of `read_pj` and `write_pj`."""
    found = {}
    for name, own in (("read_pj", level.read_pj), ("write_pj", level.write_pj)):
        measured = lib.get(f"sram_{name}_per_byte") if level is hw.scratchpad else None
        if own is not None:
            found[name] = Stated(own, hw.sources[f"memory.levels.{level.name}.{name}"])
        elif measured is not None:
            found[name] = Stated(measured.value * level.word_bits / 8, measured.source)
    return found


def _flip_flops(hw: Accelerator, level: OnChip, lib: Library) -> WordEnergy:
    factor = technology.energy_factor(hw.technology.node_nm, hw.technology.voltage_v)
    built = register_file(level, lib)
    source = (
        f"{built.source}: {built.energy_pj:.3f} pJ at 45 nm and 0.9 V, read as write, "
        f"x {factor:.3f} (Stillmaker and Baas)"
    )
    return WordEnergy(built.energy_pj * factor, built.energy_pj * factor, source, weak=False)


def _macros(hw: Accelerator, level: OnChip) -> WordEnergy:
    memory = level_sram(hw, level)
    source = "; ".join((f"CACTI 7 grid, {level.word_bits}-bit words", *memory.notes))
    return WordEnergy(memory.read_pj, memory.write_pj, source, weak=level.ports > 1)


def _dram(dram: Dram, lib: Library) -> WordEnergy:
    constant = lib["dram_pj_per_byte"]
    word_pj = constant.value * dram.word_bits / 8
    return WordEnergy(word_pj, word_pj, constant.source, weak=constant.mark == "weak")
