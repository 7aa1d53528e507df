"""`accelsim validate`: what is compared, and with which data."""

from accelsim.validation import phone_networks, phones, summary


def test_a_folder_without_data_is_refused_with_the_names_looked_for(call, tmp_path):
    result = call("validate", "--data", str(tmp_path))
    assert result.exit_code == 2
    assert phones.TABLE in result.stderr
    assert phone_networks.TABLE in result.stderr


def test_a_folder_decides_what_is_compared(tmp_path):
    (tmp_path / phones.TABLE).write_text("device,block\n", encoding="utf-8")
    assert [validation.name for validation, _ in summary.chosen(tmp_path)] == ["phones"]


def test_without_data_every_validation_is_made():
    chosen = summary.chosen(None)
    assert [validation.name for validation, _ in chosen] == [
        "eyeriss", "chips", "phones", "networks"
    ]  # fmt: skip
    assert all(table is None for _, table in chosen)


def test_eyeriss_is_compared_in_time_and_traffic_layer_by_layer():
    (eyeriss,) = (item for item in summary.VALIDATIONS if item.name == "eyeriss")
    rows = {(row.subject, row.quantity): row for row in eyeriss.compare(None)}
    assert len(rows) == 3 * 18
    last = rows["VGG16 CONV5-3", "DRAM traffic, run-length coded, MB"]
    assert (last.published, round(last.ours, 1)) == (5.6, 5.8)
    wide = rows["AlexNet CONV3", "buffer traffic, MiB"]
    assert (wide.published, round(wide.ours, 1)) == (50.2, 67.7)


def test_a_table_with_a_bad_cell_is_refused_in_one_line(call, tmp_path):
    header, cells = ",".join(phones.COLUMNS), "Google Pixel 1,mbconv,3,1,14,96,96,3,0,relu6,fast"
    (tmp_path / phones.TABLE).write_text(f"{header}\n{cells}\n", encoding="utf-8")
    result = call("validate", "--data", tmp_path, "--quiet")
    assert (result.exit_code, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert "row 2, column latency_ms: 'fast'" in line
