"""Tensors that stay on chip under every policy: random networks on random chips."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accelsim.errors import MappingError
from accelsim.evaluate import simulate
from accelsim.execution.policies import execute
from accelsim.execution.residency import Stay
from accelsim.execution.works import Setting
from accelsim.hardware.yaml_io import load_hardware
from accelsim.lifetime.pieces import storage_of, tensors_of
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window
from tests.oracles.on_chip_by_hand import OnChip
from tests.oracles.random_networks import builders

EDGE = load_hardware("edge_16x16")
POLICIES = ("in_order", "branch_parallel", "split")
"""In the order in which auto tries them."""
SMALL = {"array.rows": 4, "array.cols": 4, "memory.levels.sram.banks": 8}
PORTS = {
    "memory.levels.sram.read_bytes_per_cycle": 8,
    "memory.levels.sram.write_bytes_per_cycle": 8,
}
COPIES = {"memory.split": "copy", "memory.concat": "copy"}


@st.composite
def chips(draw):
    """Chips where tensors and tiles do not all fit a level, which is one or one for each core."""
    cores = draw(st.integers(1, 4))
    separate = draw(st.booleans())
    size = draw(st.integers(10, 100))
    return EDGE.replace({
        **SMALL,
        **draw(st.sampled_from([{}, PORTS])),
        **draw(st.sampled_from([{}, COPIES])),
        "cores.count": cores,
        "cores.shared": ["sram"] if draw(st.booleans()) else [],
        "memory.levels.sram.size": 16 * size,
        "memory.levels.dram.channels": draw(st.integers(1, cores)),
        "memory.levels.dram.bandwidth": draw(st.sampled_from(["0.4 GB/s", "12.8 GB/s"])),
        "vector_unit.placement": "separate" if separate else "in_line",
        "vector_unit.fuse_activation": not separate,
        "operator_overhead.launch_cycles": draw(st.sampled_from([0, 100])),
    })  # fmt: skip


@st.composite
def wide(draw):
    """Branches of convolutions, whose shards meet on a core, from one image to a sum or concat."""
    net = NetworkBuilder("wide", "test")
    image = net.conv("stem", net.input("image", (8, 6, 6)), 8, window(1))
    ends = []
    for branch in range(draw(st.integers(2, 4))):
        ends.append(image)
        for depth in range(draw(st.integers(1, 3))):
            groups = draw(st.sampled_from([1, 8]))
            walk = window(draw(st.sampled_from([1, 3])), padding="same")
            ends[-1] = net.conv(f"b{branch}.{depth}", ends[-1], 8, walk, groups=groups)
    joined = net.add("sum", *ends) if draw(st.booleans()) else net.concat("cat", *ends)
    for last, part in enumerate(net.split("cut", joined, [4, net.shape(joined)[0] - 4])):
        net.conv(f"last{last}", part, 8, window(1), groups=draw(st.sampled_from([1, 4])))
    return net


@st.composite
def shared(draw):
    """One input of the network that several operators read, whose shards may differ."""
    net = NetworkBuilder("shared", "test")
    image = net.input("image", (draw(st.sampled_from([1, 4, 8])), 6, 6))
    kinds = draw(st.permutations(sorted(FIRST)))
    for kind in kinds[: draw(st.integers(2, 4))]:
        FIRST[kind](net, kind, image)
    return net


def halved(net, name, image):
    channels = net.shape(image)[0]
    net.split(name, image, [channels // 2, channels - channels // 2] if channels > 1 else [1])


def masked(net, name, image):
    x = net.conv(f"{name}.x", image, 8, window(1))
    net.mul(name, x, net.conv(f"{name}.mask", image, 1, window(1)))


FIRST = {
    "cat": lambda net, name, image: net.concat(name, image, image),
    "conv": lambda net, name, image: net.conv(name, image, 8, window(1)),
    "halo": lambda net, name, image: net.conv(name, image, 8, window(3, padding="same")),
    "linear": lambda net, name, image: net.linear(name, image, 6),
    "mask": masked,
    "matmul": lambda net, name, image: net.matmul(name, image, image, transposed=True),
    "mean": lambda net, name, image: net.pool(name, image, "global"),
    "norm": lambda net, name, image: net.norm(name, image),
    "pool": lambda net, name, image: net.pool(name, image, "max", window(2, 2)),
    "softmax": lambda net, name, image: net.softmax(name, image),
    "split": halved,
    "twice": lambda net, name, image: net.add(name, image, image),
}


CASES = st.tuples(
    builders(most=8) | wide() | shared(),
    chips(),
    st.sampled_from(POLICIES),
    st.sampled_from(["greedy", "optimal"]),
)


def executed(case, batch=1, how=None):
    """A run with residency, and the network's inputs; networks that do not fit are left out."""
    net, hardware, policy, chosen = case
    network = net.build()
    setting = Setting(hardware, "events", hardware.array.dataflows, "cycles", batch, "sweep")
    tensors = tensors_of(network.inputs, network.operators, storage_of(hardware, batch))
    stay = None if how == "none" else Stay(tensors, how or chosen)
    try:
        done = execute(policy, network.operators, setting, record=True, stay=stay)
    except MappingError:
        assume(False)
    return done, network.inputs, hardware


TWO = EDGE.replace({"cores.count": 2, "memory.levels.dram.channels": 2})
PAIRS = {
    "norm": ("conv", (64, 16, 16), 1),
    "softmax": ("halo", (16, 16, 16), 1),
    "split": ("conv", (64, 16, 16), 1),
    "mean": ("halo", (16, 8, 8), 2),
}


@pytest.mark.parametrize("first", PAIRS)
def test_residency_has_no_image_where_the_shards_of_its_first_reader_fetched_other_parts(first):
    then, shape, batch = PAIRS[first]
    net = NetworkBuilder("pair", "test")
    image = net.input("image", shape)
    FIRST[first](net, "first", image)
    FIRST[then](net, "then", image)
    chip = TWO.replace(COPIES)
    done, inputs, _ = executed((net, chip, "split", "optimal"), batch)
    assert [len(parts) for parts in done.parts] == [2, 2]
    OnChip(inputs, done, chip, batch, storage_of(chip, batch)).check()
    assert not done.plan.pieces


def test_residency_of_a_map_of_one_channel_that_a_product_by_channels_reads():
    net = NetworkBuilder("map", "test")
    masked(net, "y", net.input("image", (16, 16, 16)))
    done, inputs, _ = executed((net, TWO, "split", "optimal"))
    OnChip(inputs, done, TWO, 1, storage_of(TWO, 1)).check()
    assert "y.mask" in done.plan.spilled


def programs(done):
    return [part.work.program for parts in done.parts for part in parts]


def payload(done):
    return sum(int(program[:, :4].sum()) for program in programs(done))


@settings(max_examples=60, deadline=None)
@given(CASES, st.integers(1, 2))
def test_residency_at_every_instant_holds_no_more_than_the_level_and_has_what_is_read(case, batch):
    done, inputs, hardware = executed(case, batch)
    OnChip(inputs, done, hardware, batch, storage_of(hardware, batch)).check()


@settings(max_examples=40, deadline=None)
@given(CASES, st.integers(1, 2))
def test_residency_moves_what_its_plan_says_which_is_no_more_than_without(case, batch):
    done, _, _ = executed(case, batch)
    without, _, _ = executed(case, batch, how="none")
    assert done.plan.dram_bytes + done.plan.saved_bytes == payload(without)
    assert done.plan.saved_bytes >= 0
    # shares are rounded up once per transfer here, once per operator in the plan
    transfers = sum(3 * len(program) for program in programs(done))
    assert done.plan.dram_bytes <= payload(done) <= done.plan.dram_bytes + transfers


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_residency_optimal_moves_no_more_than_greedy(case):
    plans = [executed(case, how=how)[0].plan for how in ("greedy", "optimal")]
    assert plans[1].dram_bytes <= plans[0].dram_bytes
    assert plans[1].proved == (case[2] != "branch_parallel")


@settings(max_examples=30, deadline=None)
@given(CASES)
def test_residency_under_any_policy_accounts_for_every_cycle_and_byte_and_repeats_itself(case):
    net, hardware, policy, residency = case
    choices = {"engine": "events", "policy": policy, "residency": residency, "effort": "sweep"}
    try:
        result = simulate(net.build(), hardware, **choices)
    except MappingError:
        assume(False)
    assert simulate(net.build(), hardware, **choices) == result
    assert 0 < result.cycles_lower_bound <= result.cycles
    cycles = sum(layer.cycles for layer in result.layers) + result.idle.cycles
    assert cycles == result.units * result.cycles
    for layer in result.layers:
        assert layer.cycles == layer.compute_cycles + layer.fill_drain_cycles + layer.stall_cycles
        assert layer.dram_payload_bytes + layer.avoided_bytes >= layer.compulsory_bytes
        assert layer.avoided_bytes >= 0
        assert min(layer.sram_read_bytes, layer.sram_write_bytes, layer.energy_sram_pj) >= 0


@settings(max_examples=12, deadline=None)
@given(CASES)
def test_residency_under_auto_is_the_best_of_the_policies_with_the_same(case):
    net, hardware, _, residency = case
    auto, *each = [
        executed((net, hardware, policy, residency))[0] for policy in ("auto", *POLICIES)
    ]
    assert auto.cycles == min(done.cycles for done in each)
    assert auto.plan == each[POLICIES.index(auto.policy)].plan
