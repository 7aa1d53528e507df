"""The component library as named parts: what was synthesised, under its name there, and the rest.

`fitted` components have a coefficient of their own in `constants.py`; `partly` ones a controller
whose gates are a mean over them; `predicted` ones are sums of others and nothing is fitted to
them; `outside` lie beyond the widths that were fitted; `literature` was not synthesised.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from accelsim.cost.arithmetic import (
    Component,
    adder,
    adder_tree,
    address_generator,
    comparator,
    fifo,
    multiplier,
    multiply_accumulate,
    register,
    relu,
    requantiser,
    several,
    together,
    unmodelled_energy,
)
from accelsim.cost.arrays import controller, edge_saving_um2, pe, skew_bits
from accelsim.cost.engines import Engine, row_engine, streaming_engine
from accelsim.cost.floating import FORMATS, float_adder, float_multiplier
from accelsim.cost.interconnect import crossbar, multicast_bus, multiplexer_tree, wire
from accelsim.cost.operands import Widths

LITERATURE, OUTSIDE = "literature", "outside"
INT8 = Widths(8, 8, 32)


class Entry(NamedTuple):
    """A component of the catalogue under the name of its synthesis, and how it came about."""

    name: str
    kind: str
    component: Component


@cache
def synthesised() -> tuple[Entry, ...]:
    """Every component of the model that was also synthesised."""
    kinds = {
        "fitted": {**_operators(), **_floats(), **_blocks()},
        "partly": {**_controlled_arrays(), **_engines()},
        "predicted": {**_macs(), **_pes(), **_trees(), **_bare_arrays()},
        OUTSIDE: {"multiplier int2": multiplier(2, 2)},
    }
    return tuple(
        Entry(name, kind, component)
        for kind, components in kinds.items()
        for name, component in components.items()
    )


def entries() -> tuple[Entry, ...]:
    """The whole library; `literature` has sums of others and figures that someone printed."""
    others = (
        multiplexer_tree(16, 128),
        crossbar(8, 4, 128),
        wire(128, 1.0),
        multicast_bus(14, 16, 2.0),
    )
    return (*synthesised(), *(Entry(item.source, LITERATURE, item) for item in others))


def _operators() -> dict[str, Component]:
    return {
        **{f"multiplier int{bits}": multiplier(bits, bits) for bits in (4, 6, 8, 12, 16, 24)},
        **{f"adder {bits}": adder(bits) for bits in (8, 12, 16, 20, 24, 32)},
        "register 32, plain": register(32),
        "register 32, with enable": register(32, kind="enable"),
        "register 32, with sync reset": register(32, kind="clear"),
    }


def _floats() -> dict[str, Component]:
    return {
        **{f"{name} multiplier": float_multiplier(name) for name in FORMATS},
        **{f"{name} adder": float_adder(name) for name in FORMATS},
    }


def _blocks() -> dict[str, Component]:
    generator = "address generator 6 loops x16b, 24b address, config registers"
    return {
        "FIFO 16x8": fifo(16, 8),
        "ReLU int32": relu(32),
        "ReLU int8": relu(8),
        "max comparator int8": comparator(8),
        "requantise int32->int8, 16-bit multiplier": requantiser(32, 16, 8),
        "requantise int32->int8, 32-bit multiplier": requantiser(32, 32, 8),
        generator: address_generator(6, 16, 24),
    }


def _macs() -> dict[str, Component]:
    widths = ((4, 16), (4, 32), (8, 24), (8, 32), (16, 40), (16, 48))
    return {
        f"MAC int{bits} acc{sums}": multiply_accumulate(bits, bits, sums) for bits, sums in widths
    }


def _pes() -> dict[str, Component]:
    circuits = (
        ("weight-stationary PE int8, single weight register", "ws", "serial"),
        ("weight-stationary PE int8, double-buffered weight", "ws", "pipelined"),
        ("output-stationary PE int8, accumulator is drain chain", "os", "serial"),
        ("output-stationary PE int8, separate drain register", "os", "pipelined"),
    )
    return {
        f"{name}, psum {bits}": pe(dataflow, overlap, Widths(8, 8, bits))
        for name, dataflow, overlap in circuits
        for bits in (24, 32)
    }


def _trees() -> dict[str, Component]:
    return {
        f"adder tree {operands} x16b, combinational": adder_tree(operands, 16)
        for operands in (9, 25, 49, 81, 121)
    }


def _bare_arrays() -> dict[str, Component]:
    overlaps = (("single weight", "serial"), ("double-buffered", "pipelined"))
    return {
        f"WS array {name} {size}x{size}": _array("ws", overlap, size)
        for name, overlap in overlaps
        for size in (2, 4, 8)
    }


def _controlled_arrays() -> dict[str, Component]:
    circuits = (
        ("WS array + controller + skew, serial", "ws", "serial"),
        ("WS array + controller + skew, double-buffered", "ws", "pipelined"),
        ("OS array + controller + skew, serial", "os", "serial"),
        ("OS array + controller + skew, overlapped drain", "os", "pipelined"),
    )
    return {
        f"{name} {size}x{size}": _with_control(dataflow, overlap, size)
        for name, dataflow, overlap in circuits
        for size in (2, 4, 8)
    }


def _array(dataflow: str, overlap: str, size: int) -> Component:
    """PEs of a square int8 array less its edges; as slow as one of them."""
    inner = several(size * size, pe(dataflow, overlap, INT8))
    saved = edge_saving_um2([dataflow], (size, size), INT8)
    return inner._replace(area_um2=inner.area_um2 - saved)


def _with_control(dataflow: str, overlap: str, size: int) -> Component:
    array = _array(dataflow, overlap, size)
    skew = register(skew_bits([dataflow], overlap, (size, size), INT8))
    parts = (array, skew, controller([dataflow]))
    return together(f"{array.source}, skew, controller", parts, array.delay_ps)


def _engines() -> dict[str, Component]:
    """Both trees; synthesis has the same name for either, so that ours says which."""
    return {
        f"{name}, {tree} tree": _engine(made(kernel, registered_tree=tree == "registered"))
        for tree in ("one-stage", "registered")
        for kernel in (3, 5, 7, 9, 11)
        for name, made in (
            (f"streaming engine {kernel}x{kernel}", streaming_engine),
            (f"row engine 1x{kernel}", row_engine),
        )
    }


def _engine(engine: Engine) -> Component:
    return unmodelled_energy(engine.area_um2, engine.name)
