"""Tables of `accelsim validate --data`: what is refused, and where the fault is said to be."""

import pytest

from accelsim.errors import UsageError
from accelsim.validation import phone_networks, phones, summary

BLOCKS = "device,block,kernel,stride,in_h,in_ch,out_ch,expansion,se,act,latency_ms\n"
BLOCK = "Google Pixel 1,mbconv,{},1,14,96,96,3,0,relu6,{}\n"
NETWORKS = "network,variant,input,device,latency_ms\n"
NETWORK = "MobileNetV2,width {},{},Pixel 1 CPU,{}\n"


@pytest.fixture
def table(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (BLOCK.format(3, "fast"), "row 2, column latency_ms: 'fast'"),
        (BLOCK.format(3, "nan"), "row 2, column latency_ms: 'nan'"),
        (BLOCK.format(3, "0"), "row 2, column latency_ms: '0'"),
        (BLOCK.format("3x3", 1), "row 2, column kernel: '3x3'"),
        (BLOCK.format(-3, 1), "row 2, column kernel: '-3'"),
        (BLOCK.format(3, 1).replace("relu6", "gelu"), "row 2, column act: 'gelu'"),
        (BLOCK.format(3, 1).replace(",0,relu6", ",yes,relu6"), "row 2, column se: 'yes'"),
        (BLOCK.format(3, 1) + "Google Pixel 1,mbconv,5,1\n", "row 3, column latency_ms: ''"),
    ],
)
def test_a_bad_cell_of_blocks_is_refused_with_its_row_and_column(table, row, told):
    file = table(phones.TABLE, BLOCKS + row)
    with pytest.raises(UsageError) as error:
        phones.measured(file, "Google Pixel 1")
    assert f"{file}, {told}" in str(error.value)


def test_a_bad_cell_of_networks_is_refused_with_its_row_and_column(table):
    for row, told in (
        (NETWORK.format("1.0", 224, "-"), "row 2, column latency_ms: '-'"),
        (NETWORK.format("1.0", "big", 73), "row 2, column input: 'big'"),
    ):
        file = table(phone_networks.TABLE, NETWORKS + row)
        with pytest.raises(UsageError, match=told):
            phone_networks.measured(file)


@pytest.mark.parametrize("validation", [summary.VALIDATIONS[2], summary.VALIDATIONS[3]])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "no column .*device"),
        ("", "no column .*device"),
        (b"device,block\n\xff\xfe,\x00\n", "UTF-8"),
    ],
)
def test_a_table_of_another_kind_is_refused(table, validation, text, told):
    file = table(validation.data, text)
    with pytest.raises(UsageError, match=told) as error:
        validation.compare(file)
    assert str(file) in str(error.value)


def test_a_table_without_usable_rows_is_refused(table):
    """Not replaced by the figures stated in accelsim, nor printed as an empty table."""
    two_kernels = BLOCK.format(3, 1) + BLOCK.format(5, 1)
    for text in (BLOCKS, BLOCKS + two_kernels):
        with pytest.raises(UsageError, match="Google Pixel 1 or Samsung Note10"):
            summary.VALIDATIONS[2].compare(table(phones.TABLE, text))
    with pytest.raises(UsageError, match="no float MobileNet"):
        phone_networks.compare(table(phone_networks.TABLE, NETWORKS))


def test_a_table_of_one_phone_is_compared_with_that_phone_alone(table):
    rows = "".join(BLOCK.format(kernel, kernel / 2) for kernel in (3, 5, 7, 9))
    found = summary.VALIDATIONS[2].compare(table(phones.TABLE, BLOCKS + rows))
    assert {row.subject for row in found} == {"Pixel 1, 1 blocks", "Pixel 1, 3 latencies"}
    by_quantity = {row.quantity: row for row in found}
    assert by_quantity["latency, 7x7 / 3x3"].published == pytest.approx(7 / 3)
    assert by_quantity["MACs, 7x7 / 3x3"].published is None
