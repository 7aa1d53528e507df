"""Window engines in the mapper: line buffers bound the columns, both engines agree."""

import pytest

import accelsim as ac
from accelsim.errors import HardwareError, MappingError
from accelsim.hardware.yaml_io import load_hardware
from accelsim.mapper.finding import Question
from accelsim.mapper.flows import flows_of
from accelsim.mapper.search import find_mapping
from accelsim.mapping import Loop
from accelsim.schedule.fill import check_fits, fits
from accelsim.schedule.machine import target_of
from accelsim.schedule.nest import nest_of
from accelsim.schedule.program import planned
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import window

K3 = load_hardware("kernel_engines/k3")


def depthwise_operator(width, kernel=3):
    net = NetworkBuilder("wide")
    x = net.input("image", (16, 28, width))
    net.conv("dw", x, 16, window(kernel, padding="same"), groups=16)
    return net.build().operators[0]


def test_line_buffers_hold_the_pixels_that_the_preset_states():
    spec = target_of(K3, "streaming").spec
    assert (spec.line, spec.planes, spec.latency) == (224, 16, 3 + 4)
    assert target_of(K3, "vector").spec.line == 0


@pytest.mark.parametrize(("width", "columns"), [(224, 224), (225, 113), (448, 112)])
def test_map_wider_than_the_line_buffers_is_cut_into_columns(width, columns):
    """448: 224 columns with their halo are 226 pixels, so a quarter is the next of the sizes."""
    operator = depthwise_operator(width)
    found = ac.map_operator(operator, K3)
    assert found.mapping.extent("Q", found.mapping.outermost_cut("output")) <= columns
    nest = nest_of(operator, K3, 1)
    (flow,) = flows_of(operator, nest, K3, ("streaming",))
    best = find_mapping(Question(nest, (flow,), "cycles", "normal"))
    assert fits(nest, best.mapping, flow.target, best.plan)


def test_tile_wider_than_the_line_buffers_is_refused_with_the_cure():
    operator = depthwise_operator(300)
    nest, target = nest_of(operator, K3, 1), target_of(K3, "streaming")
    mapping = ac.map_operator(operator, K3).mapping
    loops = [loop for loop in mapping.temporal if loop.dim != "Q"]
    inside = sum(loop.dim != "Q" for loop in mapping.temporal[: mapping.outermost_cut("output")])
    cuts = dict.fromkeys(mapping.cuts, (inside + 1,))
    wide = mapping.__class__(
        dataflow="streaming", rows=mapping.rows, cols=mapping.cols, planes=mapping.planes,
        temporal=(Loop("Q", 300), *loops), cuts=cuts,
    )  # fmt: skip
    with pytest.raises(MappingError, match="need 300 pixels per row, there are 224; cut Q further"):
        check_fits(nest, wide, target, planned(nest, wide, target))


def test_engines_stand_alone_in_an_array():
    with pytest.raises(HardwareError, match="'streaming' is a fixed-function engine"):
        K3.replace({"array.dataflows": ["streaming", "any"]})


@pytest.mark.parametrize("preset", ["k3", "k7"])
def test_both_engines_agree_on_mixed_kernels(preset):
    net = NetworkBuilder("mixed")
    x = net.input("image", (24, 28, 28))
    for kernel, stride in ((3, 1), (5, 2), (7, 1), (9, 1)):
        size = window(kernel, stride=stride, padding="same")
        x = net.conv(f"dw{kernel}", x, 24, size, groups=24)
        x = net.conv(f"pw{kernel}", x, 24, window(1))
    hardware = load_hardware(f"kernel_engines/{preset}")
    fast, events = (
        ac.simulate(net.build(), hardware, engine=engine) for engine in ("fast", "events")
    )
    assert fast.cycles == events.cycles
    for layer, again in zip(fast.layers, events.layers, strict=True):
        assert (layer.cycles, layer.stall_cycles) == (again.cycles, again.stall_cycles)
        parts = layer.compute_cycles + layer.fill_drain_cycles + layer.stall_cycles
        assert parts == layer.cycles


def test_larger_window_runs_a_larger_kernel_faster_and_a_small_one_hardly_slower():
    def cycles(kernel, preset):
        operator = depthwise_operator(28, kernel)
        return ac.map_operator(operator, load_hardware(f"kernel_engines/{preset}")).cost.cycles

    assert cycles(7, "k3") > 4 * cycles(7, "k7")
    assert cycles(3, "k3") <= cycles(3, "k7") < 1.3 * cycles(3, "k3")
