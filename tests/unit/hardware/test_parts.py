from dataclasses import replace

import pytest

from accelsim.hardware.parts import OperatorOverhead
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window


@pytest.fixture
def operators():
    net = NetworkBuilder("net")
    x = net.input("x", (16, 8, 8))
    whole = net.conv("whole", x, 16, window(1))
    group = net.conv("group", whole, 16, window(1), groups=4)
    depthwise = net.conv("depthwise", group, 16, window(3, padding=1), groups=16)
    net.add("add", depthwise, whole)
    return {operator.name: operator for operator in net.build().operators}


def launches(overhead, operators):
    """Operator -> launch cycles, all its groups together."""
    return {name: overhead.cycles_of(one, one.groups) for name, one in operators.items()}


def test_launch_of_every_operator_is_the_same_without_more_being_said(operators):
    overhead = OperatorOverhead(launch_cycles=100)
    assert set(launches(overhead, operators).values()) == {100}


def test_launch_per_group_counts_every_group_but_those_of_a_depthwise_convolution(operators):
    overhead = OperatorOverhead(launch_cycles=100, launch_per_group=True)
    cycles = launches(overhead, operators)
    assert cycles == {"whole": 100, "group": 400, "depthwise": 100, "add": 100}


def test_launch_per_group_of_a_shard_counts_the_groups_that_it_has(operators):
    overhead = OperatorOverhead(launch_cycles=100, launch_per_group=True)
    assert overhead.cycles_of(operators["group"], 2) == 200
    assert overhead.cycles_of(operators["depthwise"], 8) == 100


def test_vector_launch_is_of_operators_without_macs_only(operators):
    overhead = OperatorOverhead(launch_cycles=100, vector_launch_cycles=0)
    cycles = launches(overhead, operators)
    assert cycles == {"whole": 100, "group": 100, "depthwise": 100, "add": 0}


def test_fused_activation_adds_its_own_cycles_to_the_operator_that_has_one(operators):
    overhead = OperatorOverhead(launch_cycles=100, fused_activation_cycles=7)
    assert overhead.cycles_of(operators["whole"], 1) == 100
    assert overhead.cycles_of(replace(operators["whole"], activation="relu"), 1) == 107
    assert overhead.cycles_of(replace(operators["add"], activation="relu"), 16) == 107
