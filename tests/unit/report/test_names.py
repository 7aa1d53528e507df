from accelsim.report.names import shortened


def test_shortened_long_name_keeps_both_ends() -> None:
    assert shortened("blocks.0.conv") == "blocks.0.conv"
    assert shortened("/features/features.12/conv/conv.1/Conv", 20) == "/feature...v.1/Conv"
