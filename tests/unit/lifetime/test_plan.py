from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.errors import UsageError
from accelsim.lifetime.operands import Away, Share, operands_of
from accelsim.lifetime.pieces import Storage, tensors_of
from accelsim.lifetime.plan import RESIDENCY, residency_plan
from accelsim.lifetime.task import NONE, Option, PerOperand, Task
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.random_networks import builders

STORAGE = Storage(8, 8, 1, concat_in_place=True, split_view=True)
THERE, ALL = Share(0, 1), Share(1, 1)


def _task(network, size_bytes, tile_bytes=4, barred=NONE):
    """Every operand moves once; one size of tiles, a quarter of it for each kind."""
    tensors = tensors_of(network.inputs, network.operators, STORAGE)
    operands = [operands_of(operator, tensors) for operator in network.operators]
    space = PerOperand(*[tile_bytes // 4] * 4)
    tables = [
        [Option(1, PerOperand(use.input.whole, 10, use.output.whole), space)] if works else []
        for works, use in zip(tensors.working, operands, strict=True)
    ]
    return Task(tensors, operands, tables, size_bytes, barred)


def _residual():
    """Image of 48 B; a makes 64 B, b 64 B, sum 64 B, c 32 B; all maps are 4x4."""
    net = NetworkBuilder("residual")
    x = net.input("image", (3, 4, 4))
    a = net.conv("a", x, 4, window(1))
    b = net.conv("b", a, 4, window(1))
    net.conv("c", net.add("sum", a, b), 2, window(1))
    return net.build()


def test_plan_without_residency_moves_everything():
    plan = residency_plan(_task(_residual(), 1000), "none")
    # a 48 + 10 + 64, b 64 + 10 + 64, sum 128 + 10 + 64, c 64 + 10 + 32
    assert (plan.dram_bytes, plan.saved_bytes, plan.spilled_bytes) == (568, 0, 192)
    assert plan.away == (Away(),) * 4
    assert (plan.resident, plan.options) == ((), (0, 0, 0, 0))


@pytest.mark.parametrize("how", ["greedy", "optimal"])
def test_plan_with_room_moves_weights_and_the_ends_of_the_network(how):
    plan = residency_plan(_task(_residual(), 1000), how)
    assert (plan.dram_bytes, plan.saved_bytes, plan.spilled_bytes) == (120, 448, 0)
    assert plan.resident == ("a", "b", "sum")
    assert plan.away == (
        Away(ALL, ALL, THERE), Away(THERE, ALL, THERE), Away(THERE, ALL, THERE),
        Away(THERE, ALL, ALL),
    )  # fmt: skip


def test_plan_says_the_size_from_which_nothing_spills():
    # at the sum: a, b and the sum, beside tiles for weights and partial sums
    size = 64 + 64 + 64 + 2
    assert residency_plan(_task(_residual(), 500), "none").spill_free_bytes == size
    assert residency_plan(_task(_residual(), size), "optimal").spilled_bytes == 0
    assert residency_plan(_task(_residual(), size - 1), "optimal").spilled_bytes == 64


def test_plan_with_too_little_room_keeps_the_tensor_that_saves_most():
    plan = residency_plan(_task(_residual(), 64 + 64 + 4), "optimal")
    # a is made and read twice (192 B), b and the sum once; all three do not fit at the sum
    assert plan.resident[0] == "a"
    assert plan.held_peak_bytes <= 64 + 64 + 4
    assert plan.proved


def test_plan_half_of_whose_sum_is_on_chip_reads_the_other_half():
    # beside a, the sum needs a tile for b, one for itself, one for weights and one for sums
    plan = residency_plan(_task(_residual(), 64 + 4), "optimal")
    assert plan.resident == ("a",)
    assert plan.away[2] == Away(Share(1, 2), ALL, ALL)


def test_plan_with_a_tensor_that_cannot_stay_knows_no_size_without_spills():
    task = _task(_residual(), 1000, barred={1: "it is on the way"})
    plan = residency_plan(task, "optimal")
    assert plan.spill_free_bytes is None
    assert plan.resident == ("b", "sum")
    assert plan.spilled == {"a": "it is on the way"}


def test_plan_of_an_unknown_kind_is_refused_with_those_allowed():
    with pytest.raises(UsageError, match="none, greedy, optimal"):
        residency_plan(_task(_residual(), 1000), "all")


@given(builders(), st.integers(16, 2000))
def test_plans_of_random_networks_fit_and_add_up_and_spill_only_below_their_size(net, size_bytes):
    network = net.build()
    plans = {how: residency_plan(_task(network, size_bytes), how) for how in RESIDENCY}
    free = plans["optimal"].spill_free_bytes
    for plan in plans.values():
        assert plan.held_peak_bytes <= size_bytes
        assert plan.dram_bytes + plan.saved_bytes == plans["none"].dram_bytes
        assert plan.spill_free_bytes == free
    if size_bytes >= free:
        assert plans["optimal"].spilled_bytes == 0
        assert plans["greedy"].spilled_bytes == 0
    else:
        assert plans["optimal"].spilled_bytes > 0
    assert plans["optimal"].dram_bytes <= plans["greedy"].dram_bytes
