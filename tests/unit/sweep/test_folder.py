"""Files appear whole or not at all; a saved sweep reads back."""

import json

import pytest

from accelsim.errors import UsageError
from accelsim.results.files import replacing
from accelsim.sweep.folder import load_rows, save_rows

ROWS = [
    {"point": "a=1", "a": 1, "network": "n", "area_mm2": 1.25, "error": None},
    {"point": "a=x", "a": "x", "network": "n", "area_mm2": None, "error": "too, small"},
]


def test_replacing_moves_files_and_keeps_others(tmp_path):
    folder = tmp_path / "new" / "out"
    for content in ("one", "two"):
        with replacing(folder) as fresh:
            (fresh / "file.txt").write_text(content)
            assert not (folder / "file.txt").exists() or content == "two"
        assert (folder / "file.txt").read_text() == content
        (folder / "mine.txt").write_text("mine")
    assert {path.name for path in folder.iterdir()} == {"file.txt", "mine.txt"}
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


def test_replacing_stale_files_go(tmp_path):
    for name in ("old.svg", "old.txt"):
        (tmp_path / name).write_text("old")
    with replacing(tmp_path, ["*.svg"]) as fresh:
        (fresh / "new.svg").write_text("new")
    assert {path.name for path in tmp_path.iterdir()} == {"new.svg", "old.txt"}


def test_replacing_error_in_the_block_changes_nothing(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "file.txt").write_text("old")
    with pytest.raises(ZeroDivisionError):
        _fail_halfway(folder)
    assert (folder / "file.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def _fail_halfway(folder):
    with replacing(folder, ["*"]) as fresh:
        (fresh / "file.txt").write_text("new")
        _ = 1 / 0


def test_replacing_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="cannot write there"), replacing(tmp_path / "file" / "x"):
        pass


def test_save_rows_then_load_rows_gives_the_same(tmp_path):
    save_rows(ROWS, {"axes": ["a"], "hardware": "h"}, tmp_path / "out")
    rows, manifest = load_rows(tmp_path / "out")
    assert list(rows) == ROWS
    assert manifest == {"axes": ["a"], "hardware": "h"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("sweep.json", None, "sweep.json is missing"),
        ("sweep.csv", None, "sweep.csv is missing"),
        ("sweep.json", "{", "not a sweep"),
        ("sweep.json", json.dumps({"schema": 99}), "schema 99"),
        ("sweep.json", "[1]", "not a sweep"),
    ],
)
def test_load_rows_of_another_folder_is_refused(tmp_path, name, content, message):
    save_rows(ROWS, {"axes": ["a"]}, tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=message):
        load_rows(tmp_path)
