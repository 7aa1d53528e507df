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


@pytest.mark.parametrize("kind", ["memory", "structure"])
def test_plot_of_a_network_says_where_it_wrote(call, tiny, tmp_path, monkeypatch, kind):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    result = call("plot", tiny, "--kind", kind, "--format", "svg")
    assert result.stdout == f"{kind}_tiny.svg\n"
    assert result.stderr == f"wrote {here}\n"
    assert [path.name for path in here.iterdir()] == [f"{kind}_tiny.svg"]
    named = call("plot", tiny, "--kind", kind, "--format", "svg", "--out", tmp_path / "there")
    assert named.stderr == f"wrote {tmp_path / 'there'}\n"
    quiet = call("plot", tiny, "--kind", kind, "--format", "svg", "--quiet")
    assert quiet.stdout == quiet.stderr == ""


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
