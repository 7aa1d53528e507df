from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelsim.errors import AccelsimError
from accelsim.units import (
    format_bandwidth,
    format_bytes,
    format_frequency,
    format_time,
    parse_bandwidth,
    parse_bytes,
    parse_frequency,
    parse_time,
)


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (parse_bytes, "128 KiB", 131072),
        (parse_bytes, "128KiB", 131072),
        (parse_bytes, "  1.5 kB ", 1500),
        (parse_bytes, "1.5 MiB", 1572864),
        (parse_bytes, "4096", 4096),
        (parse_bytes, 4096, 4096),
        (parse_frequency, "1.2GHz", 1_200_000_000),
        (parse_frequency, "32.768 kHz", 32768),
        (parse_frequency, 5e8, 500_000_000),
        (parse_bandwidth, "25.6 GB/s", 25_600_000_000),
        (parse_bandwidth, "1 GiB/s", 1_073_741_824),
        (parse_bandwidth, "2e3 MB/s", 2_000_000_000),
        (parse_time, "100 ns", 100.0),
        (parse_time, ".5us", 500.0),
        (parse_time, 33.3, 33.3),
    ],
)
def test_parse_quantity_that_exists_gives_base_units_exactly(parse, text, expected):
    assert parse(text) == expected
    assert type(parse(text)) is type(expected)


def test_parse_bytes_of_a_tenth_gigabyte_is_not_rounded_through_float():
    assert parse_bytes("0.3 GB") == 300_000_000
    assert parse_frequency("0.1 GHz") == 100_000_000


@pytest.mark.parametrize(
    ("parse", "value", "message"),
    [
        (
            parse_frequency,
            "500 KiB",
            "must be a clock, is '500 KiB'; allowed units: Hz, kHz, MHz, GHz",
        ),
        (
            parse_frequency,
            "500 mhz",
            "must be a clock, is '500 mhz'; allowed units: Hz, kHz, MHz, GHz; did you mean 'MHz'?",
        ),
        (parse_bytes, "0.5 B", "must be >= 1 B, is '0.5 B'"),
        (parse_bytes, "1.5 B", "must be a whole number of B, is '1.5 B'"),
        (parse_bytes, "-4 KiB", "must be >= 1 B, is '-4 KiB'"),
        (parse_bytes, 0, "must be >= 1 B, is 0"),
        (parse_bytes, "1 TiB", "must be <= 64 GiB, is '1 TiB'"),
        (parse_bytes, "lots", "must be a size such as '128 KiB', is 'lots'"),
        (parse_bytes, "", "must be a size such as '128 KiB', is ''"),
        (parse_bytes, None, "must be a size such as '128 KiB', is empty"),
        (parse_bytes, True, "must be a size such as '128 KiB', is true"),
        (parse_bytes, float("nan"), "must be a size, is nan"),
        (parse_frequency, "0.5 Hz", "must be >= 1 kHz, is '0.5 Hz'"),
        (parse_time, "-1 ns", "must be >= 0 ns, is '-1 ns'"),
        (parse_time, "2 s", "must be <= 1 s, is '2 s'"),
    ],
)
def test_parse_quantity_that_cannot_be_says_what_is_allowed(parse, value, message):
    with pytest.raises(AccelsimError) as error:
        parse(value)
    assert str(error.value) == message


def test_parse_bytes_in_ambiguous_kb_names_every_unit_and_suggests_one():
    with pytest.raises(AccelsimError, match=r"kB, MB, GB, TB, KiB, MiB, GiB, TiB; did.*'kB'\?"):
        parse_bytes("4 KB")


@pytest.mark.parametrize("text", ["1e999999999 B", "9" * 400, "1" + "0" * 10**6])
def test_parse_bytes_with_endless_digits_is_refused_at_once(text):
    with pytest.raises(AccelsimError):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("format_number", "number", "text"),
    [
        (format_bytes, 1, "1 B"),
        (format_bytes, 1000, "1 kB"),
        (format_bytes, 1024, "1 KiB"),
        (format_bytes, 262144, "256 KiB"),
        (format_bytes, 25165824, "24 MiB"),
        (format_bytes, 1500, "1.5 kB"),
        (format_frequency, 500_000_000, "500 MHz"),
        (format_frequency, 1_200_000_000, "1.2 GHz"),
        (format_bandwidth, 12_800_000_000, "12.8 GB/s"),
        (format_time, 100.0, "100 ns"),
        (format_time, 0.0, "0 ns"),
        (format_time, 0.5, "500 ps"),
        (format_time, 1500.0, "1.5 us"),
    ],
)
def test_format_quantity_gives_shortest_text(format_number, number, text):
    assert format_number(number) == text


@given(st.integers(1, 2**36))
def test_parse_bytes_of_formatted_bytes_gives_them_back(number):
    assert parse_bytes(format_bytes(number)) == number


@given(st.integers(1000, 10**11))
def test_parse_frequency_of_formatted_frequency_gives_it_back(number):
    assert parse_frequency(format_frequency(number)) == number


@given(st.floats(1e-6, 1e9))
def test_parse_time_of_formatted_time_gives_it_back(number):
    assert parse_time(format_time(number)) == number


@given(
    st.integers(1, 4000),
    st.sampled_from([("kB", 10**3), ("MB", 10**6), ("KiB", 2**10), ("MiB", 2**20)]),
)
def test_parse_bytes_with_prefix_multiplies_by_its_power(number, unit):
    name, factor = unit
    assert Fraction(parse_bytes(f"{number} {name}")) / factor == number
