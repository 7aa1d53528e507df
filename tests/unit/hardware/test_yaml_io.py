from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.errors import InputError, UsageError
from accelsim.hardware.yaml_io import hardware_to_yaml, load_hardware, preset_names
from tests.oracles.deep_accelerator import deep_accelerator

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def renamed(name):
    text = (REPOSITORY / "hw_configs" / "edge_16x16.yaml").read_text()
    return text.replace("name: edge_16x16", f"name: {name}")


def test_load_hardware_of_preset_name_works_from_any_folder(empty_folder):
    assert load_hardware("edge_16x16").name == "edge_16x16"


def test_load_hardware_of_path_reads_that_file(empty_folder):
    (empty_folder / "mine.yaml").write_text(renamed("mine"))
    (empty_folder / "plain").write_text(renamed("plain"))
    assert load_hardware("mine.yaml").name == "mine"
    assert load_hardware(empty_folder / "mine.yaml").name == "mine"
    assert load_hardware("plain").name == "plain"


def test_load_hardware_prefers_hw_configs_of_the_working_folder(empty_folder):
    (empty_folder / "hw_configs" / "group").mkdir(parents=True)
    (empty_folder / "hw_configs" / "edge_16x16.yaml").write_text(renamed("ours"))
    (empty_folder / "hw_configs" / "group" / "k3.yaml").write_text(renamed("k3"))
    assert load_hardware("edge_16x16").name == "ours"
    assert load_hardware("group/k3").name == "k3"


def test_load_hardware_is_not_confused_by_a_folder_of_that_name(empty_folder):
    (empty_folder / "edge_16x16").mkdir()
    assert load_hardware("edge_16x16").name == "edge_16x16"


def test_preset_names_are_the_files_and_those_of_the_working_folder(empty_folder):
    folder = REPOSITORY / "hw_configs"
    shipped = sorted(str(path.relative_to(folder))[:-5] for path in folder.rglob("*.yaml"))
    assert preset_names() == shipped
    assert "kernel_engines/k3" in shipped
    assert {"edge_16x16", "scalesim_32x32", "tpu_v1"} <= set(shipped)
    (empty_folder / "hw_configs").mkdir()
    (empty_folder / "hw_configs" / "aaa.yaml").write_text(renamed("aaa"))
    assert preset_names() == ["aaa", *shipped]


def test_load_hardware_of_misspelt_name_lists_presets_and_suggests(empty_folder):
    with pytest.raises(UsageError) as error:
        load_hardware("edge16x16")
    text = str(error.value)
    allowed = ", ".join(preset_names())
    assert text.startswith(f"unknown hardware 'edge16x16'; allowed: {allowed}, or")
    assert text.endswith("or the path of a YAML file; did you mean 'edge_16x16'?")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tpu_v1.yaml", "tpu_v1.yaml:1:1: no such file; did you mean 'tpu_v1'?"),
        ("no/such.yaml", "no/such.yaml:1:1: no such file; there is no folder 'no' either"),
        (".", ".:1:1: is a folder; give the name of a YAML file"),
    ],
)
def test_load_hardware_of_missing_path_says_so(empty_folder, name, message):
    with pytest.raises(InputError) as error:
        load_hardware(name)
    assert str(error.value) == message


def test_load_hardware_of_text_in_place_of_a_name_is_refused(empty_folder):
    with pytest.raises(UsageError, match="unknown hardware"):
        load_hardware("x" * 5000)


def test_load_hardware_of_file_with_faults_gives_every_place(empty_folder):
    text = renamed("mine").replace("rows: 16", "rows: -4", 1).replace("500 MHz", "500 KiB", 1)
    (empty_folder / "mine.yaml").write_text(text)
    lines = text.split("\n")
    clock = lines.index("clock: 500 KiB") + 1
    rows = lines.index("  rows: -4") + 1
    with pytest.raises(InputError) as error:
        load_hardware("mine.yaml")
    assert [(p.line, p.column, p.field) for p in error.value.problems] == [
        (clock, 1, "clock"),
        (rows, 3, "array.rows"),
    ]


@pytest.mark.parametrize("name", preset_names())
def test_hardware_to_yaml_of_preset_reads_back_equal(empty_folder, name):
    hardware = load_hardware(name)
    Path("copy.yaml").write_text(hardware_to_yaml(hardware))
    assert load_hardware("copy.yaml") == hardware


def test_hardware_to_yaml_of_a_hierarchy_reads_back_equal_with_lists_in_one_line(empty_folder):
    changes = {"memory.levels.glb.read_pj": 12.5, "memory.levels.glb.shared_port": True}
    changes |= {"memory.levels.glb.write_bytes_per_cycle": None, "array.planes": 2}
    hardware = deep_accelerator(changes)
    text = hardware_to_yaml(hardware)
    Path("copy.yaml").write_text(text)
    assert load_hardware("copy.yaml") == hardware
    assert load_hardware("copy.yaml").digest == hardware.digest
    lines = text.splitlines()
    assert "  dataflows: [row_stationary, mine]" in lines
    assert "    rows: [C, R]" in lines
    assert "      per: [rows, cols, planes]" in lines


def test_load_hardware_of_a_hierarchy_with_faults_gives_every_place(empty_folder):
    text = hardware_to_yaml(deep_accelerator()).replace("- C", "- X")
    text = text.replace("[row_stationary, mine]", "[row_stationary, min]")
    text = text.replace("size: 448 B", "size: 1 B").replace("bypass: [weight]", "bypass: [all]")
    Path("bad.yaml").write_text(text)
    with pytest.raises(InputError) as error:
        load_hardware("bad.yaml")
    lines = text.splitlines()
    for problem, start in zip(
        error.value.problems,
        ("  dataflows:", "      size: 1 B", "      bypass: [all]"),
        strict=True,
    ):
        assert lines[problem.line - 1].startswith(start)


@settings(deadline=None)
@given(
    text=st.text(max_size=80),
    rows=st.integers(1, 65536),
    size=st.integers(256, 2**36),
    clock=st.integers(1000, 10**11),
    latency=st.floats(1e-3, 1e9),
)
def test_hardware_to_yaml_of_any_setting_reads_back_equal(
    tmp_path_factory, text, rows, size, clock, latency
):
    hardware = load_hardware("edge_16x16").replace(
        {
            "description": text,
            "array.rows": rows,
            "clock": clock,
            "memory.levels.sram.size": size,
            "memory.levels.dram.latency": latency,
            "constants.some_pj": latency,
        }
    )
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_text(hardware_to_yaml(hardware), encoding="utf-8", newline="\n")
    assert load_hardware(path) == hardware


def test_alias_of_a_preset_is_the_preset():
    assert load_hardware("mobile_cpu_like") == load_hardware("pixel_1")
