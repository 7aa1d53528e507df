"""The study as a whole: its tables, its folder, what it refuses."""

import csv
import json

import pytest

import accelsim as ac
from accelsim.errors import AccelsimError
from accelsim.study.kernels import ACCELERATORS, study_kernels

EDGE = ac.load_hardware("edge_16x16")


def test_saved_folder_holds_the_tables_the_page_and_the_meaning_of_columns(small_study, tmp_path):
    small_study.save(tmp_path / "out")
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {
        "kernel_costs.csv", "network_costs.csv", "engine_areas.csv", "findings.md", "manifest.json",
    }  # fmt: skip
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    for name, rows in (
        ("kernel_costs.csv", small_study.costs),
        ("network_costs.csv", small_study.networks),
        ("engine_areas.csv", small_study.engines),
    ):
        with (tmp_path / "out" / name).open(newline="") as file:
            read = list(csv.DictReader(file))
        assert len(read) == len(rows)
        assert list(read[0]) == list(rows[0]) == list(manifest["columns"][name])
        written = [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows]
        assert read == written


def test_page_has_a_bullet_for_every_sentence(small_study, tmp_path):
    small_study.save(tmp_path)
    text = (tmp_path / "findings.md").read_text()
    for section in small_study.sections:
        assert f"## {section.title}\n" in text
        for sentence in section.sentences:
            assert f"- {sentence}\n" in text


def test_blank_cells_of_a_row_have_a_reason(small_study):
    for row in (*small_study.costs, *small_study.networks):
        unknown = [name for name in row if row[name] is None and name not in ("channels",)]
        assert not unknown or row["reason"], unknown


@pytest.mark.parametrize("hardware", [[], [EDGE, EDGE]])
def test_no_accelerator_or_one_twice_is_refused(hardware):
    with pytest.raises(AccelsimError, match="accelerator"):
        study_kernels(hardware)


def test_unknown_effort_is_refused():
    with pytest.raises(AccelsimError, match="effort"):
        study_kernels([EDGE], "harder")


def test_default_accelerators_exist():
    assert all(ac.load_hardware(name).name == name for name in ACCELERATORS)


def test_progress_counts_to_the_end(small_study, monkeypatch):
    from accelsim.study import kernels, network_kernels  # noqa: PLC0415

    monkeypatch.setattr(kernels, "cases", tuple)
    monkeypatch.setattr(network_kernels, "NETWORKS", ())
    seen = []
    study_kernels([EDGE], progress=lambda done, total, doing: seen.append((done, total)))
    assert seen == [(0, 0)]
