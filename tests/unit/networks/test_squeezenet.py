"""SqueezeNet: modules and pools."""

from __future__ import annotations

import pytest

from accelsim.networks.squeezenet import PLANS, squeezenet
from accelsim.workload.operators import Concat

# Parameters before pruning. Source: Iandola et al., arXiv 1602.07360, table 1.
PARAMS_1_0 = {
    "conv1": 14_208, "fire2": 11_920, "fire3": 12_432, "fire4": 45_344, "fire5": 49_440,
    "fire6": 104_880, "fire7": 111_024, "fire8": 188_992, "fire9": 197_184, "conv10": 513_000,
}  # fmt: skip


def test_squeezenet_1_0_modules_have_the_papers_parameters() -> None:
    found: dict[str, int] = {}
    for op in squeezenet("squeezenet1_0"):
        if op.params:
            module = op.name.partition(".")[0]
            found[module] = found.get(module, 0) + op.params
    assert found == PARAMS_1_0


@pytest.mark.parametrize("name", PLANS)
def test_squeezenet_modules_join_two_halves_of_the_same_squeeze(name: str) -> None:
    network = squeezenet(name)
    makers = {op.name: op for op in network}
    joins = [op for op in network if isinstance(op, Concat)]
    assert [op.output_shape[0] for op in joins] == [128, 128, 256, 256, 384, 384, 512, 512]
    for join in joins:
        narrow, wide = (makers[tensor] for tensor in join.inputs)
        assert (narrow.kernel, wide.kernel) == ((1, 1), (3, 3))
        assert narrow.inputs == wide.inputs
        assert narrow.output_shape == wide.output_shape


@pytest.mark.parametrize(
    ("name", "maps"),
    # (109 - 3) / 2 = 53 and (27 - 3) / 2 = 12 are even; (54 - 3) / 2 = 25.5 is rounded up.
    [("squeezenet1_0", [54, 27, 13]), ("squeezenet1_1", [55, 27, 13])],
)
def test_squeezenet_pools_round_up(name: str, maps: list[int]) -> None:
    pools = [op.output_shape[1] for op in squeezenet(name) if op.kind == "pool"]
    assert pools == [*maps, 1]


def test_squeezenet_1_1_has_2_4_times_less_computation_than_1_0() -> None:
    # Source: README of the authors' repository (forresti/SqueezeNet, SqueezeNet_v1.1).
    ratio = squeezenet("squeezenet1_0").macs / squeezenet("squeezenet1_1").macs
    assert ratio == pytest.approx(2.4, abs=0.06)
