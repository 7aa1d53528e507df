"""Blocks of mobile networks on two phones: what kernels of 5 and 7 cost, against measurement.

Medians: ProxylessNAS and Once-for-All latency tables (github han-cai/files), as in
`accelsim/validation/phones.py`. The tables themselves are not part of this repository.
"""

from itertools import pairwise

import pytest

from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.validation import phone_networks, phones
from accelsim.validation.phones import Block

WITHIN = 0.10
PIXEL_1, NOTE10 = phones.PHONES
MIDDLE = Block(14, 80, 80, 1, 6, "relu6")


def inside_of(side, kernel, stride):
    """Taps in a map of `side` pixels along one axis, TensorFlow's SAME padding, counted."""
    outputs = side // stride
    padding = max((outputs - 1) * stride + kernel - side, 0)
    padded = [False] * (padding // 2) + [True] * side + [False] * (padding - padding // 2)
    return sum(sum(padded[start * stride : start * stride + kernel]) for start in range(outputs))


@pytest.fixture(scope="module")
def compared():
    return {phone.name: phones.compare(phone) for phone in phones.PHONES}


@pytest.mark.slow
@pytest.mark.parametrize("phone", phones.PHONES, ids=lambda phone: phone.name)
@pytest.mark.parametrize("kernel", [5, 7])
def test_median_latency_ratio_of_kernels_is_that_of_the_phone(compared, phone, kernel):
    rows = [row for row in compared[phone.name] if row.quantity.startswith(f"latency, {kernel}x")]
    assert len(rows) == 2
    for row in rows:
        assert row.ours == pytest.approx(phone.medians[kernel], rel=WITHIN)


@pytest.mark.slow
@pytest.mark.parametrize("phone", phones.PHONES, ids=lambda phone: phone.name)
@pytest.mark.parametrize("kernel", [5, 7])
def test_ratio_is_nearer_to_the_phone_than_that_of_macs_which_is_too_small(compared, phone, kernel):
    simulated, _, macs = [
        row for row in compared[phone.name] if f"{kernel}x{kernel}" in row.quantity
    ]
    assert macs.quantity.startswith("MACs")
    assert macs.published is None  # nobody published it
    assert macs.ours < simulated.published
    assert abs(simulated.ours - simulated.published) < simulated.published - macs.ours


@pytest.mark.parametrize(
    ("preset", "macs_per_cycle", "cycles_per_pass"), [("pixel_1", 4, 2), ("note10", 8, 4)]
)
def test_depthwise_runs_at_the_rate_of_the_load_store_units(
    preset, macs_per_cycle, cycles_per_pass
):
    """Filter, input and sum of every tap are loaded and the sum is stored: four words of 4 B.

    Two units move 32 B per cycle. The first sum of an output is not read, nor are inputs in the
    padding, where at most 23 % of the taps lie.
    """
    result = simulate(phones.network_of(MIDDLE, 7), preset, effort="sweep")
    (layer,) = [layer for layer in result.layers if layer.type == "dw"]
    outputs = 14 * 14 * 480
    taps = 7 * 7 * outputs
    assert layer.dataflow == "channels_in_lanes"
    assert layer.compute_cycles == taps // macs_per_cycle
    busy = layer.compute_cycles + layer.stall_bank_cycles
    assert (4 - 0.23) * taps - outputs <= busy * 32 / 4 <= 4 * taps - outputs
    assert busy / layer.compute_cycles == pytest.approx(cycles_per_pass, rel=0.05)


@pytest.mark.parametrize(("preset", "macs_per_cycle"), [("pixel_1", 4), ("note10", 8)])
def test_pointwise_runs_at_the_rate_of_the_multiply_adds(preset, macs_per_cycle):
    result = simulate(phones.network_of(MIDDLE, 3), preset, effort="sweep")
    expand, project = (layer for layer in result.layers if layer.type == "pw")
    for layer in (expand, project):
        assert layer.dataflow == "filters_in_lanes"
        assert layer.compute_cycles == layer.macs // macs_per_cycle
        assert layer.stall_bank_cycles == 0


def test_activations_are_passes_of_their_own():
    result = simulate(phones.network_of(MIDDLE, 3), "pixel_1", effort="sweep")
    assert [layer.operator for layer in result.layers] == [
        "conv", "elementwise", "conv", "elementwise", "conv", "elementwise"
    ]  # fmt: skip


def test_a_larger_kernel_never_costs_less():
    hardware = load_hardware("note10")
    times = [phones.predicted(MIDDLE, kernel, hardware).ms for kernel in phones.KERNELS]
    assert all(small < large for small, large in pairwise(times))


@pytest.mark.parametrize(
    ("kernel", "stride", "inside"), [(3, 1, 40), (7, 1, 86), (3, 2, 20), (1, 1, 14)]
)
def test_share_of_taps_inside_is_that_of_a_count(kernel, stride, inside):
    """Per axis of 14: 3x3 loses a tap at each end; 7x7 loses 3 + 2 + 1 at each; TensorFlow pads
    a stride of 2 after the end only."""
    network = phones.network_of(MIDDLE._replace(stride=stride), kernel)
    (operator,) = [operator for operator in network.operators if operator.type == "dw"]
    assert inside_of(14, kernel, stride) == inside
    assert phones.share_inside(operator) == pytest.approx((inside / (14 // stride * kernel)) ** 2)


def test_blocks_have_the_macs_of_their_tables():
    """Published beside the latencies: 15,899,520 with 3x3 and 19,662,720 with 7x7."""
    assert phones.network_of(MIDDLE, 3).macs == 15_899_520
    assert phones.network_of(MIDDLE, 7).macs == 19_662_720
    assert len(PIXEL_1.blocks) == 23
    assert len(NOTE10.blocks) == 30


def test_measured_blocks_are_those_with_every_kernel(tmp_path):
    header = "device,block,kernel,stride,in_h,in_ch,out_ch,expansion,se,act,latency_ms\n"
    rows = [
        *(f"a phone,mbconv,{k},1,14,96,96,3,0,h_swish,{k}.5\n" for k in (3, 5, 7)),
        *(f"a phone,mbconv,{k},2,14,96,96,3,1,relu,9\n" for k in (3, 7)),
        "another,mbconv,3,2,14,96,96,3,1,relu,9\n",
        "a phone,logits,,,7,1280,1000,,,,0.3\n",
    ]
    table = tmp_path / phones.TABLE
    table.write_text(header + "".join(rows), encoding="utf-8")
    found = phones.measured(table, "a phone")
    assert found == {Block(14, 96, 96, 1, 3, "hardswish"): {3: 3.5, 5: 5.5, 7: 7.5}}


def test_networks_of_a_table_are_the_float_ones_on_a_pixel_1_that_are_built_in(tmp_path):
    table = tmp_path / phone_networks.TABLE
    table.write_text(
        "network,variant,input,device,latency_ms\n"
        'MobileNetV2,width 0.5,96,"Pixel 1 CPU float (TFLite, 1 large core)",6.4\n'
        "MobileNetV3,Large dm=1 float,224,Pixel 1 CPU,51.2\n"
        "MobileNetV3,Large dm=1 float,224,Pixel 3 CPU,44\n"
        "MobileNetV3,Large dm=1 int8,224,Pixel 1 CPU,44\n"
        "SSD MobileNetV3-Large,320x320,320,Pixel 1 CPU,119\n",
        encoding="utf-8",
    )
    assert phone_networks.measured(table) == {
        "mobilenet_v2:alpha=0.5,resolution=96": 6.4,
        "mobilenet_v3_large:alpha=1,resolution=224": 51.2,
    }


def test_networks_rank_on_the_preset_as_on_the_phone():
    rows = phone_networks.compare()
    assert [row.ours for row in rows] == sorted((row.ours for row in rows), reverse=True)
    assert [row.published for row in rows] == [73.8, 51.2, 15.8]
    assert all(0.4 < row.ours / row.published < 1 for row in rows)
