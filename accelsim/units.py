"""Quantities as people write them ("128 KiB", "1.2 GHz", "25.6 GB/s", "100 ns") and as numbers.

Decimal prefixes are powers of 1000 (kB = 1000 B), binary ones powers of 1024 (KiB = 1024 B).
Arithmetic is exact: bytes, Hz and B/s are integers, time is a float in ns. A plain number is in
the base unit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

from accelsim.errors import AccelsimError, suggestion

TEXT = re.compile(
    r"\s*([-+]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][-+]?\d{1,2})?)\s*(.*?)\s*"
)
"""A number of reasonable length, then a unit."""


class UnitError(AccelsimError, ValueError):
    """A quantity that cannot be read, or that no machine can have."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of quantity: its units as multiples of the base unit, and its range."""

    what: str
    base: str
    units: dict[str, Fraction]
    example: str
    minimum: Fraction
    maximum: Fraction
    whole: bool = True
    """Only whole multiples of the base unit exist."""

    def parse(self, value: object) -> Fraction:
        """`value`, text or a plain number in the base unit, as a multiple of the base unit."""
        number = self._read(value)
        if number < self.minimum:
            raise UnitError(f"must be >= {self.format(self.minimum)}, is {_shown(value)}")
        if number > self.maximum:
            raise UnitError(f"must be <= {self.format(self.maximum)}, is {_shown(value)}")
        if self.whole and number.denominator != 1:
            raise UnitError(f"must be a whole number of {self.base}, is {_shown(value)}")
        return number

    def format(self, number: Fraction | float) -> str:
        """The shortest exact text; the larger unit when two are equally short."""
        exact = number if isinstance(number, Fraction) else Fraction(str(number))
        texts = [
            f"{digits} {unit}"
            for unit, factor in self.units.items()
            if (digits := _decimal(exact / factor))
        ]
        shortest = min(reversed(texts), key=lambda text: sum(map(str.isdigit, text)), default="")
        return shortest or f"{_plain(exact)} {self.base}"

    def _read(self, value: object) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise UnitError(f"must be {self.what} such as '{self.example}', is {_shown(value)}")
        if not isinstance(value, str):
            return _exact(value, self.what)
        found = TEXT.fullmatch(value)
        if found is None:
            raise UnitError(f"must be {self.what} such as '{self.example}', is '{value}'")
        number, unit = found.groups()
        if unit and unit not in self.units:
            allowed = ", ".join(self.units)
            raise UnitError(
                f"must be {self.what}, is '{value}'; allowed units: {allowed}{self._meant(unit)}"
            )
        return Fraction(number) * (self.units[unit] if unit else 1)

    def _meant(self, unit: str) -> str:
        same = {name.lower(): name for name in reversed(self.units)}
        known = same.get(unit.lower())
        return f"; did you mean '{known}'?" if known else suggestion(unit, self.units)


def _exact(value: float, what: str) -> Fraction:
    try:
        return Fraction(str(value))
    except ValueError:
        raise UnitError(f"must be {what}, is {value}") from None


def _shown(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}'"
    return "empty" if value is None else str(value).lower()


def _decimal(number: Fraction) -> str:
    """Decimal digits of a number >= 1 with at most 20 places; nothing for any other."""
    scaled = number * 10**20
    if scaled.denominator != 1 or number < 1:
        return ""
    whole, places = divmod(int(scaled), 10**20)
    return f"{whole}.{places:020d}".rstrip("0").rstrip(".")


def _plain(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else repr(float(number))


def _steps(base: str, prefixes: str, radix: int, infix: str = "") -> dict[str, Fraction]:
    return {
        f"{prefix}{infix}{base}": Fraction(radix) ** power
        for power, prefix in enumerate(prefixes, start=1)
    }


def _bytes(base: str) -> dict[str, Fraction]:
    return {base: Fraction(1), **_steps(base, "kMGT", 1000), **_steps(base, "KMGT", 1024, "i")}


BYTES = Quantity("a size", "B", _bytes("B"), "128 KiB", Fraction(1), Fraction(2**36))
FREQUENCY = Quantity(
    "a clock",
    "Hz",
    {"Hz": Fraction(1), **_steps("Hz", "kMG", 1000)},
    "500 MHz",
    Fraction(1000),
    Fraction(10**11),
)
BANDWIDTH = Quantity(
    "a bandwidth", "B/s", _bytes("B/s"), "12.8 GB/s", Fraction(1000), Fraction(10**15)
)
TIME = Quantity(
    "a time",
    "ns",
    {
        "ps": Fraction(1, 1000),
        "ns": Fraction(1),
        "us": Fraction(1000),
        "ms": Fraction(10**6),
        "s": Fraction(10**9),
    },
    "100 ns",
    Fraction(0),
    Fraction(10**9),
    whole=False,
)


def parse_bytes(value: object) -> int:
    """Bytes, exactly."""
    return int(BYTES.parse(value))


def parse_frequency(value: object) -> int:
    """Hz, exactly."""
    return int(FREQUENCY.parse(value))


def parse_bandwidth(value: object) -> int:
    """Bytes per second, exactly."""
    return int(BANDWIDTH.parse(value))


def parse_time(value: object) -> float:
    """Nanoseconds."""
    return float(TIME.parse(value))


def format_bytes(number: int) -> str:
    """262144 -> "256 KiB"."""
    return BYTES.format(number)


def format_frequency(number: int) -> str:
    """500000000 -> "500 MHz"."""
    return FREQUENCY.format(number)


def format_bandwidth(number: int) -> str:
    """12800000000 -> "12.8 GB/s"."""
    return BANDWIDTH.format(number)


def format_time(number: float) -> str:
    """100.0 (ns) -> "100 ns"."""
    return TIME.format(number)


Bytes = Annotated[
    int, BeforeValidator(parse_bytes), PlainSerializer(format_bytes, when_used="json")
]
Frequency = Annotated[
    int, BeforeValidator(parse_frequency), PlainSerializer(format_frequency, when_used="json")
]
Bandwidth = Annotated[
    int, BeforeValidator(parse_bandwidth), PlainSerializer(format_bandwidth, when_used="json")
]
Time = Annotated[float, BeforeValidator(parse_time), PlainSerializer(format_time, when_used="json")]
"""Fields of a schema: read from text or a number, written to files as text."""
