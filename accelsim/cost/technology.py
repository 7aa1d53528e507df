"""Technology nodes: how logic area and energy at 45 nm become those of another node.

Source of both tables: Stillmaker and Baas, "Scaling equations for the accurate prediction of CMOS
device performance from 180 nm to 7 nm", Integration 58 (2017), as transcribed in
Accelergy-Project/accelergy-library-plug-in@ba4e9da, scaling.py. Between two nodes of the table
(28 nm, 22 nm, 40 nm) the factors are interpolated on logarithmic axes, and `notes` says so.

Not modelled: differences between processes of one node (LP, HP, FinFET options), temperature.
SRAM shrinks less than logic and has tables of its own (`memories.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from accelsim.errors import HardwareError


class Node(NamedTuple):
    """One row: node in nm, area relative to 45 nm, energy `a*V^2 + b*V + c`, usual supply in V."""

    nm: float
    area: float
    energy: tuple[float, float, float]
    supply_v: float
    supply_source: str


CACTI_HP = "CACTI 7 tech_params, high-performance devices"
PTM = "Predictive Technology Model, nominal"
PTM_WEAK = "Predictive Technology Model, nominal, from memory: weak"
HOROWITZ_POINT = "the 0.9 V at which the reference energies are quoted (nominal is 1.0 V)"

NODES = (
    Node(7, 0.059, (0.1776, -0.09097, 0.02447), 0.70, PTM),
    Node(10, 0.10, (0.2068, -0.09311, 0.02375), 0.75, PTM),
    Node(14, 0.17, (0.2363, -0.09675, 0.02239), 0.80, PTM),
    Node(16, 0.19, (0.2958, -0.1241, 0.03024), 0.85, PTM_WEAK),
    Node(20, 0.21, (0.373, -0.1582, 0.04104), 0.90, PTM_WEAK),
    Node(32, 0.46, (0.9559, -0.7823, 0.471), 0.90, CACTI_HP),
    Node(45, 1.0, (1.103, -0.362, 0.2767), 0.90, HOROWITZ_POINT),
    Node(65, 1.5, (3.755, -4.398, 1.975), 1.10, CACTI_HP),
    Node(90, 2.8, (4.762, -4.781, 2.092), 1.20, CACTI_HP),
    Node(130, 6.4, (7.171, -6.709, 2.904), 1.30, PTM_WEAK),
)
REFERENCE_NM = 45.0
REFERENCE_V = 0.9
HIGHEST_V = 1.8
"""Above this no node of the table is operated."""


def area_factor(node_nm: float) -> float:
    """Logic area at `node_nm` relative to 45 nm."""
    return _interpolated(node_nm, lambda node: node.area)


def energy_factor(node_nm: float, voltage_v: float | None = None) -> float:
    """Logic energy per action at a node and supply relative to 45 nm and 0.9 V.

    Ratio of the two energy polynomials; without a voltage, the node's usual supply.
    """
    voltage = default_voltage_v(node_nm) if voltage_v is None else voltage_v
    _check_voltage(node_nm, voltage)
    reference = _energy(_node(REFERENCE_NM), REFERENCE_V)
    return _interpolated(node_nm, lambda node: _energy(node, voltage)) / reference


def default_voltage_v(node_nm: float) -> float:
    """Usual supply of a node in V (column `supply_v`), for a hardware file that states none."""
    return _interpolated(node_nm, lambda node: node.supply_v)


def notes(node_nm: float, voltage_v: float | None = None) -> tuple[str, ...]:
    """What a reader must know about the factors of this node; empty when all come from a row."""
    below, above = _neighbours(node_nm)
    found = []
    if below is not above:
        found.append(
            f"{node_nm:g} nm is not in Stillmaker and Baas: area and energy factors are "
            f"interpolated between {below.nm:g} and {above.nm:g} nm on logarithmic axes"
        )
    if voltage_v is None:
        found.append(
            f"no supply voltage given: {default_voltage_v(node_nm):.2f} V assumed "
            f"({below.supply_source})"
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
    """The rows just at or below and at or above a node; twice the same for a row of the table."""
    smallest, largest = NODES[0].nm, NODES[-1].nm
    if not smallest <= node_nm <= largest:
        raise HardwareError(
            f"technology.node_nm = {node_nm:g}: scaling factors are known from "
            f"{smallest:g} to {largest:g} nm"
        )
    below = max((node for node in NODES if node.nm <= node_nm), key=lambda node: node.nm)
    above = min((node for node in NODES if node.nm >= node_nm), key=lambda node: node.nm)
    return below, above


def _node(nm: float) -> Node:
    return next(node for node in NODES if node.nm == nm)


def _energy(node: Node, voltage_v: float) -> float:
    a, b, c = node.energy
    return a * voltage_v * voltage_v + b * voltage_v + c


def _check_voltage(node_nm: float, voltage_v: float) -> None:
    """A polynomial is used only where energy rises with voltage (above its vertex, -b / 2a)."""
    lowest = max(-node.energy[1] / (2 * node.energy[0]) for node in _neighbours(node_nm))
    if not lowest <= voltage_v <= HIGHEST_V:
        raise HardwareError(
            f"technology.voltage_v = {voltage_v:g} V: energy model of {node_nm:g} nm holds from "
            f"{lowest:.2f} to {HIGHEST_V:g} V"
        )
