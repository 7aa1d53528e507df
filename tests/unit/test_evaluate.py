"""The spine: whole networks on the presets."""

from __future__ import annotations

import pytest

from accelsim.cost.energy import unit_energies
from accelsim.errors import MappingError, UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.ports import banks_of
from accelsim.hardware.yaml_io import load_hardware
from accelsim.networks.registry import load_network
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

NETWORKS = ("mobilenet_v1", "mobilenet_v2", "mixnet_s", "inception_v3")


def one_layer(kernel, channels=64, size=56):
    """A network of one depthwise convolution."""
    builder = NetworkBuilder(f"dw{kernel}")
    image = builder.input("image", (channels, size, size))
    walk = window(kernel, padding="same")
    builder.conv("dw", image, channels, walk, groups=channels)
    return builder.build()


@pytest.mark.parametrize("network", NETWORKS)
def test_simulate_network_engines_agree_and_causes_add_up(network):
    fast = simulate(network, "edge_16x16", engine="fast")
    events = simulate(network, "edge_16x16", engine="events")
    assert fast.layers == events.layers
    for layer in fast.layers:
        assert layer.cycles == layer.compute_cycles + layer.fill_drain_cycles + layer.stall_cycles
        assert layer.dram_payload_bytes >= layer.compulsory_bytes
        assert layer.buffer_bytes <= load_hardware("edge_16x16").scratchpad.total_bytes
    assert fast.macs == load_network(network).macs
    for group in ("kernel", "type"):
        rows = fast.table(group)
        assert sum(row["cycles"] for row in rows) == fast.cycles
        assert sum(row["share_of_cycles"] for row in rows) == pytest.approx(1)
        assert sum(row["share_of_macs"] for row in rows) == pytest.approx(1)


@pytest.mark.parametrize(
    ("packs", "folds"), [(False, (1, 2, 4)), (True, (9 / 16, 25 / 16, 49 / 16))]
)
def test_simulate_depthwise_larger_kernels_take_their_folds_on_16_rows(packs, folds):
    """16 rows hold 9 of 9, 16 of 25 and 16 of 49 taps; with packing, parts of several channels
    that fill them."""
    hardware = load_hardware("edge_16x16").replace({"array.depthwise_packing": packs})
    cycles = {kernel: simulate(one_layer(kernel), hardware).cycles for kernel in (3, 5, 7)}
    assert cycles[5] / cycles[3] == pytest.approx(folds[1] / folds[0], rel=0.02)
    assert cycles[7] / cycles[3] == pytest.approx(folds[2] / folds[0], rel=0.02)


def test_simulate_without_fused_activation_runs_it_as_an_operator():
    hardware = load_hardware("edge_16x16").replace({"vector_unit.fuse_activation": False})
    fused = simulate("mobilenet_v1", "edge_16x16")
    apart = simulate("mobilenet_v1", hardware)
    assert len(apart.layers) == len(fused.layers) + 27
    assert apart.cycles > fused.cycles
    assert apart.macs == fused.macs


def test_simulate_copying_concats_costs_time_and_bytes():
    hardware = load_hardware("edge_16x16").replace({"memory.concat": "copy"})
    in_place, copied = simulate("inception_v3"), simulate("inception_v3", hardware)
    concats = [layer for layer in copied.layers if layer.operator == "concat"]
    assert len(concats) == 15
    assert copied.cycles - in_place.cycles == sum(layer.cycles for layer in concats) > 0


def test_simulate_batch_scales_macs_and_reuses_weights():
    one, four = simulate("mobilenet_v1", batch=1), simulate("mobilenet_v1", batch=4)
    assert four.macs == 4 * one.macs
    assert four.cycles < 4 * one.cycles
    assert four.images_per_s > one.images_per_s


def test_simulate_objectives_each_best_at_its_own():
    results = {
        objective: simulate("mobilenet_v2", objective=objective)
        for objective in ("cycles", "energy", "edp", "dram_bytes")
    }
    for best, key in (("cycles", "cycles"), ("energy", "energy_uj"), ("dram_bytes", "dram_bytes")):
        least = min(getattr(result, key) for result in results.values())
        assert getattr(results[best], key) == pytest.approx(least, rel=1e-12)


@pytest.mark.parametrize(
    ("setting", "value", "hint"),
    [
        ("engine", "fats", "did you mean 'fast'"),
        ("dataflow", "wss", "did you mean 'ws'"),
        ("objective", "cycle", "did you mean 'cycles'"),
        ("batch", 0, "must be >= 1"),
    ],
)
def test_simulate_bad_setting_names_what_is_allowed(setting, value, hint):
    with pytest.raises(UsageError, match=hint):
        simulate("mobilenet_v1", **{setting: value})


@pytest.mark.parametrize(
    ("size", "problem"),
    [
        ("32 B", "layer .*: even the smallest tile does not fit .* needs output .* 32 B"),
        ("128 B", "layer .*: the on-chip level holds so little .sram 128 B. that every tiling"),
    ],
)
def test_simulate_layer_larger_than_any_tile_says_bytes_needed_and_there(size, problem):
    hardware = load_hardware("edge_16x16").replace(
        {"memory.levels.sram.size": size, "memory.levels.sram.banks": 1}
    )
    with pytest.raises(MappingError, match=problem):
        simulate("inception_v3", hardware)


def test_simulate_energy_parts_are_actions_times_unit_energies():
    """Leakage counts the launch too; a fused activation works on the vector unit."""
    hardware = load_hardware("edge_16x16").replace({"operator_overhead.launch_cycles": 1000})
    units = unit_energies(hardware, "ws")
    layer = simulate("mobilenet_v1", hardware).layers[1]
    assert (layer.type, layer.stall_launch_cycles) == ("dw", 1000)
    seconds = layer.cycles / layer.clock_hz
    assert layer.energy_leakage_pj == pytest.approx(units.leakage_mw * 1e-3 * seconds * 1e12)
    outputs = layer.out_c * layer.out_h * layer.out_w
    assert layer.energy_vector_pj == pytest.approx(2 * outputs * units.vector_op_pj)  # relu6
    assert layer.energy_mac_pj == pytest.approx(layer.macs * units.mac_pj)
    assert layer.energy_sram_pj == pytest.approx(
        layer.sram_read_bytes * units.sram_read_pj_per_byte
        + layer.sram_write_bytes * units.sram_write_pj_per_byte
    )
    assert layer.energy_dram_pj == pytest.approx(layer.dram_bytes * units.dram_pj_per_byte)


@pytest.mark.parametrize("size", [8, 16, 32, 64])
def test_simulate_no_layer_moves_more_than_the_banks_of_its_buffer_can(size):
    hardware = load_hardware("edge_16x16").replace({"array.rows": size, "array.cols": size})
    width = (
        banks_of(hardware, hardware.scratchpad)
        * hardware.scratchpad.ports
        * hardware.scratchpad.word_bits
        // 8
    )
    for layer in simulate("inception_v3", hardware).layers:
        assert layer.sram_bytes <= layer.cycles * width


def test_simulate_network_that_only_joins_tensors_takes_no_time():
    builder = NetworkBuilder("joined")
    parts = [builder.input(name, (4, 2, 2)) for name in ("a", "b")]
    builder.concat("join", *parts)
    result = simulate(builder.build())
    assert (result.cycles, result.latency_ms, result.macs) == (0, 0, 0)
    assert result.images_per_s is None
    assert result.utilization is None
    assert result.layers[0].bound == ""


def test_simulate_huge_products_engines_agree():
    """65536 x 512 x 1024 weights at once: bytes times clock do not fit 63 bits."""
    builder = NetworkBuilder("huge")
    builder.linear("fc", builder.input("image", (2**15, 32, 32)), 4)
    hardware = load_hardware("edge_16x16").replace(
        {
            "clock": "499999999 Hz",
            "memory.levels.dram.bandwidth": "12799999999 B/s",
            "memory.levels.sram.size": "1 GiB",
        }
    )
    fast = simulate(builder.build(), hardware)
    assert fast.layers == simulate(builder.build(), hardware, engine="events").layers
