import math

import pytest

from accelsim.cost.arithmetic import multiplexer, register
from accelsim.cost.interconnect import crossbar, multicast_bus, multiplexer_tree, wire
from accelsim.errors import HardwareError


@pytest.mark.parametrize(("inputs", "levels"), [(1, 0), (2, 1), (3, 2), (8, 3), (9, 4)])
def test_multiplexer_tree_has_one_switch_less_than_inputs_and_its_levels_in_a_row(inputs, levels):
    tree, switch = multiplexer_tree(inputs, 32), multiplexer(32)
    assert tree.area_um2 == pytest.approx((inputs - 1) * switch.area_um2)
    assert tree.delay_ps == pytest.approx(levels * switch.delay_ps)
    assert tree.energy_pj == pytest.approx(levels * switch.energy_pj)


def test_crossbar_has_a_tree_for_every_output_and_one_of_them_acts():
    assert crossbar(4, 3, 16).area_um2 == pytest.approx(3 * 3 * multiplexer(16).area_um2)
    assert crossbar(4, 3, 16).energy_pj == multiplexer_tree(4, 16).energy_pj


def test_wire_energy_is_the_published_one_and_its_area_unknown():
    # Keckler et al. 2011: 310 pJ for 256 bits over 10 mm
    assert wire(256, 10).energy_pj == pytest.approx(310, rel=0.02)
    assert math.isnan(wire(8, 1).area_um2)


def test_multicast_bus_writes_every_receiver_once():
    bus = multicast_bus(12, 16, 2.0)
    assert bus.area_um2 == pytest.approx(12 * register(16, kind="enable").area_um2)
    assert bus.energy_pj == pytest.approx(12 * 16 * 0.0105 + 0.12 * 16 * 2)


def test_network_of_nothing_is_refused():
    with pytest.raises(HardwareError, match="every count must be >= 1"):
        crossbar(0, 1, 8)
