"""Random networks: operators appended to whatever tensors there are, by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

from accelsim.workload.base import ACTIVATIONS
from accelsim.workload.builder import NetworkBuilder
from accelsim.workload.window import Window, window


@st.composite
def builders(draw, most: int = 14) -> NetworkBuilder:
    """A builder with an input that is read, and up to `most` operators of all kinds."""
    net = NetworkBuilder("random", "hypothesis")
    channels, height, width = (draw(st.integers(1, top)) for top in (8, 6, 6))
    net.conv("stem", net.input("image", (channels, height, width)), 4, window(1))
    for index in range(draw(st.integers(0, most))):
        kind = draw(st.sampled_from(sorted(APPEND)))
        again = draw(st.sampled_from([False, False, False, True]))
        x = draw(st.sampled_from(made(net) if again else net.unread()))
        APPEND[kind](draw, net, f"{kind}{index}", x)
    return net


def _walk(draw, net, x) -> Window:
    _, height, width = net.shape(x)
    kernel = (draw(st.integers(1, min(3, height))), draw(st.integers(1, min(3, width))))
    padding = tuple(draw(st.integers(0, kernel[axis % 2] - 1)) for axis in range(4))
    return window(kernel, draw(st.integers(1, 2)), padding)


def _conv(draw, net, name, x):
    groups = draw(st.sampled_from([g for g in range(1, 9) if net.shape(x)[0] % g == 0]))
    channels = groups * draw(st.integers(1, 3))
    walk, bias = _walk(draw, net, x), draw(st.booleans())
    net.conv(name, x, channels, walk, groups=groups, bias=bias)


def _linear(draw, net, name, x):
    net.linear(name, x, draw(st.integers(1, 6)), bias=draw(st.booleans()))


def _pool(draw, net, name, x):
    mode = draw(st.sampled_from(["max", "avg", "global"]))
    walk = None if mode == "global" else _walk(draw, net, x)
    padded, ceil = draw(st.booleans()), draw(st.booleans())
    net.pool(name, x, mode, walk, count_include_pad=padded, ceil=ceil and mode != "global")


def _alike(draw, net, x, same: slice) -> list[str]:
    """One to three tensors whose shape agrees with x in the part `same`, mostly unread ones."""
    fitting = [name for name in made(net) if net.shape(name)[same] == net.shape(x)[same]]
    unread = [name for name in fitting if name in net.unread() and name != x]
    others = draw(st.sampled_from([unread or fitting, unread or fitting, fitting]))
    return [x, *draw(st.lists(st.sampled_from(others), max_size=2))]


def made(net: NetworkBuilder) -> list[str]:
    """Tensors made by operators so far."""
    return [tensor for operator in net.operators for tensor in operator.outputs]


def _add(draw, net, name, x):
    net.add(name, *_alike(draw, net, x, slice(0, 3)))


def _concat(draw, net, name, x):
    net.concat(name, *_alike(draw, net, x, slice(1, 3)))


def _gate(draw, net, name, x):
    gate = net.pool(f"{name}.mean", x, "global")
    net.mul(name, x, gate)


def _split(draw, net, name, x):
    channels = net.shape(x)[0]
    first = draw(st.integers(1, channels))
    sections = [first, channels - first] if first < channels else [channels]
    net.split(name, x, sections)


def _shuffle(draw, net, name, x):
    groups = draw(st.sampled_from([g for g in range(1, 9) if net.shape(x)[0] % g == 0]))
    net.shuffle(name, x, groups)


def _activation(draw, net, name, x):
    net.activation(name, x, draw(st.sampled_from(ACTIVATIONS)))


def _batch_norm(draw, net, name, x):
    net.batch_norm(name, x)


def _matmul(draw, net, name, x):
    scores = net.matmul(f"{name}.scores", x, x, transposed=True)
    net.matmul(name, net.softmax(f"{name}.softmax", scores), x)


def _flatten(draw, net, name, x):
    net.flatten(name, x)


def _norm(draw, net, name, x):
    net.norm(name, x, draw(st.sampled_from([None, 0, 5])))


def _learned(draw, net, name, x):
    append = draw(st.sampled_from([net.scale, net.shift]))
    append(name, x, draw(st.sampled_from([None, 0, 7])))


def _turn(draw, net, name, x):
    channels, height, width = net.shape(x)
    append = draw(st.sampled_from([net.reshape, net.transpose]))
    append(name, x, draw(st.permutations([channels, height, width]).map(tuple)))


def _slice(draw, net, name, x):
    net.slice(name, x, tuple(draw(st.integers(1, side)) for side in net.shape(x)))


def _pad(draw, net, name, x):
    sides = tuple(draw(st.integers(0, 2)) for _ in range(4))
    net.pad(name, x, sides, channels=draw(st.integers(0, 2)), learnables=draw(st.integers(0, 2)))


def _upsample(draw, net, name, x):
    net.upsample(name, x, (draw(st.integers(1, 8)), draw(st.integers(1, 8))))


def _repeat(draw, net, name, x):
    net.repeat(name, x, tuple(side * draw(st.integers(1, 2)) for side in net.shape(x)))


def _lookup(draw, net, name, x):
    net.lookup(name, x, draw(st.integers(1, 6)), draw(st.integers(0, 40)))


def _stack(draw, net, name, x):
    along = draw(st.sampled_from(["rows", "columns"]))
    net.concat(name, *_alike(draw, net, x, slice(0, 3)), along=along)


def _conv_transpose(draw, net, name, x):
    kernel = draw(st.integers(1, 3))
    walk = window(kernel, draw(st.integers(1, 2)), draw(st.integers(0, (kernel - 1) // 2)))
    net.conv_transpose(name, x, draw(st.integers(1, 4)), walk, bias=draw(st.booleans()))


APPEND = {
    "conv": _conv, "linear": _linear, "pool": _pool, "add": _add, "concat": _concat, "gate": _gate,
    "split": _split, "shuffle": _shuffle, "activation": _activation, "batch_norm": _batch_norm,
    "matmul": _matmul, "flatten": _flatten, "conv_again": _conv, "norm_again": _batch_norm,
    "concat_again": _concat, "act_again": _activation, "norm": _norm, "learned": _learned,
    "turn": _turn, "slice": _slice, "pad": _pad, "upsample": _upsample,
    "repeat": _repeat, "lookup": _lookup, "stack": _stack,
    "conv_transpose": _conv_transpose,
}  # fmt: skip
"""Kinds of operators; those that fusion looks at are drawn more often."""
