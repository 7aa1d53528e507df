"""What every section of a hardware file has in common, and its kinds of names and counts."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A section of the file: no unknown keys, no conversion between types, no change."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}", text):
        raise ValueError(f"must be 1 to 64 letters, digits or any of _ . + -, is '{text[:64]}'")
    return text


def _level_name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", text):
        raise ValueError(
            f"must be 1 to 32 of a-z, 0-9 and _, and start with a letter, is '{text[:32]}'"
        )
    return text


Name = Annotated[str, AfterValidator(_name)]
LevelName = Annotated[str, AfterValidator(_level_name)]
Count = Annotated[int, Field(ge=1, le=65536)]
