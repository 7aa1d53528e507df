from __future__ import annotations

import numpy as np
import pytest

from accelsim.errors import UsageError
from accelsim.eventsim import simulator
from accelsim.fastsim import recurrence
from accelsim.hardware.yaml_io import load_hardware
from accelsim.lifetime.operands import Away, Share
from accelsim.lifetime.pieces import storage_of, tensors_of
from accelsim.lifetime.plan import residency_plan
from accelsim.mapper.legality import checked
from accelsim.networks.registry import load_network
from accelsim.resident import (
    TileSearch,
    required_level,
    residency_task,
    resident_level,
    tile_choices,
    with_residency,
)
from accelsim.schedule.kernels import Column
from accelsim.schedule.nest import compulsory_bytes, nest_of
from accelsim.schedule.program import step_program
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

SEARCH = TileSearch(("ws",), "cycles", "sweep")
HALF = Away(Share(1, 2), Share(1, 1), Share(0, 1))


@pytest.fixture(scope="module")
def edge():
    return load_hardware("edge_16x16")


@pytest.mark.parametrize(
    ("name", "level"),
    [("edge_16x16", "sram"), ("eyeriss", "glb"), ("tpu_v1", "unified_buffer"),
     ("ethos_u55_128", "shram"), ("nvdla_small", None), ("gemmini_16x16", None),
     ("scalesim_32x32", None), ("shidiannao", None)],
)  # fmt: skip
def test_resident_level_of_presets_ends_the_way_of_inputs_and_outputs(name, level):
    found = resident_level(load_hardware(name))
    assert (found and found.name) == level


def test_required_level_of_a_machine_without_one_says_what_is_allowed():
    with pytest.raises(UsageError, match=r"nvdla_small has no on-chip level.*allowed: none"):
        required_level(load_hardware("nvdla_small"))


def _conv(channels=64, filters=96, side=56):
    net = NetworkBuilder("one")
    net.conv("x", net.input("image", (channels, side, side)), filters, window(3, padding="same"))
    return net.build().operators[0]


def test_tile_choices_of_a_convolution_take_less_and_less_of_the_level(edge):
    operator = _conv()
    nest = nest_of(operator, edge, 1)
    choices = tile_choices(operator, [nest], edge, SEARCH)
    spaces = [sum(choice.option.space_bytes) for choice in choices]
    level = edge.scratchpad.total_bytes
    assert len(choices) > 1
    assert all(space <= level // part for space, part in zip(spaces, (1, 2, 4, 8), strict=False))
    for choice in choices:
        assert sum(choice.option.dram_bytes) >= compulsory_bytes(nest)


def _program(edge, operator, choice=0):
    nest = nest_of(operator, edge, 1)
    mapping = tile_choices(operator, [nest], edge, SEARCH)[choice].mappings[0]
    flow, plan = checked(operator, nest, edge, mapping)
    return step_program(nest, flow.target, plan), flow.target.machine


def test_with_residency_leaves_out_what_is_on_chip_and_nothing_else(edge):
    program, _ = _program(edge, _conv())
    fewer = with_residency(program, HALF)
    assert (fewer[:, Column.INPUT_LOAD] == (program[:, Column.INPUT_LOAD] + 1) // 2).all()
    assert not fewer[:, Column.STORE].any()
    others = [c for c in Column if c not in (Column.INPUT_LOAD, Column.STORE)]
    assert (fewer[:, others] == program[:, others]).all()


def test_with_residency_of_everything_away_is_the_same_program(edge):
    program, _ = _program(edge, _conv())
    assert (with_residency(program, Away()) == program).all()


def test_with_residency_partial_sums_still_go_to_dram_and_back():
    program = np.zeros((3, len(Column)), dtype=np.int64)
    program[:, Column.STORE] = 40, 50, 10
    program[:, Column.PSUM_LOAD] = 0, 0, 40
    program[:, Column.WAITS_FOR_STORE] = -1, -1, 0
    fewer = with_residency(program, HALF)
    assert fewer[:, Column.STORE].tolist() == [40, 0, 0]
    assert fewer[:, Column.PSUM_LOAD].tolist() == [0, 0, 40]


@pytest.mark.parametrize("away", [HALF, Away(Share(0, 1)), Away(output=Share(1, 3))])
def test_engines_agree_on_programs_with_residency(edge, away):
    program, machine = _program(edge, _conv(side=28), choice=-1)
    fewer = with_residency(program, away)
    assert tuple(recurrence.timeline(fewer, machine)) == tuple(simulator.timeline(fewer, machine))


def _planned(hardware, name, how, search=SEARCH):
    network = load_network(name)
    nests = [nest_of(operator, hardware, 1) for operator in network.operators]
    tables = [
        tile_choices(operator, [nest], hardware, search) if nest else ()
        for operator, nest in zip(network.operators, nests, strict=True)
    ]
    tensors = tensors_of(network.inputs, network.operators, storage_of(hardware))
    task = residency_task(tensors, network.operators, tables, hardware)
    return network, nests, tables, residency_plan(task, how)


def test_residency_of_mobilenet_v2_moves_what_its_plan_says(edge):
    network, nests, tables, plan = _planned(edge, "mobilenet_v2", "greedy")
    moved = steps = 0
    for at, operator in enumerate(network.operators):
        if nests[at] is not None:
            mapping = tables[at][plan.options[at]].mappings[0]
            flow, kernel_plan = checked(operator, nests[at], edge, mapping)
            program = step_program(nests[at], flow.target, kernel_plan)
            fewer = with_residency(program, plan.away[at])
            moved += int(fewer[:, : Column.STORE + 1].sum())
            steps += len(program)
    # shares are rounded up once per transfer there, once per operator in the plan
    assert plan.dram_bytes <= moved <= plan.dram_bytes + 3 * steps
    compulsory = sum(compulsory_bytes(nest) for nest in nests if nest is not None)
    assert moved + plan.saved_bytes >= compulsory
    assert plan.held_peak_bytes <= edge.scratchpad.total_bytes


def test_residency_of_mobilenet_v2_on_eight_mebibytes_moves_weights_and_its_two_ends(edge):
    roomy = edge.replace({"memory.levels.sram.size": "8 MiB"})
    search = SEARCH._replace(objective="dram_bytes")
    network, _, _, plan = _planned(roomy, "mobilenet_v2", "greedy", search)
    weights = sum(operator.weights for operator in network.operators)
    assert plan.dram_bytes == 3 * 224 * 224 + weights + 1000
    assert plan.spilled_bytes == 0


def test_residency_task_bars_keys_of_attention_where_weights_go_another_way():
    eyeriss = load_hardware("eyeriss")
    net = NetworkBuilder("attention")
    image = net.input("image", (2, 4, 4))
    left, right = net.conv("q", image, 4, window(1)), net.conv("k", image, 4, window(1))
    net.matmul("scores", left, right, transposed=True)
    network = net.build()
    tensors = tensors_of(network.inputs, network.operators, storage_of(eyeriss))
    task = residency_task(tensors, network.operators, [()] * 3, eyeriss)
    assert {tensors.pieces[number].tensor for number in task.candidates} == {"image", "q"}
