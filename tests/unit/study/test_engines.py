"""Engines beside the array: placed areas, and depthwise layers timed by hand."""

import pytest

import accelsim as ac
from accelsim.cost.engines import line_buffers, streaming_engine
from accelsim.errors import HardwareError
from accelsim.study.cases import Case, Size, convolutions, network_of
from accelsim.study.engines import channel_engines_mm2, engine_area_mm2, service

EDGE = ac.load_hardware("edge_16x16")
LAUNCH = 100
INPUT_AND_WEIGHT = ("precision.input_bits", "precision.weight_bits")


def test_engine_area_is_cells_over_the_placement_utilisation():
    cells = streaming_engine(5).area_um2 + line_buffers(5, 28).area_um2
    assert engine_area_mm2(5, 28, EDGE) == pytest.approx(cells / 0.70 * 1e-6, rel=1e-12)


def test_engines_of_a_channel_are_the_mean_of_a_mix_and_the_sum_of_a_chain():
    mix = convolutions(network_of(Case(7, "mix", Size(28, 240))))
    mean = sum(engine_area_mm2(k, 28, EDGE) for k in (3, 5, 7)) / 3
    assert channel_engines_mm2(mix, 240, EDGE) == pytest.approx(mean, rel=1e-12)
    chain = convolutions(network_of(Case(5, "dws", Size(28, 240))))
    both = engine_area_mm2(5, 28, EDGE) + engine_area_mm2(1, 28, EDGE)
    assert channel_engines_mm2(chain, 240, EDGE) == pytest.approx(both, rel=1e-12)


def test_service_on_own_engines_takes_one_pass_for_each_sixteen_channels():
    layers = convolutions(network_of(Case(5, "dw", Size(28, 32))))
    found = service("largest", layers, [0], EDGE)
    assert found.cycles == 2 * 845 + LAUNCH  # 845: RTL, 28 x 28 on a 5 x 5 engine
    assert found.utilization == 32 * 25 * 784 / (16 * 25 * found.cycles)
    assert found.area_mm2 == pytest.approx(16 * engine_area_mm2(5, 28, EDGE), rel=1e-12)


def test_service_in_passes_takes_what_rtl_took():
    layers = convolutions(network_of(Case(7, "dw", Size(28, 16))))
    found = service("passes", layers, [0], EDGE)
    assert found.cycles == 8406 + LAUNCH  # RTL: nine passes of 30 x 30 on a 3 x 3 engine
    assert found.area_mm2 == pytest.approx(16 * engine_area_mm2(3, 28, EDGE), rel=1e-12)


def test_service_on_eyeriss_has_engines_of_its_sixteen_bits():
    eyeriss = ac.load_hardware("eyeriss")
    layers = convolutions(network_of(Case(5, "dw", Size(28, 32))))
    found = service("largest", layers, [0], eyeriss)
    one = engine_area_mm2(5, 28, eyeriss)
    assert found.area_mm2 == pytest.approx(eyeriss.array.cols * one, rel=1e-12)
    narrow = engine_area_mm2(5, 28, eyeriss.replace(dict.fromkeys(INPUT_AND_WEIGHT, 8)))
    assert one > 2 * narrow


@pytest.mark.parametrize("name", ["pixel_1", "gpu_like"])
def test_engines_beside_a_machine_of_floating_point_have_no_area(name):
    hardware = ac.load_hardware(name)
    layers = convolutions(network_of(Case(5, "dws", Size(28, 32))))
    assert engine_area_mm2(5, 28, hardware) is None
    assert channel_engines_mm2(layers, 32, hardware) is None
    with pytest.raises(HardwareError, match="only integers have an area model"):
        service("largest", layers, [0], hardware)


def test_service_waits_for_the_dram_channel():
    layers = convolutions(network_of(Case(3, "dw", Size(28, 16))))
    assert service("largest", layers, [5000], EDGE).cycles == 5000 + LAUNCH


def test_service_side_by_side_gives_every_filter_its_engine():
    layers = convolutions(network_of(Case(5, "mix", Size(28, 32))))
    found = service("side_by_side", layers, [0, 0], EDGE)
    assert found.cycles == 816 + 845 + 2 * LAUNCH
    areas = 16 * (engine_area_mm2(3, 28, EDGE) + engine_area_mm2(5, 28, EDGE))
    assert found.area_mm2 == pytest.approx(areas, rel=1e-12)
    largest = service("largest", layers, [0, 0], EDGE)
    assert largest.area_mm2 < found.area_mm2
    assert largest.cycles > found.cycles  # 3 x 3 streams the padding of a 5 x 5 window
