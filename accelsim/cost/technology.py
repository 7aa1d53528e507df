"""Technology nodes: how logic area, energy and delay at 45 nm become those of another node.

Source of the tables: Stillmaker and Baas, "Scaling equations for the accurate prediction of CMOS
device performance from 180 nm to 7 nm", Integration 58 (2017): area and energy as transcribed in
Accelergy-Project/accelergy-library-plug-in@ba4e9da, scaling.py, delay (high-performance devices) in
wromaszkan/nodeScale@a912c60, nodeScale.py. Between two nodes of the table (28 nm, 22 nm, 40 nm) the
factors are interpolated on logarithmic axes; beyond its ends, and at a supply that it does not
cover, they are extended: `notes` says so each time.

Against our own synthesis (`calibration.py` prints all rows) the delay factors are bold at both
ends: PEs are 1.9 to 2.4 times slower in sky130 and 2.1 to 2.5 times in ASAP7 than they say.

Not modelled: differences between processes of one node (LP, HP, FinFET options), temperature.
SRAM shrinks less than logic and has tables of its own (`memories.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple


class Node(NamedTuple):
    """One row: node in nm, area relative to 45 nm, polynomials in the supply, usual supply in V.

    Energy is `a*V^2 + b*V + c`, delay `a*V^3 + b*V^2 + c*V + d`; only their ratios mean something.
    """

    nm: float
    area: float
    energy: tuple[float, float, float]
    delay: tuple[float, float, float, float]
    supply_v: float
    supply_source: str


CACTI_HP = "CACTI 7 tech_params, high-performance devices"
PTM = "Predictive Technology Model, nominal"
PTM_WEAK = "Predictive Technology Model, nominal, from memory: weak"
HOROWITZ_POINT = "the 0.9 V at which the reference energies are quoted (nominal is 1.0 V)"

NODES = (
    Node(7, 0.059, (0.1776, -0.09097, 0.02447), (-28.58, 76.6, -70.26, 24.69), 0.70, PTM),
    Node(10, 0.10, (0.2068, -0.09311, 0.02375), (-34.95, 93.65, -85.99, 30.4), 0.75, PTM),
    Node(14, 0.17, (0.2363, -0.09675, 0.02239), (-40.66, 109.2, -100.6, 35.92), 0.80, PTM),
    Node(16, 0.19, (0.2958, -0.1241, 0.03024), (0.0, 24.8, -47.52, 28.87), 0.85, PTM_WEAK),
    Node(20, 0.21, (0.373, -0.1582, 0.04104), (0.0, 34.63, -66.37, 41.15), 0.90, PTM_WEAK),
    Node(32, 0.46, (0.9559, -0.7823, 0.471), (-1047.0, 2982.0, -2797.0, 873.5), 0.90, CACTI_HP),
    Node(45, 1.0, (1.103, -0.362, 0.2767), (-501.6, 1567.0, -1619.0, 566.1), 0.90, HOROWITZ_POINT),
    Node(65, 1.5, (3.755, -4.398, 1.975), (-53.3, 230.4, -333.9, 178.6), 1.10, CACTI_HP),
    Node(90, 2.8, (4.762, -4.781, 2.092), (-60.34, 262.5, -384.2, 210.9), 1.20, CACTI_HP),
    Node(130, 6.4, (7.171, -6.709, 2.904), (-76.65, 334.9, -493.4, 275.8), 1.30, PTM_WEAK),
)
REFERENCE_NM = 45.0
REFERENCE_V = 0.9
LIBRARY_V = 1.1
"""Corner of the Nangate45 library, in which delays were synthesised."""
HIGHEST_V = 1.8
"""Above this no node of the table is operated."""


class Range(NamedTuple):
    """Supplies in V between which the polynomials of a node hold."""

    lowest_v: float
    highest_v: float


def area_factor(node_nm: float) -> float:
    """Logic area at `node_nm` relative to 45 nm."""
    return _interpolated(node_nm, lambda node: node.area)


def energy_factor(node_nm: float, voltage_v: float | None = None) -> float:
    """Logic energy per action at a node and supply relative to 45 nm and 0.9 V.

    Ratio of the two energy polynomials; without a voltage, the node's usual supply. At a supply
    outside `supply_range` the nearest end is scaled with the square of the voltage, as C V^2.
    """
    voltage = default_voltage_v(node_nm) if voltage_v is None else voltage_v
    lowest_v, highest_v = supply_range(node_nm)
    known = min(max(voltage, lowest_v), highest_v)
    reference = _energy(_node(REFERENCE_NM), REFERENCE_V)
    ratio = _interpolated(node_nm, lambda node: _energy(node, known)) / reference
    return ratio * (voltage / known) ** 2


def delay_factor(node_nm: float, voltage_v: float | None = None) -> float | None:
    """Logic delay at a node and supply relative to 45 nm, where the library's corner is 1.1 V.

    None at a supply below `supply_range`, where the polynomials say nothing. A polynomial turns up
    again or falls below zero at high supplies; beyond that point more voltage brings nothing.
    """
    voltage = default_voltage_v(node_nm) if voltage_v is None else voltage_v
    if voltage < supply_range(node_nm).lowest_v:
        return None
    reference = _delay(_node(REFERENCE_NM), LIBRARY_V)
    return _interpolated(node_nm, lambda node: _delay(node, voltage)) / reference


def supply_range(node_nm: float) -> Range:
    """Where energy rises with voltage (above the polynomial's vertex, -b / 2a), up to 1.8 V."""
    lowest = max(-node.energy[1] / (2 * node.energy[0]) for node in _neighbours(node_nm))
    return Range(lowest, HIGHEST_V)


def default_voltage_v(node_nm: float) -> float:
    """Usual supply of a node in V (column `supply_v`), for a hardware file that states none."""
    return _interpolated(node_nm, lambda node: node.supply_v)


def notes(node_nm: float, voltage_v: float | None = None) -> tuple[str, ...]:
    """What a reader must know about the factors of this node; empty when all come from a row."""
    below, above = _neighbours(node_nm)
    found = []
    if not NODES[0].nm <= node_nm <= NODES[-1].nm:
        found.append(
            f"warning: {node_nm:g} nm is outside Stillmaker and Baas ({NODES[0].nm:g} to "
            f"{NODES[-1].nm:g} nm): area, energy and delay factors are extended along "
            f"{below.nm:g} and {above.nm:g} nm, a guess"
        )
    elif below is not above:
        found.append(
            f"{node_nm:g} nm is not in Stillmaker and Baas: area and energy factors are "
            f"interpolated between {below.nm:g} and {above.nm:g} nm on logarithmic axes"
        )
    if voltage_v is None:
        found.append(
            f"no supply voltage given: {default_voltage_v(node_nm):.2f} V assumed "
            f"({below.supply_source})"
        )
    elif not (known := supply_range(node_nm)).lowest_v <= voltage_v <= known.highest_v:
        found.append(
            f"warning: {voltage_v:g} V is outside the scaling data of {node_nm:g} nm "
            f"({known.lowest_v:.2f} to {known.highest_v:g} V): energy is extended as C V^2, "
            "delay is not known below"
        )
    return tuple(found)


def log_interpolated(x: float, below: tuple[float, float], above: tuple[float, float]) -> float:
    """y at x on the line through two points (x, y) in log-log axes, also beyond them."""
    (x0, y0), (x1, y1) = below, above
    if x0 == x1 or y0 == y1:
        return y0
    slope = math.log(y1 / y0) / math.log(x1 / x0)
    return y0 * math.exp(slope * math.log(x / x0))


def _interpolated(node_nm: float, quantity: Callable[[Node], float]) -> float:
    below, above = _neighbours(node_nm)
    return log_interpolated(node_nm, (below.nm, quantity(below)), (above.nm, quantity(above)))


def _neighbours(node_nm: float) -> tuple[Node, Node]:
    """The rows around a node, twice the same for a row of the table; its last two beyond an end."""
    if node_nm < NODES[0].nm:
        return NODES[0], NODES[1]
    if node_nm > NODES[-1].nm:
        return NODES[-2], NODES[-1]
    below = max((node for node in NODES if node.nm <= node_nm), key=lambda node: node.nm)
    above = min((node for node in NODES if node.nm >= node_nm), key=lambda node: node.nm)
    return below, above


def _node(nm: float) -> Node:
    return next(node for node in NODES if node.nm == nm)


def _energy(node: Node, voltage_v: float) -> float:
    a, b, c = node.energy
    return a * voltage_v * voltage_v + b * voltage_v + c


def _delay(node: Node, voltage_v: float) -> float:
    """At most the supply at which the polynomial is lowest."""
    a, b, c, d = node.delay
    v = min(voltage_v, _fastest_v(node))
    return ((a * v + b) * v + c) * v + d


def _fastest_v(node: Node) -> float:
    """First supply at which the delay polynomial stops falling, or bends to fall ever faster."""
    a, b, c, _ = node.delay
    if a == 0:
        return -c / (2 * b)
    return (-b + math.sqrt(max(b * b - 3 * a * c, 0.0))) / (3 * a)
