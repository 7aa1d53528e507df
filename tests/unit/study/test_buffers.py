"""The smallest buffer: bisection finds it from any guess, and the mapper agrees on both sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import accelsim as ac
from accelsim.cost.memories import sram
from accelsim.study import buffers
from accelsim.study.buffers import GRID_BYTES, Buffers, smallest
from accelsim.study.cases import Case, Size, convolutions, network_of


@given(threshold=st.integers(1, 5000), guess=st.integers(1, 10_000), most=st.integers(1, 4000))
def test_smallest_is_the_threshold_whatever_the_guess(threshold, guess, most):
    found = smallest(lambda tried: tried >= threshold, guess, most)
    assert found == (threshold if threshold <= most else None)


@given(threshold=st.integers(1, 2**16), guess=st.integers(1, 2**16))
def test_smallest_asks_each_size_once_and_few_of_them(threshold, guess):
    asked = []

    def passes(tried: int) -> bool:
        asked.append(tried)
        return tried >= threshold

    smallest(passes, guess, 2**16)
    assert len(set(asked)) == len(asked) <= 28
    if guess == threshold:
        assert len(asked) <= 2


def payload_and_compulsory(network, hardware_name: str, size_bytes: int) -> tuple[int, int] | None:
    """What a plain run with the objective dram_bytes moves with one buffer of that size."""
    hardware = ac.load_hardware(hardware_name)
    buffer = {
        "name": "only", "kind": "sram", "size": size_bytes, "word_bits": 8, "banks": 1,
        "double_buffered": True,
    }  # fmt: skip
    dram = hardware.dram.model_dump(mode="json", by_alias=True)
    machine = hardware.replace({"memory.levels": [buffer, dram], "dma.burst_bytes": 1})
    try:
        result = ac.simulate(network, machine, objective="dram_bytes", effort="sweep")
    except ac.AccelsimError:
        return None
    return (
        sum(layer.dram_payload_bytes for layer in result.layers),
        sum(layer.compulsory_bytes for layer in result.layers),
    )


def test_level_that_cores_share_is_replaced_too():
    operators = convolutions(network_of(Case(5, "dw", Size(14, 20))))
    hardware = ac.load_hardware("edge_16x16")
    shared = hardware.replace({"cores.count": 2, "cores.shared": [hardware.scratchpad.name]})
    found = Buffers(shared, "sweep").needed_bytes(operators)
    assert found == Buffers(hardware, "sweep").needed_bytes(operators)


@pytest.mark.parametrize("hardware", ["edge_16x16", "tpu_v1"])
@pytest.mark.parametrize("case", [
    Case(5, "dw", Size(14, 20)), Case(3, "conv", Size(7, 40)), Case(7, "conv", Size(10, 12)),
])  # fmt: skip
def test_needed_bytes_are_enough_and_one_step_less_is_not(hardware, case):
    network = network_of(case)
    found = Buffers(ac.load_hardware(hardware), "sweep").needed_bytes(convolutions(network))
    assert found is not None
    assert found % GRID_BYTES == 0
    moved, least = payload_and_compulsory(network, hardware, found)
    assert moved == least
    less = payload_and_compulsory(network, hardware, found - GRID_BYTES) if found > 256 else None
    assert less is None or less[0] > less[1]


def test_needed_bytes_of_several_operators_are_the_most_that_one_needs(bench):
    networks = [network_of(Case(k, "conv", Size(7, 40))) for k in (1, 5, 3)]
    alone = [Buffers(bench.hardware, "sweep").needed_bytes(convolutions(net)) for net in networks]
    together = [conv for net in networks for conv in convolutions(net)]
    assert Buffers(bench.hardware, "sweep").needed_bytes(together) == max(alone)


def test_needed_bytes_do_not_depend_on_the_guess(bench):
    convs = convolutions(network_of(Case(5, "conv", Size(7, 40))))
    found = {
        Buffers(bench.hardware, "sweep").needed_bytes(convs, guess)
        for guess in (0, 300, 10_000, 10**8)
    }
    assert len(found) == 1


def test_needed_bytes_are_unknown_where_the_largest_buffer_will_not_do(bench, monkeypatch):
    monkeypatch.setattr(buffers, "MOST_BYTES", 1024)
    convs = convolutions(network_of(Case(5, "conv", Size(7, 40))))
    assert Buffers(bench.hardware, "sweep").needed_bytes(convs) is None


def test_area_is_one_macro_of_the_scratchpads_words(bench):
    expected = sram(8192, 128, 1, 1, 45).area_mm2
    assert Buffers(bench.hardware, "sweep").area_mm2(8192) == expected
