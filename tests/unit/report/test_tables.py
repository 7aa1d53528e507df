import io
import subprocess
import sys

import pytest
from rich.console import Console
from rich.table import Table

from accelsim.report.tables import heading, shown, table


def _lines(made: Table) -> list[str]:
    text = io.StringIO()
    Console(width=100, file=text, color_system=None).print(made)
    return [line.rstrip() for line in text.getvalue().splitlines() if line.strip()]


def test_table_writes_units_under_names_and_numbers_to_the_right() -> None:
    rows = [
        {"network": "a[b]", "cycles": 4_212_429, "area_time_mm2_ms": 11.97},
        {"network": "longer_name", "cycles": 7, "area_time_mm2_ms": None},
    ]
    title, names, units, _, first, second = _lines(
        table(rows, ("network", "cycles", "area_time_mm2_ms"), "Two networks")
    )
    assert title.strip() == "Two networks"
    assert names.split() == ["network", "cycles", "area", "time"]
    assert units.split() == ["mm²", "ms"]
    assert first.split() == ["a[b]", "4,212,429", "12.0"]
    assert second.split() == ["longer_name", "7"]
    assert first.index("4,212,429") + len("4,212,429") == second.index("7") + 1


def test_table_with_a_column_no_row_has_leaves_it_blank() -> None:
    assert _lines(table([{"network": "a"}], ("network", "energy_uj")))[-1].split() == ["a"]


@pytest.mark.parametrize(
    ("column", "name", "unit"),
    [
        ("dram_bytes", "dram", "B"), ("latency_ms", "latency", "ms"), ("macs", "macs", "MAC"),
        ("energy_uj", "energy", "µJ"), ("area_mm2", "area", "mm²"), ("share_of_macs",
        "share of macs", "%"), ("utilization", "utilization", "%"), ("images_per_s", "images",
        "1/s"), ("peak_macs_per_cycle", "peak", "MAC/cycle"), ("array.rows", "array.rows", ""),
        ("compute_cycles", "compute", "cycles"), ("cycles", "cycles", ""),
    ],
)  # fmt: skip
def test_heading_splits_words_and_unit(column: str, name: str, unit: str) -> None:
    assert heading(column) == (name, unit)


def test_shown_gives_shares_in_percent_and_counts_exactly() -> None:
    assert shown(0.0352, "utilization") == "3.52"
    assert shown(1234, "steps") == "1,234"
    assert shown(1234.5678, "energy_pj") == "1,235"
    assert shown("2x1", "stride") == "2x1"


def test_tables_import_does_not_load_matplotlib() -> None:
    code = "import sys, accelsim.report.tables; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
