"""Batch-norms and activations go where they may, and nowhere else."""

from __future__ import annotations

from hypothesis import given, settings

from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.fusion import fold
from accelsim.workload.network import Network
from accelsim.workload.window import window
from tests.oracles.channel_origins import fused_forwards
from tests.oracles.random_networks import builders


def started(channels: int = 8) -> tuple[NetworkBuilder, str]:
    net = NetworkBuilder("net")
    return net, net.input("image", (channels, 6, 6))


def fused(network: Network) -> dict[str, tuple[str | None, int]]:
    """Activation and norm learnables of every operator that is left."""
    return {operator.name: (operator.activation, operator.norm_params) for operator in network}


def test_batch_norm_after_conv_folds_two_learnables_per_channel() -> None:
    net, x = started()
    net.batch_norm("bn", net.conv("conv", x, 16, window(3)))
    network = net.build()
    assert fused(network) == {"conv": (None, 32)}
    assert network.params == 16 * 8 * 9 + 32
    assert network.outputs == ("conv",)


def test_batch_norm_after_linear_folds() -> None:
    net, x = started()
    net.batch_norm("bn", net.linear("fc", x, 10))
    assert fused(net.build()) == {"fc": (None, 20)}


def test_norm_and_activation_after_concat_go_to_every_part() -> None:
    net, x = started()
    parts = [net.conv("a", x, 4, window(1)), net.conv("b", x, 12, window(1))]
    joined = net.batch_norm("bn", net.concat("concat", *parts))
    net.pool("pool", net.activation("act", joined, "silu"), "global")
    network = net.build()
    assert fused(network) == {
        "a": ("silu", 8), "b": ("silu", 24), "concat": (None, 0), "pool": (None, 0),
    }  # fmt: skip
    assert network.operators[-1].inputs == ("concat",)


def test_norm_and_activation_after_concat_of_rows_stay_operators() -> None:
    net, x = started()
    parts = [net.conv("a", x, 4, window(1)), net.conv("b", x, 4, window(1))]
    net.activation("act", net.batch_norm("bn", net.concat("concat", *parts, along="rows")), "relu")
    assert fused(net.build()) == {
        "a": (None, 0), "b": (None, 0), "concat": (None, 0), "bn": ("relu", 0),
    }  # fmt: skip


def test_batch_norm_after_concat_with_a_pool_stays_an_operator() -> None:
    net, x = started()
    parts = [net.conv("a", x, 4, window(1)), net.pool("pool", x, "max", window(1))]
    net.batch_norm("bn", net.concat("concat", *parts))
    network = net.build()
    assert fused(network)["a"] == (None, 0)
    assert network.operators[-1].params == 2 * 12


def test_batch_norm_of_one_split_part_counts_only_its_channels() -> None:
    net, x = started()
    left, right = net.split("split", net.conv("conv", x, 16, window(1)), [5, 11])
    net.concat("concat", net.batch_norm("bn", left), right)
    network = net.build()
    assert fused(network)["conv"] == (None, 10)
    assert network.operators[-1].inputs == ("split.0", "split.1")


def test_batch_norm_after_shuffle_and_split_reaches_the_interleaved_producers() -> None:
    # concat of a (4) and b (4) shuffled in 2 groups: a0 b0 a1 b1 a2 b2 a3 b3; the first three
    # channels are a0 b0 a1.
    net, x = started()
    joined = net.concat("concat", net.conv("a", x, 4, window(1)), net.conv("b", x, 4, window(1)))
    first, rest = net.split("split", net.shuffle("shuffle", joined, 2), [3, 5])
    net.concat("end", net.batch_norm("bn", first), rest)
    found = fused(net.build())
    assert (found["a"], found["b"]) == ((None, 4), (None, 2))


def test_batch_norm_of_a_later_split_part_counts_the_producers_of_its_channels() -> None:
    # The last 3 of 4 + 4 channels are all of b.
    net, x = started()
    joined = net.concat("concat", net.conv("a", x, 4, window(1)), net.conv("b", x, 4, window(1)))
    rest, last = net.split("split", joined, [5, 3])
    net.concat("end", rest, net.batch_norm("bn", last))
    found = fused(net.build())
    assert (found["a"], found["b"]) == ((None, 0), (None, 6))


def test_activation_of_one_split_part_stays_an_operator() -> None:
    net, x = started()
    left, right = net.split("split", net.conv("conv", x, 16, window(1)), [8, 8])
    net.concat("concat", net.activation("act", left, "relu"), right)
    found = fused(net.build())
    assert found["conv"] == (None, 0)
    assert "act" in found


def test_norm_whose_producer_has_two_readers_stays_an_operator() -> None:
    net, x = started()
    conv = net.conv("conv", x, 8, window(1))
    normed = net.activation("act", net.batch_norm("bn", conv), "relu")
    net.add("add", normed, conv)
    network = net.build()
    assert fused(network) == {"conv": (None, 0), "bn": ("relu", 0), "add": (None, 0)}
    assert network.params == 64 + 16


def test_norm_whose_producer_is_read_again_later_stays_an_operator() -> None:
    net, x = started()
    conv = net.conv("conv", x, 8, window(1))
    net.batch_norm("bn", conv)
    net.pool("late_reader", conv, "global")
    assert "bn" in fused(net.build())


def test_norm_after_activation_stays_an_operator() -> None:
    net, x = started()
    net.batch_norm("bn", net.activation("act", net.conv("conv", x, 8, window(1)), "relu"))
    assert fused(net.build()) == {"conv": ("relu", 0), "bn": (None, 0)}


def test_second_activation_stays_an_operator() -> None:
    net, x = started()
    conv = net.conv("conv", x, 8, window(1))
    net.activation("second", net.activation("first", conv, "relu"), "sigmoid")
    assert fused(net.build()) == {"conv": ("relu", 0), "second": (None, 0)}


def test_norm_and_activation_of_the_image_stay_operators() -> None:
    net, x = started()
    net.activation("act", net.batch_norm("bn", x), "relu")
    assert fused(net.build()) == {"bn": ("relu", 0)}


def test_activation_after_add_fuses_with_the_add() -> None:
    net, x = started()
    net.activation("act", net.add("add", net.conv("conv", x, 8, window(1)), x), "relu")
    assert fused(net.build()) == {"conv": (None, 0), "add": ("relu", 0)}


def test_activation_after_pool_stays_an_operator() -> None:
    net, x = started()
    net.activation("act", net.pool("pool", x, "max", window(2)), "relu")
    assert "act" in fused(net.build())


@settings(max_examples=200, deadline=None)
@given(builders())
def test_fold_finds_what_tracing_every_channel_forwards_finds(net: NetworkBuilder) -> None:
    expected = fused_forwards(net.operators)
    folded = fold(net.operators)
    assert [operator.name for operator in folded] == expected.kept
    found = {op.name: op.norm_params for op in folded if op.norm_params}
    assert found == expected.norms
    activations = {op.name: op.activation for op in folded if op.activation}
    assert activations == expected.activations


@settings(max_examples=100, deadline=None)
@given(builders())
def test_folding_again_changes_nothing(net: NetworkBuilder) -> None:
    folded = fold(net.operators)
    assert fold(folded) == folded


@settings(max_examples=100, deadline=None)
@given(builders())
def test_params_and_macs_are_those_of_the_unfused_operators(net: NetworkBuilder) -> None:
    network = net.build()
    assert network.params == sum(operator.params for operator in net.operators)
    assert network.macs == sum(operator.macs for operator in net.operators)
