"""Dataflows that a hardware file describes itself, and which dataflows an array can run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from accelsim.dataflows import DATAFLOWS, FOLDS, Dataflow
from accelsim.dataflows.base import OS
from accelsim.documents import Loc, PartsError
from accelsim.errors import suggestion
from accelsim.hardware.array import PEArray
from accelsim.hardware.section import LevelName, Section
from accelsim.workload.base import Operator

RESERVED = ("auto", "vector")
"""What other parts of accelsim call something else than a dataflow of an array."""


def _own_name(name: str) -> str:
    if name in DATAFLOWS or name in RESERVED:
        what = "built in" if name in DATAFLOWS else "reserved"
        raise ValueError(f"'{name}' is {what}; give your dataflow another name")
    return name


def _no_repeats(dims: tuple[str, ...]) -> tuple[str, ...]:
    repeated = [dim for dim in dims if dims.count(dim) > 1]
    if repeated:
        raise ValueError(f"names '{repeated[0]}' more than once")
    return dims


def _loops(timing: str) -> str:
    if timing == "folds":
        raise ValueError(
            f"arrays that fold are built in: name {', '.join(FOLDS)} in array.dataflows; "
            "a dataflow of your own has timing: loops"
        )
    return timing


OwnName = Annotated[LevelName, AfterValidator(_own_name)]
Dims = Annotated[
    tuple[Literal["N", "G", "K", "C", "P", "Q", "R", "S"], ...],
    Field(strict=False),
    AfterValidator(_no_repeats),
]


class OwnDataflow(Section):
    """A dataflow of the file; a dimension may lie on several axes."""

    title: str = ""
    timing: Annotated[Literal["loops", "folds"], AfterValidator(_loops)] = "loops"
    """Any spatial loops, one pass of the PEs per cycle."""
    rows: Dims = ()
    """Dimensions that may lie on the rows; () leaves them unused."""
    cols: Dims = ()
    planes: Dims = ()
    stationary: Literal["any", "weight", "input", "output"] = "any"
    """Operand whose irrelevant loops must be innermost."""
    windows: bool = True
    """Runs any filter; false: 1x1 only, as a matrix product that reads its input as it lies."""

    def runs(self, operator: Operator) -> bool:
        """Whether the operator's filter is one of those."""
        return self.windows or operator.kernel in (None, (1, 1))

    @model_validator(mode="after")
    def _lies_somewhere(self) -> Self:
        if not (self.rows or self.cols or self.planes):
            raise PartsError({"rows": "give dimensions to one of rows, cols, planes at least"})
        return self

    def record(self, name: str) -> Dataflow:
        """What the models work with."""
        return Dataflow(
            name=name,
            title=self.title or name,
            timing="loops",
            rows=self.rows,
            cols=self.cols,
            planes=self.planes,
            stationary=self.stationary,
            source="the hardware file",
        )


def running(
    names: Sequence[str], own: Mapping[str, OwnDataflow], operator: Operator
) -> tuple[str, ...]:
    """Those of the dataflows, built in or the file's `own`, that run the operator's filter."""
    return tuple(name for name in names if name not in own or own[name].runs(operator))


def not_running(names: Sequence[str], operator: Operator, others: Sequence[str]) -> str:
    """What to say where none of them does; `others` would."""
    rows, cols = operator.kernel or (1, 1)
    return (
        f"its {rows}x{cols} filter is not run by {', '.join(names)} (windows: false, so 1x1 only); "
        f"allowed here: {', '.join(others) or 'nothing'}"
    )


def unknown_dataflows(data: Any) -> dict[str | Loc, str]:
    """Faults of `array.dataflows` in a file's plain data, whatever else is wrong with it."""
    if not isinstance(data, dict) or not isinstance(data.get("array"), dict):
        return {}
    own, names = data.get("dataflows"), data["array"].get("dataflows")
    known = (*DATAFLOWS, *(own if isinstance(own, dict) else ()))
    return {
        ("array", "dataflows", index): f"unknown dataflow '{name}'; allowed: {', '.join(known)}"
        f"{suggestion(name.lower(), known)}"
        for index, name in enumerate(names if isinstance(names, (list, tuple)) else ())
        if isinstance(name, str) and name not in known
    }


def misfits(array: PEArray, known: Mapping[str, Dataflow]) -> dict[str | Loc, str]:
    """Faults of an array that cannot run one of its dataflows; unknown names are left out."""
    faults: dict[str | Loc, str] = {}
    for index, name in enumerate(array.dataflows):
        flow = known.get(name)
        if flow is None:
            continue
        if flow.input_feed == "per_column" and array.input_feed == "shared":
            faults["array", "dataflows", index] = (
                f"'{name}' needs an input window in every column; add input_feed: per_column to "
                "array (its registers count in the area), or take it out"
            )
        if flow.timing == "streaming" and len(array.dataflows) > 1:
            faults["array", "dataflows", index] = (
                f"'{name}' is a fixed-function engine, whose taps run nothing else; "
                "take the other dataflows out, or this one"
            )
        if flow.timing == "folds" and array.planes > 1:
            faults["array", "planes"] = (
                f"dataflow {name} has timing: folds, which knows rows and columns only; "
                f"set planes: 1, or take {name} out of dataflows"
            )
        if flow.code == OS and (array.overlap, array.convention) == ("broadcast", "rtl"):
            faults["array", "overlap"] = (
                f"broadcast loads a stationary operand ahead, which dataflow {name} does "
                f"not have; take {name} out of dataflows, or choose serial or pipelined"
            )
    return faults
