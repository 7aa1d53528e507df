"""What cores with levels of their own find there, by hand."""

from __future__ import annotations

import pytest

from accelsim.evaluate import simulate
from accelsim.execution.own_levels import NOTHING, OTHER_CORE, RENAMED, Box, Cut
from accelsim.hardware.yaml_io import load_hardware
from accelsim.schedule.nest import nest_of
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

EDGE = load_hardware("edge_16x16")
TWO = EDGE.replace({"cores.count": 2, "memory.levels.dram.channels": 2})


def cut(operator, loop, *spans, batch=1):
    return Cut(operator, nest_of(operator, EDGE, batch), loop, spans, batch)


def conv(kernel=1, groups=1, stride=1):
    net = NetworkBuilder("one", "test")
    walk = window(kernel, stride, padding=kernel // 2)
    net.conv("x", net.input("image", (8, 8, 8)), 16, walk, groups=groups)
    return net.build().operators[0]


IN, OUT = (8, 8, 8), (16, 8, 8)


@pytest.mark.parametrize(
    ("operator", "loop", "made", "read"),
    [
        (conv(), "K", Box((0, 1), (0, 8), (0, 8)), Box((0, 1), (0, 8), (0, 8))),
        (conv(), "P", Box((0, 1), (0, 16), (0, 4)), Box((0, 1), (0, 8), (0, 4))),
        (conv(3), "P", Box((0, 1), (0, 16), (0, 4)), Box((0, 1), (0, 8), (0, 5))),
        (conv(3, 8), "G", Box((0, 1), (0, 8), (0, 8)), Box((0, 1), (0, 4), (0, 8))),
        (conv(1, 2), "K", NOTHING, Box((0, 1), (0, 8), (0, 8))),
    ],
)
def test_first_of_two_cores_makes_and_reads(operator, loop, made, read):
    half = {"K": 8, "P": 4, "G": 4}[loop]
    own = cut(operator, loop, (0, half), (half, 2 * half))
    assert (own.made(OUT)[0], own.read(IN)[0]) == (made, read)


def test_second_core_of_a_strided_window_reads_from_above_its_first_row():
    own = cut(conv(3, 1, 2), "P", (0, 2), (2, 4))
    assert own.read(IN)[1].rows == (3, 8)
    assert own.read(IN)[0].rows == (0, 4)


def test_images_as_groups_of_a_pool_are_followed_for_one_image_only():
    net = NetworkBuilder("pool", "test")
    net.pool("x", net.input("image", (8, 8, 8)), "max", window(2, 2))
    (pool,) = net.build().operators
    assert cut(pool, "G", (0, 4), (4, 8)).made((8, 4, 4))[1].channels == (4, 8)
    assert cut(pool, "G", (0, 8), (8, 16), batch=2).made((8, 4, 4)) == [NOTHING, NOTHING]


def test_first_reader_of_which_no_part_is_known_reads_all_at_most_and_fetches_nothing():
    net = NetworkBuilder("norm", "test")
    net.norm("x", net.input("image", (8, 8, 8)))
    by_rows = cut(net.build().operators[0], "P", (0, 4), (4, 8))
    assert by_rows.read(IN) == [Box((0, 1), (0, 8), (0, 8))] * 2
    assert by_rows.fetched(IN) == [NOTHING, NOTHING]
    halo = cut(conv(3), "P", (0, 4), (4, 8))
    assert halo.fetched(IN) == halo.read(IN)


def test_map_of_one_channel_is_read_by_all_channels_of_a_product():
    net = NetworkBuilder("map", "test")
    x = net.input("image", (8, 8, 8))
    net.mul("x", x, net.input("mask", (1, 8, 8)))
    product = cut(net.build().operators[0], "G", (0, 4), (4, 8))
    assert product.read((1, 8, 8)) == [Box((0, 1), (0, 1), (0, 8))] * 2
    assert product.fetched((1, 8, 8)) == [NOTHING, NOTHING]
    assert product.read(IN)[1].channels == (4, 8)


def test_box_within_another_and_an_empty_one_within_any():
    box = Box((0, 1), (2, 4), (0, 8))
    assert box.within(Box((0, 1), (0, 8), (0, 8)))
    assert not box.within(Box((0, 1), (3, 8), (0, 8)))
    assert box.of_channels((4, 8)).within(NOTHING)


def split(net, **choices):
    result = simulate(
        net.build(), TWO, engine="events", policy="split", residency="optimal", **choices
    )
    return result, {layer.layer: layer for layer in result.layers}


def test_rows_that_cores_make_for_themselves_stay_and_halos_do_not():
    net = NetworkBuilder("rows", "test")
    x = net.conv("stem", net.input("image", (4, 64, 64)), 16, window(1))
    x = net.conv("same", x, 16, window(1))
    net.conv("halo", x, 16, window(3, padding="same"))
    result, layers = split(net)
    assert {layer.unit for layer in result.layers} == {"core 0 to 1"}
    assert result.provenance["resident_tensors"] == ["stem"]
    assert result.provenance["spilled_tensors"] == {"same": OTHER_CORE}
    assert layers["same"].dram_read_bytes < 16 * 64 * 64


def test_channels_of_a_concat_are_followed_to_the_core_that_makes_them():
    net = NetworkBuilder("names", "test")
    image = net.input("image", (4, 64, 64))
    left, right = (net.conv(name, image, 16, window(1)) for name in ("left", "right"))
    net.conv("out", net.concat("cat", left, right), 16, window(1))
    result, layers = split(net)
    assert {layers[name].unit for name in ("left", "right", "out")} == {"core 0 to 1"}
    assert result.provenance["resident_tensors"] == ["image", "left", "right"]
    assert layers["out"].dram_read_bytes == 2 * 16 * 32  # each core loads the weights


def test_rows_that_are_joined_are_not_followed():
    net = NetworkBuilder("names", "test")
    x = net.conv("stem", net.input("image", (4, 64, 64)), 16, window(1))
    net.conv("out", net.concat("cat", x, x, along="rows"), 16, window(1))
    result, _ = split(net)
    assert result.provenance["spilled_tensors"] == {"stem": RENAMED}


def test_image_whose_rows_a_norm_shares_out_is_fetched_again():
    net = NetworkBuilder("norm", "test")
    image = net.input("image", (64, 16, 16))
    net.norm("norm", image)
    net.conv("out", image, 64, window(1))
    result, layers = split(net, effort="sweep")
    assert {layer.unit for layer in result.layers} == {"core 0 to 1"}
    assert result.provenance["spilled_tensors"] == {"image": OTHER_CORE}
    assert layers["out"].dram_read_bytes >= 64 * 16 * 16 + 64 * 64
