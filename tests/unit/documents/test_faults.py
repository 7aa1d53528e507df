from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from accelsim.documents import PartsError, explain, read_yaml, validate
from accelsim.errors import InputError


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class Circle(Strict):
    kind: Literal["circle"]
    radius_mm: float = Field(alias="radius", gt=0)


class Box(Strict):
    kind: Literal["box"]
    width: int = Field(ge=1, le=100)
    height: int = 1

    @model_validator(mode="after")
    def not_tall(self):
        if self.height > self.width:
            raise PartsError({"height": "must not exceed width", "width": "is too small"})
        if self.height == 13:
            raise ValueError("13 brings bad luck")
        return self


Shape = Annotated[Circle | Box, Field(discriminator="kind")]


class Drawing(Strict):
    version: Literal[1] = Field(alias="schema")
    title: str = Field("", max_length=10)
    mode: Literal["draft", "final"] = "draft"
    colour: bool = False
    size: tuple[int, int] = Field((1, 1), strict=False)
    shapes: tuple[Shape, ...] = Field((), strict=False, max_length=5)
    library: dict[str, Box] = {}
    extra: Box | None = None


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def problems(text):
        (tmp_path / "d.yaml").write_text(text)
        with pytest.raises(InputError) as error:
            validate(read_yaml("d.yaml"), Drawing)
        return str(error.value).split("\n")

    return problems


def test_validate_of_good_file_gives_the_model(tmp_path):
    path = tmp_path / "d.yaml"
    path.write_text("schema: 1\nsize: [3, 4]\nshapes: [{kind: circle, radius: 2}]\n")
    drawing = validate(read_yaml(path), Drawing)
    assert (drawing.version, drawing.size, drawing.shapes[0].radius_mm) == (1, (3, 4), 2.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: x\n", "d.yaml:1:1: schema: missing, but required"),
        ("schema: 2\n", "d.yaml:1:1: schema: unknown value 2; allowed: 1"),
        (
            "schema: 1\ntitel: x\n",
            "d.yaml:2:1: titel: unknown key 'titel'; allowed: schema, title, mode, colour, size, "
            "shapes, library, extra; did you mean 'title'?",
        ),
        ("schema: 1\ntitle: 5\n", "d.yaml:2:1: title: must be text, is 5"),
        ("schema: 1\ntitle:\n", "d.yaml:2:1: title: must be text, is empty"),
        (
            "schema: 1\ntitle: 'far too long'\n",
            "d.yaml:2:1: title: must have at most 10 characters, is 'far too long'",
        ),
        (
            "schema: 1\nmode: finl\n",
            "d.yaml:2:1: mode: unknown value 'finl'; allowed: draft, final; did you mean 'final'?",
        ),
        (
            "schema: 1\nmode: [final]\n",
            "d.yaml:2:1: mode: must be one of draft, final, is a list",
        ),
        ("schema: 1\ncolour: yes\n", "d.yaml:2:1: colour: must be true or false, is 'yes'"),
        ("schema: 1\nsize: 3\n", "d.yaml:2:1: size: must be a list, is 3"),
        ("schema: 1\nsize: [3]\n", "d.yaml:2:1: size.1: missing, but required"),
        ("schema: 1\nsize: [3, 4, 5]\n", "d.yaml:2:1: size: must have at most 2 items, has 3"),
        ("schema: 1\nsize: [3, x]\n", "d.yaml:2:11: size.1: must be a whole number, is 'x'"),
        (
            "schema: 1\nsize: [3, '4']\n",
            "d.yaml:2:11: size.1: must be a whole number, is '4'; remove the quotes",
        ),
        ("schema: 1\nsize: [3, 4.5]\n", "d.yaml:2:11: size.1: must be a whole number, is 4.5"),
        ("schema: 1\nsize: [3, true]\n", "d.yaml:2:11: size.1: must be a whole number, is true"),
        (
            "schema: 1\nshapes:\n- kind: circle\n  radius: -1\n",
            "d.yaml:4:3: shapes.0.radius: must be > 0.0, is -1",
        ),
        (
            "schema: 1\nshapes:\n- kind: circle\n  radius: .nan\n",
            "d.yaml:4:3: shapes.0.radius: must be a finite number, is nan",
        ),
        (
            "schema: 1\nshapes:\n- kind: box\n  widht: 3\n  width: 3\n",
            "d.yaml:4:3: shapes.0.widht: unknown key 'widht'; allowed: kind, width, height; "
            "did you mean 'width'?",
        ),
        (
            "schema: 1\nshapes:\n- kind: boxx\n",
            "d.yaml:3:3: shapes.0.kind: unknown value 'boxx'; allowed: circle, box; "
            "did you mean 'box'?",
        ),
        ("schema: 1\nshapes:\n- width: 3\n", "d.yaml:3:3: shapes.0.kind: missing, but required"),
        (
            "schema: 1\nshapes:\n- box\n",
            "d.yaml:3:3: shapes.0: must be a mapping of keys to values, is 'box'",
        ),
        (
            "schema: 1\nlibrary: {a: {kind: box, width: 3, foo: 1}}\n",
            "d.yaml:2:36: library.a.foo: unknown key 'foo'; allowed: kind, width, height",
        ),
        (
            "schema: 1\nextra: {kind: box, width: 101}\n",
            "d.yaml:2:20: extra.width: must be <= 100, is 101",
        ),
        (
            "schema: 1\nextra: {kind: box, width: 3, hight: 1}\n",
            "d.yaml:2:30: extra.hight: unknown key 'hight'; allowed: kind, width, height; "
            "did you mean 'height'?",
        ),
        (
            "schema: 1\nshapes: [{kind: box, width: 20, height: 13}]\n",
            "d.yaml:2:10: shapes.0: 13 brings bad luck",
        ),
        (
            "schema: 1\nlibrary: [1]\n",
            "d.yaml:2:1: library: must be a mapping of keys to values, is a list",
        ),
    ],
)
def test_validate_of_one_fault_says_place_key_problem_and_cure(check, text, message):
    assert check(text) == [message]


def test_validate_of_many_faults_reports_all_in_the_order_of_the_file(check):
    text = "mode: x\nshapes:\n- kind: box\n  width: 0\n- 7\ntitle: 1\nfoo: 2\n"
    assert [message.split(": ")[:2] for message in check(text)] == [
        ["d.yaml:1:1", "schema"],
        ["d.yaml:1:1", "mode"],
        ["d.yaml:4:3", "shapes.0.width"],
        ["d.yaml:5:3", "shapes.1"],
        ["d.yaml:6:1", "title"],
        ["d.yaml:7:1", "foo"],
    ]


def test_validate_where_a_validator_names_parts_reports_each_part_in_its_place(check):
    assert check("schema: 1\nshapes:\n- kind: box\n  width: 2\n  height: 3\n") == [
        "d.yaml:4:3: shapes.0.width: is too small",
        "d.yaml:5:3: shapes.0.height: must not exceed width",
    ]


def test_explain_of_long_value_shortens_it():
    with pytest.raises(ValidationError) as error:
        Drawing.model_validate({"schema": 1, "mode": "x" * 500})
    (fault,) = explain(error.value, Drawing, {"schema": 1, "mode": "x" * 500})
    assert fault.message == f"unknown value '{'x' * 37}...'; allowed: draft, final"


def test_validate_message_never_shows_the_framework(check):
    text = "schema: [1]\ntitle: {}\nmode: 3\nsize: {a: 1}\nshapes: 3\nlibrary: 3\nextra: 3\n"
    for message in check(text):
        for jargon in ("pydantic", "http", "Input should", "type=", "Value error"):
            assert jargon not in message
