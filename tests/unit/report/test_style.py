from pathlib import Path

import pytest

from accelsim.errors import UsageError
from accelsim.report.style import check_formats, drawing, safe_name, save_figure, slide


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("mobilenet_v2:kernel=5", "mobilenet_v2_kernel_5"), ("../../etc/passwd", "etc_passwd"),
        ("a b\\c:d", "a_b_c_d"), ("v1.5", "v1.5"), ("...", "unnamed"), ("x" * 500, "x" * 120),
    ],
)  # fmt: skip
def test_safe_name_leaves_no_folder_or_sign(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_check_formats_unknown_names_the_allowed_ones() -> None:
    with pytest.raises(UsageError, match="'pgn'; allowed: svg, png; did you mean 'png'"):
        check_formats(["svg", "pgn"])


def test_save_figure_folder_is_a_file_raises_usage_error(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("")
    with drawing(), pytest.raises(UsageError, match="cannot write pictures there"):
        save_figure(slide("title"), taken, "picture", ["svg"])


def test_slide_breaks_a_long_line_under_the_title() -> None:
    with drawing():
        short, long = slide("title", "one line"), slide("title", "word " * 60)
    assert [text.get_text() for text in short.texts] == ["title\n", "one line"]
    title, first, second = long.texts
    assert title.get_text() == "title\n\n"
    assert f"{first.get_text()} {second.get_text()}" == " ".join(["word"] * 60)
    assert first.get_position()[1] > second.get_position()[1]
    for figure in (short, long):
        figure.canvas.draw()
        for text in figure.texts:
            assert text.get_window_extent().x1 < figure.bbox.x1
    assert [text.get_text() for text in slide("title").texts] == ["title"]
