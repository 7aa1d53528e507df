"""What is left of the on-chip levels to an operator, by policy."""

from __future__ import annotations

from fractions import Fraction

import pytest

from accelsim.eventsim.network import ARRAY, VECTOR
from accelsim.hardware.yaml_io import load_hardware
from accelsim.networks.registry import load_network
from accelsim.shares import policy_for, shares_of, shares_under

EDGE = load_hardware("edge_16x16")
SHARED = EDGE.replace({"cores.count": 4, "cores.shared": ["sram"]})
APART = SHARED.replace({"vector_unit.placement": "separate", "vector_unit.fuse_activation": False})
OPERATORS = {operator.name: operator for operator in load_network("mobilenet_v2").operators}
CONV, POOL = OPERATORS["conv_stem"], OPERATORS["global_pool"]


def test_shares_of_shared_levels_and_of_separate_vector_units():
    assert shares_of(EDGE, ARRAY, apart=False) == {}
    assert shares_of(SHARED, ARRAY, apart=False) == {"sram": Fraction(1, 4)}
    assert shares_of(SHARED, ARRAY, apart=True) == {"sram": Fraction(3, 16)}
    assert shares_of(SHARED, VECTOR, apart=True) == {"sram": Fraction(1, 16)}


@pytest.mark.parametrize(
    ("policy", "hardware", "of_conv", "of_pool"),
    [
        ("in_order", APART, None, None),
        ("auto", APART, None, None),
        ("split", EDGE, None, None),
        ("split", APART, Fraction(1, 4), Fraction(1, 4)),
        ("branch_parallel", SHARED, Fraction(1, 4), Fraction(1, 4)),
        ("branch_parallel", APART, Fraction(3, 16), Fraction(1, 16)),
    ],
)
def test_shares_under_a_policy_are_of_its_cores_and_of_its_units(
    policy, hardware, of_conv, of_pool
):
    assert shares_under(policy, CONV, hardware).get("sram") == of_conv
    assert shares_under(policy, POOL, hardware).get("sram") == of_pool


@pytest.mark.parametrize(
    ("policy", "sharded", "runs"),
    [
        ("auto", True, "split"),
        ("auto", False, "auto"),
        ("in_order", True, "in_order"),
        ("split", False, "split"),
    ],
)
def test_policy_for_shards_is_split_where_it_may_be_chosen(policy, sharded, runs):
    assert policy_for(policy, sharded=sharded) == runs
