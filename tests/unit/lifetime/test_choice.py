from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.lifetime.choice import greedy, optimal
from accelsim.lifetime.operands import operands_of
from accelsim.lifetime.pieces import Storage, tensors_of
from accelsim.lifetime.task import Option, PerOperand, Task, is_read_again
from accelsim.workload.unfusing import unfused
from tests.oracles.memory_by_hand import Memory, costs_with, least_cost
from tests.oracles.random_networks import builders


@st.composite
def tasks(draw):
    """A random network, options of random cost for its operators, and a level of random size."""
    network = draw(builders(most=8)).build()
    batch, views, in_place = draw(st.integers(1, 2)), draw(st.booleans()), draw(st.booleans())
    if in_place:
        network = replace(network, operators=unfused(network.operators))
    bits, parts = draw(st.sampled_from([4, 8, 16])), draw(st.integers(1, 2))
    storage = Storage(8, bits, batch, views, views, in_place, parts)
    tensors = tensors_of(network.inputs, network.operators, storage)
    size = draw(st.integers(8, 1200))
    part = st.integers(0, size // 8)
    tables = []
    for works in tensors.working:
        options = []
        for _ in range(draw(st.integers(1, 3)) if works else 0):
            dram = PerOperand(*(draw(st.integers(0, 2000)) for _ in range(4)))
            space = PerOperand(*(draw(part) for _ in range(4)))
            options.append(Option(draw(st.integers(1, 9)), dram, space))
        tables.append(options)
    operands = [operands_of(operator, tensors) for operator in network.operators]
    return network, storage, Task(tensors, operands, tables, size)


def _groups(task):
    pieces = [piece for piece in task.tensors.pieces if is_read_again(piece)]
    return [{(p.tensor, p.start + n) for n in range(p.elements)} for p in pieces]


@settings(max_examples=150)
@given(tasks())
def test_optimal_residency_on_random_networks_equals_every_choice_tried(case):
    network, storage, task = case
    groups = _groups(task)[:7]
    task = _narrowed(task, len(groups))
    memory = Memory(network.inputs, network.operators, storage)
    best = optimal(task)
    assert best.proved
    assert best.cost == least_cost(memory, task.tables, task.size_bytes, groups)


def _narrowed(task, count):
    later = dict.fromkeys(task.candidates[count:], "left out")
    return Task(task.tensors, task.operands, task.tables, task.size_bytes, later)


@given(tasks())
def test_greedy_residency_on_random_networks_costs_what_it_says_and_no_less_than_optimal(case):
    network, storage, task = case
    memory = Memory(network.inputs, network.operators, storage)
    chosen = greedy(task)
    groups = [
        g for g, n in zip(_groups(task), task.candidates, strict=True) if chosen.kept >> n & 1
    ]
    assert chosen.cost == costs_with(memory, task.tables, task.size_bytes, groups)
    assert chosen.cost >= optimal(task).cost


@given(tasks(), st.integers(0, 400))
def test_optimal_residency_with_more_space_never_costs_more(case, more_bytes):
    _, _, task = case
    larger = Task(task.tensors, task.operands, task.tables, task.size_bytes + more_bytes)
    assert optimal(larger).cost <= optimal(task).cost
