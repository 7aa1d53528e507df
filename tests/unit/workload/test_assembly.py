"""Operators that do not hang together: order, cycles, loose ends."""

from __future__ import annotations

import re

import pytest

from accelsim.workload.assembly import assemble
from accelsim.workload.records import WorkloadFile

Loc = tuple[str | int, ...]


def faults_of(operators: dict[str, str], **top: object) -> list[tuple[Loc, str]]:
    """Faults of a file of softmax operators, `{"a": "image"}`: a reads image; several with add."""
    records = [
        {"name": name, "op": "add" if " " in read else "softmax", "in": read.split()}
        for name, read in operators.items()
    ]
    data = {"schema": 1, "name": "net", "inputs": {"image": [4, 8, 8]}, "operators": records}
    return [tuple(fault) for fault in assemble(WorkloadFile.model_validate(data | top))[1]]


CASES = {
    "chain": ({"a": "image", "b": "a"}, []),
    "wrong order": (
        {"a": "b", "b": "image"},
        [(("operators", 0), "a: reads 'b', which is made later; .* move 'b' before 'a'")],
    ),
    "reads itself": (
        {"a": "image a"},
        [(("operators", 0), "a: reads 'a' in a cycle, a -> a; break it")],
    ),
    "cycle of three": (
        {"start": "image", "a": "start c", "b": "a", "c": "b"},
        [(("operators", 1), "a: reads 'c' in a cycle, a -> b -> c -> a; break it")],
    ),
    "what follows a fault is passed over": (
        {"a": "imag", "b": "a", "c": "b image", "d": "nothing"},
        [(("operators", 0), "a: reads 'imag'"), (("operators", 3), "d: reads 'nothing'")],
    ),
    "dead end": (
        {"a": "image", "b": "image", "c": "b"},
        [(("operators", 0), "a: nothing reads 'a'; read it, remove 'a', or list 'a' under out")],
    ),
    "name twice": (
        {"a": "image", "image": "a"},
        [(("operators", 1), "image: an operator or tensor has this name already")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_faults_name_the_operator_and_the_remedy(case: str) -> None:
    operators, expected = CASES[case]
    found = faults_of(operators)
    assert [loc for loc, _ in found] == [loc for loc, _ in expected]
    for (_, message), (_, pattern) in zip(found, expected, strict=True):
        assert re.search(pattern, message), message


def test_unread_input_is_a_fault() -> None:
    found = faults_of({"a": "image"}, inputs={"image": [4, 8, 8], "mask": [1, 8, 8]})
    assert found == [(("inputs", "mask"), "no operator reads it; read it or remove it")]


def test_listed_outputs_may_be_several() -> None:
    assert faults_of({"a": "image", "b": "image"}, outputs=["a", "b"]) == []


@pytest.mark.parametrize(
    ("outputs", "index", "message"),
    [
        (["b", "a"], 1, "an operator reads 'a'; remove it here"),
        (["b", "bb"], 1, "no operator makes 'bb'; did you mean 'b'\\?"),
        (["b", "image"], 1, "no operator makes 'image'"),
    ],
)
def test_outputs_that_are_none_are_faults(outputs, index, message) -> None:
    ((loc, found),) = faults_of({"a": "image", "b": "a"}, outputs=outputs)
    assert loc == ("outputs", index)
    assert re.search(message, found)


def test_all_parts_of_a_last_split_are_outputs() -> None:
    record = {"name": "s", "op": "split", "in": "image", "sections": [1, 3]}
    data = {"schema": 1, "name": "net", "inputs": {"image": [4, 8, 8]}, "operators": [record]}
    net, faults = assemble(WorkloadFile.model_validate(data))
    assert faults == []
    assert net.build().outputs == ("s.0", "s.1")
