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
