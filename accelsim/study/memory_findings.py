"""What the table of `study memory` says, in sentences: computed, whatever the figures are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accelsim.results.network import Row
from accelsim.study.page import Section
from accelsim.study.rows import chosen, distinct, number, spread_of
from accelsim.units import format_bytes

OWN_SIZE = 1.0
"""`level_times` of the accelerator as it is."""


def findings(rows: Sequence[Row]) -> list[Section]:
    """Sections of the page."""
    return [
        Section("How to read this", tuple(_setting(rows))),
        Section("Skip connections", tuple(_subjects(rows, "skip", "its skips change"))),
        Section("Branches", tuple(_branches(rows))),
        Section(
            "Concats and splits that copy", tuple(_subjects(rows, "concat", "copying changes"))
        ),
        Section("More memory", tuple(_more_memory(rows))),
    ]


def _setting(rows: Sequence[Row]) -> Iterator[str]:
    sizes = ", ".join(f"{size:g}" for size in sorted({_value(row, "level_times") for row in rows}))
    yield (
        f"Accelerators: {', '.join(distinct(rows, 'accelerator'))}. The level where tensors may "
        f"stay has {sizes} times its own size."
    )
    yield (
        "Each subject stands beside a twin: a network without its skips, a chain of two "
        "convolutions with the MACs of the Inception module, concats and splits as addressing. "
        "Changes are from the twin to the subject."
    )
    yield (
        "Tensors stay on chip as moves the fewest bytes, one operator runs after the other. Live "
        "bytes are averaged over the time of the run without residency; a tensor waits while the "
        "running operator does not use it. Weights are not among them."
    )
    yield (
        "A tensor spills when it does not stay on chip between the operator that makes it and "
        "those that read it: it goes out to DRAM and comes back. Spilled bytes count each such "
        "tensor once."
    )


def _subjects(rows: Sequence[Row], group: str, cause: str) -> Iterator[str]:
    """Per accelerator and network: live bytes, then traffic and time at its own size."""
    for first, twin in _at_own_size(rows, group):
        macs = _value(first, "macs") / _value(twin, "macs")
        equal = "equal MACs" if macs == 1 else f"{_change(macs)} MACs"
        yield (
            f"{first['subject']} on {first['accelerator']} ({equal}): {cause} the peak of live "
            f"bytes by {_change(first['live_peak_ratio'])} to {_kb(first['live_peak_bytes'])} (at "
            f"{first['live_peak_at']}) and their mean by {_change(first['live_mean_ratio'])} to "
            f"{_kb(first['live_mean_bytes'])}, of which {_kb(first['waiting_mean_bytes'])} wait "
            f"({_kb(twin['waiting_mean_bytes'])} in the twin)."
        )
        yield (
            f"With {_level(first)} on chip it spills {_kb(first['spilled_bytes'])} "
            f"({_kb(twin['spilled_bytes'])} in the twin; none from "
            f"{_size(first['spill_free_bytes'])}, {_size(twin['spill_free_bytes'])} in the twin): "
            f"DRAM bytes {_change(first['dram_ratio'])}, time {_change(first['cycles_ratio'])}; if "
            f"no tensor stays, {_change(first['dram_ratio_without'])} and "
            f"{_change(first['cycles_ratio_without'])}, of operators with MACs alone "
            f"{_change(first['mac_cycles_ratio_without'])}."
        )


def _branches(rows: Sequence[Row]) -> Iterator[str]:
    """Medians over the modules, with lowest to highest."""
    for name in distinct(chosen(rows, group="branch"), "accelerator"):
        pairs = _at_own_size(chosen(rows, accelerator=name), "branch")
        firsts = [first for first, _ in pairs]
        macs = [_value(first, "macs") / _value(twin, "macs") for first, twin in pairs]
        reordered = [
            _value(first, "memory_order_peak_bytes") / _value(twin, "memory_order_peak_bytes")
            for first, twin in pairs
        ]
        yield (
            f"{len(pairs)} Inception modules on {name}, MACs within "
            f"{max(abs(ratio - 1) for ratio in macs):.1%} of their chains: peak of live bytes "
            f"{_times(firsts, 'live_peak_ratio')} the chain's, their mean "
            f"{_times(firsts, 'live_mean_ratio')}. In the order of least memory "
            f"the peak is {_spread_text(reordered)} that of the chain."
        )
        yield (
            f"If no tensor stays, a module moves {_times(firsts, 'dram_ratio_without')} the DRAM "
            f"bytes of its chain, as each branch reads the input again, and takes "
            f"{_times(firsts, 'cycles_ratio_without')} its time; its convolutions alone take "
            f"{_times(firsts, 'mac_cycles_ratio_without')}, the rest is the pool."
        )
        for times in sorted({_value(row, "level_times") for row in rows}):
            yield _modules_at(chosen(rows, accelerator=name, group="branch", level_times=times))


def _modules_at(rows: Sequence[Row]) -> str:
    modules, chains = rows[::2], rows[1::2]
    spilling = [sum(_value(row, "spilled_bytes") > 0 for row in side) for side in (modules, chains)]
    return (
        f"With {_level(rows[0])} on chip {spilling[0]} of {len(modules)} modules "
        f"and {spilling[1]} of their chains spill; the module moves "
        f"{_times(modules, 'dram_ratio')} the DRAM bytes and takes "
        f"{_times(modules, 'cycles_ratio')} the time."
    )


def _more_memory(rows: Sequence[Row]) -> Iterator[str]:
    """What the largest level brings over the smallest, per accelerator and group."""
    for name in distinct(rows, "accelerator"):
        for group, words in (("skip", "networks with skips"), ("branch", "modules")):
            own = chosen(rows, accelerator=name, group=group)[::2]
            sizes = sorted({_value(row, "level_times") for row in own})
            small, large = (chosen(own, level_times=size) for size in (sizes[0], sizes[-1]))
            moved = [_over(b, a, "dram_bytes") for a, b in zip(small, large, strict=True)]
            taken = [_over(b, a, "cycles") for a, b in zip(small, large, strict=True)]
            yield (
                f"From {_level(small[0])} to {_level(large[0])} on {name}, DRAM bytes of {words} "
                f"become {_spread_text(moved)}, their time {_spread_text(taken)}."
            )


def _at_own_size(rows: Sequence[Row], group: str) -> list[tuple[Row, Row]]:
    own = chosen(rows, group=group, level_times=OWN_SIZE)
    return list(zip(own[::2], own[1::2], strict=True))


def _value(row: Row, column: str) -> float:
    value = number(row, column)
    assert value is not None, f"{column} is never blank"
    return value


def _over(row: Row, base: Row, column: str) -> float:
    return _value(row, column) / _value(base, column)


def _times(rows: Sequence[Row], column: str) -> str:
    return _spread_text([_value(row, column) for row in rows])


def _spread_text(values: Sequence[float]) -> str:
    found = spread_of(values)
    assert found is not None, "of some rows"
    return f"{found.middle:.2f} times ({found.low:.2f} to {found.high:.2f})"


def _change(ratio: object) -> str:
    """1.035 -> `+3.5 %`."""
    assert isinstance(ratio, (int, float)), "ratios to a twin that does something"
    return f"{100 * (ratio - 1):+.1f} %"


def _kb(size_bytes: object) -> str:
    assert isinstance(size_bytes, (int, float)), "sizes are never blank"
    return f"{size_bytes / 1e3:,.0f} kB"


def _level(row: Row) -> str:
    """Size of the level where tensors may stay: `256 KiB`."""
    return format_bytes(int(_value(row, "on_chip_bytes")))


def _size(size_bytes: object) -> str:
    return "no size" if size_bytes is None else _kb(size_bytes)
