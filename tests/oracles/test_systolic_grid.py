"""Simulated registers give the products of numpy and the cycles and words of the closed forms."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.dataflows import OVERLAPS, accesses_of, timing
from accelsim.dataflows.base import IS, OS, RTL, WS, ArraySpec, Gemm
from tests.oracles.output_grid import (
    OutputArray,
    output_folds,
    output_stationary,
    run_output_stationary,
)
from tests.oracles.systolic_grid import Run
from tests.oracles.weight_grid import (
    WeightArray,
    input_stationary,
    run_weight_stationary,
    weight_folds,
    weight_stationary,
)

Sizes = tuple[int, int]
small = st.integers(1, 5)
sizes = st.tuples(small, small)
shapes = st.builds(
    Gemm, M=st.integers(1, 9), K=st.integers(1, 11), D=st.integers(1, 11), G=st.integers(1, 4)
)
light = settings(max_examples=60, deadline=None)


def operands(gemm: Gemm) -> tuple[np.ndarray, np.ndarray]:
    """Inputs [G, M, D] and weights [G, D, K]; no zeros, so that no lost word goes unseen."""
    rng = np.random.default_rng(gemm)
    a = rng.integers(1, 100, (gemm.G, gemm.M, gemm.D))
    return a, rng.integers(1, 100, (gemm.G, gemm.D, gemm.K))


def assert_same(run: Run, product: np.ndarray, code: int, gemm: Gemm, array: ArraySpec) -> None:
    closed = timing(code, gemm, array)
    words = (run.input_reads, run.weight_reads, run.output_writes, run.output_reads)
    assert np.array_equal(run.product, product)
    assert (run.cycles, run.folds) == (closed.cycles, closed.folds)
    assert words == accesses_of(code, gemm, array)


@pytest.mark.parametrize("control", ["serial", "pipelined", "broadcast"])
@light
@given(gemm=shapes, size=sizes, trim=st.booleans(), packing=st.booleans())
def test_weight_stationary_when_simulated_gives_products_cycles_and_words(
    control: str, gemm: Gemm, size: Sizes, trim: bool, packing: bool
):
    a, b = operands(gemm)
    run = weight_stationary(a, b, size, control, trim, packing)
    array = ArraySpec(*size, OVERLAPS[control], RTL, trim, packing)
    assert_same(run, a @ b, WS, gemm, array)


@pytest.mark.parametrize("control", ["serial", "pipelined", "broadcast"])
@light
@given(
    gemm=st.builds(
        Gemm, M=st.integers(1, 6), K=st.integers(1, 2), D=st.integers(1, 2), G=st.integers(2, 9)
    ),
    size=st.tuples(st.integers(3, 6), st.integers(3, 6)),
    trim=st.booleans(),
)
def test_depthwise_when_packed_block_diagonally_gives_products_cycles_and_words(
    control: str, gemm: Gemm, size: Sizes, trim: bool
):
    a, b = operands(gemm)
    run = weight_stationary(a, b, size, control, trim, packing=True)
    array = ArraySpec(*size, OVERLAPS[control], RTL, trim, packing=1)
    assert_same(run, a @ b, WS, gemm, array)


@pytest.mark.parametrize("control", ["serial", "pipelined", "broadcast"])
@light
@given(gemm=shapes, size=sizes, trim=st.booleans())
def test_input_stationary_when_simulated_gives_products_cycles_and_words(
    control: str, gemm: Gemm, size: Sizes, trim: bool
):
    a, b = operands(gemm)
    run = input_stationary(a, b, size, control, trim)
    array = ArraySpec(*size, OVERLAPS[control], RTL, trim, packing=1)
    assert_same(run, a @ b, IS, gemm, array)


@pytest.mark.parametrize("control", ["serial", "pipelined"])
@light
@given(gemm=shapes, size=sizes, trim=st.booleans())
def test_output_stationary_when_simulated_gives_products_cycles_and_words(
    control: str, gemm: Gemm, size: Sizes, trim: bool
):
    a, b = operands(gemm)
    run = output_stationary(a, b, size, control, trim)
    array = ArraySpec(*size, OVERLAPS[control], RTL, trim, packing=1)
    assert_same(run, a @ b, OS, gemm, array)


class EarlyLoad(WeightArray):
    """Loads as soon as a fold has started to stream, whatever the registers allow."""

    def may_load(self) -> bool:
        return self.stream.started >= self.load.started


@pytest.mark.parametrize("control", ["serial", "broadcast"])
def test_weight_stationary_when_loading_too_early_spoils_the_product(control: str):
    gemm = Gemm(M=2, K=2, D=6, G=1)
    a, b = operands(gemm)
    folds = list(weight_folds(a, b, 2, 2, packing=False))
    patient = run_weight_stationary(a, b, WeightArray((2, 2), folds, control, trim=False))
    hasty = run_weight_stationary(a, b, EarlyLoad((2, 2), folds, control, trim=False))
    assert np.array_equal(patient.product, a @ b)
    assert hasty.cycles < patient.cycles
    assert not np.array_equal(hasty.product, a @ b)


class Unwaiting(OutputArray):
    """Feeds on although results have not left."""

    def must_wait(self) -> bool:
        return False


def test_output_stationary_when_not_waiting_for_the_drain_overruns_a_result():
    a, b = operands(Gemm(M=6, K=2, D=1, G=1))
    array = Unwaiting((3, 2), output_folds(a, b, 3, 2), "pipelined", trim=False)
    with pytest.raises(AssertionError, match="overrun"):
        run_output_stationary(a, b, array)


def rtl_runs(controller: str) -> list[dict[str, str]]:
    """Rows of the RTL simulations small enough for this oracle; all shapes and both trims."""
    with (Path(__file__).parents[1] / "reference" / "rtl_cycles.csv").open(newline="") as file:
        return [
            row
            for row in csv.DictReader(file)
            if row["controller"] == controller
            and int(row["R"]) * int(row["C"]) <= 16
            and int(row["M"]) * int(row["N"]) * int(row["K"]) <= 8_000
        ]


@pytest.mark.parametrize(
    ("controller", "simulate", "control"),
    [
        ("ws_serial", weight_stationary, "serial"),
        ("ws_doublebuf", weight_stationary, "pipelined"),
        ("ws_doublebuf_broadcast", weight_stationary, "broadcast"),
        ("os_serial", output_stationary, "serial"),
        ("os_overlap", output_stationary, "pipelined"),
    ],
)
def test_grid_when_rtl_was_simulated_shows_first_useful_and_last_output_in_its_cycles(
    controller: str, simulate: Callable[..., Run], control: str
):
    """In that file N is the number of filters and K the reduction length."""
    rows = rtl_runs(controller)
    assert len(rows) >= 40
    for row in rows:
        a, b = operands(Gemm(M=int(row["M"]), K=int(row["N"]), D=int(row["K"]), G=1))
        unpacked = (False,) if simulate is weight_stationary else ()
        size, trim = (int(row["R"]), int(row["C"])), row["trim"] == "1"
        run = simulate(a, b, size, control, trim, *unpacked)
        measured = [int(row[name]) for name in ("cycles", "cycles_useful", "first_output_cycle")]
        assert [run.cycles, run.useful_cycles, run.first_output_cycle] == measured, row
