"""A network joins operators by tensors that exist and fit."""

from __future__ import annotations

import pytest

from accelsim.errors import WorkloadError
from accelsim.workload.network import Network
from accelsim.workload.operators import Shape, Softmax

SHAPE = (4, 1, 1)


def softmax(name: str, read: str, shape: Shape = SHAPE, made: str = "") -> Softmax:
    return Softmax(
        name=name, inputs=(read,), outputs=(made or name,), input_shapes=(shape,),
        output_shapes=(shape,),
    )  # fmt: skip


def network(*operators: Softmax) -> Network:
    return Network(name="net", inputs={"image": SHAPE}, operators=operators)


def test_consumers_and_outputs_follow_the_tensors() -> None:
    net = network(softmax("a", "image"), softmax("b", "a"), softmax("c", "a"))
    assert net.consumers == {"image": ("a",), "a": ("b", "c")}
    assert net.outputs == ("b", "c")
    assert [operator.name for operator in net] == ["a", "b", "c"]


def test_renamed_keeps_the_operators() -> None:
    net = network(softmax("a", "image"))
    assert net.renamed("other") == Network(
        name="other", inputs={"image": SHAPE}, operators=net.operators
    )


@pytest.mark.parametrize(
    ("operators", "message"),
    [
        ([softmax("a", "imag")], r"a: reads 'imag', .*; did you mean 'image'\?"),
        ([softmax("a", "b"), softmax("b", "image")], r"a: reads 'b', which nothing before it"),
        ([softmax("a", "image", (5, 1, 1))], r"a: expects 'image' as \(5, 1, 1\), but it is \(4"),
        ([softmax("a", "image"), softmax("a", "image", made="b")], r"net: two operators are named"),
        ([softmax("a", "image"), softmax("b", "image", made="a")], r"b: 'a' is made twice"),
        ([], r"net: a network needs at least one operator"),
    ],
)
def test_network_whose_tensors_do_not_join_is_refused(operators, message) -> None:
    with pytest.raises(WorkloadError, match=message):
        network(*operators)
