"""plot NETWORK --kind memory."""

import pytest


def test_plot_memory_writes_both_formats(call, tiny, tmp_path):
    result = call("plot", tiny, "--kind", "memory", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    names = ["memory_tiny.svg", "memory_tiny.png"]
    assert result.stdout.splitlines() == [str(tmp_path / "out" / name) for name in names]
    assert "edge_16x16" in (tmp_path / "out" / "memory_tiny.svg").read_text()


def test_plot_memory_on_another_accelerator_names_it(call, tiny, tmp_path):
    words = ("--kind", "memory", "--hw", "eyeriss", "--format", "svg", "--out", tmp_path)
    result = call("plot", tiny, *words)
    assert result.exit_code == 0, result.output
    assert "on eyeriss" in (tmp_path / "memory_tiny.svg").read_text()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--kind", "structure", "--hw", "eyeriss"), "--hw is for --kind memory"),
        (("--kind", "memory", "--blocks", "blocks.2"), "--blocks is for --kind structure"),
        (("--kind", "memory", "--hw", "eyeris"), "eyeriss"),
    ],
)
def test_plot_memory_mistake_is_told_and_nothing_is_written(refused, words, problem):
    assert problem in "\n".join(refused("plot", "mixnet_s", *words))
