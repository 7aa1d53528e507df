"""Who may run beside whom in a dispatch that is kept, and what may stay on chip then."""

from __future__ import annotations

from fractions import Fraction

import pytest

from accelsim.evaluate import simulate
from accelsim.eventsim.network import Job, Run
from accelsim.execution.dispatch import FETCHED_LATE, Dispatch
from accelsim.execution.own_levels import OTHER_CORE
from accelsim.execution.residency import Plain
from accelsim.hardware.yaml_io import load_hardware
from accelsim.lifetime.pieces import storage_of, tensors_of
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

EDGE = load_hardware("edge_16x16")
SHARED = EDGE.replace({"cores.count": 2, "cores.shared": ["sram"]})


def two_branches():
    """stem -> a, b beside each other -> sum."""
    net = NetworkBuilder("two", "test")
    stem = net.conv("stem", net.input("image", (4, 8, 8)), 4, window(1))
    net.add("sum", net.conv("a", stem, 4, window(1)), net.conv("b", stem, 4, window(1)))
    return net.build()


def dispatch(cores=(0, 0, 1, 0)):
    """The two branches as jobs, whose cycles are made up."""
    after = ((), (0,), (0,), (1, 2))
    times = ((0, 10), (10, 30), (10, 20), (30, 40))
    jobs = [Job(None, None, 0, own) for own in after]
    runs = [Run(core, 0, *span, None) for core, span in zip(cores, times, strict=True)]
    return Dispatch(jobs, runs)


def together(hardware, cores=(0, 0, 1, 0)):
    network = two_branches()
    tensors = tensors_of(network.inputs, network.operators, storage_of(hardware))
    share = dict.fromkeys(hardware.cores.shared, Fraction(1, 2))
    plain = Plain(network.operators, [["work"]] * 4, [share] * 4)
    met = dispatch(cores).together(plain, tensors, hardware)
    names = [piece.tensor for piece in tensors.pieces]
    barred = {names[number]: reason for number, reason in met.barred.items()}
    return barred, dict(zip(names, met.presence.positions, strict=True)), met.presence.beside


def test_ended_jobs_are_those_that_every_execution_has_behind_it():
    assert dispatch().ended == [0b0000, 0b0001, 0b0001, 0b0111]


def test_jobs_of_one_unit_keep_their_order():
    on_one = dispatch(cores=(0, 0, 0, 0))
    assert on_one.order == [0, 2, 1, 3]
    assert on_one.ended[1] == 0b0101
    kept = on_one.kept_by([Job(None, None, 0, after) for after in ((), (0,), (0,), (1, 2))])
    assert [job.after for job in kept] == [(), (0, 2), (0,), (1, 2)]
    assert {job.core for job in kept} == {0}


def test_presence_of_a_branch_reaches_over_the_other_one():
    barred, positions, beside = together(SHARED)
    assert not barred
    assert positions["stem"] == (0, 1, 2)
    assert positions["a"] == (1, 2, 3)  # b may run while a is made, and after
    assert positions["b"] == (1, 2, 3)
    assert [(other.position, other.part) for other in beside[1]] == [
        (1, Fraction(1, 2)), (2, Fraction(1, 2)),
    ]  # fmt: skip
    assert [(other.position, other.part) for other in beside[3]] == [(3, Fraction(1))]


def test_presence_on_one_core_ends_where_the_order_of_the_core_does():
    barred, positions, beside = together(SHARED, cores=(0, 0, 0, 0))
    assert not barred
    assert positions["b"] == (1, 2, 3)  # b runs before a here
    assert positions["a"] == (1, 3)
    assert all(len(others) == 1 for others in beside)


def test_tensors_between_cores_that_have_levels_of_their_own_cannot_stay():
    barred, positions, _ = together(EDGE.replace({"cores.count": 2}))
    assert barred == {"stem": OTHER_CORE, "b": OTHER_CORE}
    assert positions["a"] == (1, 3)


def test_an_image_that_either_of_two_may_fetch_first_cannot_stay():
    net = NetworkBuilder("twice", "test")
    image = net.input("image", (4, 8, 8))
    net.add("sum", net.conv("a", image, 4, window(1)), net.conv("b", image, 4, window(1)))
    result = simulate(
        net.build(), SHARED, engine="events", policy="branch_parallel", residency="greedy"
    )
    assert result.provenance["spilled_tensors"] == {"image": FETCHED_LATE}
    assert result.provenance["resident_tensors"] == ["a", "b"]


@pytest.mark.parametrize("how", ["greedy", "optimal"])
def test_branch_parallel_with_room_moves_weights_and_the_ends_of_the_network(how):
    result = simulate(
        two_branches(), SHARED, engine="events", policy="branch_parallel", residency=how
    )
    image, weights, returned = 4 * 64, 3 * 4 * 4, 4 * 64
    assert sum(layer.dram_payload_bytes for layer in result.layers) == image + weights + returned
    assert (result.residency, result.provenance["residency_proved"]) == ("greedy", False)
