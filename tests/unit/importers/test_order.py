"""Nodes in an order in which they can be converted."""

from __future__ import annotations

from accelsim.importers.order import Step, in_order, needed


def steps(*lines: tuple[str, str, str]) -> list[Step]:
    return [
        Step(outputs, op, tuple(inputs.split()), tuple(outputs.split()))
        for op, inputs, outputs in lines
    ]


def test_needed_leaves_out_what_no_output_depends_on() -> None:
    graph = steps(
        ("Conv", "x w", "a"), ("Relu", "a", "b"), ("Relu", "a", "dead"), ("Add", "b b", "y")
    )
    assert needed(graph, ["y"]) == [0, 1, 3]


def test_needed_does_not_rely_on_the_order_of_the_file() -> None:
    graph = steps(("Relu", "a", "y"), ("Conv", "x w", "a"))
    assert needed(graph, ["y"]) == [0, 1]
    assert in_order(graph, ["w"]) == ([1, 0], [])


def test_sizes_come_as_early_as_they_can() -> None:
    graph = steps(
        ("Conv", "x w", "a"),
        ("Shape", "a", "s"),
        ("Slice", "a zero", "left"),
        ("Div", "s two", "half"),
        ("Slice", "a half", "right"),
    )
    order, cyclic = in_order(graph, ["w", "zero", "two"])
    assert [graph[index].name for index in order] == ["a", "s", "half", "left", "right"]
    assert cyclic == []


def test_a_cycle_is_told_apart_from_what_can_be_reached() -> None:
    graph = steps(("Relu", "x", "a"), ("Add", "a c", "b"), ("Relu", "b", "c"))
    assert in_order(graph, []) == ([0], [1, 2])
