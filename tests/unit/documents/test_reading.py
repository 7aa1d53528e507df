import random
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelsim.documents import read_value, read_yaml
from accelsim.errors import InputError


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def to_file(content):
        path = tmp_path / "given.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return "given.yaml"

    return to_file


def problems_of(path):
    with pytest.raises(InputError) as error:
        read_yaml(path)
    return [str(problem) for problem in error.value.problems]


def test_read_yaml_of_every_kind_of_value_gives_plain_data(write):
    document = read_yaml(
        write(
            "whole: 12\nhex: 0x1F\nreal: 1.5e3\nyes_word: yes\nflag: true\nnothing:\n"
            "tilde: ~\ntext: 128 KiB\nquoted: '12'\nday: 2024-01-01\noctal_like: 010\n"
            "items: [1, {a: b}]\n7: seven\n"
        )
    )
    assert document.path == "given.yaml"
    assert document.data == {
        "whole": 12,
        "hex": 31,
        "real": 1500.0,
        "yes_word": "yes",
        "flag": True,
        "nothing": None,
        "tilde": None,
        "text": "128 KiB",
        "quoted": "12",
        "day": "2024-01-01",
        "octal_like": 10,
        "items": [1, {"a": "b"}],
        "7": "seven",
    }


def test_read_yaml_with_alias_repeats_the_value(write):
    assert read_yaml(write("a: &one {x: 1}\nb: *one\n")).data == {"a": {"x": 1}, "b": {"x": 1}}


def test_position_of_key_item_and_missing_key_is_the_nearest_place(write):
    document = read_yaml(
        write("# first\ntop: 1\nouter:\n  inner: 2\n  items:\n    - p: 1\n    - 5\n")
    )
    assert document.position(("top",)) == (2, 1)
    assert document.position(("outer", "inner")) == (4, 3)
    assert document.position(("outer", "items", 0)) == (6, 7)
    assert document.position(("outer", "items", 0, "p")) == (6, 7)
    assert document.position(("outer", "items", 1)) == (7, 7)
    assert document.position(("outer", "gone")) == (3, 1)
    assert document.position(("outer", "items", 9, "p")) == (5, 3)
    assert document.position(()) == (2, 1)
    assert str(document.problem(("outer", "items", 1), "is odd")) == (
        "given.yaml:7:7: outer.items.1: is odd"
    )


def test_read_yaml_with_many_duplicate_keys_reports_each_with_both_places(write):
    assert problems_of(write("a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\na: 4\na: 5\n")) == [
        "given.yaml:5:3: b.c: duplicate key; first given in line 3, column 3",
        "given.yaml:6:1: a: duplicate key; first given in line 1, column 1",
        "given.yaml:7:1: a: duplicate key; first given in line 1, column 1",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "given.yaml:1:1: the file is empty; it must hold a mapping of keys to values"),
        ("# a\n", "given.yaml:1:1: the file is empty; it must hold a mapping of keys to values"),
        ("- a\n", "given.yaml:1:1: the top level must be a mapping of keys to values, is a list"),
        (
            "hello",
            "given.yaml:1:1: the top level must be a mapping of keys to values, is a single value",
        ),
        (b"\x89PNG\r\n", "given.yaml:1:1: is not a text file: byte 0x89 is not UTF-8"),
        (b"a: 1\nb: caf\xe9\n", "given.yaml:2:1: is not a text file: byte 0xe9 is not UTF-8"),
        (
            b"a: 1\nb: \x00\n",
            "given.yaml:2:4: is not a text file: it holds the control character U+0000",
        ),
        ("a: !thing 3\n", "given.yaml:1:4: a: the tag '!thing' is not supported; remove it"),
        (
            "a: !!python/name:os.system x\n",
            "given.yaml:1:4: a: the tag '!!python/name:os.system' is not supported; remove it",
        ),
        ("a: !!int x\n", "given.yaml:1:4: a: 'x' cannot be read as a number"),
        ("? [1]\n: 2\n", "given.yaml:1:3: a key must be a word"),
        ("a: &a [*a]\n", "given.yaml:1:4: a.0: contains itself through an alias"),
        (
            "%YAML 1.1\n---\na: yes\n",
            "given.yaml:1:1: lines that start with '%' are not supported; remove them",
        ),
    ],
)
def test_read_yaml_of_unusable_file_says_what_and_where(write, content, message):
    assert problems_of(write(content)) == [message]


@pytest.mark.parametrize(
    ("content", "place", "hint"),
    [
        ("a: 1\nb: c: d\n", "given.yaml:2:5:", "a second ':' in one line"),
        ("a:\n\t- b\n", "given.yaml:2:1:", "indent with spaces"),
        ("a: [1, 2\n", "given.yaml:2:1:", "a bracket is not closed"),
        ("a: 'x\n", "given.yaml:2:1:", "a quote is not closed"),
        ("a: *x\n", "given.yaml:1:4:", "put text in quotes"),
        ("a: 1\n---\nb: 2\n", "given.yaml:2:1:", "remove the second '---'"),
    ],
)
def test_read_yaml_with_broken_syntax_gives_the_place_and_advice(write, content, place, hint):
    (message,) = problems_of(write(content))
    assert message.startswith(f"{place} is not YAML: ")
    assert hint in message


@pytest.mark.parametrize(
    "content",
    [
        "a: " + "[" * 100_000,
        "a: '" + "]" * 1000 + "'\nb: " + "[" * 100_000,
        "a: " + "{a: " * 100_000,
        "a:\n  " + "- " * 100_000 + "1",
        "a:\n" + "".join(" " * depth + "a:\n" for depth in range(1, 1500)),
    ],
)
def test_read_yaml_nested_beyond_reason_is_refused_without_crash(write, content):
    assert problems_of(write(content)) == ["given.yaml:1:1: is nested too deeply"]


def test_read_yaml_of_missing_file_suggests_a_sibling(write, tmp_path):
    write("a: 1\n")
    assert problems_of("givven.yaml") == [
        "givven.yaml:1:1: no such file; did you mean 'given.yaml'?"
    ]
    assert problems_of("unlike.yaml") == ["unlike.yaml:1:1: no such file"]
    assert problems_of("no/given.yaml") == [
        "no/given.yaml:1:1: no such file; there is no folder 'no' either"
    ]
    (tmp_path / "folder").mkdir()
    assert problems_of("folder") == ["folder:1:1: is a folder; give the name of a YAML file"]


def test_read_yaml_that_starts_with_a_byte_order_mark_reads_on(write):
    assert read_yaml(write("\ufeffa: 1\n")).data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("16", 16),
        ("true", True),
        ("[ws, os]", ["ws", "os"]),
        ("128 KiB", "128 KiB"),
        ("", None),
        ("1e3", 1000.0),
        ("-.inf", float("-inf")),
    ],
)
def test_read_value_of_text_gives_yaml_data(text, value):
    assert read_value(text) == value


def test_read_value_of_broken_text_raises_input_error():
    with pytest.raises(InputError, match="a bracket is not closed"):
        read_value("[ws", "array.dataflows")


KEYS = st.text("abcdefgh", min_size=1, max_size=3)
TREES = st.recursive(
    st.integers(-99, 99) | st.booleans() | st.text("xyz ", min_size=1, max_size=5).map(str.strip),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)


def block(value, indent, places, loc, lines):
    """Write `value` in block style and note where every key and item starts: the oracle."""
    pad = " " * indent
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for part, child in children:
        start = f"{part}:" if isinstance(value, dict) else "-"
        nested = isinstance(child, (dict, list)) and child
        shown = "" if nested else f" {inline(child)}"
        lines.append(f"{pad}{start}{shown}")
        where = indent + 1 if isinstance(value, dict) else None
        places[(*loc, part)] = (len(lines), where)
        if nested:
            block(child, indent + 2, places, (*loc, part), lines)


def inline(value):
    if isinstance(value, bool):
        return str(value).lower()
    return f"'{value}'" if isinstance(value, str) else str(value)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, min_size=1, max_size=4))
def test_position_of_any_key_is_the_line_that_it_was_written_in(tmp_path_factory, tree):
    lines, places = [], {}
    block(tree, 0, places, (), lines)
    path = tmp_path_factory.mktemp("tree") / "tree.yaml"
    path.write_text("\n".join(lines) + "\n")
    document = read_yaml(path)
    assert document.data == tree
    for loc, (line, column) in places.items():
        if column is not None:
            assert document.position(loc) == (line, column)


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_read_yaml_of_any_bytes_gives_data_or_input_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "any.yaml"
    path.write_bytes(content)
    with suppress(InputError):
        assert isinstance(read_yaml(path).data, dict)


@given(st.text(max_size=60) | st.text("ab0.:-?[]{}&*!|><'\"%@#,=~\n\t ", max_size=30))
def test_read_value_of_any_text_gives_data_or_input_error(text):
    with suppress(InputError):
        value = read_value(text)
        assert value is None or isinstance(value, (bool, int, float, str, list, dict))


def test_read_yaml_of_shuffled_lines_keeps_the_order_of_the_file(write):
    names = [f"key{index}" for index in range(50)]
    random.Random(1).shuffle(names)
    assert list(read_yaml(write("".join(f"{name}: 1\n" for name in names))).data) == names
