from __future__ import annotations

import json

import pytest

from accelsim.errors import UsageError
from accelsim.evaluate import simulate
from accelsim.hardware.yaml_io import load_hardware
from accelsim.networks.registry import load_network
from accelsim.report.study_memory import draw_study, memory_figure
from accelsim.report.style import drawing
from accelsim.study import memory
from accelsim.study.memory import COLUMNS, MemoryStudy, pair_rows, study_memory
from accelsim.study.memory_cases import chain, modules, pairs
from accelsim.study.memory_findings import findings

PIXELS = 28 * 28


@pytest.fixture(scope="module")
def edge():
    return load_hardware("edge_16x16")


def _pair(group: str):
    return next(pair for pair in pairs() if pair.group == group)


@pytest.fixture(scope="module")
def module_rows(edge):
    return list(pair_rows(edge, _pair("branch"), "sweep", (0.5, 1.0)))


def test_modules_of_inception_v1_are_its_nine_with_all_their_macs():
    network = load_network("inception_v1")
    found = list(modules(network))
    stem = [o.macs for o in network.operators if not o.name.startswith("inception")]
    assert len(found) == 9
    assert sum(module.macs for module in found) + sum(stem) == network.macs
    assert [o.kind for o in found[0].operators].count("conv") == 6


def test_chain_of_a_module_has_its_ends_and_its_macs_within_a_percent():
    for module in modules(load_network("inception_v1")):
        twin = chain(module)
        assert twin.inputs == module.inputs
        assert twin.operators[-1].output_shape == module.operators[-1].output_shape
        assert twin.macs == pytest.approx(module.macs, rel=0.01)


def test_pairs_with_skips_have_equal_macs_where_no_convolution_stands_on_a_skip():
    macs = {
        pair.subject: [variant.network.macs for variant in pair.variants]
        for pair in pairs()
        if pair.group == "skip"
    }
    assert macs["mobilenet_v2"][0] == macs["mobilenet_v2"][1]
    assert macs["resnet50"][0] > macs["resnet50"][1]


def test_pair_rows_of_a_module_hold_input_branches_and_pool_at_the_peak(module_rows):
    module, twin = module_rows[:2]
    # 192 channels in; 64, 128 and 32 from the branches before; 192 out of the pool
    assert module["live_peak_bytes"] == (192 + 64 + 128 + 32 + 192) * PIXELS
    assert module["live_peak_at"] == "inception3a.branch4.0"
    # 65 channels between the convolutions of the chain, 256 out
    assert twin["live_peak_bytes"] == (65 + 256) * PIXELS
    assert twin["waiting_mean_bytes"] == 0
    assert module["waiting_mean_bytes"] > 0


def test_pair_rows_have_all_columns_and_ratios_to_the_twin(module_rows):
    assert all(list(row) == [column.name for column in COLUMNS] for row in module_rows)
    for module, twin in zip(module_rows[::2], module_rows[1::2], strict=True):
        assert module["on_chip_bytes"] == twin["on_chip_bytes"]
        assert module["dram_ratio"] == module["dram_bytes"] / twin["dram_bytes"]
        assert module["cycles_ratio_without"] == module["cycles_without"] / twin["cycles_without"]
        assert twin["cycles_ratio"] == twin["live_mean_ratio"] == 1
    assert [row["on_chip_bytes"] for row in module_rows] == [2**17, 2**17, 2**18, 2**18]


def test_pair_rows_of_a_module_are_what_simulate_says(edge, module_rows):
    (module,) = (pair.variants[0].network for pair in [_pair("branch")])
    alone = simulate(module, edge, effort="sweep")
    staying = simulate(module, edge, effort="sweep", residency="optimal")
    row = module_rows[2]
    assert (row["cycles"], row["cycles_without"]) == (staying.cycles, alone.cycles)
    assert (row["dram_bytes"], row["dram_bytes_without"]) == (staying.dram_bytes, alone.dram_bytes)


def test_pair_rows_of_a_copied_concat_move_more_than_in_place(edge):
    pair = next(p for p in pairs() if (p.group, p.subject) == ("concat", "shufflenet_v2_x1_0"))
    copied, in_place = pair_rows(edge, pair, "sweep", (1.0,))
    assert copied["dram_bytes_without"] > in_place["dram_bytes_without"]
    assert copied["cycles"] > in_place["cycles"]


def _row(group, subject, variant, times, **cells):
    row = dict.fromkeys((column.name for column in COLUMNS), 1.0)
    size = 1000 * times
    return {
        **row, "accelerator": "box", "group": group, "subject": subject, "variant": variant,
        "level_times": times, "on_chip_bytes": size, "live_peak_at": "add", **cells,
    }  # fmt: skip


def _table():
    rows = []
    for times, cycles in ((0.5, 200), (1.0, 150)):
        for group in ("skip", "branch", "concat"):
            rows += [
                _row(group, "net", "with", times, macs=101, spilled_bytes=3000, cycles=cycles,
                     dram_bytes=cycles, live_peak_ratio=1.25, dram_ratio=1.5, cycles_ratio=1.035,
                     live_peak_bytes=5000, spill_free_bytes=None),
                _row(group, "net", "twin", times, macs=100, spilled_bytes=0),
            ]  # fmt: skip
    return rows


def test_findings_say_what_the_rows_hold():
    sections = {section.title: section.sentences for section in findings(_table())}
    skips = " ".join(sections["Skip connections"])
    assert (
        "net on box (+1.0 % MACs): its skips change the peak of live bytes by +25.0 % to 5 kB"
        in skips
    )
    assert "it spills 3 kB (0 kB in the twin; none from no size, 0 kB in the twin)" in skips
    assert "DRAM bytes +50.0 %, time +3.5 %" in skips
    assert "A tensor spills when it does not stay on chip" in sections["How to read this"][-1]
    branches = " ".join(sections["Branches"])
    assert "MACs within 1.0%" in branches
    assert "1 of 1 modules and 0 of their chains spill" in branches
    more = sections["More memory"][0]
    assert "From 500 B to 1 kB on box, DRAM bytes of networks with skips become 0.75 times" in more


def test_study_of_a_machine_that_holds_no_tensors_is_refused():
    with pytest.raises(UsageError, match="nvdla_small has no on-chip level"):
        study_memory([load_hardware("nvdla_small")])


def test_study_saves_its_table_findings_and_pictures(tmp_path, edge, module_rows, monkeypatch):
    monkeypatch.setattr(memory, "findings", lambda rows: [])
    study = MemoryStudy(rows=tuple(module_rows), accelerators=(edge,), effort="sweep")
    study.save(tmp_path)
    lines = (tmp_path / "memory.csv").read_text().splitlines()
    assert len(lines) == 1 + len(module_rows)
    assert lines[0].split(",")[0] == "accelerator"
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["accelerators"] == {"edge_16x16": edge.digest}
    (path,) = draw_study(study, tmp_path / "plots", ("png",))
    assert path.name == "memory_edge_16x16.png"


def test_picture_names_every_line(edge, module_rows):
    with drawing():
        bars, dram, time = memory_figure(module_rows).axes
    assert [text.get_text() for text in dram.texts] == ["inception3a"]
    assert [text.xy for text in dram.texts] == [(2**18, module_rows[2]["dram_ratio"])]
    assert [text.get_text() for text in time.texts] == ["inception3a"]
    assert [label.get_text() for label in bars.get_yticklabels()] == [
        "branch: inception_v1/inception3a"
    ]
